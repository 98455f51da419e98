"""Flaws of a tag that stands on what is kept for a while: it may move within a life, or outlast it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, made_of

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
)
