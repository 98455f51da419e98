"""What importing costs: whoever uses nothing pays for nothing. Each is asked in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.imports import within

from conformance.load.compiled import ROOMS

NETWORK = ("httpx", "h11", "hishel", "ssl", "socket", "certifi", "redis", "sqlite3")
HEAVY = (
    *NETWORK,
    *("yaml", "jsonschema", "rich", "typer", "hypothesis", "schemathesis", "fastapi", "asyncio"),
    "concurrent.futures",
)
# What pytest reads at every start besides the plugin: the options.
OF_THE_PLUGIN = ("conformance.options", "conformance.options.declaring", "conformance.options.run")


def brought_by(does: str, *python: str, after: str = "sys") -> set[str]:
    """What a statement brings into a fresh process that has imported something already."""
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import {after}; before = set(sys.modules)\n"
        f"{does}\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    command = [sys.executable, "-I", *python, "-c", code]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def loaded_by(module: str, *, after: str = "sys") -> set[str]:
    """What importing a module brings."""
    return brought_by(f"import {module}", after=after)


@pytest.mark.parametrize("module", ["conformance", "conformance.plugin"])
def test_whoever_uses_nothing_pays_for_nothing(module: str) -> None:
    found = loaded_by(module, after="pytest")
    allowed = {
        "conformance",
        "conformance.version",
        module,
        *(OF_THE_PLUGIN if module == "conformance.plugin" else ()),
    }
    assert [name for name in sorted(found) if within(name, HEAVY)] == []
    assert {name for name in found if within(name, ["conformance"])} == allowed


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("conformance.judge.verdicts", (*NETWORK, "yaml", "jsonschema", "conformance.verbs")),
        ("conformance.wire", ("ssl", "httpx", "h11", "certifi")),
        (
            "conformance.plan.lanes",
            (*NETWORK, "yaml", "conformance.clients", "conformance.wire"),
        ),
        ("conformance.clients", ("hishel", "httpx", "redis", "sqlite3")),
        ("conformance.api", ("yaml", "jsonschema", "hishel", "httpx", "jinja2", "hypothesis")),
    ],
)
def test_a_room_brings_only_what_it_needs_at_once(module: str, spared: tuple[str, ...]) -> None:
    assert [name for name in sorted(loaded_by(module)) if within(name, spared)] == []


def test_built_in_specs_are_loaded_without_what_reads_files(tmp_path: Path) -> None:
    bytecode = ("-X", f"pycache_prefix={tmp_path}")
    does = "from conformance.load.specs import load; from conformance.load.target import load_target"
    brought_by(f"{does}; load(); load_target()", *bytecode)  # compiles, where no wheel has
    found = brought_by(f"{does}; load(); load_target()", *bytecode)
    spared = (*NETWORK, "yaml", "jsonschema", "conformance.verbs", "conformance.matchers")
    assert [name for name in sorted(found) if within(name, spared)] == []


def test_what_is_compiled_is_known_by_all_code_that_reads_specs() -> None:
    found = loaded_by("conformance.load.reader, conformance.load.targetfile")
    rooms = {name.split(".")[1] for name in found if name.startswith("conformance.")}
    assert rooms - {"errors", "guesses", "version"} <= set(ROOMS)
