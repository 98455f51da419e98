"""`make docs`: everything that is generated, written anew: JSON Schemas, the coverage, the proof, the checks.

And the page of real servers, by what came of their last run.

Tests hold what is committed against the same functions, so that CI fails where it is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conformance.commands.explain import flaws_caught, servers_failing
from conformance.grading import assignment
from conformance.load import register, targetfile
from conformance.load import schema as language
from conformance.load.specs import load
from conformance.report import coverage
from conformance.report.document import report_schema
from tools import checks, options
from tools import language as words
from tools.matrix import command as matrix
from tools.servers.page import PAGE, failing, read_results
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
        "assignment": assignment.schema(),
    }
    for name, schema in made.items():
        (SCHEMAS / f"{name}.json").write_text(schema_text(schema), encoding="utf-8")
    COVERAGE.write_text(coverage.markdown(load()), encoding="utf-8")
    PAGE.write_text(page_of_servers(load()), encoding="utf-8")
    options.PAGE.write_text(options.made(), encoding="utf-8")
    words.PAGE.write_text(words.made(load()), encoding="utf-8")
    status = matrix.main([])
    write_checks()  # after the matrix, which tells the flaws that a check catches
    return status


def write_checks() -> None:
    """Write the pages of the checks, and remove those of topics that are gone."""
    servers = failing(read_results())
    checks.SERVERS.write_text(json.dumps(servers, indent=1) + "\n", encoding="utf-8")
    for table in (flaws_caught, servers_failing):
        table.cache_clear()
    made = checks.documents(load())
    checks.FOLDER.mkdir(parents=True, exist_ok=True)
    for path in set(checks.FOLDER.glob("*.md")) - made.keys():
        path.unlink()
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
