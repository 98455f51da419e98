"""Which flaws are shown to which checks, and how each of them is run. Nothing is run here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conformance.model import TIERS, Check, Suite, Tier
from reference_impl.twisted.flaws import FLAWS, Flaw, behind, negotiation, whole

__all__ = ["ODD", "Way", "aimed", "by_time", "checks", "of_lesson", "rank", "rows", "runnable", "way"]


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a flaw is run: embedded, beside others, with a clock that is moved, unless it is said otherwise.

    Args:
        tier: up to which checks are run.
        target: the name of the target file.
        standing: the second must not turn by chance, so the clock stands until it is moved.
        alone: what a busy machine blurs.
        started: seen only where the suite has started the server, and measures it.
        mixed: seen by what mixtures of conditions are answered, though it is not about them.
        workers: seen only where several processes answer, in real time, since a clock can be moved in one
            process only. These rows count; without Redis, workers disagree about the rest anyway.
    """

    tier: Tier = "lesson"
    target: str = "lesson"
    standing: bool = False
    alone: bool = False
    started: bool = False
    mixed: bool = False
    workers: tuple[str, ...] = ()


_TWO: Final = Way(workers=("LES02", "LES38"))
ODD: Final[Mapping[str, Way]] = {
    "python-hash-etag": _TWO,
    "etag-per-worker": _TWO,
    "per-worker-cache": _TWO,
    "key-without-place": Way(target="reference"),
    "parts-run-together": Way(target="reference", tier="core"),
    "policy-on-misses-only": Way(target="reference", tier="core"),
    **dict.fromkeys(
        (flaw.name for flaw in whole.FLAWS),
        Way(target="whole", tier="full"),
    ),
    **dict.fromkeys((flaw.name for flaw in behind.FLAWS), Way(target="behind", tier="strict")),
    "304-for-strangers": Way(target="reference", tier="full"),
    "refused-without-policy": Way(target="reference", tier="strict", mixed=True),
    "unbounded-cache": Way(target="reference", started=True),
    # By URL it may be other clients, or workers, that make it look so.
    **dict.fromkeys(
        ("two-caches-in-turn", "flag-by-age", "second-in-list", "set-order-etag"), Way(started=True)
    ),
    **dict.fromkeys((flaw.name for flaw in negotiation.FLAWS), Way(target="reference", tier="full")),
    "version-alone": Way(tier="full", started=True),
    "age-of-nothing": Way(tier="full", started=True),  # by URL a cache may stand in front
    "timestamp-etag": Way(standing=True),
    "slow-hit": Way(alone=True),
}


def way(name: str, suite: Suite) -> Way:
    """How a flaw is run. Those of the lesson are shown to its tier, others to the highest that there is."""
    if name in ODD or of_lesson(FLAWS[name]):
        return ODD.get(name, Way())
    return Way(tier=max((check.tier for check in checks(suite)), key=TIERS.index))


def checks(suite: Suite) -> tuple[Check, ...]:
    """All checks of the specs, in their order."""
    return tuple(check for file in suite.files for check in file.checks)


def rows(check: Check) -> frozenset[str]:
    """The rows of the register that a check cites."""
    return frozenset({check.requirement.id, *(each.id for each in check.also)})


def of_lesson(flaw: Flaw) -> bool:
    """Whether the flaw breaks a row of the lesson."""
    return any(row.startswith("LES") for row in flaw.breaks)


def runnable(suite: Suite) -> tuple[str, ...]:
    """The flaws that the specs may catch: what they break is a row of the lesson, or cited by a check."""
    cited = frozenset[str]().union(*map(rows, checks(suite)))
    return tuple(name for name, flaw in FLAWS.items() if of_lesson(flaw) or cited & set(flaw.breaks))


def aimed(flaw: Flaw, suite: Suite) -> tuple[str, ...]:
    """The ids of the checks of what a flaw is there to break, in the order in which it names the rows."""
    found = [check for check in checks(suite) if rows(check) & set(flaw.breaks)]
    return tuple(check.id for check in sorted(found, key=lambda check: rank(check, flaw)))


def rank(check: Check, flaw: Flaw) -> int:
    """How near to its heart a check hits a flaw: 0 for the row that it is made for."""
    return min(
        (flaw.breaks.index(row) for row in rows(check) if row in flaw.breaks), default=len(flaw.breaks)
    )


def by_time(check: Check) -> bool:
    """Whether a check compares how long answers take: it fails by chance where the machine is busy."""
    return any("time" in wanted for each in check.expects for wanted in each.values())
