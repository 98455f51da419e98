"""`conformance.run`: what people import to judge a server, and to grade it.

Shell. What is asked of a run is declared in `options/run.py`, and checked in `api.py`; it knows no option
parser, no terminal and no pytest.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from conformance import api
from conformance.model import Report
from conformance.options.run import Asked, declared

__all__ = ["no_server", "run"]

Parameters = ParamSpec("Parameters")


def _with_the_parameters_of(
    record: Callable[Parameters, Asked],
) -> Callable[[Callable[[Asked], Report]], Callable[Parameters, Report]]:
    """A function of a record becomes one of its fields, for people, for editors and for type checkers."""

    def wrapped(function: Callable[[Asked], Report]) -> Callable[Parameters, Report]:
        @functools.wraps(function)
        def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Report:
            return function(record(*args, **kwargs))

        run.__signature__ = inspect.signature(record).replace(return_annotation=Report)  # type: ignore[attr-defined]
        lines = [f"{each.field}: {each.says('')} {each.in_code}".rstrip() for each in declared(Asked)]
        args = "\n        ".join(["Args:", *lines])
        run.__doc__ = (run.__doc__ or "").replace("Raises:", f"{args}\n\n    Raises:")
        return run

    return wrapped


@_with_the_parameters_of(Asked)
def run(asked: Asked) -> Report:
    """Judge the server at a base URL, or the one that is started for it.

    Raises:
        ConformanceError: the specs, the target or an argument is wrong. A server that is wrong, or
            is not there at all, is no error: the report says so.
    """
    if asked.assignment is None:
        return api.conduct(api.make_options(asked), asked.on_progress)
    from conformance.commands.assigning import choose  # noqa: PLC0415 (what grades is not for everybody)

    serving = asked.serving
    chosen = choose(str(asked.assignment), asked.specs, started=bool(serving and serving.app))
    wanted = chosen.asked(asked, {each.name: getattr(asked, each.name) for each in dataclasses.fields(asked)})
    return chosen.graded(api.conduct(api.make_options(wanted), asked.on_progress), wanted, asked.on_progress)


def no_server(folder: Path) -> str:
    """That no server was named; with the app that a folder has, as far as its text tells."""
    from conformance.classroom.apps import Several, Unfound, app_of  # noqa: PLC0415 (who names one needs none)
    from conformance.classroom.packing import Item  # noqa: PLC0415

    try:
        found = app_of([Item(each.name.encode(), each.read_bytes()) for each in folder.glob("*.py")])
    except Several as several:
        return f"no server is named, and {several}: name it by --app, or a server that runs by its URL"
    except (Unfound, OSError):
        return "there is no server to judge: give its URL, or start it with --app main:app or --serve"
    how = f"--app {found.app}{' --factory' if found.factory else ''}"
    return f"no server is named: did you mean {how}, which is in this folder? Else give a URL"
