"""hatch_build.py: a wheel brings the specs along, as this code reads them."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from conformance.load.compiled import Compiled, key_of
from conformance.load.folder import PACKAGE, specs_folder
from conformance.load.specs import load

ROOT = PACKAGE.parent


class Hook:
    """As much of hatchling's interface as the hook uses: it is there only while something is built."""

    def __init__(self, target: str) -> None:
        self.root = str(ROOT)
        self.target_name = target


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> type[Any]:
    """The build hook."""
    name = "hatchling.builders.hooks.plugin.interface"
    stub = ModuleType(name)
    stub.BuildHookInterface = Hook  # type: ignore[attr-defined]
    for part in range(name.count(".") + 1):
        parent = name.rsplit(".", part)[0]
        monkeypatch.setitem(sys.modules, parent, stub if parent == name else ModuleType(parent))
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: type[Any] = module.CompiledSpecs
    return made


def test_a_wheel_brings_the_specs_along(hook: type[Any]) -> None:
    data: dict[str, Any] = {"force_include": {}}
    building = hook("wheel")
    building.initialize("standard", data)
    ((path, where),) = data["force_include"].items()
    assert where == "conformance/load/specs.msgpack"
    held = msgspec.msgpack.decode(Path(path).read_bytes(), type=Compiled)
    assert (held.key, held.suite) == (key_of(specs_folder(), PACKAGE), load())
    building.finalize("standard", data, "")
    assert not Path(path).exists()


@pytest.mark.parametrize(("target", "version"), [("wheel", "editable"), ("sdist", "standard")])
def test_whatever_is_built_for_later_changes_brings_nothing(
    hook: type[Any], target: str, version: str
) -> None:
    data: dict[str, Any] = {"force_include": {}}
    building = hook(target)
    building.initialize(version, data)
    building.finalize(version, data, "")
    assert data == {"force_include": {}}


def test_the_hook_is_where_it_is_run_from() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert "custom" in build["wheel"]["hooks"]


def test_a_source_distribution_brings_all_that_it_takes_to_build_and_to_test_it() -> None:
    """It holds what git holds, unless a key here says less."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert build["sdist"] == {"exclude": ["/.github"]}
