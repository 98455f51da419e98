"""The assignment to grade by: of a file, frozen or not, or the lesson's own; when a frozen one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.grading.assignment import read_assignment
from conformance.grading.document import encode
from conformance.grading.freezing import freeze
from conformance.grading.opening import default_assignment, open_assignment, placed, target_of
from conformance.load.specs import load
from conformance.model import Assignment

TARGET = """\
name: shop
contract: lesson
resources:
  items:
    read: GET /items/
    etag: true
    create: {request: POST /items/, ask: true}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """An assignment file, with its target file beside it."""
    (tmp_path / "shop.yaml").write_text(TARGET)
    path = tmp_path / "week.yaml"
    path.write_text("name: week\ntarget: shop.yaml\nrequire: [items.create]\n")
    return path


def frozen(path: Path, **changes: object) -> Path:
    """What it is frozen to, in a file."""
    made = replace(freeze(read_assignment(path), load()).assignment, **changes)
    out = path.with_suffix(".json")
    out.write_bytes(encode(made))
    return out


def test_without_a_file_the_two_routes_of_the_lesson_are_worth_100_points() -> None:
    made = default_assignment()
    assert (made.of, made.tier, made.target, made.default) == (100, "lesson", "lesson", True)
    assert {row.nodeid.split("::")[1] for row in made.rows} == {"items", "cached-time"}
    assert len({row.topic for row in made.rows}) > 4
    assert open_assignment("lesson") == made


def test_a_file_is_frozen_when_it_is_opened_and_a_frozen_one_is_as_it_is(written: Path) -> None:
    made = open_assignment(written)
    assert open_assignment(frozen(written)) == made
    assert {row.id for row in made.rows} >= {"create-shows", "etag-present"}


def test_a_frozen_one_is_known_by_what_it_holds_where_its_name_says_nothing(written: Path) -> None:
    made = open_assignment(written)
    (bare := written.parent / "WEEK7").write_bytes(encode(made))
    assert open_assignment(bare) == made


def test_its_target_is_the_one_beside_it_as_the_assignment_wants_it(written: Path) -> None:
    made = open_assignment(written)
    target = target_of(made, written.parent)
    assert target.sha256 == made.by.target
    assert not target.resource("items").writes["create"].ask


def test_it_is_refused_by_another_version_with_what_to_install(written: Path) -> None:
    made = open_assignment(written)
    path = frozen(written, by=replace(made.by, suite="0.0.1"))
    with pytest.raises(UsageError, match=r"frozen by version 0\.0\.1, and this is .*==0\.0\.1, or freeze"):
        open_assignment(path)


def test_it_is_refused_by_other_specs(written: Path) -> None:
    made = open_assignment(written)
    path = frozen(written, by=replace(made.by, specs="0" * 64))
    with pytest.raises(UsageError, match=r"can't give the grade .* by the specs 000000000000, and these"):
        open_assignment(path)


def test_it_is_refused_once_its_target_has_changed(written: Path) -> None:
    path = frozen(written)
    (written.parent / "shop.yaml").write_text(TARGET.replace("/items/", "/things/"))
    with pytest.raises(UsageError, match=r"the target 'shop\.yaml' has changed since .*put it back"):
        open_assignment(path)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.json' can't be read: No such file"):
        open_assignment(tmp_path / "nowhere.json")
    folder = tmp_path / "a.json"
    folder.mkdir()
    with pytest.raises(UsageError, match="can't be read: Is a directory"):
        open_assignment(folder)


def test_a_frozen_file_in_another_folder_names_the_target_from_there(written: Path, tmp_path: Path) -> None:
    made: Assignment = open_assignment(written)
    out = tmp_path / "frozen"
    out.mkdir()
    assert placed(made, written.parent, out).target == "../shop.yaml"
    assert placed(made, written.parent, written.parent) == made
    assert placed(default_assignment(), written.parent, out).target == "lesson"
    path = out / "week.json"
    path.write_bytes(encode(placed(made, written.parent, out)))
    assert open_assignment(path).by == made.by
