"""What importing costs: whoever uses nothing pays for nothing. Each is asked in a fresh process."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers.imports import within

NETWORK = ("httpx", "h11", "hishel", "ssl", "socket", "certifi", "redis", "sqlite3")
HEAVY = (
    *NETWORK,
    *("yaml", "jsonschema", "rich", "typer", "hypothesis", "schemathesis", "fastapi", "asyncio"),
    "concurrent.futures",
)


def loaded_by(module: str, *, after: str = "sys") -> set[str]:
    """What importing a module brings into a fresh process that has imported something already."""
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import {after}; before = set(sys.modules)\n"
        f"import {module}\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("module", ["conformance", "conformance.plugin"])
def test_whoever_uses_nothing_pays_for_nothing(module: str) -> None:
    found = loaded_by(module, after="pytest")
    allowed = {
        "conformance",
        "conformance.version",
        module,
        *(["conformance.options"] if module == "conformance.plugin" else []),
    }
    assert [name for name in sorted(found) if within(name, HEAVY)] == []
    assert {name for name in found if within(name, ["conformance"])} == allowed


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("conformance.judge.verdicts", (*NETWORK, "yaml", "jsonschema", "conformance.verbs")),
        ("conformance.wire", ("ssl", "httpx", "h11", "certifi")),
        ("conformance.clients", ("hishel", "httpx", "redis", "sqlite3")),
    ],
)
def test_a_room_brings_only_what_it_needs_at_once(module: str, spared: tuple[str, ...]) -> None:
    assert [name for name in sorted(loaded_by(module)) if within(name, spared)] == []
