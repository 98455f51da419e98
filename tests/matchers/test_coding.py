"""conformance.matchers.coding: a body that is compressed, and what it decodes to."""

from __future__ import annotations

import hashlib

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

from conformance.model import Decoded, Exchange

TEXT = b"[1]"
DIGEST = hashlib.sha256(TEXT).hexdigest()[:16]
GZIP = [("Content-Encoding", "gzip")]


WHOLE = Decoded("gzip", 3, DIGEST)


def coded(decoded: Decoded = WHOLE, etag: str | None = None) -> Exchange:
    return exchange(body=b"12345", headers=GZIP, decoded=decoded, etag=etag)


PLAIN = done("plain", exchange(body=TEXT, etag='"a"'))
OTHER = done("plain", exchange(body=b"[2]"))
UNTOLD = Decoded("gzip", 3, DIGEST, told=False)
BROKEN = Decoded("gzip", fault="it is cut short")
BOMB = Decoded("gzip", 99, capped=True)


EXAMPLES = [
    holds("coding", "present", done("a", coded())),
    fails("coding", "present", PLAIN, says=("a compressed body", "one that is not")),
    holds("coding", "absent", PLAIN),
    holds("coding", "absent", done("a", exchange(headers=[("Content-Encoding", "identity")]))),
    fails(
        "coding",
        "absent",
        done("a", coded(BOMB)),
        says=(
            "a body that is not compressed",
            "Content-Encoding: gzip (5 bytes that decode to more than 99)",
        ),
    ),
    fails(
        "coding",
        "absent",
        done("a", coded(BROKEN)),
        says=("a body that is not compressed", "Content-Encoding: gzip (5 bytes)"),
    ),
    holds("coding", "found", done("a", exchange(decoded=UNTOLD))),
    fails("coding", "found", PLAIN, says=("a compressed body, whether it says so or not", "none")),
    holds("coding", "told", PLAIN),
    holds("coding", "told", done("a", coded())),
    holds("coding", "told", done("a", coded(BOMB))),
    fails(
        "coding",
        "told",
        done("a", exchange(decoded=UNTOLD)),
        says=("Content-Encoding: gzip, which the body has", "none"),
    ),
    fails(
        "coding",
        "told",
        done("a", coded(BROKEN)),
        says=("a body that decodes as gzip", "5 bytes that do not: it is cut short"),
    ),
    # ---- some
    holds("coding", "some", done("a", exchange(body=TEXT), coded())),
    fails("coding", "some", PLAIN, says=("a body in one of these codings", "none")),
    fails(
        "coding", "some", done("a", says="none in br"), says=("a body in one of these codings", "none in br")
    ),
    # ---- readable
    holds("coding", "readable", done("a", coded(Decoded("br")), coded())),
    fails(
        "coding",
        "readable",
        done("a", coded(Decoded("br")), coded(BROKEN)),
        says=("a coding that can be taken off here", "gzip"),
    ),
    fails("coding", "readable", done("a"), says=("a coding that can be taken off here", "none")),
    # ---- decodes-to
    holds("coding", {"decodes-to": "plain"}, PLAIN, done("a", coded())),
    holds("coding", {"decodes-to": "plain"}, PLAIN, done("a", coded(Decoded("br")))),
    fails(
        "coding",
        {"decodes-to": "plain"},
        OTHER,
        done("a", coded()),
        says=("the body of plain once it is decoded", "another one (5 bytes that decode to 3)"),
    ),
    fails(
        "coding",
        {"decodes-to": "plain"},
        done("a", coded()),
        says=("an answer to compare with (plain)", "none"),
    ),
    # ---- tag-apart-from
    holds("coding", {"tag-apart-from": ["plain"]}, PLAIN, done("a", coded(etag='"b"'))),
    holds("coding", {"tag-apart-from": ["plain"]}, PLAIN, done("a", coded(etag='W/"a"'))),
    holds("coding", {"tag-apart-from": ["plain"]}, PLAIN, done("a", exchange(body=b"x", etag='"a"'))),
    holds("coding", {"tag-apart-from": ["plain"]}, done("a", coded(etag='"a"'))),
    fails(
        "coding",
        {"tag-apart-from": ["plain"]},
        PLAIN,
        done("a", coded(etag='"a"')),
        says=("another ETag on the gzip body than on the plain one", 'the strong ETag "a" on both'),
    ),
]


@each(EXAMPLES)
def test_a_matcher_holds_or_says_why(example: Example) -> None:
    example.check()
