"""`conformance schema --for`: a schema where editors find it, whatever machine the file comes to."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from conformance.cli import command
from conformance.commands.schema import Schema, lay
from conformance.errors import UsageError
from conformance.load.target import load_target, target_text

LINE = "# yaml-language-server: $schema=target.schema.json\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A target file of a user's."""
    path = tmp_path / "mine.yaml"
    path.write_text(target_text("lesson"))
    return path


def found(path: Path) -> dict[str, object]:
    """The schema as an editor finds it: beside the file, by its first line."""
    name = path.read_text("utf-8").splitlines()[0].rpartition("$schema=")[2]
    assert "/" not in name
    made: dict[str, object] = json.loads((path.parent / name).read_text("utf-8"))
    return made


def test_an_editor_finds_the_schema_that_the_file_is_held_to(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["schema", "target", "--for", str(mine)]) == 0
    assert "mine.yaml: its first line names target.schema.json beside it" in capsys.readouterr().out
    assert mine.read_text("utf-8") == LINE + target_text("lesson")
    jsonschema.validate(yaml.safe_load(mine.read_text("utf-8")), found(mine))
    assert load_target(str(mine)).name == "lesson"


def test_a_second_time_the_line_is_written_anew_and_not_once_more(mine: Path) -> None:
    mine.write_text("# yaml-language-server: $schema=../../elsewhere.json\n" + target_text("lesson"))
    for _ in range(2):
        list(lay(Schema.TARGET, mine))
        assert mine.read_text("utf-8") == LINE + target_text("lesson")


@pytest.mark.parametrize("kind", [each for each in Schema if each is not Schema.REPORT])
def test_each_kind_of_file_has_its_own_beside_it(kind: Schema, tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_text("name: x\n")
    list(lay(kind, path))
    jsonschema.Draft202012Validator.check_schema(found(path))
    assert (tmp_path / f"{kind}.schema.json").exists()


def test_a_file_that_can_name_none_is_left_alone(tmp_path: Path) -> None:
    frozen = tmp_path / "week-7.frozen.json"
    frozen.write_text("{}")
    with pytest.raises(UsageError, match=r"accepted is a file that ends in \.yaml or \.yml"):
        list(lay(Schema.ASSIGNMENT, frozen))
    with pytest.raises(UsageError, match="can't be read: No such file"):
        list(lay(Schema.TARGET, tmp_path / "none.yaml"))
    assert [each.name for each in tmp_path.iterdir()] == ["week-7.frozen.json"]


def test_an_assignment_is_written_with_its_schema_where_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "assignment.yaml"
    assert command(["freeze", "--from", "lesson", "--schema", "--out", str(out)]) == 0
    jsonschema.validate(yaml.safe_load(out.read_text("utf-8")), found(out))
    assert command(["freeze", str(out), "--schema"]) == 2
    assert "--schema is about the file that --from writes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfname: x\n", LINE.encode() + b"name: x\n"),
        (b"name: x\r\nbase: /\r\n", LINE.rstrip().encode() + b"\r\nname: x\r\nbase: /\r\n"),
        (b"name: x", LINE.encode() + b"name: x"),
    ],
    ids=["a byte order mark", "line ends of Windows", "no line end"],
)
def test_all_but_the_first_line_stays_as_it_is(before: bytes, after: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(before)
    list(lay(Schema.TARGET, path))
    assert path.read_bytes() == after


def test_a_file_of_the_users_is_not_written_over(mine: Path) -> None:
    beside = mine.with_name("target.schema.json")
    beside.write_text('{"$schema": "mine"}')
    with pytest.raises(UsageError, match="is there already, and not from us"):
        list(lay(Schema.TARGET, mine))
    assert beside.read_text() == '{"$schema": "mine"}'
    assert mine.read_text("utf-8") == target_text("lesson")


def test_a_file_that_can_name_no_schema_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    assert command(["freeze", "--from", "lesson", "--schema", "--out", str(tmp_path / "a.txt")]) == 2
    assert not list(tmp_path.iterdir())
