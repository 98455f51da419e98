"""What can be asked of a run: the one list that the command, the plugin and `conformance.run` read.

A field of `Asked`, `Serving` and `Telling` is declared once, with its type, its default and its help. A
field made by `option` is an option of the command (`--app-dir`) and of the plugin
(`--conformance-app-dir`); the fields of `Asked` are the parameters of `conformance.run`.

pytest reads this file at every start: it imports nothing of ours, and nothing that pytest has not
imported before. What values are accepted is checked in `api.py`.
"""

# ruff: noqa: RUF009
# (fields are declared by functions of this file, which return dataclass fields)

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.clocks import Clock
    from conformance.execute.progress import Progress
    from conformance.model import Target, Tier
    from conformance.servers.specs import AppSpec, CommandSpec

__all__ = [
    "COMMAND",
    "PLUGIN",
    "Asked",
    "Option",
    "Proposing",
    "Serving",
    "Telling",
    "declared",
    "glimpsed",
    "made",
    "options",
    "tier_named",
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


def tier_named(name: str) -> Tier:
    """The tier of that name.

    Raises:
        UsageError: there is none.
    """
    from conformance.errors import UsageError  # noqa: PLC0415 (this file is read at every start of pytest)
    from conformance.model import TIERS  # noqa: PLC0415

    if name not in TIERS:
        raise UsageError(f"there is no tier {name!r}; accepted: {', '.join(TIERS)}")
    return name


@dataclass(frozen=True, slots=True)
class Serving:
    """How to start the server under test: by one of `app` and `serve`, or not at all."""

    app: str | None = option(None, "Start this ASGI or WSGI app, and move its clock.", metavar="MODULE:APP")
    serve: str | None = option(
        None, "Start this command; {port} in it, or $PORT, is where it is to listen.", metavar="COMMAND"
    )
    app_dir: str | Path | None = option(None, "The folder that the server is started in.", metavar="DIR")
    factory: bool = option(False, "--app names a function that returns the app.", kind=bool)
    workers: int = option(1, "How many processes serve the app.", kind=int, metavar="N")
    env: Sequence[str] = option(
        (),
        "A variable of the environment that the server is to see although it may be a secret; repeatable.",
        metavar="NAME[=VALUE]",
    )
    isolate: str = option(
        "none",
        "Keep the server from all that is not its own: namespaces (bubblewrap), uid (root), none; or auto, "
        "the strongest there is.",
        metavar="LEVEL",
    )

    def spec(self) -> AppSpec | CommandSpec | None:
        """What is to be started, or None.

        Raises:
            UsageError: the parts do not fit together.
        """
        from pathlib import Path  # noqa: PLC0415 (this file is read at every start of pytest)

        from conformance.errors import UsageError  # noqa: PLC0415
        from conformance.servers.specs import AppSpec, CommandSpec  # noqa: PLC0415

        if self.app and self.serve:
            raise UsageError(
                "an app and a command to serve exclude each other: one server is judged at a time"
            )
        if not self.app and (self.factory or self.workers != 1):
            raise UsageError(
                "a factory, or a number of workers, is for an app that the suite starts (main:app)"
            )
        if self.workers < 1:
            raise UsageError(f"{self.workers} workers are none; accepted is a number of 1 or more")
        folder = Path(self.app_dir) if self.app_dir is not None else None
        if folder is not None and not folder.is_dir():
            raise UsageError(f"there is no folder {str(folder)!r} to start the server in")
        env = self._passed_on()
        if self.app:
            if ":" not in self.app:
                raise UsageError(f"{self.app!r} names no app; accepted is module:attribute, such as main:app")
            return AppSpec(
                self.app, folder, factory=self.factory, workers=self.workers, env=env, isolate=self.isolate
            )
        if env and not self.serve:
            raise UsageError("a variable is passed on to a server that the suite starts (main:app)")
        if self.isolate != "none" and not self.serve:
            raise UsageError("what is isolated is a server that the suite starts (main:app)")
        return CommandSpec(self.serve, folder, env=env, isolate=self.isolate) if self.serve else None

    def _passed_on(self) -> dict[str, str]:
        """The variables that are asked for by name, or as NAME=VALUE."""
        from conformance.errors import UsageError  # noqa: PLC0415

        found = {}
        for each in self.env:
            name, equals, value = each.partition("=")
            if not name or (not equals and name not in os.environ):
                raise UsageError(f"there is no variable {name!r} in the environment to pass on to the server")
            found[name] = value if equals else os.environ[name]
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a run: the parameters of `conformance.run`."""

    url: str = parameter(
        "", 'Http or https, a host, perhaps a port and a path; "" where `serving` starts the server.'
    )
    _: KW_ONLY
    serving: Serving | None = parameter(
        None, "How to start the server under test, so that its clock can be moved."
    )
    target: str | Target = option(
        "lesson",
        "What the server offers: a built-in target, or the path of a target file.",
        metavar="NAME|FILE",
    )
    tier: str = option("lesson", "How far to go: lesson, core, full or strict.", metavar="TIER")
    clock: str | Callable[[], Clock] = option(
        "auto",
        "How TTLs pass: auto moves the clock of an app that is started here; real waits.",
        metavar="CLOCK",
        in_code='"virtual" is "auto", refused where it can\'t be; a function that makes a clock is for '
        "those who hold the server's.",
    )
    seed: int | None = option(
        None,
        "Repeat a run with the seed that it printed.",
        kind=int,
        metavar="N",
        in_code="None: a random one.",
    )
    overrides: Sequence[str] = option(
        (),
        "A value of the target, overridden, such as cached-time.ttl=5; repeatable.",
        metavar="RESOURCE.KEY=VALUE",
        name="set",
    )
    base_path: str = option(
        "",
        "A prefix of all paths of the target, such as /api, on a server that is started here, too.",
        metavar="PATH",
    )
    require: Sequence[str] = option(
        (),
        "What the server has to offer, such as items.create,cached-time.clear: not to offer it is a failure; "
        "repeatable.",
        metavar="RESOURCE.WRITE,...",
    )
    specs: Sequence[str] = option(
        (),
        "A file, or a folder of files, with checks of your own, to be judged beside ours; repeatable.",
        metavar="PATH",
    )
    selected: Collection[str] | None = parameter(None, "Node ids of checks, or None for all.")
    allow_writes: bool = option(
        False, "Consent to writes on a server that is not on this machine; they are put back.", kind=bool
    )
    allow_commands: bool = option(
        False, "Consent to the commands that the target file wants run on this machine.", kind=bool
    )
    fuzz: bool = option(
        False,
        "Search for counterexamples, with Hypothesis.",
        kind=bool,
        in_code="Needs the extra cache-conformance[fuzz].",
    )
    fuzz_time: float | None = option(
        None,
        "How long all searches of --fuzz together may take, after all else was judged; 300 where it is left "
        "out.",
        kind=float,
        metavar="SECONDS",
    )
    fuzz_examples: int | None = option(
        None,
        "How many values all searches of --fuzz together draw; about 50 each where it is left out.",
        kind=int,
        metavar="N",
    )
    save_failing: str | Path | None = option(
        None,
        "A folder in which --fuzz writes each counterexample down as a check; --specs runs it plainly.",
        metavar="DIR",
    )
    no_restart: bool = option(
        False, "Leave out the fresh start of the app, by which tags are seen to outlive a process.", kind=bool
    )
    deadline: float | None = option(None, "How long the whole run may take.", kind=float, metavar="SECONDS")
    user_agent: str = option(
        "",
        "The User-Agent of the requests, where the server is not to be told that it is being judged.",
        metavar="TEXT",
    )
    ca: str | Path | None = option(None, "Certificates of a private CA to trust, for https.", metavar="FILE")
    verify: bool = parameter(True, "False takes any certificate.")
    on_progress: Callable[[Progress], None] | None = parameter(
        None, "Called about ten times a second while the run goes on."
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """What the command and the plugin do with the verdicts; in code they are in the Report."""

    reports: Sequence[str] = option(
        (),
        "Write a report, as its suffix says (.json, .xml, .md, .svg), or as a format that is named before it "
        "(docs/reports.md); - prints it; repeatable.",
        metavar="[FORMAT:]PATH",
        name="report",
    )
    strict: bool = option(False, "A warning (a SHOULD not met) is a failure, too.", kind=bool)


@dataclass(frozen=True, slots=True)
class Proposing:
    """What is asked of `conformance init`, besides where the server is."""

    paths: Sequence[str] = option(
        (),
        "A path to read, such as /items/ or /items/{id}, in place of what OpenAPI lists; repeatable.",
        metavar="PATH",
        name="path",
    )
    openapi: str = option("/openapi.json", "Where its OpenAPI is.", metavar="PATH")
    headers: Sequence[str] = option(
        (),
        "A field to send with each request, such as 'Authorization: Bearer ${TOKEN}', a variable of the "
        "environment in it; repeatable.",
        metavar="'NAME: VALUE'",
        name="header",
        short="-H",
    )
    base_path: str = option("", "A prefix of all paths, such as /api.", metavar="PATH")
    most: int = option(8, "How many resources there may be.", kind=int, metavar="N")
    ca: str | Path | None = option(None, "Certificates of a private CA to trust, for https.", metavar="FILE")
