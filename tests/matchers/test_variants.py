"""conformance.matchers.variants: what a request chooses among."""

from __future__ import annotations

from typing import Any

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource

from conformance.model import Exchange

NOTICE = resource(variants={"Accept-Language": ("de", "en"), "Accept": ("text/html", "application/json")})


def asked(language: str, body: bytes, **more: Any) -> Exchange:
    """The answer to who asks for a language; `more` is of the answer."""
    return exchange(body=body, sent=[("Accept-Language", language)], **more)


BOTH = (asked("de", b"[1]", etag='"a"'), asked("en", b"[2]", etag='"a"'))


EXAMPLES = [
    holds("variants", "apart", done("a", *BOTH), on=NOTICE),
    fails(
        "variants",
        "apart",
        done("a", asked("de", b"[1]"), asked("en", b"[1]")),
        on=NOTICE,
        index=1,
        says=("another body for Accept-Language: en than for de", "the same one"),
    ),
    fails(
        "variants",
        "apart",
        done("a", asked("de", b"[1]"), asked("en", b"", status=406)),
        on=NOTICE,
        index=1,
        says=("200 to Accept-Language: en", "406"),
    ),
    holds("variants", {"tags-apart-from": ["b"]}, done("b", BOTH[0]), done("a", BOTH[0]), on=NOTICE),
    holds(  # it moves under its tag by itself
        "variants",
        {"tags-apart-from": ["b"]},
        done("b", *BOTH),
        done("a", asked("de", b"[3]", etag='"a"')),
        on=NOTICE,
    ),
    holds(
        "variants",
        {"tags-apart-from": ["b"]},
        done("b", BOTH[0]),
        done("a", asked("en", b"[2]", etag='W/"a"')),
        on=NOTICE,
    ),
    fails(
        "variants",
        {"tags-apart-from": ["b"]},
        done("b", BOTH[0]),
        done("a", BOTH[1]),
        on=NOTICE,
        says=("another ETag for Accept-Language: en than for de", 'the strong ETag "a" on both'),
    ),
    holds("variants", {"apart-from": ["b"]}, done("b", *BOTH), done("a", *BOTH), on=NOTICE),
    fails(
        "variants",
        {"apart-from": ["b"]},
        done("b", BOTH[0]),
        done("a", asked("en", b"[1]")),
        on=NOTICE,
        says=("what Accept-Language: en chooses", "what de did"),
    ),
    fails(
        "variants",
        {"apart-from": ["b"]},
        done("a", asked("de", b"[1]"), asked("en", b"[1]")),
        on=NOTICE,
        index=1,
        says=("another body for Accept-Language: en than for de", "the same one"),
    ),
    holds(
        "variants",
        {"told-beside": "b"},
        done("b", BOTH[0]),
        done("a", asked("en", b"[2]", headers=[("Content-Language", "en")])),
    ),
    fails(
        "variants",
        {"told-beside": "b"},
        done("b", BOTH[0]),
        done("a", BOTH[1]),
        says=(
            "a Content-Language, Content-Type or Content-Encoding that tells it from b",
            "the same ones",
        ),
    ),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()
