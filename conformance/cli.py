"""The `conformance` command, and nothing else: options, exit codes, and what is printed where.

It knows the pipeline only through `api`. Verdicts go to stdout, the progress and what went wrong
to stderr. What needs no server starts without the engine, which takes 0.2 s to import: so the
functions import what they use.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from conformance.errors import ConformanceError, HarnessError, UsageError

if TYPE_CHECKING:
    from conformance.api import Progress
    from conformance.report import Report

__all__ = ["app", "main"]

USAGE: Final = 4
SUITE_ERROR: Final = 3
_SIGNALLED: Final = 128
_LONGEST: Final = 2000  # characters of an error
_COMMAND_LINE_ERROR: Final = cast(
    "type[Exception]", next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
)  # typer brings click along, or depends on it, by its version

app = typer.Typer(
    help="Does a server cache as HTTP says? Judges it by its URL alone.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Target = Annotated[str, typer.Option(help="A built-in target, or the path of a target file.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="RESOURCE.KEY=VALUE", help="Override a value of the target; repeatable."),
]
Strict = Annotated[bool, typer.Option("--strict", help="A warning makes the run fail, too.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Tell everything about each check that did not pass.")
]


class Schema(StrEnum):
    """Whose JSON Schema to print."""

    SPEC = "spec"
    TARGET = "target"
    REPORT = "report"
    REQUIREMENTS = "requirements"


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        import conformance  # noqa: PLC0415 (its version is looked up when it is asked for)

        _say(f"cache-conformance {conformance.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        _say(context.get_help())
        raise typer.Exit(USAGE)


@app.command()
def run(  # noqa: PLR0913, PLR0917 - each is an option
    url: Annotated[
        str,
        typer.Argument(help="The base URL, such as http://localhost:8000; or let --app or --serve start it."),
    ] = "",
    target: Target = "lesson",
    tier: Annotated[str, typer.Option(help="How far to go: lesson, core, full or strict.")] = "lesson",
    report: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Write a report; its suffix names the format (.json); repeatable."),
    ] = None,
    app_: Annotated[
        str | None,
        typer.Option("--app", metavar="MODULE:APP", help="Start this ASGI or WSGI app, and move its clock."),
    ] = None,
    serve: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND", help="Start this command; {port} in it, or $PORT, is where to listen."
        ),
    ] = None,
    app_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder that the server is started in.")
    ] = None,
    factory: Annotated[
        bool, typer.Option("--factory", help="--app names a function that returns it.")
    ] = False,
    workers: Annotated[int, typer.Option(help="How many processes serve the app.")] = 1,
    clock: Annotated[
        str, typer.Option(help="auto moves the clock of an app that is started here; real waits for TTLs.")
    ] = "auto",
    seed: Annotated[int | None, typer.Option(help="Repeat a run with the seed that it printed.")] = None,
    set_: Set = None,
    allow_writes: Annotated[
        bool,
        typer.Option("--allow-writes", help="Consent to writes on a server elsewhere than here."),
    ] = False,
    strict: Strict = False,
    fuzz: Annotated[bool, typer.Option("--fuzz", help="Search for counterexamples, by Hypothesis.")] = False,
    deadline: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="How long the whole run may take.")
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificates of a private CA to trust.")
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Judge the server at URL, or the one that --app or --serve starts.

    Exit codes: 0 all passed, 1 something failed or nothing passed, 2 the run ended early, 3 the suite itself
    failed, 4 wrong usage, target or specs, 5 nothing was selected; 130 and 143 after Ctrl-C and SIGTERM.
    """
    from conformance.execute.starting import Serving  # noqa: PLC0415 (see above)

    serving = Serving(app_, serve, app_dir, factory, workers)
    starting = serving.begin()  # before the rest is imported, which takes as long
    if not url and starting is None:
        raise UsageError(
            "there is no server to judge: give its URL, or start it with --app main:app or --serve"
        )
    from conformance import api, progress  # noqa: PLC0415
    from conformance.report import check_path, write  # noqa: PLC0415
    from conformance.report.safe import safe  # noqa: PLC0415

    try:
        for path in report or ():
            check_path(path)
        options = api.make_options(
            url,
            serving=serving,
            host=starting,
            target=target,
            tier=tier,
            clock=clock,
            seed=seed,
            overrides=set_ or (),
            allow_writes=allow_writes,
            fuzz=fuzz,
            deadline=deadline,
            ca=ca,
        )
    except ConformanceError:
        if starting is not None:
            starting.abandon()
        raise
    with _signals() as signals, progress.shown(sys.stderr) as show:

        def on_progress(state: Progress) -> None:
            show(state)
            signals.heed(state)

        made = api.conduct(options, on_progress)
    for path in report or ():  # first, since whoever reads the rest may close the pipe
        write(made, path)
    _print(made, verbose=verbose)
    for path in report or ():
        _say(f"report: {safe(str(path))}")
    raise typer.Exit(_SIGNALLED + signals.came if signals.came else api.exit_code(made, strict=strict))


@app.command()
def judge(
    path: Annotated[Path, typer.Argument(metavar="REPORT.JSON", help="A report that a run has written.")],
    strict: Strict = False,
    verbose: Verbose = False,
    other_specs: Annotated[
        bool, typer.Option("--other-specs", help="Judge although the specs are not those of the run.")
    ] = False,
) -> None:
    """Judge a saved run again, without its server; exit codes as of run."""
    from conformance.api import exit_code  # noqa: PLC0415 (see above)
    from conformance.execute.again import judge_again  # noqa: PLC0415
    from conformance.report import read  # noqa: PLC0415

    made = judge_again(read(path), other_specs=other_specs)
    _print(made, verbose=verbose)
    raise typer.Exit(exit_code(made, strict=strict))


@app.command("list")
def list_(
    target: Target = "lesson",
    set_: Set = None,
    tier: Annotated[str, typer.Option(help="Only up to this tier.")] = "strict",
) -> None:
    """List the checks, and the resources of the target that they are asked of."""
    from conformance.explain import listing  # noqa: PLC0415 (see above)
    from conformance.load.specs import load  # noqa: PLC0415
    from conformance.load.target import load_target  # noqa: PLC0415
    from conformance.model import TIERS  # noqa: PLC0415

    if tier not in TIERS:
        raise UsageError(f"there is no tier {tier!r}; accepted: {', '.join(TIERS)}")
    for each in listing(load(), load_target(target, set_ or ()), cast("Any", tier)):
        _say(each)


@app.command()
def coverage(
    rows: Annotated[
        bool, typer.Option("--rows", help="Each row, with its checks or why it has none.")
    ] = False,
) -> None:
    """Tell which rows of the register are judged, which not yet, and which no request can show."""
    from conformance.load.specs import load  # noqa: PLC0415 (see above)
    from conformance.report.coverage import listing, summary  # noqa: PLC0415

    for line in (listing if rows else summary)(load()):
        _say(line)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="ID", help="A check, a node id, or a requirement.")],
) -> None:
    """Explain a check: what it asks for and why, what the suite does, and what to do if it fails."""
    from conformance.explain import explain as lines  # noqa: PLC0415 (see above)
    from conformance.explain import find  # noqa: PLC0415
    from conformance.load.specs import load  # noqa: PLC0415

    suite = load()
    for number, check in enumerate(find(suite, name)):
        if number:
            _say("\n----\n")
        for line in lines(suite, check):
            _say(line)


@app.command()
def schema(which: Annotated[Schema, typer.Argument(help="Of what.")] = Schema.SPEC) -> None:
    """Print a JSON Schema: of a spec file, of a target file, or of report.json."""
    from conformance.load import register, target  # noqa: PLC0415 (see above)
    from conformance.load import schema as language  # noqa: PLC0415 (see above)
    from conformance.report.document import report_schema  # noqa: PLC0415

    made: dict[Schema, Any] = {
        Schema.SPEC: language.schema,
        Schema.TARGET: target.schema,
        Schema.REPORT: report_schema,
        Schema.REQUIREMENTS: register.schema,
    }
    _say(json.dumps(made[which](), indent=2))


def _say(line: str) -> None:
    # Not typer.echo, which takes another encoding than the terminal's where that is ASCII.
    sys.stdout.write(f"{line}\n")


def _print(report: Report, *, verbose: bool) -> None:
    from conformance.report.text import entry_text, safe, summary_lines  # noqa: PLC0415 (see above)

    if verbose:
        for entry in report.judged:
            if entry.verdict.verdict in ("fail", "warn", "inconclusive", "error", "unreachable"):
                _say(f"---- {safe(entry.nodeid)}\n{entry_text(entry)}\n")
    for line in summary_lines(report):
        _say(line)


# ------------------------------------------------------------------ signals


class _Signals:
    """Ctrl-C and SIGTERM end the run, which then puts back what it has changed; the second one kills."""

    def __init__(self) -> None:
        self.came = 0
        self._before: dict[int, Any] = {}

    def set(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)

    def restore(self) -> None:
        while self._before:
            signal.signal(*self._before.popitem())

    def heed(self, progress: Progress) -> None:
        """Stop the run, once a signal has come."""
        if self.came:
            progress.stop(f"{signal.Signals(self.came).name} came")

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.came = number
        self.restore()
        sys.stderr.write("\nstopping: what was changed is being put back\n")


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    signals = _Signals()
    signals.set()
    try:
        yield signals
    finally:
        signals.restore()


# ------------------------------------------------------------------ the way in and out


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        # What a server sent may have characters that this terminal has not.
        with contextlib.suppress(AttributeError, ValueError):
            cast("Any", stream).reconfigure(errors="backslashreplace")
    sys.exit(command(arguments))


def command(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code; never a traceback."""
    try:
        made = app(args=arguments, standalone_mode=False, prog_name="conformance")
    except HarnessError as problem:
        return _complain(f"the suite is at fault: {problem}", SUITE_ERROR)
    except ConformanceError as problem:
        return _complain(str(problem), USAGE)
    except (typer.Abort, KeyboardInterrupt):
        return _SIGNALLED + signal.SIGINT
    except _COMMAND_LINE_ERROR as problem:
        says = cast("Any", problem).format_message()
        return _complain(f"{says} (conformance --help tells more)", USAGE)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours
        return _complain(f"the suite is at fault: {_place(problem)}", SUITE_ERROR)
    return made if isinstance(made, int) else 0


def _complain(says: str, code: int) -> int:
    from conformance.report.safe import safe  # noqa: PLC0415 (see above)

    sys.stderr.write(f"conformance: {safe(says, _LONGEST)}\n")
    return code


def _place(problem: Exception) -> str:
    """An exception of ours in one line, with where it was raised."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    return f"{type(problem).__name__}: {problem}{where}"
