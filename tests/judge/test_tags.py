"""Symptoms of tags and of their comparison: which mistake is named, and what to do next."""

from __future__ import annotations

import pytest
from helpers.looks import (
    GONE,
    OK,
    PRESENT,
    STABLE,
    TIME,
    UNIQUE,
    UVICORN,
    Known,
    Like,
    Look,
    answer,
    conditional,
    flips,
    tags,
)
from helpers.records import done, exchange
from msgspec.structs import replace

__all__ = ["KNOWN", "LIKE"]


def answered(sent: str, tag: str) -> Look:
    """A conditional read that is answered 200 with a tag, where a 304 was due."""
    return Look(GONE, (done("answer", exchange(etag=tag, sent=[("If-None-Match", sent)])),))


WEAKLY = "Compare weakly: take a leading W/ off both tags before you compare them."
MARKED = 'the mark W/ of a weak tag is compared with the rest, so W/"a" does not find "a"'
KNOWN: Known = {
    "quotes stripped": (
        Look(GONE, (conditional("answer", 200, 'W/"a"'), conditional("bare", 304, "a"))),
        "the ETag is compared with its quotes stripped",
        "quotes included",
    ),
    "a weak tag of a strong one": (answered('W/"a"', '"a"'), MARKED, WEAKLY),
    "a strong tag of a weak one": (answered('"a"', 'W/"a"'), MARKED, WEAKLY),
    "hash()": (
        Look(STABLE, (tags('"-4568123456789012345"', '"8123456789012345678"'),)),
        "the ETag looks like Python's hash(), which is another in each process",
        "Use hashlib",
    ),
    "hash() that only another process shows": (
        Look(STABLE, (replace(tags('"a"', '"b"'), restarted=True),)),
        "the ETag is another after each restart: it looks like hash() or str() of a set",
        "Use hashlib",
    ),
    "str() in an order that changes": (
        Look(STABLE, (tags('"ab"', '"cd"', '"ab"'),)),
        "the same body has a few ETags that take turns",
        "sorted keys",
    ),
    "a hash of what changes": (
        Look(STABLE, (tags(f'"{"a" * 32}"', f'"{"b" * 32}"'),)),
        "the ETag is a hash of something that changes though the body does not",
        "Hash the bytes that you send",
    ),
    "a timestamp": (
        Look(STABLE, (tags('"a1"', '"a2"', '"a3"'),)),
        "the ETag changes though the body does not",
        "Hash the content",
    ),
    "several on one connection": (
        Look(STABLE, (tags('"ab"', '"cd"', '"ab"', apart=False),)),
        "the ETag changes though the body does not",
        "Hash the content",
    ),
    "the flag in the body": (
        Look({"etag": {"unique-with": ["answer"]}}, (flips('"1"'),), on=TIME),
        "a strong ETag stands over a body whose 'cached' flips",
        "Mark the tag as weak",
    ),
    "a header that was dropped": (
        Look(PRESENT, (answer(headers=UVICORN),)),
        "no Cache-Control arrives",
        "FastAPI drops what is set on an injected `response: Response`",
    ),
}

LIKE: Like = {
    "a tag that is not found with its quotes nor without": Look(
        GONE, (conditional("answer", 200, '"a"'), conditional("bare", 200, "a"))
    ),
    "another tag that was found": Look(
        GONE, (conditional("answer", 200, '"a"'), conditional("other", 304, "b"))
    ),
    "another weak tag": answered('W/"b"', '"a"'),
    "the tag itself": answered('"a"', '"a"'),
    "a plain read that is no 304": Look(GONE, (answer(), conditional("bare", 304, "a"))),
    "another tag for another body": Look(
        {"etag": {"same-as": "b"}}, (tags('"b"'), done("b", exchange(etag='"a"')))
    ),
    "too few tags": Look(STABLE, (tags('"a"'),)),
    "two bodies, no flag": Look(
        {"etag": {"unique-with": ["answer"]}},
        (done("answer", exchange(etag='"1"'), exchange(etag='"1"', body=b"[1]")),),
    ),
    "a flag that stays": Look(
        {"etag": {"unique-with": ["answer"]}},
        (done("answer", *(exchange(etag='"1"', body=b"[%d]" % i, hit=True) for i in range(2))),),
        on=TIME,
    ),
    "a weak tag over a flag": Look(UNIQUE, (flips('W/"1"'),), on=TIME),
    "another server": Look(PRESENT, (answer(headers=[("Server", "nginx")]),)),
    "a server without a name": Look(PRESENT, (answer(),)),
    "another field": Look({"etag": "present"}, (answer(headers=UVICORN),)),
    "what was not asked for by a tag": Look(OK, (answer(408),)),
}


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-h11", "granian"])
def test_a_dropped_header_is_recognised_on_the_servers_that_fastapi_runs_on(server: str) -> None:
    assert Look(PRESENT, (answer(headers=[("Server", server)]),)).symptom() is not None
