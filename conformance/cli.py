"""The `conformance` command, and nothing else: exit codes, and what is printed where.

It knows the pipeline only through `api`, and has its options from `options/`. Verdicts go to stdout,
the progress and what went wrong to stderr. What needs no server starts without the engine, which
takes 0.2 s to import: so the functions import what they use.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from conformance.commands import diff, look, schema
from conformance.commands import watch as watching
from conformance.commands.grade import grade
from conformance.console.terminal import in_colours, of_the_command
from conformance.console.terminal import say as _say
from conformance.errors import ConformanceError, HarnessError, UsageError, coded
from conformance.options.completing import check_names
from conformance.options.configured import configured
from conformance.options.foreseen import at_once, foreseen
from conformance.options.others import Elsewhere, Printing, Proposing
from conformance.options.run import Asked, Serving, Telling, made, options, tier_named
from conformance.options.typed import as_typer, of_the_parser, with_options_of

if TYPE_CHECKING:
    from conformance.commands.assigning import Chosen
    from conformance.commands.telling import Teller
    from conformance.execute.progress import Progress
    from conformance.model import Report

__all__ = ["app", "main"]

USAGE: Final = 2
INTERRUPTED: Final = 2
SUITE_ERROR: Final = 3
_CTRL_C: Final = 130  # typer's own
_LONGEST: Final = 2000  # characters of an error
_COMMAND_LINE_ERROR: Final = cast(
    "type[Exception]", next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
)  # typer brings click along, or depends on it, by its version

app = typer.Typer(
    help="Does a server cache as HTTP says? Judges it by its URL alone.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_BY_NAME: Final = {each.field: as_typer(each) for each in options(Asked, Telling)}
Target = Annotated[str, _BY_NAME["target"]]
Set = Annotated[list[str] | None, _BY_NAME["overrides"]]
Specs = Annotated[list[str] | None, _BY_NAME["specs"]]
Assignment = Annotated[str | None, _BY_NAME["assignment"]]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Tell everything about each check that did not pass.")
]


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
@with_options_of(Asked, Serving, Telling, Printing, Elsewhere)
def run(
    context: typer.Context,
    url: Annotated[
        str,
        typer.Argument(help="The base URL, such as http://localhost:8000; or let --app or --serve start it."),
    ] = "",
    *,
    verbose: Verbose = False,
    **typed: Any,
) -> None:
    """Judge the server at URL, or the one that --app or --serve starts.

    Exit codes: 0 every MUST that applies was judged and holds, 1 one fails, 7 none fails and one could not be
    judged, 2 the run ended early or the usage, the target or the specs are wrong, 3 the suite itself failed,
    5 nothing was selected.
    """
    serving, telling = made(Serving, typed), _telling(typed)
    url = url or made(Elsewhere, typed).base_url
    wanted = made(Asked, typed, url=url, serving=serving)
    spec = wanted.apart().spec()
    if not url and spec is None:
        from conformance.commands.running import no_server  # noqa: PLC0415 (see above)

        raise UsageError(no_server(Path(serving.app_dir or ".")))
    from conformance.execute.starting import abandon, await_start  # noqa: PLC0415 (see above)

    # Before the rest is imported, which takes as long.
    starting = context.obj.take(spec) if spec and at_once(serving, telling, wanted.assignment) else None
    from conformance import api  # noqa: PLC0415
    from conformance.commands.telling import Teller  # noqa: PLC0415
    from conformance.console import progress  # noqa: PLC0415
    from conformance.console.signals import heeded  # noqa: PLC0415

    try:
        teller = Teller(telling, verbose=verbose)
        chosen = _chosen(wanted.assignment, typed.get("specs"), started=bool(serving.app))
        wanted = (wanted if chosen is None else chosen.asked(wanted, typed)).apart(*teller.files.paths)
        run_options = api.make_options(wanted, start=starting.result if starting else None)
        if teller.files:
            teller.files.begin(api.pending(run_options, chosen.assignment if chosen else None))
    except ConformanceError:
        if starting is not None:
            abandon(starting)
        raise
    if spec is not None and starting is None:
        spec = wanted.spec() or spec
        starting = context.obj.take(spec)
        run_options = dataclasses.replace(run_options, start=starting.result)
    _complain(api.caution(serving, run_options))
    with heeded() as signals, progress.shown(sys.stderr) as show:

        def on_progress(state: Progress) -> None:
            show(state)
            signals.heed(state)

        if starting is not None and spec is not None:
            await_start(starting, spec, show)
        report = api.conduct(run_options, on_progress)
        report = report if chosen is None else chosen.graded(report, wanted, on_progress)
    code = _tell(report, teller)
    raise typer.Exit(INTERRUPTED if signals.came else code)


app.command()(look.look)
app.command()(watching.watch)


@app.command()
@with_options_of(Proposing, Serving)
def init(
    url: Annotated[
        str, typer.Argument(help="The base URL of any API; or let --app or --serve start it.")
    ] = "",
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")] = Path("target.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    **typed: Any,
) -> None:
    """Write a target file for any API, by plain GETs of what its OpenAPI lists; no write is sent."""
    from conformance.commands.init import initiate  # noqa: PLC0415 (see above)

    for line in initiate(url, made(Proposing, typed), made(Serving, typed), out, force=force):
        _say(line)


@app.command()
@with_options_of(Telling, Printing)
def judge(
    path: Annotated[Path, typer.Argument(metavar="REPORT.JSON", help="A report that a run has written.")],
    *,
    assignment: Assignment = None,
    verbose: Verbose = False,
    specs: Specs = None,
    other_specs: Annotated[
        bool, typer.Option("--other-specs", help="Judge although the specs are not those of the run.")
    ] = False,
    **typed: Any,
) -> None:
    """Judge a saved run again, without its server; exit codes as of run."""
    from conformance.commands.telling import Teller  # noqa: PLC0415
    from conformance.execute.again import judge_again  # noqa: PLC0415 (see above)
    from conformance.load.specs import load_with  # noqa: PLC0415
    from conformance.report.write import read  # noqa: PLC0415

    teller = Teller(_telling(typed), verbose=verbose)
    judged = judge_again(read(path), load_with(specs or ()), other_specs=other_specs)
    chosen = _chosen(assignment, specs, started=judged.server == "app")
    judged = judged if chosen is None else chosen.graded(judged)
    raise typer.Exit(_tell(judged, teller))


app.command()(diff.diff)


@app.command()
def freeze(  # noqa: PLR0913 - its options
    path: Annotated[Path | None, typer.Argument(metavar="ASSIGNMENT.YAML", help="What to freeze.")] = None,
    *,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TARGET", help="Write an assignment that requires all that this target names."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The file to write.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    schema_: Annotated[bool, typer.Option("--schema", help="With --from: its schema, for editors.")] = False,
    specs: Specs = None,
) -> None:
    """Settle which checks an assignment counts and for how many points, whatever a server offers."""
    from conformance.commands.assigning import settle  # noqa: PLC0415 (see above)

    for line in settle(path, from_, out, specs or (), force=force, schema=schema_):
        _say(line)


app.command()(grade)


@app.command()
def fuzz(  # noqa: PLR0913 - what is asked for
    url: Annotated[str, typer.Argument(help="The base URL of any API.", show_default=False)] = "",
    *,
    app: Annotated[
        str | None, typer.Option(metavar="MODULE:APP", help="Start this app, and move its clock meanwhile.")
    ] = None,
    app_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder that the app is started in.")
    ] = None,
    openapi: Annotated[str, typer.Option(metavar="PATH", help="Where its OpenAPI is.")] = "/openapi.json",
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Send more than GET and HEAD; nothing is put back.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Repeat a run with the seed it printed.")
    ] = None,
    fuzz_examples: Annotated[
        int, typer.Option(metavar="N", help="How many requests for each operation.")
    ] = 50,
) -> None:
    """Search a whole API with Schemathesis, as its OpenAPI describes it; the exit code is that of st run."""
    from conformance.commands import fuzz as searching  # noqa: PLC0415 (see above)

    if allow_writes:
        _complain(searching.UNCLEAN)
    started = Serving(app=app, app_dir=app_dir)
    raise typer.Exit(searching.fuzz(url, openapi, started, allow_writes, seed=seed, examples=fuzz_examples))


@app.command("list")
def list_(
    target: Target = "lesson",
    set_: Set = None,
    tier: Annotated[str, typer.Option(help="Only up to this tier.")] = "strict",
    specs: Specs = None,
) -> None:
    """List the checks, and the resources of the target that they are asked of."""
    from conformance.commands.listing import listing  # noqa: PLC0415 (see above)
    from conformance.load.specs import load_with  # noqa: PLC0415
    from conformance.load.target import load_target  # noqa: PLC0415

    for each in listing(load_with(specs or ()), load_target(target, set_ or ()), tier_named(tier)):
        _say(each)


@app.command()
def target(name: Annotated[str, typer.Argument(help="A built-in target.")] = "lesson") -> None:
    """Print a built-in target, to start one's own from: conformance target lesson > mine.yaml."""
    from conformance.load.target import target_text  # noqa: PLC0415 (see above)

    _say(target_text(name).rstrip())


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
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A check, a node id, or a requirement.", autocompletion=check_names
        ),
    ],
    specs: Specs = None,
    steps: Annotated[bool, typer.Option("--steps", help="Each step, for who writes checks.")] = False,
) -> None:
    """Explain a check: what it asks for and why, what the suite does, and what to do if it fails."""
    from conformance.commands.explain import explain as lines  # noqa: PLC0415 (see above)
    from conformance.commands.explain import find  # noqa: PLC0415
    from conformance.load.specs import load_with  # noqa: PLC0415

    suite = load_with(specs or ())
    for number, check in enumerate(find(suite, name)):
        if number:
            _say("\n----\n")
        for line in lines(suite, check, steps=steps):
            _say(line)


app.command()(schema.schema)


def _chosen(assignment: str | Path | None, specs: list[str] | None, *, started: bool = True) -> Chosen | None:
    """The assignment that was asked for."""
    if assignment is None:
        return None
    from conformance.commands.assigning import choose  # noqa: PLC0415 (see above)

    return choose(str(assignment), specs or (), started=started)


def _telling(typed: Mapping[str, Any]) -> Telling:
    """What is done with the verdicts."""
    told, printed = made(Telling, typed), made(Printing, typed).format
    return (
        told
        if printed in ("", "text")
        else dataclasses.replace(told, reports=(*told.reports, f"{printed}:-"))
    )


def _tell(report: Report, teller: Teller) -> int:
    """Write and print what has come out; its exit code."""
    lines, code = teller.tell(report)
    # Who has a report printed, reads nothing else there.
    aside = sys.stderr if teller.files.printed else sys.stdout
    for line in in_colours(lines, code, aside):
        _say(line, aside)
    for line in teller.files.printed:
        _say(line)
    return code


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
    early = None
    try:
        words = configured(sys.argv[1:] if arguments is None else arguments)
        if words[:1] == ["run"]:
            from conformance.execute.starting import Early  # noqa: PLC0415 (see above)

            early = Early(foreseen(words))
        made = app(args=words, standalone_mode=False, prog_name="conformance", obj=early)
    except HarnessError as problem:
        return _complain(f"the suite is at fault: {problem}", SUITE_ERROR, HarnessError)
    except ConformanceError as problem:
        return _complain(str(problem), USAGE, type(problem))
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except _COMMAND_LINE_ERROR as problem:
        return _complain(of_the_parser(problem), USAGE, UsageError)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours
        return _complain(f"the suite is at fault: {_place(problem)}", SUITE_ERROR, HarnessError)
    finally:
        if early is not None:
            early.close()
    return INTERRUPTED if made == _CTRL_C else made if isinstance(made, int) else 0


def _complain(says: str, code: int = 0, kind: type[ConformanceError] | None = None) -> int:
    from conformance.report.safe import safe  # noqa: PLC0415 (see above)

    if says:
        says = of_the_command(safe(says, _LONGEST))
        sys.stderr.write(f"conformance: {coded(says, kind) if kind else says}\n")
    return code


def _place(problem: Exception) -> str:
    """An exception of ours in one line, with where it was raised."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
    return f"{type(problem).__name__}: {problem}{where}"
