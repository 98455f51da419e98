"""Flaws of a tag that stands on what is kept for a while: it may move within a life, or outlast it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Scope

from reference_impl.backends import Cache, remember
from reference_impl.settings import Settings
from reference_impl.site import Compute
from reference_impl.twisted.asgi import asked_as, unconditional
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.ttl import REPORT
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Create, made_of

_TICK = 10  # seconds


def _report_tagged(tag: Callable[[Parts, str | None], str]) -> Apply:
    """The report under another tag, made from the one that it has."""

    def change(parts: Parts) -> Parts:
        def tagged(data: Any, body: bytes) -> str | None:
            known = parts.etag(data, body)
            return tag(parts, known) if "generated_at" in data else known

        return replace(parts, etag=tagged)

    return made_of(change)


def _ticking(parts: Parts, known: str | None) -> str:
    return f'"{(known or "").strip(chr(34))[:16]}-{int(parts.settings.clock()) // _TICK}"'


def _forgotten_early(settings: Settings, create: Create) -> ASGIApp:
    """The tag of the report is kept half as long as the report, so later nobody can compare with it."""
    born = settings.clock()

    async def call(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        nonlocal born
        value, hit = await remember(cache, key, ttl, compute)
        born = settings.clock() if key == REPORT and not hit else born
        return value, hit

    def change(scope: Scope) -> Scope:
        old = settings.clock() - born >= settings.ttl / 2
        return unconditional(scope) if old and scope["path"] == "/reports/" else scope

    return asked_as(create(replace(Parts.of(settings), remember=call)), change)


FLAWS = (
    Flaw(
        "report-tag-ticks",
        "the tag of a report that is kept is another every ten seconds",
        _report_tagged(_ticking),
        breaks=("LES02",),
    ),
    Flaw(
        "report-tag-stays",
        "the tag of the report outlasts it, so the next one is never sent to whoever had one",
        _report_tagged(lambda _parts, _known: '"report"'),
        breaks=("K23",),
    ),
    Flaw(
        "old-hits-no-304",
        "what is left of the report after half its time is never revalidated",
        _forgotten_early,
        breaks=("LES36",),
    ),
)
