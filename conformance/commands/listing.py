"""All checks in columns, and the resources that each is asked of: `conformance list`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.model import Suite, Target, Tier
from conformance.model.order import level_at
from conformance.plan.lanes import Plan, plan
from conformance.verbs import VERBS

__all__ = ["listing"]

_WIDTH: Final = 100  # columns of the list
_GAP: Final = 2


def listing(suite: Suite, target: Target, tier: Tier, width: int = _WIDTH) -> Iterator[str]:
    """All checks up to a tier in columns, and the resources that each is asked of, within so many columns."""
    rows = [("CHECK", "LEVEL", "TIER", "ROW", "ASKED OF")]
    asked: dict[str, list[str]] = {}
    planned = plan(suite, target, tier)
    for run in planned.runs:
        asked.setdefault(run.check.id, []).extend([run.resource.name] if run.resource else [])
    for check in (c for file in suite.files for c in file.checks if c.id in asked):
        first, last = level_at(check, target, check.tier), level_at(check, target, tier)
        level = first if first == last else f"{first}, then {last}"
        rows.append((check.id, level, check.tier, check.requirement.id, ""))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    left = max(width - sum(each + _GAP for each in widths[:-1]), len(rows[0][-1]))
    for row in rows:
        of = row[-1] or _asked_of(asked[row[0]], target, left)
        cells = zip((*row[:-1], of), widths, strict=True)
        yield (" " * _GAP).join(f"{cell:<{size}}" for cell, size in cells).rstrip()
    yield ""
    yield _counted(planned)


def _counted(planned: Plan) -> str:
    """How much is to be done: the checks, on the resources that each is asked of, and the cells of tables."""
    runs = [run for run in planned.runs if run.resource is not None]
    cells = [step for work in planned.works.values() if work.apart for step in work.steps[1:-1]]
    writes = sum(VERBS[step.do].phase == "write" for step in cells)
    return (
        f"{len({run.check.id for run in planned.runs})} checks, asked {len(runs)} times in all; "
        f"in tables {len(cells) - writes} cells that read and {writes} that write"
    )


def _asked_of(names: list[str], target: Target, width: int) -> str:
    """The resources by name as far as there is room, else how many."""
    if not names:
        return f"none of {target.name}"
    if len(names) == len(target.resources) > 1:
        return "all resources"
    told = ", ".join(names)
    return told if len(told) <= width else f"{len(names)} resources"
