"""docs/options.md: every option of the run with its names at each door, made of the one list of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.options.run import COMMAND, PLUGIN, Asked, Option, Serving, Telling, options

__all__ = ["PAGE", "made"]

PAGE: Final = Path(__file__).parent.parent / "docs" / "options.md"
_RECORDS: Final = (
    ("What is judged, and how", Asked),
    ("A server that is started", Serving),
    ("What is done with the verdicts", Telling),
)
_HEAD: Final = f"""\
# Options

<!-- Generated from conformance/options/run.py by `make docs`. -->

Each option has the same name at every door:

| where | such as |
|---|---|
| `conformance run`, `conformance watch` | `{COMMAND}tier core` |
| `[tool.conformance]` in pyproject.toml, for these commands | `tier = "core"` |
| `pytest --conformance` | `{PLUGIN}tier=core` |
| pytest's configuration (`[tool.pytest.ini_options]`, pytest.ini, ...) | `conformance_tier = core` |
| `conformance.run(url, tier="core")` | the names of Python |

What is typed counts before what is configured; what may be given several times adds up in the command, and
is replaced in pytest. In a file a list stands for several, and `true` for an option without a value. The
nearest pyproject.toml at or above the working directory is read. The server is `base-url` there, and
`base_url` (of the plugin pytest-base-url) in pytest's configuration; who types another server is not asked
for `app`, `serve` and what belongs to them.

```toml
[tool.conformance]
base-url = "http://localhost:8000"
target = "tests/shop.yaml"
tier = "core"
header = ["Authorization: Bearer ${{TOKEN}}"]   # a variable of the environment
skip = ["range-*"]

[tool.pytest.ini_options]
conformance_target = "tests/shop.yaml"
conformance_skip = ["range-*"]
```

A credential has no place in either file: `${{TOKEN}}` takes it from the environment, in `header` as in a
target file. `--no-...` does not exist: who has configured an option without a value leaves it out there.
"""


def made() -> str:
    """The page."""
    return "\n".join([_HEAD, *_tables()])


def _tables() -> Iterator[str]:
    for heading, record in _RECORDS:
        yield f"## {heading}"
        yield "| command | pyproject.toml | pytest | pytest's configuration | |"
        yield "|---|---|---|---|---|"
        yield from map(_row, options(record))
        yield ""


def _row(each: Option) -> str:
    value = f" {each.metavar}" if each.metavar else ""
    short = f", `{each.short}`" if each.short else ""
    default = f" Default: `{each.default}`." if each.default not in (None, "", (), False, 0.0) else ""
    says = each.says(COMMAND).replace("|", "\\|")
    return (
        f"| `{each.flag(COMMAND)}{value}`{short} | `{each.key}` | `{each.flag(PLUGIN)}` | `{each.ini}` "
        f"| {says}{default} |"
    )
