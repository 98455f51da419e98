"""What a server fails, held against what it is known to: expected/NAME.yaml, one behaviour after the other.

    - why: Compares the whole field with its tag, so a list of tags never matches.
      source: RFC 9110 13.1.2; lib/etag.js of the plugin
      breaks: {inm-list-finds-the-tag: B05}
      resources: [page]              # where it is so on some only, not on all of the server's target

What a row of servers.yaml is `like` counts, too, and stands in that one's file alone.

Nothing is accepted silently: what is new is written down without a reason, and has none until a person gives
it; that is red, as is what is expected and did not come, and a row that is not what its check is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import yaml

from conformance.model import Check, Suite
from tools.servers.judging import Finding
from tools.servers.table import HERE, Row

__all__ = ["FOLDER", "Behaviour", "compared", "expected", "known", "problems", "rewritten", "write_expected"]

FOLDER: Final = HERE / "expected"
_WIDTH: Final = 108
What = tuple[str, str]


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that a server is known to do.

    Args:
        why: what it does, in a sentence.
        source: where that is known from: its documentation, its source, an issue, or what its answers show.
        breaks: check -> the row of the register that it breaks by that.
        resources: their names, where it is not so on all.
    """

    why: str
    source: str
    breaks: Mapping[str, str]
    resources: tuple[str, ...] = ()

    def whats(self, row: Row) -> Iterator[What]:
        """Each check and resource that it breaks."""
        return ((check, each) for check in self.breaks for each in (self.resources or row.resources))


def expected(name: str) -> list[Behaviour]:
    """What stands in the file of a server.

    Raises:
        ValueError: the file is wrong.
    """
    path = FOLDER / f"{name}.yaml"
    if not path.exists():
        return []
    try:
        return msgspec.convert(yaml.safe_load(path.read_text("utf-8")) or [], list[Behaviour])
    except msgspec.ValidationError as problem:
        raise ValueError(f"{path.name}: {problem}") from None


def known(row: Row) -> list[Behaviour]:
    """What is expected of a server, also by what it is like."""
    return [*(expected(row.like) if row.like else ()), *expected(row.name)]


def compared(
    row: Row, behaviours: Sequence[Behaviour], found: Sequence[Finding]
) -> tuple[list[Finding], list[What]]:
    """What is new, and what is expected but did not come."""
    due = {what for each in behaviours for what in each.whats(row)}
    seen = {each.what for each in found}
    return [each for each in found if each.what not in due], sorted(due - seen)


def problems(row: Row, behaviours: Iterable[Behaviour], suite: Suite) -> list[str]:
    """What of the expectations themselves is not as it has to be."""
    said = []
    checks = _checks(suite)
    for each in behaviours:
        names = ", ".join(each.breaks)
        if not each.why.strip() or not each.source.strip():
            said.append(
                f"{row.name}: {names}: no reason is given (why and source, in expected/{row.name}.yaml)"
            )
        said += [
            f"{row.name}: {names}: it has no resource {on!r}"
            for on in each.resources
            if on not in row.resources
        ]
        for id_, number in each.breaks.items():
            check = checks.get(id_)
            if check is None:
                said.append(f"{row.name}: there is no check {id_!r} any more")
            elif number not in {each.id for each in (check.ground, check.requirement, *check.also)}:
                said.append(f"{row.name}: {id_} is about {check.ground.id}, not about {number!r}")
    return said


def rewritten(
    row: Row, behaviours: Sequence[Behaviour], new: Sequence[Finding], gone: Sequence[What], suite: Suite
) -> list[Behaviour]:
    """What is expected from now on: without what is gone; with what is new, which has no reason yet."""
    kept = []
    for each in behaviours:
        left = [what for what in each.whats(row) if what not in gone]
        kept += _behaviours(row, left, each.why, each.source, each.breaks)
    rows = {id_: check.ground.id for id_, check in _checks(suite).items()}
    fresh = [each.what for each in new if each.check in rows]
    return kept + _behaviours(row, fresh, "", "", rows)


def _checks(suite: Suite) -> dict[str, Check]:
    return {check.id: check for file in suite.files for check in file.checks}


def _behaviours(
    row: Row, whats: Sequence[What], why: str, source: str, rows: Mapping[str, str]
) -> list[Behaviour]:
    """As few behaviours as say it: checks that break on the same resources share one."""
    places: dict[tuple[str, ...], dict[str, str]] = {}
    for check in dict.fromkeys(check for check, _ in whats):
        on = tuple(each for each in row.resources if (check, each) in whats)
        on = () if len(on) == len(row.resources) else on
        places.setdefault(on, {})[check] = rows[check]
    return [Behaviour(why, source, breaks, on) for on, breaks in places.items()]


def write_expected(name: str, behaviours: Sequence[Behaviour], folder: Path = FOLDER) -> None:
    """Write them down, always in the same form; a server that breaks nothing has no file."""
    path = folder / f"{name}.yaml"
    if not behaviours:
        path.unlink(missing_ok=True)
        return
    made = msgspec.to_builtins(list(behaviours))
    path.write_text(yaml.safe_dump(made, sort_keys=False, width=_WIDTH, allow_unicode=True), "utf-8")
