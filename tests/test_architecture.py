"""Imports go one way, what is pure stays pure, and what is heavy is imported by whoever needs it.

One item for each rule; a failure lists every offender with its line. What importing costs is
measured in `test_imports.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.imports import House, Import, circles, outside, within
from helpers.rules import none_of

import conformance
import reference_impl

# From the doors down to the ground. A room imports what stands in a later line, and itself.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("", "pytest_plugin"),  # the doors: the files of the root, and the plugin
    ("commands",),
    ("classroom",),
    ("api",),
    ("options", "console"),
    ("grading",),
    ("fuzz", "proposing", "looking"),
    ("execute",),
    ("load", "plan", "judge", "report"),
    ("verbs",),
    ("sending",),
    ("clients", "clocks", "servers"),
    ("wire",),
    ("claims", "matchers"),
    ("language",),
    ("content",),
    ("oracle",),
    ("model",),
    ("fields",),
    ("errors", "guesses", "version"),
)
ALONE = {"api", *LAYERS[-1]}  # files of the root that are no doors
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
_BELOW = ("language", "content", "oracle", "fields", "model", "errors", "guesses", "version")
GROUND = ("claims", "matchers", *_BELOW)

# What makes a room impure: a network, a file, a clock, a thread, a process, chance, and pytest.
SHELL = (
    *("httpx", "h11", "hishel", "socket", "ssl", "select", "selectors", "asyncio", "http", "urllib.request"),
    *("pathlib", "os", "io", "shutil", "tempfile", "time", "random", "secrets", "uuid", "threading", "rich"),
    *("concurrent", "subprocess", "multiprocessing", "signal", "sys", "logging", "pytest", "typer"),
    *("yaml", "jsonschema"),
)
PURE = ("plan", "judge", "report", "looking", *GROUND)
# The files of pure rooms that read or write files, which is what they are for.
AT_THE_EDGE = ("conformance.language.yamlfile", "conformance.report.write")
GUESSING = ("conformance/guesses.py", "conformance/servers/inside/apps.py")
CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def house() -> House:
    """The suite."""
    return House(Path(conformance.__file__).parent)


@pytest.fixture(scope="module")
def reference() -> House:
    """The model solution and what is twisted about it."""
    return House(Path(reference_impl.__file__).parent)


def room(house: House, name: str) -> str:
    """As in LAYERS: some files of the root have a layer of their own."""
    file = name.removeprefix("conformance.")
    return file if file in ALONE else house.room(name)


def upwards(house: House) -> Iterator[Import]:
    """Imports of a room that does not stand below."""
    for each in house.own():
        importer, imported = room(house, each.importer), room(house, each.imported)
        same = importer == imported or {importer, imported} <= set(LAYERS[0])
        if not same and LEVEL[importer] >= LEVEL[imported]:
            yield each


def of(house: House, *rooms: str) -> list[Import]:
    """The imports of these rooms."""
    return [each for each in house.imports if room(house, each.importer) in rooms]


def test_every_room_has_its_layer(house: House) -> None:
    assert {room(house, name) for name in house.modules} == LEVEL.keys()


def test_the_map_has_every_room(house: House) -> None:
    table = (CHECKOUT / "ARCHITECTURE.md").read_text("utf-8").partition("| room |")[2].partition("\n\n")[0]
    first = " ".join(re.findall(r"(?m)^\| ([^|]*) \|", table))
    told = set(re.findall(r"`(\w+)/`", first)) - {"reference_impl"}
    assert told == {room(house, name) for name in house.modules} & {
        path.name for path in house.root.iterdir()
    }


def test_imports_go_down(house: House) -> None:
    none_of(upwards(house))


def test_no_file_imports_itself_by_way_of_others(house: House, reference: House) -> None:
    for each in (house, reference):
        edges: dict[str, set[str]] = {name: set() for name in each.modules}
        for one in each.own():
            edges[one.importer].add(one.imported)
        none_of(" <-> ".join(circle) for circle in circles(edges))


def test_a_file_knows_its_neighbours_and_not_the_door_of_their_room(house: House) -> None:
    found = [
        each
        for each in house.own()
        if each.importer.startswith(f"{each.imported}.") and each.imported != "conformance"
    ]
    none_of(found)


def test_judging_and_reporting_stand_on_the_ground(house: House) -> None:
    for name in ("judge", "report"):
        allowed = [f"conformance.{each}" for each in (name, *GROUND)]
        ours = [each for each in of(house, name) if each.imported in house.modules]
        none_of(outside(ours, allowed))


def test_planning_stands_on_the_ground_and_knows_no_verb(house: House) -> None:
    allowed = [f"conformance.{each}" for each in ("plan", *_BELOW)]
    ours = [each for each in of(house, "plan") if each.imported in house.modules]
    none_of(outside(ours, allowed))


def test_pure_rooms_touch_no_network_file_clock_thread_or_chance(house: House) -> None:
    assert house.modules.keys() >= set(AT_THE_EDGE)
    pure = [each for each in of(house, *PURE) if each.importer not in AT_THE_EDGE]
    none_of(each for each in pure if within(each.imported, SHELL))


def test_what_sends_sees_no_expectation(house: House) -> None:
    sending = of(house, "verbs", "sending", "clients", "clocks", "servers", "wire")
    judging = ("conformance.oracle", "conformance.matchers", "conformance.judge")
    none_of(each for each in sending if within(each.imported, judging))


def test_one_place_guesses_what_may_have_been_meant(house: House) -> None:
    """But for the process of the app, which imports nothing of ours."""
    guessing = [each for each in house.imports if each.imported.startswith("difflib")]
    none_of(each for each in guessing if each.file not in GUESSING)


def test_nothing_private_of_pytest_is_used(house: House) -> None:
    none_of(each for each in house.imports if within(each.imported, ("_pytest",)))
    texts = {house.file(name): path.read_text("utf-8") for name, path in house.modules.items()}
    assert [file for file, text in texts.items() if "_pytest" in text.replace("conformance_pytest", "")] == []


def test_the_suite_and_the_reference_know_nothing_of_each_other(house: House, reference: House) -> None:
    none_of(each for each in house.imports if within(each.imported, ("reference_impl",)))
    none_of(each for each in reference.imports if within(each.imported, ("conformance",)))


def test_the_model_solution_knows_nothing_of_what_is_twisted(reference: House) -> None:
    straight = [each for each in reference.imports if reference.room(each.importer) != "twisted"]
    none_of(each for each in straight if within(each.imported, ("reference_impl.twisted",)))


def test_only_fuzzing_needs_the_extra_packages(house: House) -> None:
    extra = ("hypothesis", "schemathesis", "fastapi", "redis")
    elsewhere = [each for each in house.imports if each.early and house.room(each.importer) != "fuzz"]
    none_of(each for each in elsewhere if within(each.imported, extra))


def test_a_file_is_short(house: House, reference: House) -> None:
    files = {each.file(name): path for each in (house, reference) for name, path in each.modules.items()}
    for folder in ("tests", "tools", "bench"):
        files |= {path.relative_to(CHECKOUT).as_posix(): path for path in (CHECKOUT / folder).rglob("*.py")}
    lengths = {file: len(path.read_text("utf-8").splitlines()) for file, path in files.items()}
    none_of(f"{file}: {length} lines" for file, length in lengths.items() if length > 400)


def test_a_file_begins_with_what_it_is_for(house: House, reference: House) -> None:
    trees = {each.file(name): tree for each in (house, reference) for name, tree in each.trees.items()}
    none_of(file for file, tree in trees.items() if not ast.get_docstring(tree))


def test_a_room_says_what_stands_in_it(house: House) -> None:
    for name, path in house.modules.items():
        if path.name == "__init__.py" and path.parent != house.root:
            says = str(ast.get_docstring(house.trees[name])).split()
            files = {each.name for each in path.parent.glob("*.py")} - {path.name}
            told = {each.strip("(),;:.`") for each in says if ".py" in each}
            none_of(f"{house.file(name)} and {each}" for each in files ^ told)


def test_a_file_that_a_docstring_names_is_there(house: House, reference: House) -> None:
    ours = [*CHECKOUT.glob("*.py"), *(p for each in CHECKOUT.glob("[a-z]*/") for p in each.rglob("*.py"))]
    there = {path.name for path in ours} | {"main.py"}  # the user's
    for each in (house, reference):
        for name, tree in each.trees.items():
            nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
            told = {w for n in nodes for w in re.findall(r"\b(\w+\.py)\b", ast.get_docstring(n) or "")}
            none_of(f"{each.file(name)} names {word}" for word in sorted(told - there))


def test_the_reading_of_imports_misses_none_and_sees_circles(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "door.py").write_text("def enter():\n    if enter:\n        from house import cellar\n")
    (folder / "cellar.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.door\n"
    )
    (folder / "roof.py").write_text("try:\n    import house.cellar, os.path\nexcept ImportError:\n    pass\n")
    found = House(folder)
    assert [(str(each), each.early) for each in found.imports] == [
        ("house/cellar.py:1 imports typing", True),
        ("house/cellar.py:3 imports house.door", False),
        ("house/door.py:3 imports house.cellar", False),
        ("house/roof.py:2 imports house.cellar", True),
        ("house/roof.py:2 imports os.path", True),
    ]
    edges = {name: {each.imported for each in found.own() if each.importer == name} for name in found.modules}
    assert circles(edges) == [["house.cellar", "house.door"]]
