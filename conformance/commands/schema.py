"""`conformance schema`: the JSON Schemas, each made from the rows that it is about."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from conformance.console.terminal import say

__all__ = ["Schema", "schema"]


class Schema(StrEnum):
    """Whose JSON Schema to print."""

    SPEC = "spec"
    OWN = "own"
    TARGET = "target"
    REPORT = "report"
    REQUIREMENTS = "requirements"
    ASSIGNMENT = "assignment"


def schema(which: Annotated[Schema, typer.Argument(help="Of what.")] = Schema.SPEC) -> None:
    """Print a JSON Schema: of a spec file (own: of your own), a target or assignment file, or report.json."""
    from conformance.grading import assignment  # noqa: PLC0415 (it takes its time)
    from conformance.load import ownschema, register, targetfile  # noqa: PLC0415 (it takes its time)
    from conformance.load import schema as language  # noqa: PLC0415 (it takes its time)
    from conformance.report.document import report_schema  # noqa: PLC0415

    made: dict[Schema, Any] = {
        Schema.SPEC: language.schema,
        Schema.OWN: ownschema.schema,
        Schema.TARGET: targetfile.schema,
        Schema.REPORT: report_schema,
        Schema.REQUIREMENTS: register.schema,
        Schema.ASSIGNMENT: assignment.schema,
    }
    say(json.dumps(made[which](), indent=2))
