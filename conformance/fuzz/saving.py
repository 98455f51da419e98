"""Counterexamples that live on: each is written down as a check that a plain run asks. Shell.

One file for each finding, named by its check and a digest of what is sent, so that the same one is written
but once. What is written is what a person could have written: `conformance run --specs DIR` runs it, without
a search.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.model import Check, Json, Record, Resource, Run, Step

__all__ = ["Saver", "written"]

_DIGITS: Final = 8
_LIVES: Final = ("look", "pass 1.1 1", "pass 1.1 1", "pass 1.1 1")
_WRITE: Final = ("look", "put 0 look")
_ROUNDS: Final = 5  # of two requests at once, which come in either order
_PLAYED: Final = ("done", "failed")  # one that was stopped does not say which move it was


class Saver:
    """Writes findings into a folder.

    Attributes:
        paths: of all that were found, those that were there already included.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.paths: list[str] = []

    def __call__(self, run: Run, record: Record) -> None:
        """Write a finding down, unless it was before.

        Raises:
            OSError: it can't be written.
        """
        name, text = written(run.check, record, run.resource)
        path = self._folder / f"{name}.yaml"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        if str(path) not in self.paths:
            self.paths.append(str(path))


def written(check: Check, record: Record, resource: Resource | None = None) -> tuple[str, str]:
    """A finding as a check: its name, and the text of its file."""
    own = _played(record, resource) if check.explored else _bound(check, record.bound)
    digest = hashlib.sha256(json.dumps([check.id, own], sort_keys=True).encode()).hexdigest()[:_DIGITS]
    name = f"{check.id[: 59 - _DIGITS]}-{digest}"
    data: dict[str, Any] = {"id": name, "title": check.title, "requirement": check.requirement.id}
    data |= {"also": [row.id for row in check.also]} if check.also else {}
    data |= {"level": check.level, "tier": check.tier, "needs": list(check.needs)}
    data |= {"without": list(check.without)} if check.without else {}
    data |= {"explore": check.claim} if check.claim else {"after": list(check.after)}
    data |= own
    data |= {"doubts": [doubt.name for doubt in check.doubts]} if check.doubts else {}
    data |= {"why": check.why, "hint": check.hint}
    file = {"title": f"Found by searching: {check.title}"[:90], "checks": [data]}
    text = yaml.safe_dump(file, sort_keys=False, allow_unicode=True, width=100)
    return name, f"# Written by --save-failing. Run it with: conformance run URL --specs {name}.yaml\n{text}"


def _played(record: Record, resource: Resource | None) -> dict[str, Any]:
    """The moves of a history, those that were left out excepted; before them what had been there in any case.

    A search has played others by then. On a server that has just started, what rests on lives that are over,
    or on a write that was put back, would not show.
    """
    done = [step for step in record.steps if step.status in _PLAYED and step.name.startswith("move-")]
    able = resource.capabilities if resource is not None else frozenset()
    history = [step.says for step in done]
    moves = [*(_LIVES if "ttl" in able else ()), *(_WRITE if "change" in able else ())]
    steps = [{"do": "play", "as": f"before-{i}", "move": move} for i, move in enumerate(moves, 1)]
    rounds = _ROUNDS if any(move.startswith("both") for move in history) else 1
    for number, move in enumerate(history * rounds):
        begins = {"begins": "anew"} if steps and number % len(history) == 0 else {}
        steps.append({"do": "play", "as": f"move-{number + 1}", "move": move} | begins)
    return {"steps": steps}


def _bound(check: Check, bound: Mapping[str, Json]) -> dict[str, Any]:
    """The check itself, with what was found as the only example."""
    forall = {
        each.name: {"strategy": each.strategy, "examples": [bound.get(each.name, each.examples[0])]}
        for each in check.forall
    }
    expects = list(check.expects)
    more: dict[str, Any] = {"forall": forall, "steps": [_step(step) for step in check.steps]}
    more |= {"expect": expects[0] if len(expects) == 1 else expects} if expects else {}
    return more | ({"only-if": dict(check.only_if)} if check.only_if else {})


def _step(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"do": step.do, "as": step.name, **step.args}
    when = list(step.when)
    parts = {"given": step.given, "only-if": step.only_if, "expect": step.expect}
    said |= {name: dict(wanted) for name, wanted in parts.items() if wanted}
    return said | ({"when": when[0] if len(when) == 1 else when} if when else {})
