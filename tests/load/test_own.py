"""conformance.load.own: checks of the user's own beside ours, and every clash with both places."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from helpers.embedded import judging
from helpers.runs import counts, on
from helpers.specs import REGISTER

from conformance.errors import SpecError
from conformance.load import ownschema
from conformance.load.specs import load, load_with
from conformance.model import Suite

DOCS = Path(__file__).parents[2] / "docs" / "own-checks.md"
MINE = """\
title: Mine
requirements:
  - {id: MINE1, level: SHOULD, says: it holds, url: "https://shop.example/guide"}
timelines:
  my-life:
    needs: [read]
    steps:
      - {do: read, as: one}
checks:
  - id: my-check
    title: It is answered
    level: MUST
    steps:
      - {do: read, as: list, expect: {status: 200}}
  - id: my-other
    title: It is answered again
    requirement: MINE1
    also: [B06]
    level: SHOULD
    tier: full
    needs: [etag]
    after: [my-check, etag-present]
    on: my-life
    expect: {one: {status: 200}}
tables:
  my-table:
    why: Because.
    hint: Mend it.
    values: {If-None-Match: {star: "*"}}
    cells:
      - {id: my-cell, title: An asterisk is answered 304, level: MUST, send: {If-None-Match: star}}
lints:
  - id: my-lint
    title: Every answer has a Date
    level: MAY
    expect: {field: {present: [Date]}}
"""
Loads = Callable[..., Suite]


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    def of(*texts: str) -> Suite:
        for name, text in zip("ab", texts, strict=False):
            (tmp_path / f"{name}.yaml").write_text(text)
        return load_with(["a.yaml", "b.yaml"][: len(texts)], tmp_path)

    return of


def test_they_stand_beside_ours(loads: Loads) -> None:
    suite, ours = loads(MINE), load()
    assert suite.files[:-1] == ours.files
    assert suite.sha256 != ours.sha256
    mine = {check.id: check for check in suite.files[-1].checks}
    assert list(mine) == ["my-check", "my-other", "my-cell", "my-lint"]
    assert {str(check.place) for check in mine.values()} >= {"a.yaml:10", "a.yaml:15"}
    alone, cited = mine["my-check"].requirement, mine["my-other"].requirement
    assert (alone.id, alone.says, alone.source, alone.level) == (
        "my-check",
        "It is answered",
        "a.yaml:10",
        "MUST",
    )
    assert (cited.source, cited.url) == ("a.yaml:3", "https://shop.example/guide")
    assert (mine["my-check"].tier, mine["my-other"].tier) == ("lesson", "full")
    assert mine["my-lint"].level == "MAY"
    assert {alone.id, cited.id} < suite.requirements.keys()


def test_without_any_the_suite_is_ours() -> None:
    assert load_with(()) is load()


def test_a_folder_is_all_its_files_each_once(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "readme.md"):
        (tmp_path / name).write_text(MINE.replace("my-", f"{name[0]}-").replace("MINE1", f"M{name[0]}"))
    suite = load_with([tmp_path, tmp_path / "a.yaml", "b.yml"], tmp_path)
    assert [file.name for file in suite.files[-2:]] == ["a.yaml", "b.yml"]


def test_one_from_elsewhere_is_called_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "hidden" / "a.yaml").write_text(MINE)
    assert load_with([tmp_path / "hidden"], tmp_path / "here").files[-1].name == "hidden/a.yaml"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: my-check", "id: etag-present", r"a.yaml:10: the id 'etag-present' stands already in specs/\S+:\d+$"),
        ("MINE1", "LES06", "a.yaml:3: the id 'LES06' is that of a row in specs/requirements.yaml$"),
        ("my-life", "asked-again", r"a.yaml:5: the timeline \S+ stands already in specs/\S+:\d+$"),
        ("[my-check, etag", "[my-chek, etag", "a.yaml:15: `after` names 'my-chek'.*did you mean 'my-check'"),
        ("requirement: MINE1", "requirement: MINE2", "a.yaml:17: the register .* has no requirement 'MINE2'; did you"),
        ("level: MAY", "level: MAI", "a.yaml:35: level: found 'MAI'"),
        ("    level: MAY", "    level: MAY\n    requirement: A18", "a.yaml:35: the level is that of its row, A18"),
        ("title: An asterisk is answered 304, ", "", "a.yaml:31: the cell 'my-cell' needs a title, or a row"),
        ("expect: {status: 200}}", "expct: {status: 200}}", "a.yaml:14: unknown key 'expct'; did you mean 'expect'?"),
        ("title: Mine", "name: mine", "a.yaml:1: unknown key 'name'"),
        ('url: "https:', 'url: "ftp:', "a.yaml:3: url: found 'ftp://shop.example/guide'; accepted: a URL"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(loads: Loads, old: str, new: str, says: str) -> None:
    assert old in MINE
    with pytest.raises(SpecError) as caught:
        loads(MINE.replace(old, new))
    assert re.search(says, str(caught.value)), caught.value


def test_two_files_of_ones_own_may_not_take_the_same_id(loads: Loads) -> None:
    with pytest.raises(SpecError, match=r"^b.yaml:3: the id 'MINE1' is that of a row in a.yaml:3$"):
        loads(MINE, MINE)
    with pytest.raises(SpecError, match=r"^b.yaml:10: the id 'my-check' stands already in a.yaml:10$"):
        loads(MINE, MINE.replace("MINE1", "MINE2").replace("my-life", "l2").replace("my-table", "t2"))


def test_a_path_that_leads_to_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^no.yaml: can't be read: No such file"):
        load_with(["no.yaml"], tmp_path)
    with pytest.raises(SpecError, match="holds no spec files"):
        load_with([tmp_path], tmp_path)


def test_a_file_called_as_one_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "fields.yaml").write_text(MINE)
    with pytest.raises(SpecError, match=r"^specs/fields.yaml: another file of the run is called like this"):
        load_with(["specs"], tmp_path)


def test_the_example_of_the_documentation_is_judged(tmp_path: Path) -> None:
    example = DOCS.read_text().partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "shop.yaml").write_text(example)
    jsonschema.validate(yaml.safe_load(example), ownschema.schema())
    report = judging(specs=[str(tmp_path / "shop.yaml")], overrides=["*.ask=true"])
    verdict = on(report, "shop-total-count")
    assert (verdict.verdict, on(report, "shop-list-is-there").verdict) == ("warn", "pass")
    assert on(report, "shop-says-who-served-it").verdict == "info"
    assert counts(report)["pass"] > 100


def test_a_check_of_ours_still_needs_its_row(tmp_path: Path) -> None:
    (tmp_path / "requirements.yaml").write_text(REGISTER)
    (tmp_path / "a.yaml").write_text(MINE)
    with pytest.raises(SpecError, match=r"specs/a.yaml:2: unknown key 'requirements'"):
        load(tmp_path)
