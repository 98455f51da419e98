"""conformance.matchers.coding, .vary and .variants: what a request chooses among, and who is told."""

from __future__ import annotations

import hashlib
from typing import Any

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource

from conformance.model import Decoded, Exchange, StepRecord

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


def varies(vary: str | None, name: str = "a", status: int = 200) -> StepRecord:
    return done(name, exchange(status, headers=[] if vary is None else [("Vary", vary)]))


NOTICE = resource(variants={"Accept-Language": ("de", "en"), "Accept": ("text/html", "application/json")})


def asked(language: str, body: bytes, **more: Any) -> Exchange:
    """The answer to who asks for a language; `more` is of the answer."""
    return exchange(body=body, sent=[("Accept-Language", language)], **more)


BOTH = (asked("de", b"[1]", etag='"a"'), asked("en", b"[2]", etag='"a"'))
USER = resource(users={"ada": (("Authorization", "Bearer ada"),), "bob": (("Authorization", "Bearer bob"),)})


def answered(cc: str, vary: str = "", login: bool = True) -> StepRecord:
    """What was answered to a user."""
    sent = [("Authorization", "Bearer ada")] if login else [("Cookie", "user=ada")]
    return done("a", exchange(cc=cc or None, sent=sent, headers=[("Vary", vary)] if vary else []))


NO_ACCEPT = ("a Vary that names Accept", "Vary: Accept-Language")

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
    # ---- Vary
    holds("vary", {"names": ["Accept"]}, varies("accept-encoding, ACCEPT")),
    holds("vary", {"names": ["Accept"]}, varies("*")),
    fails("vary", {"names": ["Accept"]}, varies(None), says=("a Vary that names Accept", "none")),
    fails(
        "vary",
        {"names": ["Accept"]},
        varies("Accept-Encoding"),
        says=("a Vary that names Accept", "Vary: Accept-Encoding"),
    ),
    holds("vary", {"without": ["Accept"]}, varies("Origin")),
    fails("vary", {"without": ["Accept"]}, varies("accept"), says=("a Vary without Accept", "Vary: accept")),
    holds("vary", "star", varies("*")),
    fails("vary", "star", varies("Accept"), says=("Vary: *", "Vary: Accept")),
    holds("vary", {"alike": ["plain"]}, varies("A, b", "plain"), varies("B, a")),
    holds("vary", {"alike": ["plain"]}, varies("A", "plain"), varies(None, status=304)),
    holds("vary", {"alike": ["plain"]}, varies("A", "plain"), varies("B", status=404)),
    fails(
        "vary",
        {"alike": ["plain"]},
        varies("A", "plain"),
        varies("B", status=304),
        says=("the same Vary on every answer (A)", "Vary: B"),
    ),
    fails(
        "vary",
        {"alike": ["plain"]},
        varies("A", "plain"),
        varies(None),
        says=("the same Vary on every answer (A)", "none"),
    ),
    # ---- declared variants
    holds("vary", "chosen", done("a", asked("de", b"1", headers=[("Vary", "accept-language")])), on=NOTICE),
    holds("vary", "chosen", done("a", asked("de", b"1", cc="no-store")), on=NOTICE),
    holds("vary", "chosen", done("a", asked("fr", b"1")), on=NOTICE),
    holds("vary", "chosen", done("a", asked("de", b"1", status=406)), on=NOTICE),
    holds("vary", "chosen", done("plain", exchange(body=b"1")), done("a", asked("de", b"1")), on=NOTICE),
    fails(
        "vary",
        "chosen",
        done("plain", exchange(body=b"1")),
        done("a", asked("de", b"2")),
        on=NOTICE,
        says=("a Vary that names Accept-Language, which has chosen the answer", "none"),
    ),
    fails(
        "vary",
        "chosen",
        done("a", asked("de", b"1", headers=[("Vary", "Accept")])),
        on=NOTICE,
        says=("a Vary that names Accept-Language, which has chosen the answer", "Vary: Accept"),
    ),
    holds("vary", "declared", varies("Accept, Accept-Language"), on=NOTICE),
    fails("vary", "declared", varies("Accept-Language"), on=NOTICE, says=NO_ACCEPT),
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
    # ---- what is one user's own
    *(
        holds("cache-control", "not-shared", answered(cc, vary), on=USER)
        for cc, vary in [
            ("", ""),
            ("max-age=60", ""),
            ("private, max-age=60", ""),
            ("public, no-cache, max-age=60", ""),
            ("public, max-age=60", "Authorization"),
            ("public, max-age=60", "*"),
            ("public, max-age=0", ""),
            ("no-store", ""),
        ]
    ),
    holds("cache-control", "not-shared", answered("no-cache", login=False), on=USER),
    holds("cache-control", "of-a-login", answered("max-age=60")),
    fails(
        "cache-control",
        "of-a-login",
        answered("max-age=60", login=False),
        says=("an answer to Authorization", "one to a request without it"),
    ),
    fails(
        "cache-control",
        "of-a-login",
        answered("s-maxage=60"),
        says=("Cache-Control without s-maxage", "Cache-Control: s-maxage=60"),
    ),
    *(
        fails(
            "cache-control",
            "not-shared",
            answered(cc, login=login),
            on=USER,
            says=("an answer that no shared cache gives to others", f"Cache-Control: {cc}"),
        )
        for cc, login in [
            ("public, max-age=60", True),
            ("public", True),
            ("s-maxage=60", True),
            ("must-revalidate, max-age=60", True),
            ("max-age=60", False),
        ]
    ),
]


@each(EXAMPLES)
def test_a_matcher_holds_or_says_why(example: Example) -> None:
    example.check()
