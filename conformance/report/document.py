"""Verdicts and records -> Report -> report.json, and back. Pure.

The records serialise by their types; this file adds what no type can say: no credentials, each body
once, a document that does not contradict itself. It knows no format but its own JSON, and no file.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterable, Mapping
from inspect import cleandoc
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.model import (
    VERSION,
    Check,
    Content,
    Entry,
    Explained,
    Level,
    Record,
    Report,
    Requirement,
    Score,
    StepRecord,
    Suite,
    Target,
    Tier,
)
from conformance.model.order import level_at
from conformance.model.runs import writes_of
from conformance.report.redact import Redactor
from conformance.report.score import score
from conformance.version import __version__

__all__ = ["compose", "decode", "encode", "explained", "report_schema", "rescored", "told"]

_MOST_VALUES: Final = 3_000_000  # of a document: each takes some 100 bytes of memory, however short it is
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7e]")
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_SHOWN: Final = 200  # characters of what another program says of a document


# ------------------------------------------------------------------ a report in the making


def explained(check: Check, level: Level) -> Explained:
    """What a check asks, as it is told to people; `level`: what it counts as in this run."""
    return Explained(
        title=check.title,
        requirement=check.requirement.id,
        level=level,
        tier=check.tier,
        also=tuple(each.id for each in check.also),
        why=check.why,
        hint=check.hint,
    )


def told(requirement: Requirement) -> Requirement:
    """A requirement as a report tells it: without what only the register needs."""
    return replace(requirement, rfc=(), topic="")


def compose(  # noqa: PLR0913 - each is said of the run
    suite: Suite,
    target: Target,
    tier: Tier,
    entries: Iterable[Entry],
    records: Mapping[str, Record],
    *,
    secrets: Collection[str] = (),
    **about: Any,
) -> Report:
    """A report that holds no credentials, and each thing once.

    Args:
        suite: what the run was judged by.
        target: what it was judged as.
        tier: how far.
        entries: in the order of the specs.
        records: by work; only those that the entries rest on are kept.
        secrets: what else must not be in it, wherever it stands.
        about: the other fields of Report that tell how the run was made.
    """
    entries = tuple(entries)
    # A lint rests on another work's record, too: that of the answer which broke it.
    wanted = {w: records[w] for e in entries for w in (e.work, e.verdict.work) if w in records}
    well = wanted.keys() - {e.work for e in entries if e.verdict.verdict != "pass"}
    wanted = {w: _without_writes(record) if w in well else record for w, record in wanted.items()}
    redactor = Redactor.of(target, wanted.values(), secrets)
    bodies: dict[str, Content] = {}
    kept = {work: _without_contents(redactor.record(record), bodies) for work, record in wanted.items()}
    ids = {e.id for e in entries}
    checks = [check for file in suite.files for check in file.checks if check.id in ids]
    named = {each.id for check in checks for each in (check.requirement, *check.also)}
    report = Report(
        version=VERSION,
        suite_version=__version__,
        specs_sha256=suite.sha256,
        target=target,
        tier=tier,
        score=Score(),
        entries=entries,
        explained={check.id: explained(check, level_at(check, target, tier)) for check in checks},
        requirements={name: told(each) for name, each in suite.requirements.items() if name in named},
        topics={file.name: file.title for file in suite.files},
        **about,
    )
    return rescored(replace(redactor.record(report), records=kept, bodies=bodies))


def _without_writes(record: Record) -> Record:
    """A record without the writes that are there to be sent again by hand: nobody does where all is well."""
    beside = {writes_of(each.name) for each in record.steps}
    return replace(record, steps=tuple(each for each in record.steps if each.name not in beside))


def rescored(report: Report) -> Report:
    """The same with the score that its entries come to."""
    return replace(report, score=score(report))


def _without_contents(record: Record, bodies: dict[str, Content]) -> Record:
    """A record whose bodies stand in `bodies`, each once."""

    def step(each: StepRecord) -> StepRecord:
        exchanges = []
        for exchange in each.exchanges:
            response = exchange.response
            if response is not None and response.body.content is not None:
                body = response.body
                if body.digest not in bodies:
                    bodies[body.digest] = Content.of(body.content or b"")
                exchange = replace(  # noqa: PLW2901 - the same, less its content
                    exchange, response=replace(response, body=replace(body, content=None))
                )
            exchanges.append(exchange)
        return replace(each, exchanges=tuple(exchanges))

    return replace(record, steps=tuple(map(step, record.steps)))


# ------------------------------------------------------------------ JSON


def encode(report: Report) -> bytes:
    """The bytes of report.json: a line for each check, record and body, fit for `grep` and `diff`.

    In ASCII: a terminal that shows it must not obey what a server sent.
    """
    parts = msgspec.to_builtins(_spelt(report, out=False)).items()
    text = b"{" + b",\n".join(_key(name) + _lines(value) for name, value in parts) + b"}\n"
    plain = text.isascii() and b"\x7f" not in text
    return text if plain else _BEYOND_ASCII.sub(_escaped, text.decode()).encode("ascii")


def _lines(value: Any) -> bytes:
    if isinstance(value, list | tuple) and value:
        return b"[\n" + b",\n".join(map(msgspec.json.encode, value)) + b"]"
    if isinstance(value, dict) and value:
        return b"{\n" + b",\n".join(_key(k) + msgspec.json.encode(v) for k, v in value.items()) + b"}"
    return msgspec.json.encode(value)


def _key(name: str) -> bytes:
    return msgspec.json.encode(name) + b":"


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] != "\x7f" else "\\u007f"


def decode(document: bytes, name: str = "the report") -> Report:
    """The report that a document holds; `name` is what errors call it.

    Raises:
        UsageError: it is no such document.
    """
    _look_at(document, name)
    try:
        version = _VERSIONED.decode(document).version
    except (msgspec.DecodeError, RecursionError):
        raise UsageError(f"{name} is no report of this suite: it has no `version`") from None
    if version != VERSION:
        raise UsageError(f"{name} has the format version {version}; this program reads version {VERSION}")
    try:
        report = _REPORT.decode(document)
    except msgspec.DecodeError as problem:
        raise UsageError(f"{name} does not fit its format: {_where(problem)}") from None
    except RecursionError:
        raise UsageError(f"{name} is nested too deep to be a report") from None
    contradiction = _contradiction(report)
    if contradiction:
        raise UsageError(f"{name} contradicts itself: {contradiction}")
    return rescored(_spelt(report, out=True))


def _spelt(report: Report, *, out: bool) -> Report:
    """The report, with what it says elsewhere spelt out, or left to that: a record's key, a check's title."""
    records = {work: replace(record, work=work if out else "") for work, record in report.records.items()}
    return replace(report, records=records, entries=_titled(report, spelt=out))


def _titled(report: Report, *, spelt: bool) -> tuple[Entry, ...]:
    """The entries; the message of a pass that is its check's title is `spelt` out, or left to `explained`."""

    def entry(each: Entry) -> Entry:
        title = report.explained[each.id].title if each.id in report.explained else ""
        verdict = each.verdict
        if verdict.verdict != "pass" or verdict.message != ("" if spelt else title):
            return each
        return replace(each, verdict=replace(verdict, message=title if spelt else ""))

    return tuple(map(entry, report.entries))


class _Versioned(msgspec.Struct):
    """As much as has to be known of any version."""

    version: int


# Made here, in one thread: see `load/compiled.py`.
_VERSIONED: Final = msgspec.json.Decoder(_Versioned)
_REPORT: Final = msgspec.json.Decoder(Report)


def _look_at(document: bytes, name: str) -> None:
    """Refuse what is no JSON, or would take more memory than any report.

    Raises:
        UsageError: it is one of these.
    """
    values = _values(document)
    if values > _MOST_VALUES:  # unless these signs stand in bodies
        values = _values(_STRING.sub(b"", document))
    if values > _MOST_VALUES:
        raise UsageError(f"{name} holds about {values} values; a report has at most {_MOST_VALUES}")

    def once(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise UsageError(f"{name} has the key {key[:_SHOWN]!r} twice in one object")
            seen.add(key)

    def number(written: str) -> None:
        raise UsageError(f"{name} holds {written}, which is no number in JSON")

    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{name} is not in UTF-8 (at byte {problem.start})") from None
    try:
        json.loads(text, object_pairs_hook=once, parse_constant=number)
    except RecursionError:
        raise UsageError(f"{name} is nested too deep to be a report") from None
    except ValueError as problem:
        raise UsageError(f"{name} holds no JSON: {str(problem)[:_SHOWN]}") from None


def _values(document: bytes) -> int:
    """How many values it holds at most."""
    return document.count(b",") + document.count(b"[") + document.count(b"{")


def _where(problem: msgspec.DecodeError) -> str:
    """What msgspec says, with the place first: `$.entries[3].level`."""
    says, _, place = str(problem).partition(" - at `")
    return f"{place.rstrip('`') or 'its top'}: {says[:_SHOWN]}"


def _contradiction(report: Report) -> str:
    """What its parts say against each other, as a sentence, or ""."""
    for entry in report.entries:
        if entry.nodeid.count("::") != 2:  # noqa: PLR2004 - file, resource, check
            return f"{entry.nodeid[:_SHOWN]!r} is no node id"
        if entry.work and entry.work not in report.records:
            return f"{entry.nodeid} rests on the record {entry.work[:_SHOWN]!r}, which is not there"
        if entry.id not in report.explained:
            return f"nothing tells what {entry.nodeid} asks"
    for id_, each in report.explained.items():
        for name in (each.requirement, *each.also):
            if name not in report.requirements:
                return f"the check {id_} names the requirement {name[:_SHOWN]!r}, which is not there"
    for work, record in report.records.items():
        if record.work not in ("", work):
            return f"the record {work[:_SHOWN]!r} calls itself {record.work[:_SHOWN]!r}"
    return ""


@functools.cache
def report_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) of report.json, made from the types."""
    made = msgspec.json.schema(Report)
    for each in made["$defs"].values():
        if "description" in each:  # a docstring, which Python keeps indented up to 3.12
            each["description"] = cleandoc(each["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of cache-conformance",
        **made,
    }
