"""What imports what, read from the source: every import, wherever it stands.

Those in functions and those for type checkers alone count as well: a module that can't be read
without another depends on it, however late it asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["House", "Import", "circles", "outside", "within"]


@dataclass(frozen=True, slots=True)
class Import:
    """One import; `early` if it is made when the importing module is."""

    importer: str
    imported: str
    file: str
    line: int
    early: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.imported}"


class House:
    """The modules below a folder, and their imports."""

    def __init__(self, root: Path) -> None:
        self.root = root
        paths = sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)
        self.modules = {_dotted(root, path): path for path in paths}
        self.trees = {name: ast.parse(path.read_text("utf-8")) for name, path in self.modules.items()}
        self.imports = [each for name in self.modules for each in self._of(name)]

    def file(self, name: str) -> str:
        """Where a module stands, from the folder that holds the house."""
        return self.modules[name].relative_to(self.root.parent).as_posix()

    def room(self, name: str) -> str:
        """The folder of a module below the root; "" for a file of the root."""
        inner = self.modules[name].relative_to(self.root).parts
        return inner[0] if len(inner) > 1 else ""

    def own(self) -> Iterator[Import]:
        """The imports of modules of this house by others of it."""
        return (each for each in self.imports if each.imported in self.modules)

    def _of(self, name: str) -> Iterator[Import]:
        file = self.file(name)
        for node, early in _statements(self.trees[name].body, early=True):
            for imported in dict.fromkeys(self._names(node)):
                yield Import(name, imported, file, node.lineno, early)

    def _names(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        assert node.level == 0, "relative imports hide where they lead"
        for alias in node.names:
            below = f"{node.module}.{alias.name}"
            yield below if below in self.modules else str(node.module)


def _dotted(root: Path, path: Path) -> str:
    return ".".join((root.name, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")


def _statements(
    body: Iterable[ast.AST], *, early: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import statement, and whether it is executed together with the module."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, early
            continue
        late = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _statements(node.body, early=False)
            yield from _statements(node.orelse, early=early)
        else:
            yield from _statements(ast.iter_child_nodes(node), early=early and not late)


def within(name: str, roots: Iterable[str]) -> bool:
    """Whether a module is one of these or below one."""
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def outside(imports: Iterable[Import], roots: Iterable[str]) -> list[Import]:
    """Those that lead to none of these, and below none."""
    allowed = tuple(roots)
    return [each for each in imports if not within(each.imported, allowed)]


def circles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The groups of modules that import each other, by whatever way (Tarjan)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for each in edges.get(name, ()):
            if each not in number:
                visit(each)
                low[name] = min(low[name], low[each])
            elif each in stack:
                low[name] = min(low[name], number[each])
        if low[name] == number[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1 or name in edges.get(name, ()):
                found.append(sorted(group))

    for name in edges:
        if name not in number:
            visit(name)
    return sorted(found)
