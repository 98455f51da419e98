"""`conformance schema`: the JSON Schemas, each made from its rows, printed or laid beside a file.

Editors find a schema by the first line of a YAML file, if that names it. It names one that lies beside the
file: where this package is installed differs from machine to machine, and a file is shared.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from conformance.console.terminal import say
from conformance.errors import UsageError

__all__ = ["Schema", "check_named", "lay", "schema"]

_MODELINE: Final = "# yaml-language-server:"  # what editors look for, whatever language server they have
_YAML: Final = (".yaml", ".yml")
_OURS: Final = "laid here by conformance schema --for"


class Schema(StrEnum):
    """Whose JSON Schema to print."""

    SPEC = "spec"
    OWN = "own"
    TARGET = "target"
    REPORT = "report"
    REQUIREMENTS = "requirements"
    ASSIGNMENT = "assignment"


def schema(
    which: Annotated[Schema, typer.Argument(help="Of what.")] = Schema.SPEC,
    for_: Annotated[
        Path | None,
        typer.Option(
            "--for", metavar="FILE", help="Lay it beside this YAML file, whose first line then names it."
        ),
    ] = None,
) -> None:
    """Print a JSON Schema: of a spec file (own: of your own), a target or assignment file, or report.json.

    With --for editors find it by themselves: they complete, explain and underline.
    """
    if for_ is None:
        say(json.dumps(_made(which), indent=2))
        return
    for line in lay(which, for_):
        say(line)


def lay(which: Schema | str, path: Path) -> Iterator[str]:
    """Write a schema beside a file, have its first line name it, and tell of it in lines.

    Raises:
        UsageError: the file is none of YAML, or one of the two can't be written.
    """
    from conformance.proposing.propose import write  # noqa: PLC0415 (it takes its time)
    from conformance.report.safe import safe  # noqa: PLC0415

    check_named(path)
    beside = path.with_name(f"{Schema(which)}.schema.json")
    text = _read(path)
    first, end, rest = text.partition("\n")
    if first.startswith(_MODELINE):
        text = rest
    if beside.exists() and _OURS not in _read(beside):
        raise UsageError(f"{str(beside)!r} is there already, and not from us: rename it, or remove it")
    write(beside, json.dumps({"$comment": _OURS, **_made(Schema(which))}, indent=2) + "\n", force=True)
    ending = "\r\n" if first.endswith("\r") else end or "\n"
    _replace(path, f"{_MODELINE} $schema={beside.name}{ending}{text}")
    yield safe(f"{path}: its first line names {beside.name} beside it, where editors find it; keep both")


def check_named(path: Path) -> None:
    """Refuse a file that can't name a schema, before anything is written.

    Raises:
        UsageError: it is none of YAML.
    """
    if path.suffix not in _YAML:
        raise UsageError(f"{str(path)!r} can't name a schema: accepted is a file that ends in .yaml or .yml")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise UsageError(f"{str(path)!r} can't be read: {why}") from None


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: it was written by hand, and is there once."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(text.encode())
        temporary.replace(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{str(path)!r} can't be written: {problem.strerror}") from None


def _made(which: Schema) -> dict[str, Any]:
    from conformance.grading import assignment  # noqa: PLC0415 (it takes its time)
    from conformance.load import ownschema, register, targetfile  # noqa: PLC0415 (it takes its time)
    from conformance.load import schema as language  # noqa: PLC0415 (it takes its time)
    from conformance.report.document import report_schema  # noqa: PLC0415

    made: dict[Schema, Callable[[], Any]] = {
        Schema.SPEC: language.schema,
        Schema.OWN: ownschema.schema,
        Schema.TARGET: targetfile.schema,
        Schema.REPORT: report_schema,
        Schema.REQUIREMENTS: register.schema,
        Schema.ASSIGNMENT: assignment.schema,
    }
    return dict(made[which]())
