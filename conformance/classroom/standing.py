"""What the pages of a class and the next run need to know of a graded submission: a record. Pure.

All else is in its report. It must not know where anything is kept.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.model import Assignment, Audit, Earned, Grade, Report, TopicPoints, VerdictName, Withheld
from conformance.report.mending import first
from conformance.report.result import checks
from conformance.report.safe import safe

__all__ = ["VERSION", "Cell", "Standing", "decode", "encode", "standing_of", "unnamed", "withheld"]

VERSION: Final = 1
_LONGEST: Final = 500
_NAMED: Final = 5  # checks
_SHORTEST: Final = 3  # letters of a name that is looked for in texts
_TOLD: Final = ("why", "app", "found", "left_out", "down", "first", "looked_at")
"""Fields that a submission has a hand in."""


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """One check that counts: what it earned, of how much, and whether that is open."""

    points: int
    of: int
    verdict: VerdictName
    open: bool = False


class Standing(msgspec.Struct, frozen=True):
    """How a submission stands.

    Args:
        submission: SHA-256 of its bytes. freeze: the digest of the assignment. how: by what it was graded.
        status, cause, why, points, low, high, of: as of its grade.
        topics, rows: in the order of the assignment.
        app: as it was started; "" where there was none. found: what is to be said of how it was found.
        left_out: what of it was not taken along, as sentences.
        down: why it did not start, or answered nothing; or "". first: what it is to mend first, or "".
        isolation: the level by which it was isolated.
        looked_at: why it was judged again in real time, or ().
        audit: where the two clocks differ, how; or "".
    """

    version: Literal[1]
    submission: str
    freeze: str
    how: str
    status: Literal["graded", "withheld"]
    of: int
    cause: Withheld = ""
    why: str = ""
    points: int | None = None
    low: int = 0
    high: int = 0
    topics: tuple[TopicPoints, ...] = ()
    rows: tuple[Cell, ...] = ()
    app: str = ""
    found: str = ""
    left_out: tuple[str, ...] = ()
    down: str = ""
    first: str = ""
    isolation: str = ""
    seconds: float = 0.0
    looked_at: tuple[str, ...] = ()
    audit: str = ""

    @property
    def final(self) -> bool:
        """Whether another run of the same tells no more: what noise or we have withheld is tried again."""
        return self.status == "graded" or self.cause == "policy"


_DECODER: Final = msgspec.json.Decoder(Standing)


def encode(standing: Standing) -> bytes:
    """As JSON, a line."""
    return msgspec.json.encode(standing) + b"\n"


def decode(data: bytes) -> Standing | None:
    """What `encode` made; None where it is none, such as one of another version."""
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def standing_of(report: Report, **about: object) -> Standing:
    """The standing that a report comes to, which has a grade.

    Args:
        report: of a run.
        about: what the report does not tell: submission, how, app, found, left_out.
    """
    grade = report.grade
    if grade is None:
        raise UsageError("there is no grade in this report")
    mend = first(report)
    alive = any(each.verdict.outcome in ("pass", "fail") for each in report.judged)
    down = mend.says[0][0] if mend and mend.entry is None and mend.says and not alive else ""
    made: dict[str, object] = {
        "version": VERSION,
        "freeze": grade.freeze,
        "status": grade.status,
        "of": grade.of,
        "cause": grade.cause,
        "why": grade.why,
        "points": grade.points,
        "low": grade.low,
        "high": grade.high,
        "topics": grade.topics,
        "rows": tuple(Cell(row.points, row.of, row.verdict, row.open) for row in grade.rows),
        "down": down,
        "first": "" if mend is None else mend.title,
        "isolation": report.isolation,
        "seconds": round(report.seconds, 1),
        "looked_at": () if report.audit is None else report.audit.because,
        "audit": "" if report.audit is None else _differing(report.audit),
    }
    return Standing(**{name: _tame(value) for name, value in (made | about).items()})  # type: ignore[arg-type]


def unnamed(standing: Standing, student: str, name: str) -> Standing:
    """The same with another name, wherever its texts have the student's as words of their own.

    A submission's folders and files are often called by it.
    """
    words = [re.escape(each) for each in re.split(r"[\W_]+", student) if each]
    if sum(map(len, words)) < _SHORTEST:
        return standing
    theirs = re.compile(r"(?i)(?<![^\W_])" + r"[\W_]*".join(words) + r"(?![^\W_])")

    def without(text: str) -> str:
        return theirs.sub(lambda _: name, text)

    texts = {
        field: without(value) if isinstance(value, str) else tuple(map(without, value))
        for field, value in ((each, getattr(standing, each)) for each in _TOLD)
    }
    return replace(standing, **texts)


def _differing(audit: Audit) -> str:
    """What the two clocks have told of it, where that is not the same."""
    names = [each.rpartition("::")[2] for each in audit.differing]
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"by a clock that waits {checks(len(names))} came out otherwise: {', '.join(names[:_NAMED])}{more}"


def _tame(value: object) -> object:
    """Texts as lines that may be shown anywhere: a submission has had a hand in them."""
    if isinstance(value, str):
        return safe(value, _LONGEST)
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return tuple(safe(each, _LONGEST) for each in value)
    return value


def withheld(report: Report, assignment: Assignment, cause: Withheld, why: str) -> Report:
    """The report with no grade, for that reason: all of it is open."""
    before = report.grade
    rows = before.rows if before else ()
    open_ = tuple(replace(row, points=0, why=why, open=True, cause=cause) for row in rows) or tuple(
        Earned(
            each.nodeid,
            each.id,
            each.title,
            each.topic,
            0,
            each.points,
            "deselected",
            why,
            open=True,
            hidden_until=each.hidden_until,
            cause=cause,
        )
        for each in assignment.rows
    )
    grade = Grade(
        status="withheld",
        of=assignment.of,
        cause=cause,
        why=why,
        high=assignment.of,
        rows=open_,
        topics=tuple(replace(each, points=0) for each in before.topics) if before else (),
        assignment=assignment.name,
        freeze=before.freeze if before else "",
        seed=assignment.seed,
    )
    return replace(report, grade=grade)
