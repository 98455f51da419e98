"""Servers with a defect that no example of the specs shows, and what it takes to search them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize
from urllib.parse import unquote

from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.plan.lanes import plan
from reference_impl import caching, ranges
from reference_impl.caching import NOT_MODIFIED, etag_of
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.flaws.ttl import keyed
from reference_impl.twisted.parts import Parts, invalidate
from reference_impl.twisted.serve import start
from reference_impl.twisted.twists import answering, made_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    import pytest
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.execute.options import Search
    from conformance.model import Run, Verdict
    from reference_impl.backends import Cache
    from reference_impl.caching import Validators
    from reference_impl.ranges import Part
    from reference_impl.settings import Settings
    from reference_impl.site import Event
    from reference_impl.twisted.twists import Apply, Create

_IMS = "if-modified-since"
SUITE = load()
TARGET = load_target("lesson", [])
RUNS = plan(SUITE, TARGET, "full").runs

TAG = "specs/if-none-match.yaml::items::inm-other-is-200"
LIST = "specs/if-none-match.yaml::items::inm-list-finds-the-tag"
STATES = "specs/invalidation.yaml::items::body-and-tag-move-together"
VERSIONS = "specs/invalidation.yaml::versioned::body-and-tag-move-together"
DATES = "specs/if-modified-since.yaml::items::any-date-is-read"
CHOICES = "specs/negotiation.yaml::items::any-choice-is-told"
RELOADS = "specs/cache-control.yaml::items::any-cache-request-is-served"
KEYS = "specs/server-cache.yaml::cached-time::joined-keys-are-apart"
RANGES = "specs/ranges.yaml::items::any-range-is-as-asked"


def matching(matches: Callable[[str, str], bool]) -> Apply:
    """The reference with If-None-Match compared in another way, by the field and the current tag."""

    def evaluate(
        method: str, fields: Mapping[str, Sequence[str]], now: Validators, clock: float
    ) -> int | None:
        field = ", ".join(fields.get("if-none-match", ()))
        if field and method == "GET" and now.etag is not None:
            return NOT_MODIFIED if matches(field, now.etag) else None
        return caching.evaluate(method, fields, now, clock)

    return made_of(lambda parts: replace(parts, evaluate=evaluate))


def tagging(**exchanged: Any) -> Apply:
    """The reference with its tags made in another way."""
    return made_of(lambda parts: replace(parts, **exchanged))


def ranging(reads: Callable[[str, int], str]) -> Apply:
    """The reference with a Range read in another way, by the field and the length of the whole."""

    def select(
        fields: Mapping[str, Sequence[str]], body: bytes, kind: str, now: Validators, clock: float
    ) -> Part | None:
        asked = [reads(each, len(body)) for each in fields.get("range", ())]
        return ranges.select({**fields, "range": asked} if asked else fields, body, kind, now, clock)

    return made_of(lambda parts: replace(parts, select=select))


def dating(reads: Callable[[str], str]) -> Apply:
    """The reference with If-Modified-Since read in another way; "now" is later than every change."""

    def evaluate(
        method: str, fields: Mapping[str, Sequence[str]], now: Validators, clock: float
    ) -> int | None:
        asked = [
            caching.http_date(clock) if (read := reads(each)) == "now" else read
            for each in fields.get(_IMS, ())
        ]
        return caching.evaluate(method, {**fields, _IMS: asked} if asked else fields, now, clock)

    return made_of(lambda parts: replace(parts, evaluate=evaluate))


def told_apart(field: str, word: str, body: bytes, status: int = 200) -> Apply:
    """The reference, which answers otherwise where a field has a word in it."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        chosen = asked.method == "GET" and word in (asked.get(field) or "")
        return replace(answer.carrying(body), status=status) if chosen else answer

    return answering(edit)


def _as_text(field: str, length: int) -> str:
    first, _, last = field.removeprefix("bytes=").partition("-")
    return f"bytes={length}-" if first and last and first > last else field


def _bare(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"')


def _normal(form: Literal["NFC", "NFKC"]) -> Callable[[Any, bytes], str]:
    return lambda data, _body: etag_of(normalize(form, str(data)).encode())


DEFECTS = {
    "reads-from-the-end": (matching(lambda field, etag: field.endswith(etag[1:])), TAG),
    "splits-inside-tags": (matching(lambda field, etag: _bare(etag) in map(_bare, field.split(","))), TAG),
    "any-star-matches": (matching(lambda field, etag: "*" in field or field == etag), TAG),
    "four-tags-at-most": (
        matching(lambda field, etag: etag in [tag.strip() for tag in field.split(",")][:4]),
        LIST,
    ),
    "backslash-matches": (matching(lambda field, etag: "\\" in field or field == etag), TAG),
    "hash-of-the-first-200": (tagging(etag=lambda _data, body: etag_of(body[-1:] + body[:600])), STATES),
    "hash-of-the-first-1000": (tagging(etag=lambda _data, body: etag_of(body[:1_300])), STATES),
    "hash-of-the-first-60000": (tagging(etag=lambda _data, body: etag_of(body[:60_200])), STATES),
    "hash-of-composed-text": (tagging(etag=_normal("NFC")), STATES),
    "hash-of-compatible-text": (tagging(etag=_normal("NFKC")), STATES),
    "hash-of-lower-case": (tagging(etag=lambda _data, body: etag_of(body.lower())), STATES),
    "hash-of-sorted-bytes": (tagging(etag=lambda _data, body: etag_of(bytes(sorted(body)))), STATES),
    "september-has-four-letters": (dating(lambda field: "now" if "Sep" in field else field), DATES),
    "all-years-of-two-digits-are-to-come": (
        dating(lambda field: "now" if re.search("-(8|99)[0-9]* ", field) else field),
        DATES,
    ),
    "another-body-for-robots": (told_apart("user-agent", "bot", b"[]"), CHOICES),
    "another-body-where-preferred": (told_apart("prefer", "minimal", b"[ ]"), CHOICES),
    "a-number-is-wanted": (told_apart("cache-control", "max-stale", b"", 500), RELOADS),
    "unknown-is-refused": (told_apart("cache-control", "community", b"", 400), RELOADS),
    "joined-by-a-colon": (keyed(lambda key: unquote(key).replace("?", ":")), KEYS),
    "joined-by-a-comma": (keyed(lambda key: unquote(key).replace("?", ",")), KEYS),
    "positions-are-text": (ranging(_as_text), RANGES),
    "two-digits-of-a-position": (
        ranging(lambda field, _: re.sub("([0-9]{2})[0-9]+-", r"\1-", field)),
        RANGES,
    ),
    "version-starts-again": (tagging(version_tag=lambda version, _body: f'"v{version % 6}"'), VERSIONS),
}
"""Name -> how the server is made, and the run that has to find it."""


def _patch_is_forgotten(settings: Settings, create: Create) -> ASGIApp:
    made, methods = Parts.of(settings), list[str]()

    async def forgetful(cache: Cache, event: Event, item: int) -> None:
        if methods[-1:] != ["PATCH"]:
            await invalidate(cache, event, item)

    app = create(replace(made, invalidate=forgetful))

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        methods.append(str(scope.get("method")))
        await app(scope, receive, send)

    return outer


def _fussy(refuses: Callable[[str], object]) -> Apply:
    """The reference, where some fields raise."""

    def matches(field: str, etag: str) -> bool:
        if refuses(field):
            raise ValueError(field)
        return etag in field

    return matching(matches)


ODD_DEFECTS = {
    "takes-quotes-for-granted": (_fussy(lambda field: '"' not in field), "answered"),
    "takes-pairs-of-quotes-for-granted": (_fussy(lambda field: field.count('"') % 2), "answered"),
    "no-room-for-4000": (_fussy(lambda field: len(field) > 4_000), "answered"),
    "no-room-for-9000": (_fussy(lambda field: len(field) > 9_000), "answered"),
    "no-room-for-300-tags": (_fussy(lambda field: field.count(",") > 250), "answered"),
    "ascii-alone": (_fussy(lambda field: not field.isascii()), "answered"),
    "blank-matches": (matching(lambda field, etag: field in ('""', etag)), "missed"),
    "patch-is-forgotten": (_patch_is_forgotten, "changed"),
}
"""Name -> how the server is made, and the claim that an exploration has to find broken."""


def judged(monkeypatch: pytest.MonkeyPatch, name: str, search: Search | None, seed: int = 0) -> Verdict:
    """The verdict on a defect's run against the reference that has it."""
    apply, run_id = DEFECTS[name]
    flaw = Flaw(name, name, apply, breaks=(), divides=run_id == RANGES)
    monkeypatch.setitem(FLAWS, name, flaw)
    target = load_target("reference") if run_id == KEYS else TARGET
    with start(flaw=name) as running:
        chosen = frozenset({run_id})
        engine = Engine(
            Options(running.url, SUITE, target, tier="full", selected=chosen, seed=seed, search=search)
        )
        engine.start()
        engine.wait()
        engine.close()
        verdict = engine.verdict(run_id, 0)
    assert verdict is not None
    return verdict


def run_of(check: str) -> Run:
    """The run of a check on the list of items."""
    return next(
        run for run in RUNS if run.check.id == check and run.resource and run.resource.name == "items"
    )
