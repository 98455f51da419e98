"""Result -> Report -> report.json, and back. Pure but for the schema that it ships with.

A Report is what every writer of a format gets: no credentials in it, nothing of the engine, and
all that judging again needs. It knows no format but its own JSON, and no terminal.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import conformance
from conformance.errors import UsageError
from conformance.execute.result import Judged, Options, Result
from conformance.model import Level, Record, Requirement, Suite, Target, Tier, Verdict, VerdictName
from conformance.model.order import level_at
from conformance.report import codec
from conformance.report.redact import Redactor
from conformance.report.score import Score, score

VERSION: Final = 1
_LEFT_OUT: Final = Verdict("deselected", "deselected", "left out of this run")
_SCHEMAS: Final = Path(__file__).parent.parent / "schemas"


@dataclass(frozen=True, slots=True)
class Entry:
    """One check on one resource, with everything that is said of it.

    Args:
        id: the check's id. nodeid: the run's id, also pytest's.
        file, topic: the file of specs/ that holds it, and that file's title.
        level: what it counts as at the tier of the run.
        resource: the resource's name, or "" where none fits.
        read: the path of a read of the resource, or "".
        record: what was sent and what came, or None where nothing was sent for it.
        order: when it was judged, counted from 0: its verdict may rest on those before it. -1: never.
    """

    id: str
    nodeid: str
    file: str
    topic: str
    title: str
    requirement: Requirement
    also: tuple[Requirement, ...]
    level: Level
    tier: Tier
    resource: str
    why: str
    hint: str
    verdict: Verdict
    record: Record | None
    order: int

    @classmethod
    def of(cls, judged: Judged, topic: str, tier: Tier) -> Entry:
        """The entry of a run, as it is: nothing is redacted here."""
        run, check = judged.run, judged.run.check
        return cls(
            id=check.id,
            nodeid=run.id,
            file=run.id.partition("::")[0],
            topic=topic,
            title=check.title,
            requirement=check.requirement,
            also=check.also,
            level=level_at(check, tier),
            tier=check.tier,
            resource=run.resource.name if run.resource else "",
            why=check.why,
            hint=check.hint,
            verdict=judged.verdict,
            record=judged.record,
            order=judged.order,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a whole run; `to_json` is the content of report.json.

    Args:
        suite_version: of the program that made it. specs_sha256: over the specs that it judged by.
        remote: whether the server was somewhere else than on loopback.
        workers: how many of the server's workers the suite has started; None: it has not.
        why_real: resource -> why it was judged in real time although the clock could be moved.
        stopped: why the run ended early, or "".
        problems: what could not be put back, as sentences.
        output: what the server has printed last, where the suite has started it and it failed.
        entries: every check of the tier, those that were left out included, in the order of the specs.
    """

    suite_version: str
    specs_sha256: str
    target: Target
    base_url: str
    remote: bool
    workers: int | None
    tier: Tier
    clock: str
    why_real: Mapping[str, str]
    output: str
    seed: int
    started: str
    seconds: float
    stopped: str
    problems: tuple[str, ...]
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, result: Result) -> Report:
        """The report of a run that has ended, or of a running one as far as it has come."""
        options = result.options
        redactor = Redactor.of(options.target, (j.record for j in result.judged))
        topics = topics_of(options.suite)
        records: dict[int, Record] = {}
        entries = {j.run.id: _entry(j, topics, options.tier, redactor, records) for j in result.judged}
        for run in result.deselected:
            left_out = Judged(run, _LEFT_OUT, None, -1)
            entries[run.id] = Entry.of(left_out, topics[run.id.partition("::")[0]], options.tier)
        return cls(
            suite_version=conformance.__version__,
            specs_sha256=options.suite.sha256,
            target=redactor.target(options.target),
            base_url=redactor.text(result.base_url),
            remote=result.remote,
            workers=result.workers,
            tier=options.tier,
            clock=result.clock,
            why_real={name: redactor.text(why) for name, why in result.why_real.items()},
            output=redactor.text(result.output),
            seed=options.seed,
            started=result.started,
            seconds=result.seconds,
            stopped=redactor.text(result.stopped),
            problems=tuple(map(redactor.text, result.problems)),
            entries=in_order(entries, options.suite),
        )

    # ---------------------------------------------------------------- reading it

    @property
    def judged(self) -> tuple[Entry, ...]:
        """The entries that were not left out."""
        return tuple(e for e in self.entries if e.verdict.outcome != "deselected")

    @property
    def partial(self) -> bool:
        """Whether something of the tier was left out."""
        return len(self.judged) < len(self.entries)

    @property
    def score(self) -> Score:
        """What has passed, by topic and in all."""
        return score(self.entries, self.stopped)

    @property
    def counts(self) -> Mapping[VerdictName, int]:
        """How many checks have each verdict."""
        return self.score.total.counts

    def entry(self, nodeid: str) -> Entry:
        """The entry of that node id.

        Raises:
            KeyError: there is none.
        """
        for each in self.entries:
            if each.nodeid == nodeid:
                return each
        raise KeyError(nodeid)

    # ---------------------------------------------------------------- JSON

    def to_json(self) -> dict[str, Any]:
        """The document: JSON values only, as conformance/schemas/report.json describes them."""
        bodies: codec.Bodies = {}
        checks = [_check_out(entry, bodies) for entry in self.entries]
        made = self.score
        return {
            "version": VERSION,
            "suite": {"version": self.suite_version},
            "specs": {"sha256": self.specs_sha256},
            "target": codec.target_out(self.target),
            "base_url": self.base_url,
            "remote": self.remote,
            "workers": self.workers,
            "tier": self.tier,
            "clock": self.clock,
            "why_real": dict(self.why_real),
            "output": self.output,
            "seed": self.seed,
            "started": self.started,
            "seconds": self.seconds,
            "partial": self.partial,
            "stopped": self.stopped,
            "problems": list(self.problems),
            "score": made.to_json(),
            "counts": dict(made.total.counts),
            "checks": checks,
            "bodies": bodies,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], name: str = "the report") -> Report:
        """The report that a document holds; `name` is what errors call it.

        Raises:
            UsageError: it is no such document.
        """
        validate(document, name)
        try:
            return cls(
                suite_version=document["suite"]["version"],
                specs_sha256=document["specs"]["sha256"],
                target=codec.target_in(document["target"]),
                base_url=document["base_url"],
                remote=document["remote"],
                workers=document["workers"],
                tier=document["tier"],
                clock=document["clock"],
                why_real=document["why_real"],
                output=document["output"],
                seed=document["seed"],
                started=document["started"],
                seconds=document["seconds"],
                stopped=document["stopped"],
                problems=tuple(document["problems"]),
                entries=tuple(_check_in(each, document["bodies"]) for each in document["checks"]),
            )
        except (LookupError, ValueError, TypeError) as problem:
            raise UsageError(f"{name} contradicts itself: {type(problem).__name__}: {problem}") from None


def entry_of(judged: Judged, options: Options) -> Entry:
    """One judged run without its credentials, while the report of the whole run is still to come."""
    redactor = Redactor.of(options.target, [judged.record])
    return _entry(judged, topics_of(options.suite), options.tier, redactor, {})


def topics_of(suite: Suite) -> Mapping[str, str]:
    """The titles of the spec files, by their names."""
    return {file.name: file.title for file in suite.files}


def in_order(entries: Mapping[str, Entry], suite: Suite) -> tuple[Entry, ...]:
    """Entries by node id -> the entries in the order of the specs."""
    places = {(f.name, c.id): i for i, (f, c) in enumerate((f, c) for f in suite.files for c in f.checks)}
    return tuple(sorted(entries.values(), key=lambda e: places.get((e.file, e.id), len(places))))


def _entry(
    judged: Judged,
    topics: Mapping[str, str],
    tier: Tier,
    redactor: Redactor,
    records: dict[int, Record],
) -> Entry:
    """`records`: those that were redacted before, since several checks share one."""
    record = judged.record
    if record is not None:
        record = records.setdefault(id(judged.record), redactor.record(record))
    topic = topics.get(judged.run.id.partition("::")[0], "")
    plain = dataclasses.replace(judged, verdict=redactor.verdict(judged.verdict), record=record)
    return Entry.of(plain, topic, tier)


# ------------------------------------------------------------------ one check


def _requirement_out(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "level": requirement.level,
        "says": requirement.says,
        "source": requirement.source,
        "url": requirement.url,
        "quote": requirement.quote,
        "rfc": list(requirement.rfc),
        "tier": requirement.tier,
        "topic": requirement.topic,
    }


def _requirement_in(data: Mapping[str, Any]) -> Requirement:
    return Requirement(**{**data, "rfc": tuple(data["rfc"])})


def _check_out(entry: Entry, bodies: codec.Bodies) -> dict[str, Any]:
    verdict = entry.verdict
    return {
        "id": entry.id,
        "nodeid": entry.nodeid,
        "file": entry.file,
        "topic": entry.topic,
        "title": entry.title,
        "requirement": _requirement_out(entry.requirement),
        "also": [_requirement_out(each) for each in entry.also],
        "level": entry.level,
        "tier": entry.tier,
        "resource": entry.resource,
        "why": entry.why,
        "hint": entry.hint,
        "outcome": verdict.outcome,
        "verdict": verdict.verdict,
        "message": verdict.message,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "cause": verdict.cause,
        "mend": verdict.mend,
        "step": verdict.step,
        "index": verdict.index,
        "order": entry.order,
        **codec.record_out(entry.record, bodies),
    }


def _check_in(data: Mapping[str, Any], bodies: Mapping[str, Any]) -> Entry:
    verdict = Verdict(
        data["outcome"],
        data["verdict"],
        data["message"],
        data["expected"],
        data["actual"],
        data["cause"],
        data["mend"],
        data["step"],
        data["index"],
    )
    return Entry(
        id=data["id"],
        nodeid=data["nodeid"],
        file=data["file"],
        topic=data["topic"],
        title=data["title"],
        requirement=_requirement_in(data["requirement"]),
        also=tuple(map(_requirement_in, data["also"])),
        level=data["level"],
        tier=data["tier"],
        resource=data["resource"],
        why=data["why"],
        hint=data["hint"],
        verdict=verdict,
        record=codec.record_in(data, bodies),
        order=data["order"],
    )


# ------------------------------------------------------------------ the schema


@functools.cache
def report_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) of report.json."""
    loaded: Mapping[str, Any] = json.loads((_SCHEMAS / "report.json").read_text(encoding="utf-8"))
    return loaded


def validate(document: object, name: str = "the report") -> None:
    """Hold a document against the schema.

    Raises:
        UsageError: it does not fit, with the first place where.
    """
    if not isinstance(document, Mapping) or "version" not in document or "checks" not in document:
        raise UsageError(f"{name} is no report of this suite: it lacks `version` or `checks`")
    if document["version"] != VERSION:
        says = f"{name} has the format version {document['version']!r}; this program reads version {VERSION}"
        raise UsageError(says)
    import jsonschema  # noqa: PLC0415 (0.1 s, and only reading a report needs it)

    errors = jsonschema.Draft202012Validator(report_schema()).iter_errors(document)
    first = next(iter(errors), None)
    if first is not None:
        raise UsageError(
            f"{name} does not fit its format at {_where(first.absolute_path)}: {first.message[:200]}"
        )


def _where(path: Iterable[str | int]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".") or "its top"
