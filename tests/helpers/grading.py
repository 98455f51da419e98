"""Reports and frozen assignments by hand: what a grade rests on, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.model import (
    Assignment,
    Entry,
    Explained,
    Frozenness,
    OutcomeName,
    Report,
    Score,
    ServerKind,
    Verdict,
    VerdictName,
    Worth,
)
from helpers.records import RULE, target

__all__ = ["assignment", "nodeid", "report", "verdict", "worth"]

BY = Frozenness("1", "specs", "")


def nodeid(check: str) -> str:
    """The node id of a check, by its id: "file/check", or "check" alone."""
    file, _, name = check.rpartition("/")
    return f"specs/{file or 'topic'}.yaml::items::{name}"


def worth(check: str, points: int = 10, **more: Any) -> Worth:
    """What a check is worth; by default a warning earns half of it."""
    id_ = nodeid(check)
    file = id_.partition("::")[0]
    return Worth(id_, points, topic=file, **more)


def assignment(*rows: Worth, **more: Any) -> Assignment:
    """A frozen assignment of these rows."""
    fields: dict[str, Any] = {"name": "week 7", "target": "by-hand", "tier": "lesson", "by": BY, **more}
    return Assignment(version=2, rows=rows, **fields)


def verdict(outcome: OutcomeName, *, warn: bool = False, **more: Any) -> Verdict:
    """A verdict of a MUST, or of a SHOULD that does not hold."""
    name: VerdictName = "warn" if warn else outcome
    return Verdict(outcome, name, more.pop("message", f"it is {name}"), **more)


def report(verdicts: Mapping[str, Verdict], *, server: ServerKind = "app", **more: Any) -> Report:
    """A report of these verdicts: check -> its own; by default of a server that the suite has started."""
    entries = tuple(Entry(nodeid(check), each, order=i) for i, (check, each) in enumerate(verdicts.items()))
    explained = {each.id: Explained("It holds", RULE.id, "MUST", "lesson") for each in entries}
    fields: dict[str, Any] = {
        "suite_version": BY.suite,
        "specs_sha256": BY.specs,
        "target": target(),
        "tier": "lesson",
        "score": Score(),
        "requirements": {RULE.id: RULE},
        **more,
    }
    return Report(version=2, entries=entries, explained=explained, server=server, **fields)
