"""What Python source means, as text: without comments, docstrings and layout. Pure.

Also what one row of a table means, with all that it refers to, so that its neighbours may change. Not made of
`ast.dump`, which differs between versions of Python; this does not.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

__all__ = ["Room", "meaning", "meaning_of_row"]

_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_TOLD: Final = ("says", "breaks")  # of a row: what is told of it, and not what it does


def meaning(text: str) -> str:
    """What a source means."""
    return _shape(ast.parse(text))


# ------------------------------------------------------------------ a row, and what it refers to


class Room:
    """A module with a table of flaws, taken apart: its rows, and which statements bind a name.

    Args:
        name: of the module, dotted.
        flaws: the names of those in its table, for rows that are made by a program and can't be read.
    """

    def __init__(self, name: str, text: str, flaws: Collection[str]) -> None:
        self.name, self.flaws = name, flaws
        body = ast.parse(text).body
        self._all = [each for each in body if not isinstance(each, ast.Import | ast.ImportFrom)]
        self._bindings: dict[str, list[ast.stmt]] = {}
        for statement in (each for whole in body for each in _one_by_one(whole)):
            for word in _bound(statement):
                self._bindings.setdefault(word, []).append(statement)

    def binding(self, word: str) -> list[ast.stmt]:
        """The statements that bind a name; none where it is not the room's own, all for ""."""
        return self._bindings.get(word, []) if word else self._all

    def row(self, flaw: str) -> ast.AST:
        """The row of a flaw without what is only told about it; the whole table where no row can be read."""
        (table,) = self._bindings["FLAWS"]
        for row in ast.walk(table):
            if isinstance(row, ast.Call) and row.args and getattr(row.args[0], "value", None) == flaw:
                if getattr(row.func, "id", None) != "Flaw":
                    return row
                rest = [each for each in row.keywords if each.arg not in _TOLD]
                return ast.Call(row.func, [row.args[0], *row.args[2:]], rest)
        return table


def meaning_of_row(flaw: str, rooms: Mapping[str, Room]) -> str:
    """What a flaw's row means, with all that it refers to within the rooms."""
    room = next(room for room in rooms.values() if flaw in room.flaws)
    row = room.row(flaw)
    found: dict[tuple[str, str], str] = {}
    queue = [(room.name, word) for word in _mentioned(row)]
    while queue:
        where, word = queue.pop()
        if (where, word) in found or where not in rooms:
            continue
        binding = rooms[where].binding(word)
        found[where, word] = "".join(map(_shape, binding))
        queue += [pair for statement in binding for pair in _referred(statement, where)]
    rest = (f"{where} {word} {shape}" for (where, word), shape in sorted(found.items()))
    return "\n".join([_shape(row), *rest])


def _referred(statement: ast.stmt, where: str) -> Iterator[tuple[str, str]]:
    """(room, name) of all that a statement at the top of a room refers to; "" is the whole of a room."""
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            yield from ((str(statement.module), alias.name), (f"{statement.module}.{alias.name}", ""))
    elif isinstance(statement, ast.Import):
        yield from ((alias.name, "") for alias in statement.names)
    else:
        yield from ((where, word) for word in _mentioned(statement))


def _mentioned(node: ast.AST) -> AbstractSet[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _one_by_one(statement: ast.stmt) -> Iterator[ast.stmt]:
    """An import of several names as imports of one: whoever needs one of them does not need the others."""
    if isinstance(statement, ast.ImportFrom):
        yield from (ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names)
    else:
        yield statement


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
    else:
        names = (each for each in ast.walk(statement) if isinstance(each, ast.Name))
        yield from {each.id for each in names if isinstance(each.ctx, ast.Store)}


# ------------------------------------------------------------------ a tree as text


def _shape(node: ast.AST) -> str:
    words: list[str] = []
    _write(node, words)
    return " ".join(words)


def _write(node: Any, words: list[str]) -> None:
    if isinstance(node, ast.AST):
        words.append(f"{type(node).__name__}(")
        for name in node._fields:
            value = _counting(node, name)
            if value is not None and value != []:
                words.append(f"{name}=")
                _write(value, words)
        words.append(")")
    elif isinstance(node, list):
        for each in node:
            _write(each, words)
        words.append(";")
    else:
        words.append(repr(node))


def _counting(node: ast.AST, field: str) -> Any:
    """The value of a field of a node, as far as it counts."""
    if field in ("ctx", "kind", "type_comment"):
        return None
    if field == "body" and isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        return node.body[1:]
    if isinstance(node, ast.JoinedStr):  # Python 3.12 has empty pieces in some
        return [each for each in node.values if getattr(each, "value", None) != ""]
    return getattr(node, field, None)
