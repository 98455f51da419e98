"""The documents made of the data: docs/matrix.md with a page for each topic, and flaws.json for `explain`.

A page shows what flaws are there for; what falls with them is a number, and stands in measured.json.
What only a search can break is not measured with it: its flaws are of histories, which tests found. Pure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from conformance.model import Check, SpecFile, Suite
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.histories import FLAWS_OF_HISTORIES
from tools.matrix.data import Data, check_of
from tools.matrix.which import aimed, checks, rank

__all__ = ["catches", "documents"]

_ROOT: Final = Path(__file__).parents[2]
INDEX: Final = _ROOT / "docs" / "matrix.md"
FOLDER: Final = _ROOT / "docs" / "matrix"
FLAWS_OF_CHECKS: Final = _ROOT / "conformance" / "load" / "flaws.json"
_TO_COME: Final = "to-come"
_MOST: Final = 12  # names in a cell; the other table has them all


@dataclass(frozen=True)
class _Catch:
    """What was measured, by check id: what was aimed at each flaw, and all that has `fallen`."""

    aimed: Mapping[str, Sequence[str]]
    fallen: Mapping[str, AbstractSet[str]]

    @classmethod
    def of(cls, data: Data, suite: Suite) -> Self:
        fallen = {name: {check_of(each) for each in line.fails} for name, line in data.flaws.items()}
        hit = {
            name: tuple(id_ for id_ in aimed(FLAWS[name], suite) if id_ in ids)
            for name, ids in fallen.items()
            if name in FLAWS
        }
        return cls(hit, fallen)

    def by_check(self, suite: Suite) -> dict[str, list[str]]:
        table: dict[str, list[str]] = {check.id: [] for check in checks(suite)}
        for name in (name for name in FLAWS if name in self.aimed):
            for id_ in self.aimed[name]:
                table[id_].append(name)
        for check in checks(suite):
            if check.explored:
                table[check.id] += [n for n, told in FLAWS_OF_HISTORIES.items() if check.claim in told.claims]
            table[check.id].sort(key=lambda name: rank(check, FLAWS[name]))
        return table


def documents(data: Data, suite: Suite) -> dict[Path, str]:
    """Every generated file, with its text."""
    catch = _Catch.of(data, suite)
    table = catch.by_check(suite)
    homes = _homes(catch, suite)
    falls = Counter(id_ for ids in catch.fallen.values() for id_ in ids)
    left = [flaw for flaw in FLAWS.values() if flaw.name not in homes]
    pages = {}
    for file in suite.files:
        under = [_check_row(check, table[check.id], falls[check.id]) for check in file.checks]
        flaws = [_flaw_row(FLAWS[name], catch) for name, home in homes.items() if home == file.name]
        pages[FOLDER / f"{_topic(file)}.md"] = _page(file, under, flaws)
    return {
        INDEX: _index(table, homes, left, suite),
        **pages,
        FOLDER / f"{_TO_COME}.md": _to_come(left),
        FLAWS_OF_CHECKS: json.dumps(table, indent=1) + "\n",
    }


def catches(data: Data, suite: Suite) -> dict[str, list[str]]:
    """Check id -> the flaws that it is aimed at and fails under, those first that are made for its row."""
    return _Catch.of(data, suite).by_check(suite)


def _homes(catch: _Catch, suite: Suite) -> dict[str, str]:
    """Flaw -> the name of the spec file whose page it stands on: that of the nearest check that it fails."""
    file_of = {check.id: file.name for file in suite.files for check in file.checks}
    return {name: file_of[catch.aimed[name][0]] for name in FLAWS if catch.aimed.get(name)}


def _topic(file: SpecFile) -> str:
    return Path(file.name).stem


# ------------------------------------------------------------------ the pages


def _index(
    table: Mapping[str, Sequence[str]], homes: Mapping[str, str], left: Sequence[Flaw], suite: Suite
) -> str:
    rows = []
    for file in suite.files:
        shown = sum(1 for check in file.checks if table[check.id])
        flaws = sum(1 for home in homes.values() if home == file.name)
        link = f"[{_topic(file)}](matrix/{_topic(file)}.md)"
        rows.append(f"| {link} | {_cell(file.title)} | {len(file.checks)} | {shown} | {flaws} |")
    total = len(checks(suite))
    rows.append(f"| | together | {total} | {sum(map(bool, table.values()))} | {len(homes)} |")
    return _text(
        "# Checks and flaws",
        "",
        "A flaw is the reference with one deliberate defect (`python -m reference_impl.twisted --flaw X`).",
        "A check is shown to be able to fail by flaws of what it looks for, and a flaw is caught by checks",
        "of what it breaks; each topic has a page with both. What else fails under a flaw is its by-catch:",
        "a number on the pages, listed in [measured.json](matrix/measured.json).",
        "",
        "Generated by `python -m tools.matrix`.",
        "",
        "| page | topic | checks | shown to fail | flaws caught |",
        "|---|---|---|---|---|",
        *rows,
        "",
        f"[To come](matrix/{_TO_COME}.md): {len(left)} flaws that no check catches yet.",
    )


def _page(file: SpecFile, of_checks: Sequence[str], of_flaws: Sequence[str]) -> str:
    return _text(
        f"# {file.title}: checks and flaws",
        "",
        "[All topics](../matrix.md). Generated by `python -m tools.matrix`.",
        "",
        "## Each check, with the flaws of its row under which it fails",
        "",
        "| check | tier | row | fails under | and others |",
        "|---|---|---|---|---|",
        *of_checks,
        "",
        "## Each flaw, with the checks of what it breaks that fail",
        "",
        "What cannot even be tried once they have failed is blocked, and not listed.",
        "",
        "| flaw | what is wrong | breaks | fails | by-catch |",
        "|---|---|---|---|---|",
        *of_flaws,
    )


def _check_row(check: Check, names: Sequence[str], falls: int) -> str:
    others = 0 if check.explored else falls - len(names)
    how = "a search, under " if check.explored else ""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    cell = (how + _names(names[:_MOST]) if names else "none yet") + more
    return f"| `{check.id}` | {check.tier} | {check.requirement.id} | {cell} | {others or ''} |"


def _flaw_row(flaw: Flaw, catch: _Catch) -> str:
    ids = catch.aimed[flaw.name]
    others = len(catch.fallen[flaw.name]) - len(ids)
    return f"{_told(flaw)} {_names(ids)} | {others or ''} |"


def _to_come(left: Sequence[Flaw]) -> str:
    return _text(
        "# Flaws that no check catches yet",
        "",
        "[All topics](../matrix.md). Generated by `python -m tools.matrix`.",
        "",
        "| flaw | what is wrong | breaks |",
        "|---|---|---|",
        *(_told(flaw) for flaw in left),
    )


def _told(flaw: Flaw) -> str:
    return f"| `{flaw.name}` | {_cell(flaw.says)} | {', '.join(flaw.breaks)} |"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"
