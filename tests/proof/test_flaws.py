"""The proof: each flaw is caught by a check of what it breaks, and each check catches a flaw.

Every flaw runs once a session, in processes of its own (`tools.matrix`); the tests look at what came of it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from conformance.load.specs import load
from conformance.model import Suite
from reference_impl.twisted.flaws import FLAWS
from tools import matrix

Text = Callable[[Mapping[str, matrix.Outcomes], Suite], str]
SUITE = load()
NAMES = matrix.runnable(SUITE)
LESSON = tuple(name for name in NAMES if matrix.of_lesson(FLAWS[name]))


# What no flaw of the reference shows yet, and why.
def _once(folder: Path) -> Mapping[str, matrix.Outcomes]:
    """The outcomes of all flaws, measured by whoever comes first; xdist's other workers wait for them."""
    path = folder / "flaws.json"
    with (folder / "flaws.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_text(json.dumps(matrix.measure(NAMES)))
    found: Mapping[str, matrix.Outcomes] = json.loads(path.read_text())
    return found


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, matrix.Outcomes]:
    base = tmp_path_factory.getbasetemp()
    return _once(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.mark.parametrize("name", LESSON)
def test_a_flaw_fails_a_check_of_what_it_breaks(name: str, found: Mapping[str, matrix.Outcomes]) -> None:
    failing = matrix.failing(name, found[name], SUITE)
    of_row = {c.id for c in matrix.checks(SUITE) if matrix.rows(c) & set(FLAWS[name].breaks)}
    assert of_row & set(failing), f"{FLAWS[name].says}: failed are {failing}"
    assert "error" not in found[name].values()
    assert "unreachable" not in found[name].values()


@pytest.mark.parametrize("check", [c.id for c in matrix.checks(SUITE)])
def test_a_check_catches_a_flaw(check: str, found: Mapping[str, matrix.Outcomes]) -> None:
    catches = matrix.caught_by(found, SUITE)[check]
    assert catches


@pytest.mark.parametrize(
    ("name", "fails"),
    [
        ("half-ttl", {"hit-until-ttl"}),
        ("double-ttl", {"ttl-ends"}),
        ("never-expires", {"ttl-ends"}),
        ("sliding-ttl", {"reads-do-not-prolong"}),
        ("no-cache-at-all", {"hit-within-ttl"}),
        ("never-miss", {"miss-says-so"}),
        ("lying-cached", {"flag-is-true"}),
        ("cached-as-string", {"flag-is-boolean"}),
        ("stampede", {"one-recomputation"}),
        ("no-etag", {"etag-present"}),
        ("random-etag", {"etag-repeats"}),
        ("unquoted-etag", {"etag-quoted"}),
        ("constant-etag", {"etag-changes-with-content"}),
        ("first-item-etag", {"etag-changes-with-create"}),
        ("length-etag", {"body-and-tag-move-together"}),
        ("old-tag-304", {"old-tag-is-200"}),
        ("sticky-304", {"plain-get-is-200"}),
        ("body-on-304", {"not-modified-has-no-body"}),
        ("late-body-on-304", {"not-modified-has-no-body"}),
        ("no-etag-on-304", {"not-modified-has-etag"}),
        ("no-cc-on-304", {"not-modified-repeats-cache-control"}),
        ("update-not-invalidated-item", {"change-shows-on-item"}),
        ("delete-not-invalidated-item", {"remove-shows-on-item"}),
        ("clear-does-nothing", {"clear-empties"}),
        ("refused-write-changes-data", {"refused-write-changes-nothing"}),
        ("cc-unit", {"cache-control-valid"}),
        ("cached-time-404", {"members-present"}),
        ("lesson-sample", {"etag-quoted", "cache-control-present"}),
        ("lesson-merged", {"etag-quoted", "not-modified-repeats-cache-control"}),
    ],
)
def test_a_flaw_fails_nothing_else(name: str, fails: set[str], found: Mapping[str, matrix.Outcomes]) -> None:
    assert set(matrix.failing(name, found[name], SUITE)) == fails


def test_the_check_of_the_row_comes_first(found: Mapping[str, matrix.Outcomes]) -> None:
    assert matrix.failing("tag-lags-body", found["tag-lags-body"], SUITE)[0] == "body-and-tag-move-together"
    assert matrix.failing("ignores-inm", found["ignores-inm"], SUITE)[0] == "inm-current-is-304"
    assert matrix.failing("shared-key", found["shared-key"], SUITE)[0] == "keys-are-apart"


@pytest.mark.parametrize(
    ("path", "text"), [(matrix.MATRIX, matrix.markdown), (matrix.FLAWS_OF_CHECKS, matrix.json_text)]
)
def test_what_is_generated_is_not_stale(path: Path, text: Text, found: Mapping[str, matrix.Outcomes]) -> None:
    assert path.read_text(encoding="utf-8") == text(found, SUITE), "stale: run python -m tools.matrix"


def test_every_flaw_is_run_or_left_with_a_reason() -> None:
    cited = frozenset[str]().union(*map(matrix.rows, matrix.checks(SUITE)))
    left = {name for name in FLAWS if name not in NAMES}
    assert {name for name in left if set(FLAWS[name].breaks) & cited} == set()
