"""`conformance watch`: a run at each save, what failed first, and of each what has changed since the last.

It knows how a run goes on, and not what a verdict means; what is news is the business of `since.py`, what is
a save that of `saves.py`.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import typer

from conformance.console.terminal import say
from conformance.errors import ConformanceError, UsageError, coded
from conformance.options.others import Elsewhere
from conformance.options.run import UNVERIFIED, Asked, Serving, made
from conformance.options.typed import with_options_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from conformance.model import Verdict
    from conformance.servers.server import Server
    from conformance.servers.specs import AppSpec, CommandSpec

__all__ = ["Watching", "syntax_error", "watch"]

_GLANCE: Final = 0.05  # seconds between looks at what has come
_PATIENCE: Final = 10.0  # seconds for a server of somebody else's that a save has made start anew
_NAMED: Final = 3  # files


class Coming(Protocol):
    """Saves, as `saves.py` has them."""

    def __bool__(self) -> bool:
        """Whether one has come."""

    def __iter__(self) -> Iterator[frozenset[Path]]:
        """Each of them."""


@with_options_of(Asked, Serving, Elsewhere)
def watch(
    url: Annotated[
        str, typer.Argument(help="The base URL of a server that starts anew by itself; or --app, --serve.")
    ] = "",
    **typed: Any,
) -> None:
    """Judge again at each save, what failed first, and tell what has changed. Ctrl-C ends it.

    It needs watchfiles: pip install 'cache-conformance[watch]'. The options are those of run.
    """
    if typed.get("assignment"):
        raise UsageError("watch gives no points, since they come with a whole run: leave out --assignment")
    serving = made(Serving, typed)
    url = url or made(Elsewhere, typed).base_url
    spec = made(Asked, typed, url=url, serving=serving).apart().spec()
    if not url and spec is None:
        raise UsageError("there is nothing to watch: give --app main:app, --serve, or the URL of your server")
    asked = made(Asked, typed, url="" if spec else url, serving=serving if spec else None)
    if spec is None and not asked.wait:
        asked = replace(asked, wait=_PATIENCE)
    if asked.seed is None:
        asked = replace(asked, seed=1)  # what was made up may not differ from one save to the next
    from conformance.commands.saves import Saves  # noqa: PLC0415 (who asks for help need not wait)

    files = [Path(each) for each in (*asked.specs, str(asked.target)) if Path(each).is_file()]
    with closing(Saves([Path(serving.app_dir or ".")], files)) as saves, suppress(KeyboardInterrupt):
        watching = Watching(asked, spec, saves)
        if asked.insecure:
            say(f"conformance: {UNVERIFIED}", sys.stderr)
        watching.begin()
        for saved in saves:
            watching.again(saved)


@dataclass(slots=True)
class _Stage:
    """A part of a run: which of its checks, None for all; and the server for it, which has begun to start."""

    selected: frozenset[str] | None
    start: Future[Server] | None


class Watching:
    """One server, judged again and again.

    Args:
        asked: as of a run.
        spec: what is started for each, or None.
        saves: which stop the run that goes on.
        out: what is called with each line.

    Raises:
        ConformanceError: an option is wrong.
    """

    def __init__(
        self,
        asked: Asked,
        spec: AppSpec | CommandSpec | None,
        saves: Coming,
        out: Callable[[str], None] = say,
    ) -> None:
        from conformance import api  # noqa: PLC0415 (see above)

        self._asked, self._spec, self._saves, self._out = asked, spec, saves, out
        self._options = api.make_options  # what is wrong is told before anything starts
        self._options(asked)
        self._known: Mapping[str, Verdict] = {}

    def begin(self) -> None:
        """The first run."""
        self._out(f"{_clock()} watching; Ctrl-C ends it")
        self._judge("")

    def again(self, saved: Iterable[Path]) -> None:
        """A run, since these files were saved; unless they can't be run at all."""
        paths = sorted(saved)
        names = ", ".join(path.name for path in paths[:_NAMED]) + (", ..." if len(paths) > _NAMED else "")
        wrong = next(filter(None, map(syntax_error, paths)), "")
        if wrong:
            self._out(f"{_clock()} {wrong}")
        else:
            self._judge(names)

    def _judge(self, why: str) -> None:
        from conformance.commands.since import Since  # noqa: PLC0415
        from conformance.report.safe import safe  # noqa: PLC0415 (see above)

        begun = time.monotonic()
        since = Since(self._known)
        lines: list[str] = []
        try:
            for line in self._lines(since):
                if not lines and why:
                    self._out(f"{_clock()} {safe(why)}")
                lines.append(line)
                self._out(line)
        except ConformanceError as problem:  # it does not start, or a target file is being written
            self._out(f"{_clock()} {coded(safe(str(problem), 400), type(problem))}")
            return
        if self._saves:
            return  # it was stopped by the next one
        for line in since.rest():
            self._out(line)
        changed = bool(lines) or since.now.keys() != self._known.keys() or any(since.rest())
        self._known = since.now
        said = since.counted() if changed else f"nothing has changed: {since.counted()}"
        self._out(f"{_clock()} {said} ({time.monotonic() - begun:.1f} s)")

    # ------------------------------------------------------------------ one run

    def _lines(self, since: Any) -> Iterator[str]:
        """What is news, as it comes: first of what failed last time, then of the rest."""
        from conformance.commands.since import failing  # noqa: PLC0415
        from conformance.execute.starting import abandon, start_soon  # noqa: PLC0415 (see above)

        def start() -> Future[Server] | None:
            return start_soon(self._spec) if self._spec is not None else None

        first = failing(self._known) & self._planned()
        stages = [_Stage(first, start())] if first else [_Stage(None, start())]
        if first and (others := self._planned() - first):
            stages.append(_Stage(others, None))
        try:
            for number, stage in enumerate(stages):
                if not self._started(stage.start):
                    return
                if number + 1 < len(stages):
                    stages[number + 1].start = start()  # meanwhile
                yield from self._stage(stage, since)
                if self._saves:
                    return
        finally:
            for begun in (stage.start for stage in stages if stage.start is not None):
                # One that does not start for long is not waited for: there is something newer.
                threading.Thread(target=abandon, args=(begun,), name="conformance: end", daemon=True).start()

    def _started(self, start: Future[Server] | None) -> bool:
        """Wait until it has started, or has not; whether nothing was saved meanwhile."""
        from concurrent.futures import wait  # noqa: PLC0415 (see above)

        while start is not None and wait([start], _GLANCE).not_done:
            if self._saves:
                return False
        return True

    def _planned(self) -> frozenset[str]:
        from conformance.plan.lanes import plan  # noqa: PLC0415 (see above)

        made = self._options(self._asked)
        runs = frozenset(
            run.id for run in plan(made.suite, made.target, made.tier, explored=made.explore is not None).runs
        )
        return runs if made.selected is None else made.selected

    def _stage(self, stage: _Stage, since: Any) -> Iterator[str]:
        from conformance.execute.engine import Engine  # noqa: PLC0415 (see above)

        start = stage.start.result if stage.start is not None else None  # raises what kept it from starting
        if start is not None:
            start()
        selected = stage.selected if stage.selected is not None else self._asked.selected
        engine = Engine(self._options(replace(self._asked, selected=selected), start=start))
        wanted = self._planned() if selected is None else frozenset(selected)
        waiting = [run for run in engine.plan.runs if run.id in wanted]
        engine.start()
        try:
            while waiting:
                ended = engine.wait(_GLANCE)
                if self._saves:
                    return
                come = [(run, engine.verdict(run.id, 0)) for run in waiting]
                for run, verdict in come:
                    if verdict is not None:
                        yield from since.tell(run, verdict)
                waiting = [run for run, verdict in come if verdict is None]
                if ended and waiting:
                    return
        finally:
            engine.close()


def syntax_error(path: Path) -> str:
    """Why a file of Python can't be run, in one line; or ""."""
    from conformance.report.safe import safe  # noqa: PLC0415 (see above)

    if path.suffix != ".py":
        return ""
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except SyntaxError as problem:
        return safe(f"{path.name}:{problem.lineno}: {problem.msg}", 200)
    except (OSError, ValueError):  # it is gone again, or is no text
        return ""
    return ""


def _clock() -> str:
    return time.strftime("%H:%M:%S")
