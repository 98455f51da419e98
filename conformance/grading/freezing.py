"""An assignment -> a frozen one: which checks, for how many points, by which specs. Pure.

What is frozen never moves with a server: what can be earned, and by what, is settled here and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from conformance.grading.assignment import Wanted
from conformance.grading.selecting import Left, named, select, topic_of
from conformance.grading.shares import shared_out
from conformance.model import GRADES_VERSION, Assignment, Frozenness, Run, Suite, Worth
from conformance.version import __version__

__all__ = ["Frozen", "freeze"]

_TOTAL: Final = 100


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen assignment, and what its author ought to know of it.

    Args:
        left: what was meant and does not count.
    """

    assignment: Assignment
    left: tuple[Left, ...]


def freeze(wanted: Wanted, suite: Suite) -> Frozen:
    """Settle what counts and for how much.

    Raises:
        AssignmentError: it asks what can't be judged, or its points do not come out.
    """
    runs, left = select(wanted, suite)
    points = _points(wanted, runs)
    hidden = {run.id for selector in wanted.hidden for run in named(selector, runs)}
    rows = tuple(
        Worth(
            nodeid=run.id,
            points=each,
            title=run.check.title,
            topic=run.id.partition("::")[0],
            hidden_until=wanted.hidden_until if run.id in hidden else "",
        )
        for run, each in zip(runs, points, strict=True)
    )
    topics = {row.topic for row in rows}
    return Frozen(
        Assignment(
            version=GRADES_VERSION,
            name=wanted.file.data["name"],
            target=wanted.target_name,
            tier=wanted.tier,
            by=Frozenness(__version__, suite.sha256, wanted.target.sha256),
            rows=rows,
            topics={file.name: file.title for file in suite.files if file.name in topics},
            require=wanted.require,
            optional=wanted.optional,
            started=wanted.started,
            share=(wanted.share.numerator, wanted.share.denominator),
            retries=wanted.retries,
            budget=wanted.budget,
            audit=wanted.audit,
            seed=_seed(wanted, suite) if wanted.seed is None else wanted.seed,
        ),
        left,
    )


def _seed(wanted: Wanted, suite: Suite) -> int:
    """One that is the same whenever the same file is frozen by the same specs."""
    said = json.dumps(wanted.file.data, sort_keys=True) + suite.sha256
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:4])


# ------------------------------------------------------------------ points


def _points(wanted: Wanted, runs: Sequence[Run]) -> tuple[int, ...]:
    """What each run is worth: first what is said of checks, then of topics, then what is left."""
    worth: dict[str, int] = {}
    for selector, total in wanted.checks.items():
        those = [run for run in _fitting(wanted, "checks", selector, runs) if run.id not in worth]
        _spread(wanted, ("points", "checks", selector), total, those, worth)
    for topic, total in wanted.topics.items():
        inside = _fitting(wanted, "topics", topic, runs)
        those = [run for run in inside if run.id not in worth]
        spent = sum(worth.get(run.id, 0) for run in inside)
        _spread(wanted, ("points", "topics", topic), total - spent, those, worth)
    rest = [run for run in runs if run.id not in worth]
    spent = sum(worth.values())
    total = wanted.total or (_TOTAL if rest else spent)
    if wanted.by_topic and rest:
        by_topic = _by_topic(rest)
        for share, those in zip(shared_out(total - spent, [1] * len(by_topic)), by_topic, strict=True):
            _spread(wanted, ("points",), share, those, worth)
    else:
        _spread(wanted, ("points",), total - spent, rest, worth)
    return tuple(worth[run.id] for run in runs)


def _fitting(wanted: Wanted, key: str, selector: str, runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs that are named where points are given."""
    found = tuple(r for r in runs if topic_of(r) == selector) if key == "topics" else named(selector, runs)
    if not found:
        what = "no topic" if key == "topics" else "no check"
        counting = ", ".join(dict.fromkeys(topic_of(run) for run in runs))
        raise wanted.file.fail(
            f"{selector!r} is {what} that counts in this assignment; its topics: {counting}",
            ("points", key, selector),
        )
    return found


def _spread(
    wanted: Wanted, path: tuple[str, ...], total: int, runs: Sequence[Run], worth: dict[str, int]
) -> None:
    """So many points on these runs, each at least one."""
    if len(runs) > total or (total and not runs):
        left = f"{total} points are left" if total >= 0 else f"{-total} points too many are given"
        where = f" of {path[-1]}" if len(path) > 1 else ""
        raise wanted.file.fail(
            f"{left} for {len(runs)} checks{where}: each has to be worth one at least, and the points have "
            "to sum to the total (a check counts once on each resource)",
            path,
        )
    worth.update(zip((run.id for run in runs), shared_out(total, [Fraction(1)] * len(runs)), strict=True))


def _by_topic(runs: Iterable[Run]) -> list[list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(topic_of(run), []).append(run)
    return list(found.values())
