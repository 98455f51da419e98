"""conformance.load.compiled: it says what the files say, and never what they said before."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from conformance.errors import TargetError
from conformance.load import compiled as compiling
from conformance.load.compiled import Compiled, compile_specs, compiled, key_of
from conformance.load.folder import PACKAGE, specs_folder, target_paths
from conformance.load.reader import read_suite
from conformance.load.target import load_target
from conformance.load.targetfile import read_target

FILES = {
    "specs/requirements.yaml": """\
topics: [a]
requirements: [{id: LES01, level: MUST, tier: lesson, topic: a, says: it holds, source: the lesson}]
""",
    "specs/a.yaml": """\
title: A topic
checks:
  - id: a-check
    title: A GET is answered
    requirement: LES01
    level: MUST
    tier: lesson
    steps: [{do: read, expect: {status: 200}}]
    why: Because.
    hint: Mend it.
""",
    "specs/targets/mine.yaml": "name: mine\nresources: {items: {read: GET /items/}}\n",
    "package/load/reader.py": "# reads\n",
}


@dataclass(frozen=True)
class Tree:
    """A folder of specs, and a package that reads them."""

    specs: Path
    package: Path

    def write(self, name: str, text: str) -> None:
        path = self.specs.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def compiled(self) -> Compiled:
        found = compiled(self.specs, self.package)
        assert found is not None
        return found

    @property
    def kept(self) -> Path:
        return Path(importlib.util.cache_from_source(str(self.specs / "x.py"))).with_name("specs.msgpack")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    made = Tree(tmp_path / "specs", tmp_path / "package")
    for name, text in FILES.items():
        made.write(name, text)
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by the key each time that the files are read after all."""
    found: list[str] = []
    made = compiling.from_files

    def read(folder: Path, key: str) -> Compiled:
        found.append(key)
        return made(folder, key)

    monkeypatch.setattr(compiling, "from_files", read)
    return found


def test_what_is_compiled_is_what_is_read() -> None:
    folder = specs_folder()
    found = msgspec.msgpack.decode(compile_specs(folder, PACKAGE), type=Compiled)
    assert found.suite == read_suite(folder)
    assert found.targets == {n: read_target(p, built_in=True) for n, p in target_paths(folder).items()}
    assert found.key == key_of(folder, PACKAGE)


def test_files_are_read_once_and_what_they_come_to_is_kept(tree: Tree, reads: list[str]) -> None:
    assert tree.compiled() == tree.compiled()
    assert len(reads) == 1
    assert [path.name for path in tree.kept.parent.iterdir()] == [tree.kept.name]


def test_what_a_wheel_brings_along_is_taken_and_nothing_written(tree: Tree, reads: list[str]) -> None:
    (tree.package / "load" / "specs.msgpack").write_bytes(compile_specs(tree.specs, tree.package))
    reads.clear()
    assert tree.compiled().suite == read_suite(tree.specs)
    assert (reads, tree.kept.exists()) == ([], False)


CHANGES: dict[str, Callable[[Tree], None]] = {
    "a spec": lambda tree: tree.write("specs/a.yaml", FILES["specs/a.yaml"].replace("Because", "So")),
    "the register": lambda tree: tree.write(
        "specs/requirements.yaml", FILES["specs/requirements.yaml"].replace("it holds", "it is")
    ),
    "a target": lambda tree: tree.write("specs/targets/mine.yaml", FILES["specs/targets/mine.yaml"] + " \n"),
    "another target": lambda tree: tree.write("specs/targets/b.yaml", FILES["specs/targets/mine.yaml"]),
    "a target's name": lambda tree: _move(tree.specs / "targets" / "mine.yaml", "ours.yaml"),
    "the code": lambda tree: tree.write("package/load/reader.py", "# heads\n"),
    "the code of another room": lambda tree: tree.write("package/matchers/new/etag.py", ""),
    "a module's name": lambda tree: _move(tree.package / "load" / "reader.py", "loader.py"),
}


def _move(path: Path, name: str) -> None:
    path.rename(path.with_name(name))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_after_any_change_the_files_are_read_again(
    tree: Tree, reads: list[str], change: Callable[[Tree], None]
) -> None:
    before = tree.compiled()
    change(tree)
    after = tree.compiled()
    assert (len(reads), after.key == before.key) == (2, False)
    assert after.suite == read_suite(tree.specs)
    assert after.targets.keys() == target_paths(tree.specs).keys()
    assert tree.compiled() == after
    assert len(reads) == 2


@pytest.mark.parametrize("content", [b"", b"\xc1", msgspec.msgpack.encode({"key": "x"})], ids=str)
def test_what_is_kept_and_broken_is_replaced(tree: Tree, reads: list[str], content: bytes) -> None:
    tree.kept.parent.mkdir()
    tree.kept.write_bytes(content)
    assert tree.compiled() == tree.compiled()
    assert len(reads) == 1


def test_nothing_is_kept_where_no_bytecode_is(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    tree.compiled()
    assert not tree.kept.parent.exists()


def test_it_is_kept_where_bytecode_is(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    tree.compiled()
    assert (tmp_path / "elsewhere") in tree.kept.parents
    assert (tree.kept.is_file(), (tree.specs / "__pycache__").exists()) == (True, False)


def test_a_folder_that_takes_no_file_is_no_error(tree: Tree) -> None:
    tree.kept.parent.write_text("a file where the folder would be")
    assert tree.compiled() == tree.compiled()


def test_code_that_is_not_there_is_not_vouched_for(tree: Tree) -> None:
    (tree.package / "load" / "reader.py").unlink()
    assert compiled(tree.specs, tree.package) is None


def test_of_files_with_an_error_nothing_is_compiled(tree: Tree) -> None:
    tree.write("specs/targets/mine.yaml", "name: [")
    assert compiled(tree.specs, tree.package) is None
    with pytest.raises(TargetError, match="is not YAML"):
        compile_specs(tree.specs, tree.package)
    assert not tree.kept.exists()


def test_overrides_are_read_from_the_file() -> None:
    ttls = {r.ttl for r in load_target("lesson", ["*.ttl=7"]).resources}
    assert ttls == {7, None}
