"""How a field of a record is declared to be an option of the command and of the plugin, and how it is read.

It knows no option: they are in `run.py` and `others.py`. pytest reads this file at every start, too
(PYTEST_DONT_REWRITE: its asserts, if it had any, need no words of pytest's).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar, cast

__all__ = [
    "COMMAND",
    "PLUGIN",
    "Option",
    "declared",
    "glimpsed",
    "made",
    "option",
    "options",
    "parameter",
]

T = TypeVar("T")
COMMAND: Final = "--"
PLUGIN: Final = "--conformance-"
_FLAG: Final = re.compile(r"--(?=\w)")


@dataclass(frozen=True, slots=True)
class Option:
    """How a field is asked for, and what is said about it.

    Args:
        field: its name, in a record of this file.
        default: its value where nobody asks; () where it may be asked for several times.
        help: a sentence, in which other options are called as the command calls them.
        in_code: what more there is to know where it is a parameter.
        kind: str, int or float; bool where naming the option says it all; None where it is a parameter only.
        metavar: what stands for the value.
        name: of the option, where the field is called otherwise.
        short: another name of the command's, such as -H, or "".
    """

    field: str
    default: Any
    help: str
    in_code: str
    kind: type | None
    metavar: str
    name: str
    short: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether it may be asked for several times."""
        return bool(self.default == ())

    def flag(self, prefix: str) -> str:
        """As it is typed: `--app-dir`, after the prefix `--`."""
        return prefix + (self.name or self.field.replace("_", "-"))

    @property
    def key(self) -> str:
        """As it is called in a file: `app-dir` in [tool.conformance]."""
        return self.flag("")

    @property
    def ini(self) -> str:
        """As it is called in pytest's configuration: `conformance_app_dir`."""
        return self.flag(PLUGIN).strip("-").replace("-", "_")

    def says(self, prefix: str) -> str:
        """Its help, with other options called as they are after the prefix."""
        return _FLAG.sub(prefix, self.help)


def option(  # noqa: PLR0913 - each is said of a field
    default: T,
    says: str,
    *,
    kind: type = str,
    metavar: str = "",
    name: str = "",
    in_code: str = "",
    short: str = "",
) -> T:
    """A field that is an option of the command and the plugin, too."""
    declared = {
        "help": says,
        "in_code": in_code,
        "kind": kind,
        "metavar": metavar,
        "name": name,
        "short": short,
    }
    return field(default=default, metadata=declared)


def parameter(default: T, says: str) -> T:
    """A field that is no option."""
    declared = {"help": says, "in_code": "", "kind": None, "metavar": "", "name": ""}
    return field(default=default, metadata=declared)


def declared(record: type) -> Iterator[Option]:
    """What is declared in a record, in order."""
    for each in fields(record):
        yield Option(field=each.name, default=each.default, **each.metadata)


def options(*records: type) -> Iterator[Option]:
    """Those that are options of the command and of the plugin."""
    return (each for record in records for each in declared(record) if each.kind is not None)


def made(record: type[T], typed: Mapping[str, Any], **more: Any) -> T:
    """The record that was asked for: a field that nobody typed has its default."""
    given = {each.field: typed.get(each.field) for each in options(record)}
    tuples = {each.field for each in options(record) if each.repeatable}
    asked = {name: tuple(v) if name in tuples else v for name, v in given.items() if v is not None}
    return cast("Callable[..., T]", record)(**asked, **more)


def glimpsed(record: type[T], words: Sequence[str]) -> T | None:
    """The record that a command line will be found to ask for; None where it can't be told at a glance.

    For whoever has something to begin before all is parsed; what counts is what is parsed.
    """
    reader = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for each in options(record):
        more: dict[str, Any] = {"type": each.kind, "action": "append" if each.repeatable else "store"}
        if each.kind is bool:
            more = {"action": "store_true", "default": None}
        reader.add_argument(each.flag(COMMAND), dest=each.field, **more)
    try:
        typed, _ = reader.parse_known_args(words)
    except (argparse.ArgumentError, SystemExit):
        return None
    return made(record, vars(typed))
