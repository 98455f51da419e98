"""What a judgement may look at besides the record, and how an outcome becomes a verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace

from conformance.model import (
    ASCENDING,
    Level,
    OutcomeName,
    Record,
    Run,
    Suite,
    Target,
    Tier,
    Verdict,
    VerdictName,
)
from conformance.model.order import level_at

__all__ = ["Court", "made", "unclear", "verdict_name"]

_BY_LEVEL: Final[Mapping[tuple[OutcomeName, Level], VerdictName]] = {
    ("pass", "MUST"): "pass",
    ("pass", "SHOULD"): "pass",
    ("pass", "MAY"): "info",
    ("fail", "MUST"): "fail",
    ("fail", "SHOULD"): "warn",
    ("fail", "MAY"): "info",
}


@dataclass(frozen=True, slots=True)
class Court:
    """Everything a judgement may look at besides the record itself.

    Args:
        verdicts: run id -> verdict, of the runs that were judged before.
        remote: whether the server is somewhere else than on loopback.
        down: why the server can't be reached at all, or "". mend: what to do about that, or "".
        workers: how many of the server's workers the suite has started; None: it has not.
        records: work -> what was done so far, for what is judged over all answers.
        sorted: by the identity of a record: all answers as they were put in order for the first check that is
            judged over them. None come to them while that record is judged.
    """

    suite: Suite
    target: Target
    tier: Tier
    runs: tuple[Run, ...]
    verdicts: Mapping[str, Verdict]
    remote: bool = False
    down: str = ""
    workers: int | None = None
    mend: str = ""
    records: Mapping[str, Record] = field(default_factory=dict)
    sorted: dict[int, Any] = field(default_factory=dict, compare=False)


def verdict_name(outcome: OutcomeName, level: Level) -> VerdictName:
    """What an outcome counts as at a level; every other outcome is its own verdict."""
    if outcome in ("pass", "fail"):
        return _BY_LEVEL[outcome, level]
    return outcome


def made(  # noqa: PLR0913 - the level's three sources
    run: Run,
    court: Court,
    outcome: OutcomeName,
    message: str,
    *,
    cause: str = "",
    at_most: Level | None = None,
) -> Verdict:
    """An outcome, as it counts at the level that binds this run, or at most at the given one."""
    level = level_at(run.check, court.target, court.tier)
    if at_most is not None:
        level = min(level, at_most, key=ASCENDING.index)
    return Verdict(outcome, verdict_name(outcome, level), message, cause=cause)


def unclear(run: Run, court: Court, says: str, code: str, cause: str = "") -> Verdict:
    """Inconclusive; the code says whose doing that is, see `codes.py`."""
    return replace(made(run, court, "inconclusive", says, cause=cause), code=code)
