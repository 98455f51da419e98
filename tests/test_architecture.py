"""Imports go one way, what is pure stays pure, and what is heavy is imported by whoever needs it."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

import conformance
import reference_impl

PACKAGES = {p.__name__: Path(p.__file__ or "").parent for p in (conformance, reference_impl)}


def modules(package: str) -> dict[str, Path]:
    """Dotted name -> file, of a package and all below it."""
    root = PACKAGES[package]
    paths = [p for p in root.rglob("*.py") if "__pycache__" not in p.parts]
    return {
        ".".join((package, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in sorted(paths)
    }


MODULES = modules("conformance")
REFERENCE = modules("reference_impl")


def _imports(body: list[ast.stmt], *, everywhere: bool) -> Iterator[str]:
    """The modules that statements import; those for type checkers alone are none."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they lead"
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield below if below in MODULES or below in REFERENCE else str(node.module)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _imports(node.orelse, everywhere=everywhere)
        elif everywhere or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for name in ("body", "orelse", "finalbody", "handlers"):
                inner = [n for n in getattr(node, name, []) if isinstance(n, ast.stmt | ast.excepthandler)]
                for each in inner:
                    yield from _imports(
                        each.body if isinstance(each, ast.excepthandler) else [each], everywhere=everywhere
                    )


@functools.cache
def imports_of(path: Path, *, everywhere: bool = True) -> frozenset[str]:
    """The modules that a file imports, in functions too unless only its own level is asked for."""
    return frozenset(_imports(ast.parse(path.read_text("utf-8")).body, everywhere=everywhere))


def closure(name: str) -> set[str]:
    """Everything that importing a module of ours imports, by way of ours."""
    seen: set[str] = set()
    queue = [name]
    while queue:
        for each in imports_of(MODULES[queue.pop()], everywhere=False) - seen:
            seen.add(each)
            queue += [each] if each in MODULES else []
    return seen


def within(names: AbstractSet[str], *roots: str) -> list[str]:
    """Those of the names that are one of these modules or below it."""
    return sorted(n for n in names if any(n == r or n.startswith(f"{r}.") for r in roots))


# What makes a module impure: a network, a file, a clock, a thread, a process, chance, and pytest.
SHELL = (
    *("httpx", "h11", "hishel", "socket", "ssl", "select", "selectors", "asyncio", "http", "urllib.request"),
    *("pathlib", "os", "io", "shutil", "tempfile", "time", "random", "secrets", "uuid", "threading", "rich"),
    *(
        "concurrent",
        "subprocess",
        "multiprocessing",
        "signal",
        "sys",
        "logging",
        "pytest",
        "_pytest",
        "typer",
    ),
)
# What of ours sends, waits, starts or writes.
OURS = tuple(
    f"conformance.{name}"
    for name in (
        *("api", "attempts", "cli", "clocks", "context", "engine", "execute", "hosting", "ledger", "load"),
        *("plugin", "progress", "pytest_plugin", "servers", "survey", "target", "wire", "wire_httpx"),
    )
)
NETWORK = ("httpx", "h11", "hishel", "ssl", "socket", "yaml", "jsonschema")
SENDING = tuple(f"conformance.{name}" for name in ("context", "engine", "execute", "wire", "clocks"))
# Pure by itself and with everything that it imports.
PURE = (
    *("captures", "durations", "edits", "errors", "fields", "judge", "matchers", "model", "observe"),
    *("oracle", "runs", "symptoms"),
)
# Pure by itself; it reads the table of verbs, whose functions are the shell's.
READS_VERBS = ("language", "plan")
PURE_MODULES = within(set(MODULES), *(f"conformance.{name}" for name in PURE))


@pytest.mark.parametrize("name", PURE_MODULES)
def test_a_pure_module_and_all_that_it_imports_is_pure(name: str) -> None:
    assert within(closure(name) | imports_of(MODULES[name]), *SHELL, *OURS, "yaml", "conformance.verbs") == []


@pytest.mark.parametrize("name", READS_VERBS)
def test_what_reads_the_table_of_verbs_does_nothing_else_of_the_shell(name: str) -> None:
    assert within(imports_of(MODULES[f"conformance.{name}"]), *SHELL, *OURS) == []
    assert within(closure(f"conformance.{name}"), *NETWORK[:5], *SENDING) == []


@pytest.mark.parametrize("name", within(set(MODULES), "conformance.model"))
def test_the_vocabulary_imports_nothing_of_ours(name: str) -> None:
    ours = {n for n in imports_of(MODULES[name]) if n.startswith("conformance")}
    assert within(ours, "conformance.model") == sorted(ours)


@pytest.mark.parametrize("name", within(set(MODULES), "conformance.fields", "conformance.oracle"))
def test_what_the_standard_says_knows_no_checks(name: str) -> None:
    ours = {n for n in imports_of(MODULES[name]) if n.startswith("conformance")}
    assert within(ours, "conformance.fields", "conformance.oracle") == sorted(ours)


@pytest.mark.parametrize(
    "name", within(set(MODULES), "conformance.verbs", "conformance.wire", "conformance.clocks")
)
def test_what_sends_sees_no_expectation(name: str) -> None:
    """Of the matchers it takes the form of a name, and no matcher."""
    judging = within(
        closure(name), "conformance.judge.verdicts", "conformance.judge.symptoms", "conformance.oracle"
    )
    assert judging == []
    assert within(imports_of(MODULES[name]), "conformance.matchers") in ([], ["conformance.matchers.base"])


@pytest.mark.parametrize("name", MODULES)
def test_nothing_private_of_pytest_is_used(name: str) -> None:
    assert within(imports_of(MODULES[name]), "_pytest") == []
    assert "_pytest" not in MODULES[name].read_text("utf-8").replace("conformance_pytest", "")


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_knows_nothing_of_the_suite(name: str) -> None:
    assert within(imports_of(REFERENCE[name]), "conformance") == []


@pytest.mark.parametrize("name", MODULES)
def test_the_suite_can_do_without_the_reference(name: str) -> None:
    assert within(imports_of(MODULES[name], everywhere=False), "reference_impl") == []


@pytest.mark.parametrize("name", MODULES)
def test_only_fuzzing_needs_the_extra_packages(name: str) -> None:
    found = within(
        imports_of(MODULES[name], everywhere=False), "hypothesis", "schemathesis", "fastapi", "redis"
    )
    allowed = (
        "conformance.fuzz.strategies",
        "conformance.fuzz.search",
        "conformance.fuzz.schemathesis_checks",
    )
    assert found == [] or name in allowed


@pytest.mark.parametrize("name", MODULES)
def test_no_module_imports_itself_by_way_of_others(name: str) -> None:
    above = name.rpartition(".")[0]
    assert name not in closure(name) - {above}


@pytest.mark.parametrize("name", [*MODULES, *REFERENCE])
def test_a_file_is_short_and_begins_with_what_it_is_for(name: str) -> None:
    text = (MODULES | REFERENCE)[name].read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text))


HEAVY = (*NETWORK, "rich", "typer", "hypothesis", "schemathesis", "fastapi", "asyncio", "concurrent.futures")


def loaded_by(module: str) -> list[str]:
    """What importing a module brings into a fresh process that has imported pytest already."""
    code = (
        "import sys, pytest; before = set(sys.modules)\n"
        f"import {module}\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
                         check=True, capture_output=True, text=True)  # fmt: skip
    return ran.stdout.split()


@pytest.mark.parametrize("module", ["conformance", "conformance.plugin"])
def test_whoever_uses_nothing_pays_for_nothing(module: str) -> None:
    found = loaded_by(module)
    assert within(set(found), *HEAVY) == []
    assert within(set(found), "conformance") == sorted({"conformance", module})


def test_judging_loads_no_network_and_no_yaml() -> None:
    found = loaded_by("conformance.judge.verdicts")
    assert within(set(found), "httpx", "h11", "hishel", "yaml", "jsonschema", "conformance.verbs") == []
