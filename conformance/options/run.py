"""What can be asked of a run: the one list that the command, the plugin and `conformance.run` read.

A field of `Asked`, `Serving` and `Telling` is declared once, with its type, its default and its help. A
field made by `option` is an option of the command (`--app-dir`) and of the plugin
(`--conformance-app-dir`); the fields of `Asked` are the parameters of `conformance.run`.

pytest reads this file at every start: it imports nothing of ours but how a field is declared, and nothing
that pytest has not imported before (PYTEST_DONT_REWRITE). What values are accepted is checked in `api.py`.
"""

# ruff: noqa: RUF009
# (fields are declared by functions, which return dataclass fields)

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.options.declaring import (
    COMMAND,
    PLUGIN,
    Option,
    declared,
    glimpsed,
    made,
    option,
    options,
    parameter,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.clocks import Clock
    from conformance.execute.progress import Progress
    from conformance.model import Budget, Target, Tier
    from conformance.servers.specs import AppSpec, CommandSpec

__all__ = [
    "COMMAND",
    "PLUGIN",
    "UNVERIFIED",
    "Asked",
    "Option",
    "Serving",
    "Telling",
    "ca_option",
    "declared",
    "glimpsed",
    "headers_option",
    "insecure_option",
    "made",
    "option",
    "options",
    "tier_named",
]


def headers_option() -> Sequence[str]:
    """Fields that are sent along."""
    return option(
        (),
        "A field to send with each request, such as 'Authorization: Bearer ${TOKEN}', a variable of the "
        "environment in it; repeatable.",
        metavar="'NAME: VALUE'",
        name="header",
        short="-H",
    )


def ca_option() -> str | Path | None:
    """A CA of one's own."""
    return option(None, "Certificates of a private CA to trust, for https.", metavar="FILE")


UNVERIFIED: Final = (
    "NO CERTIFICATE IS CHECKED (--insecure): whoever stands in between can answer, and read what is sent"
)
"""What is said wherever that was asked for."""


def insecure_option() -> bool:
    """No verification at all."""
    return option(False, "Take any certificate, for https: whoever stands in between can answer.", kind=bool)


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
    budget: Budget | None = parameter(None, "What an isolated server may take; None is the standard one.")
    apart: Sequence[str | Path] = parameter(
        (), "Files that an isolated server does not see although they lie in its folder."
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
        apart = tuple(Path(each).absolute() for each in self.apart)
        if self.app:
            if ":" not in self.app:
                raise UsageError(f"{self.app!r} names no app; accepted is module:attribute, such as main:app")
            return AppSpec(
                self.app,
                folder,
                factory=self.factory,
                workers=self.workers,
                env=env,
                isolate=self.isolate,
                budget=self.budget,
                apart=apart,
            )
        if env and not self.serve:
            raise UsageError("a variable is passed on to a server that the suite starts (main:app)")
        if self.isolate != "none" and not self.serve:
            raise UsageError("what is isolated is a server that the suite starts (main:app)")
        if not self.serve:
            return None
        return CommandSpec(self.serve, folder, env=env, isolate=self.isolate, budget=self.budget, apart=apart)

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
    assignment: str | Path | None = option(
        None,
        "Grade by this assignment, frozen or not; lesson: by the lesson's two routes.",
        metavar="FILE",
        in_code="The report has a grade then.",
    )
    selected: Collection[str] | None = parameter(None, "Node ids of checks, or None for all.")
    only: Sequence[str] = option(
        (),
        "Judge only what is called so: a check, a topic, a row, a level or a resource, with * and ?, such as "
        "if-none-match,LES0*; what it builds on is asked, too, and not shown; repeatable.",
        metavar="NAME,...",
    )
    skip: Sequence[str] = option((), "Leave out what is called so, likewise; repeatable.", metavar="NAME,...")
    headers: Sequence[str] = headers_option()
    wait: float = option(
        0.0, "For how long to wait for a server that is starting.", kind=float, metavar="SECONDS"
    )
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
    ca: str | Path | None = ca_option()
    insecure: bool = insecure_option()
    on_progress: Callable[[Progress], None] | None = parameter(
        None, "Called about ten times a second while the run goes on."
    )

    def spec(self) -> AppSpec | CommandSpec | None:
        """What is to be started, or None; as of `Serving`."""
        return None if self.serving is None else self.serving.spec()

    def apart(self, *files: str | Path | None) -> Asked:
        """The same, with all that a run reads, and these files, kept from a server that is isolated."""
        serving = self.serving
        if serving is None or serving.isolate == "none":  # whatever it is kept from, it sees all files
            return self
        named = [each for each in (self.target, self.assignment) if isinstance(each, str | os.PathLike)]
        read = (*filter(os.path.isfile, named), *self.specs)
        kept = dict.fromkeys((*serving.apart, *read, *(each for each in files if each is not None)))
        return replace(self, serving=replace(serving, apart=tuple(kept)))


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
    baseline: str | None = option(
        None, "Fail on nothing but what got worse since this report.", metavar="REPORT.JSON"
    )
    show_hidden: bool = option(
        False, "Show what the assignment hides from students: for instructors.", kind=bool
    )
