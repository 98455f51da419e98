"""A page of the documentation, read as a reader does: what is typed, what is printed, what is saved."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Saved", "Typed", "commands", "merged", "read"]

_FENCE = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
_BEFORE_A_FILE = re.compile(r"`([\w-]+\.(?:py|yaml))`:\s*\Z")  # right before a block


@dataclass(frozen=True, slots=True)
class Saved:
    """A block that is a file, or, of Python, a part of one."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, and the lines below it that are shown of what it prints."""

    line: str
    printed: Sequence[str] = ()

    @property
    def words(self) -> list[str]:
        """As a shell takes them, up to where it sends what is printed."""
        words = shlex.split(self.line, comments=True)
        return words[: next((n for n, word in enumerate(words) if word in {">", "|"}), len(words))]

    @property
    def exits(self) -> int:
        """With what it ends, by what is shown of it."""
        first = self.printed[0] if self.printed else ""
        return 1 if first.startswith("Failed") else 2 if first.startswith("conformance: ") else 0

    def missing(self, output: str) -> str | None:
        """The first shown line that no line of the output begins with, in order; numbers may be others."""
        lines = map(_plain, output.splitlines())
        shown = (each for each in self.printed if each.strip() not in {"", "..."})
        return next(
            (each for each in shown if not any(line.startswith(_plain(each)) for line in lines)), None
        )


def _plain(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.split()))


def read(page: str) -> Iterator[Saved | Typed]:
    """Files and commands, in the order of the page."""
    end = 0
    for block in _FENCE.finditer(page):
        language, text = block.groups()
        if language in {"console", "sh"}:
            yield from commands(language, text)
        named = _BEFORE_A_FILE.search(page, end, block.start())
        if language in {"python", "yaml"} and named:
            yield Saved(named[1], text)
        end = block.end()


def commands(language: str, text: str) -> Iterator[Typed]:
    """The commands of a block: of `sh` each line, of `console` what stands behind a prompt."""
    text = text.replace("\\\n", " ")
    if language == "sh":
        yield from (Typed(line) for line in text.splitlines() if line.strip())
        return
    for part in re.split(r"(?m)^\$ ", text)[1:]:
        line, *printed = part.splitlines()
        yield Typed(line, printed)


def merged(old: str, new: str) -> str:
    """A file with what is new in it, in the place of what had the same name."""
    there = {_name(each): each for each in ast.parse(old).body}
    lines = old.splitlines()
    for each in ast.parse(new).body:
        source = new.splitlines()[_first(each) - 1 : each.end_lineno]
        replaced = there.get(_name(each))
        if replaced is None:
            lines += source
        else:  # one line for all, so that the others keep their numbers
            first, last = _first(replaced) - 1, replaced.end_lineno or 0
            lines[first:last] = ["\n".join(source), *[""] * (last - first - 1)]
    return "\n".join(lines) + "\n"


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.ImportFrom):
        return f"from {node.module}"
    return str(getattr(node, "name", ast.unparse(node)))


def _first(node: ast.stmt) -> int:
    """The line of its first decorator, or its own."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])
