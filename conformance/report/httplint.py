"""What httplint, a linter of HTTP messages, remarks on the answers of a run. Pure.

Its notes are information: they stand in this report alone, are no part of a verdict, and no run is another
one where it is installed. What it says is another program's, and is shown as what a server says.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.content.codings import codings_of
from conformance.errors import UsageError
from conformance.model import Exchange, Headers, Report, Response
from conformance.report.sheet import Sheet

__all__ = ["check", "write"]

_MISSING: Final = "httplint is not installed here: pip install 'cache-conformance[httplint]'"
_TOLD: Final = (
    "bad",
    "warning",
)  # of its levels; the others say what is right, or how long a cache may keep it
_MOST: Final = 500  # answers that are looked at, of which no two are alike
_PASSING: Final = ("date", "age", "etag", "last-modified", "expires", "content-length", "x-request-id")
"""Fields by which two answers are no different kinds."""


@dataclass(frozen=True, slots=True)
class _Note:
    level: str
    says: str


def check(_env: Mapping[str, str]) -> None:
    """See whether it is there; to be called before the run.

    Raises:
        UsageError: it is not.
    """
    if _linter() is None:
        raise UsageError(f"the report httplint needs it: {_MISSING}")


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    return "".join(f"{sheet.clean(line)}\n" for line in _lines(sheet)).encode()


def _lines(sheet: Sheet) -> Iterator[str]:
    yield "; ".join(each for each in (sheet.headline, sheet.isolated) if each)
    linter = _linter()
    if linter is None:
        yield _MISSING
        return
    kinds = list(_kinds(sheet))
    yield f"Notes by httplint on {len(kinds)} kinds of answers; they are information, and decide nothing."
    found: dict[_Note, list[Exchange]] = {}
    for exchange, response in kinds:
        for note in dict.fromkeys(_notes(linter, sheet.report, exchange, response)):
            found.setdefault(note, []).append(exchange)
    for note, exchanges in sorted(found.items(), key=lambda row: _TOLD.index(row[0].level)):
        first = exchanges[0]
        where = f"{first.request.method} {first.request.target}, {first.status}"
        many = f"{len(exchanges)} kinds of answers, the first: " if exchanges[1:] else ""
        yield f"{note.level}: {note.says} ({many}{where})"


def _kinds(sheet: Sheet) -> Iterator[tuple[Exchange, Response]]:
    """The first answer of each kind, of all that may be seen by whoever sees the report."""
    shown = {line.entry.work: line.entry for line in sheet.lines if line.entry and not line.hidden}
    seen: set[tuple[str, int, Headers]] = set()
    for entry in shown.values():
        record = sheet.report.record(entry)
        for exchange in (e for step in (record.steps if record else ()) for e in step.exchanges):
            response = exchange.response
            if response is None or exchange.through is not None:
                continue
            fields = tuple(each for each in response.headers if each[0].lower() not in _PASSING)
            kind = exchange.request.method, response.status, fields
            if kind not in seen and len(seen) < _MOST:
                seen.add(kind)
                yield exchange, response


# ------------------------------------------------------------------ the linter


def _linter() -> Any:
    """Its class for answers, or None. Imported when it is asked for: that takes a while."""
    try:
        return importlib.import_module("httplint").HttpResponseLinter
    except (ImportError, AttributeError):
        return None


def _notes(linter: Any, report: Report, exchange: Exchange, response: Response) -> Iterator[_Note]:
    """What it says of one answer; what it can't bear is its own fault, and costs nobody a report."""
    content = report.content(response.body.digest) if response.body.length else b""
    whole = content is not None and not codings_of(response.headers) and exchange.request.method != "HEAD"
    try:
        made = linter()
        made.base_uri = report.base_url
        made.is_head_response = not whole  # of content that is not there, or is coded, nothing is asked
        made.process_response_topline(*map(_bytes, (response.version, str(response.status), response.reason)))
        made.process_headers([(_bytes(name), _bytes(value)) for name, value in response.headers])
        if whole and content:
            made.feed_content(content)
        made.finish_content(True)
        found = list(_flat(made.notes))
    except Exception as problem:  # noqa: BLE001 - of another program, on what any server has sent
        found = [_Note("warning", f"httplint could not read it: {type(problem).__name__}")]
    yield from (note for note in found if note.level in _TOLD)


def _flat(notes: Iterable[Any]) -> Iterator[_Note]:
    for note in notes:
        yield _Note(str(note.level.value), " ".join(str(note.summary).split()))
        yield from _flat(note.subnotes)


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
