"""The options of `run.py` and `others.py` as typer has them. It knows no command, and no default."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from conformance.options.completing import COMPLETED
from conformance.options.run import COMMAND, Option, options

if TYPE_CHECKING:
    from typer.models import OptionInfo

__all__ = ["as_typer", "of_the_parser", "with_options_of"]


def as_typer(option: Option) -> OptionInfo:
    """An option of the list as typer has it."""
    metavar, says = option.metavar or None, option.says(COMMAND)
    flags = [option.flag(COMMAND), *([option.short] if option.short else [])]
    completed = COMPLETED.get(option.field)
    return cast("OptionInfo", typer.Option(*flags, metavar=metavar, help=says, autocompletion=completed))


def _parameter(option: Option) -> inspect.Parameter:
    kind: Any = option.kind
    if option.repeatable:
        kind = list[kind] | None
    elif option.default is None:
        kind = kind | None
    default = None if option.repeatable else option.default
    annotation = Annotated[kind, as_typer(option)]
    return inspect.Parameter(
        option.field, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def with_options_of(*records: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command gets the options of these records, in place of its `**typed`."""

    def wrapped(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "typed"]
        first = [p for p in own if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        last = [p for p in own if p.kind is inspect.Parameter.KEYWORD_ONLY]
        typed = [_parameter(each) for each in options(*records)]
        cast("Any", command).__signature__ = inspect.Signature([*first, *typed, *last])
        return command

    return wrapped


def of_the_parser(problem: Any) -> str:
    """What the parser of the command line says; of an option that there is not, the nearest alone."""
    words = problem.ctx.command_path if problem.ctx is not None else "conformance"
    says = problem.format_message()
    if isinstance(getattr(problem, "possibilities", None), list):
        from conformance.guesses import guessed  # noqa: PLC0415 (who makes no mistake need not wait)

        params = problem.ctx.command.params if problem.ctx is not None else ()
        known = [name for each in params for name in each.opts if name.startswith("--")]
        says = guessed(f"there is no option {problem.option_name!r}", problem.option_name, known, cutoff=0.7)
    return f"{says} ({words} --help tells more)"
