"""`tables` of a spec file -> one timeline for each, and a check for each of its cells and mixtures. Pure.

A cell names the classes of values that it sends; what is due of it is not written down, since RFC 9110 13.2.2
says it, unless there is more to look at (`expect`). Level and tier are those of its row, and so is the title,
where it has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.language.doubts import DOUBTS
from conformance.language.yamlfile import Path_
from conformance.load.classes import WRITES, needs_of, value_of
from conformance.load.mixtures import mixtures
from conformance.load.parts import Parts
from conformance.load.schema import ARGUMENTS, JUDGED
from conformance.model import Check, Json, Timeline
from conformance.model.specs import PLAIN

__all__ = ["read_tables"]

_LAST: Final = "last"
_DUE: Final[Json] = {"due": {"after": PLAIN}}
_LONGEST: Final = 90  # characters of a title


def read_tables(parts: Parts) -> tuple[list[Check], list[Timeline]]:
    """The cells and the timelines of a file's tables.

    Raises:
        SpecError: something in a table is wrong.
    """
    cells: list[Check] = []
    tables: list[Timeline] = []
    for id_, data in parts.file.data.get("tables", {}).items():
        path: Path_ = ("tables", id_)
        known: dict[str, Json] = {}
        plain = {"do": "read", "as": PLAIN, "only-if": {"status": 200}}
        steps = [*parts.steps([plain], path, known)]
        for index, cell in enumerate(data.get("cells", ())):
            here = (*path, "cells", index)
            reads = [*_reads(parts, data, cell, here)]
            steps += parts.steps(reads, here, known)
            cells.append(_check(parts, id_, data, cell, [str(each["as"]) for each in reads]))
        mixed, reads = mixtures(parts, id_, data, path)
        steps += parts.steps(reads, path, known)
        cells += mixed
        steps += parts.steps([{"do": "read", "as": _LAST}], path, known)
        tables.append(Timeline(id_, needs_of(data), (), tuple(steps), parts.place(path), apart=True))
    return cells, tables


def _reads(
    parts: Parts, table: Mapping[str, Any], cell: Mapping[str, Any], path: Path_
) -> Iterator[dict[str, Any]]:
    """The steps of a cell, as they would be written: one, or one for each that it sends."""
    sends = cell["send"] if isinstance(cell["send"], list) else [cell["send"]]
    for number, send in enumerate(sends):
        headers = {
            name: value_of(parts, table, name, class_, (*path, "send")) for name, class_ in send.items()
        }
        step = {"do": "write" if WRITES in table else "read", "headers": headers}
        name = f"{cell['id']}-{number}" if len(sends) > 1 else cell["id"]
        yield {**step, "as": name, **{each: cell[each] for each in (*ARGUMENTS, "only-if") if each in cell}}


def _check(
    parts: Parts, table: str, data: Mapping[str, Any], cell: Mapping[str, Any], steps: list[str]
) -> Check:
    path = ("tables", table, "cells", data["cells"].index(cell))
    writes = WRITES in data
    due = (
        dict.fromkeys(cell.get("judge", JUDGED), "due")
        if writes
        else cell.get("expect") or data.get("expect", _DUE)
    )
    title = cell.get("title") or _title(parts, cell, path)
    return parts.judging(
        {**cell, "title": title},
        path,
        title=title,
        on=table,
        expects=(dict.fromkeys(steps, due),),
        only_if={**data.get("only-if", {}), **({PLAIN: cell["where"]} if "where" in cell else {})},
        needs=needs_of(data),
        after=(*data.get("after", ()), *cell.get("after", ())),
        doubts=() if writes else (DOUBTS["others-write"],),  # nobody else knows an item of ours
        why=cell.get("why", data["why"]),
        hint=cell.get("hint", data["hint"]),
    )


def _title(parts: Parts, cell: Mapping[str, Any], path: Path_) -> str:
    """What its row says, as a title."""
    if "requirement" not in cell:
        raise parts.file.fail(f"the cell {cell['id']!r} needs a title, or a row that says one", path)
    row = parts.requirement(cell["requirement"], (*path, "requirement"))
    title = row.says[:1].upper() + row.says[1:]
    if len(title) > _LONGEST:
        says = f"what {row.id} says is {len(title)} characters long; a title has {_LONGEST} at most: give one"
        raise parts.file.fail(says, path)
    return title
