"""A YAML file -> plain data with the line of every value, under stricter rules than YAML's own.

Knows nothing of checks or targets. What YAML allows and this refuses, each with file and line:
aliases and anchors (a billion laughs), duplicate keys, merge keys, tags, several documents.
Scalars are read as in JSON: true, false, null and numbers; `on`, `no`, `010`, `1:30` and dates
stay the text that they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.errors import SpecError

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# At most 18 digits: more are no number that anybody meant, and Python refuses 4300 by an error of its own.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
# YAML 1.2, 5.1: everything but these may stand in a file.
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_BYTES: Final = 1024 * 1024
_DEEPEST: Final = 40
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The data of a file, and where each part of it stands.

    Args:
        name: the file's name as shown to people.
        lines: path in the data -> 1-based line.
    """

    name: str
    data: Any
    lines: Mapping[Path_, int]
    error: type[SpecError]

    def line(self, path: Iterable[str | int]) -> int | None:
        """The line of a path, or of its nearest ancestor that has one."""
        here = tuple(path)
        while here and here not in self.lines:
            here = here[:-1]
        return self.lines.get(here)

    def fail(self, says: str, path: Iterable[str | int] = ()) -> SpecError:
        """The error to raise about what stands at a path."""
        return self.error(says, self.name, self.line(path))


def read(path: Path, name: str, error: type[SpecError] = SpecError) -> YamlFile:
    """Read one file.

    Raises:
        SpecError (or the given kind): it is missing, too large, or not YAML of the strict kind.
    """
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise error(f"can't be read: {problem.strerror}", name) from None
    if len(raw) > _MOST_BYTES:
        raise error(f"is {len(raw)} bytes long; at most {_MOST_BYTES} are read", name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(f"is not UTF-8 text (byte {problem.start})", name) from None
    return parse(text, name, error)


def parse(text: str, name: str, error: type[SpecError] = SpecError) -> YamlFile:
    """Read YAML text; see `read`."""
    control = _UNREADABLE.search(text)
    if control is not None:
        says = f"is not YAML: it holds the control character U+{ord(control[0]):04X}"
        raise error(says, name, text.count("\n", 0, control.start()) + 1)
    try:
        _refuse(text, name, error)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        says = f"is not YAML: {problem.problem or problem.context}"
        if "nesting depth" in str(problem.problem):  # some builds of libyaml give up before we do
            says = f"is nested more than {_DEEPEST} deep"
        if "alias" in f"{problem.problem} {problem.context}":
            says += ' (an asterisk has to be quoted: "*")'
        if "mapping values" in str(problem.problem):
            says += " (a text with a colon and a blank in it has to be quoted)"
        raise error(says, name, mark.line + 1 if mark else None) from None
    except yaml.YAMLError as problem:
        raise error(f"is not YAML: {str(problem).splitlines()[0]}", name) from None
    if node is None:
        raise error("is empty", name)
    lines: dict[Path_, int] = {}
    data = _construct(node, (), lines, (name, error))
    return YamlFile(name, data, lines, error)


def _refuse(text: str, name: str, error: type[SpecError]) -> None:
    """Look at the events before any tree is built: building one is what a hostile file makes costly."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        says = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            says = (
                "anchors and aliases (& and *) are not part of the language; to send an asterisk, quote it: "
                '"*"'
            )
        elif tag := getattr(event, "tag", None):
            says = f"tags such as {tag!r} are not part of the language"
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            says = "a second document begins; a file holds one" if documents > 1 else ""
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            says = f"is nested more than {_DEEPEST} deep" if depth > _DEEPEST else ""
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if says:
            raise error(says, name, event.start_mark.line + 1 if event.start_mark else None)


def _construct(node: Any, path: Path_, lines: dict[Path_, int], place: tuple[str, type[SpecError]]) -> Any:
    name, error = place
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise error("a key has to be plain text", name, key_line)
            key = key_node.value
            if key == "<<" and not key_node.style:
                raise error("merge keys (<<) are not part of the language", name, key_line)
            if key in mapping:
                first = lines[(*path, key)]
                raise error(f"the key {key!r} stands twice (first in line {first})", name, key_line)
            lines[(*path, key)] = key_line
            mapping[key] = _construct(value_node, (*path, key), lines, place)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_construct(each, (*path, i), lines, place) for i, each in enumerate(node.value)]
    return node.value if node.style in ("'", '"', "|", ">") else _plain(node.value)


def _plain(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~", ""):
        return None
    match = _NUMBER.fullmatch(text)
    if match:
        return float(text) if match[1] else int(text)
    return text
