"""tools/built.py: what has to be in a wheel and in an sdist."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from helpers.rules import none_of

from tools.built import NAME, lacking, of_sdist, of_wheel

ROOT = Path(__file__).parents[2]
HELD = (
    "conformance/py.typed",
    "conformance/schemas/target.json",
    "reference_impl/lesson.py",
    "specs/validators.yaml",
    "specs/targets/lesson.yaml",
    "tests/test_build.py",
    "tools/built.py",
    ".github/workflows/ci.yml",
    "LICENSE",
)


def test_a_wheel_holds_the_packages_the_specs_and_the_licence_and_nothing_else() -> None:
    assert of_wheel(HELD) == {
        "conformance/py.typed",
        "conformance/schemas/target.json",
        "conformance/specs/validators.yaml",
        "conformance/specs/targets/lesson.yaml",
        "conformance/load/specs.msgpack",
        "reference_impl/lesson.py",
        f"{NAME}.dist-info/METADATA",
        f"{NAME}.dist-info/WHEEL",
        f"{NAME}.dist-info/RECORD",
        f"{NAME}.dist-info/entry_points.txt",
        f"{NAME}.dist-info/licenses/LICENSE",
    }


def test_an_sdist_holds_all_but_what_only_our_own_ci_reads() -> None:
    assert of_sdist(HELD) == {
        f"{NAME}/{each}" for each in (*HELD, "PKG-INFO") if each != ".github/workflows/ci.yml"
    }


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (["a"], ["the wheel lacks b"]),
        (["a", "b", "notes.txt"], ["the wheel holds notes.txt, which should not be there"]),
        (["a", "b"], []),
    ],
)
def test_what_lacks_and_what_is_too_much_is_named(found: list[str], says: list[str]) -> None:
    assert list(lacking("the wheel", found, ["a", "b"])) == says


@pytest.mark.processes
def test_what_a_user_of_types_and_of_editors_needs_is_held_by_git() -> None:
    held = subprocess.run(
        ["git", "ls-files", "conformance", "LICENSE"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if held.returncode:
        pytest.skip("no checkout of git, but what was unpacked from an sdist")
    due = {"conformance/py.typed", "LICENSE"}
    due |= {f"conformance/schemas/{each}.json" for each in ("spec", "target", "assignment", "report")}
    none_of(due - set(held.stdout.splitlines()))
