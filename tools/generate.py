"""`make docs`: everything that is generated, written anew: the JSON Schemas, the coverage, the proof.

And the page of real servers, by what came of their last run.

Tests hold what is committed against the same functions, so that CI fails where it is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conformance.load import register, targetfile
from conformance.load import schema as language
from conformance.load.specs import load
from conformance.report import coverage
from conformance.report.document import report_schema
from tools.matrix import command as matrix
from tools.servers.page import PAGE
from tools.servers.page import made as page_of_servers

ROOT: Final = Path(__file__).parent.parent
SCHEMAS: Final = ROOT / "conformance" / "schemas"
COVERAGE: Final = ROOT / "docs" / "coverage.md"


def schema_text(schema: Mapping[str, Any]) -> str:
    """A JSON Schema as it is committed."""
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write all; returns the exit status."""
    made = {
        "spec": language.schema(),
        "target": targetfile.schema(),
        "requirements": register.schema(),
        "report": report_schema(),
    }
    for name, schema in made.items():
        (SCHEMAS / f"{name}.json").write_text(schema_text(schema), encoding="utf-8")
    COVERAGE.write_text(coverage.markdown(load()), encoding="utf-8")
    PAGE.write_text(page_of_servers(load()), encoding="utf-8")
    return matrix.main([])


if __name__ == "__main__":
    sys.exit(main())
