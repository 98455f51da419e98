"""conformance.matchers.vary: who is told of what a request chooses among."""

from __future__ import annotations

from typing import Any

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource

from conformance.model import Exchange, StepRecord


def varies(vary: str | None, name: str = "a", status: int = 200) -> StepRecord:
    return done(name, exchange(status, headers=[] if vary is None else [("Vary", vary)]))


NOTICE = resource(variants={"Accept-Language": ("de", "en"), "Accept": ("text/html", "application/json")})


def asked(language: str, body: bytes, **more: Any) -> Exchange:
    """The answer to who asks for a language; `more` is of the answer."""
    return exchange(body=body, sent=[("Accept-Language", language)], **more)


NO_ACCEPT = ("a Vary that names Accept", "Vary: Accept-Language")


EXAMPLES = [
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
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()
