"""The assignment file: what it may say; each error names its place, what was found and what is accepted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from conformance.errors import AssignmentError, TargetError
from conformance.grading.assignment import read_assignment, schema
from conformance.model import Budget

TARGET = """\
name: shop
resources:
  items:
    read: GET /items/
    etag: true
    create: POST /items/
"""
WHOLE = """\
name: Caching, week 7
target: lesson
tier: core
server: app
require: [items.create, reports]
optional: [cached-time]
checks: {in: [validators, "etag-*"], out: [etag-quoted], where-offered: true}
points: {total: 50, by: topic, topics: {validators: 30}, checks: {etag-present: 5}}
warnings: 1/3
hidden: {until: published, checks: [etag-lasts]}
retries: 1
budget: {seconds: 90, memory: 2 GiB, processes: 8, disk: 512 KiB}
audit: 0.05
seed: 11
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "assignment.yaml"
    path.write_text(text)
    return path


def test_all_that_can_be_said(tmp_path: Path) -> None:
    wanted = read_assignment(written(tmp_path, WHOLE))
    assert (wanted.tier, wanted.started, wanted.where_offered, wanted.by_topic) == ("core", True, True, True)
    assert (wanted.require, wanted.optional) == (("items.create", "reports"), ("cached-time",))
    assert (wanted.included, wanted.excluded) == (("validators", "etag-*"), ("etag-quoted",))
    assert (wanted.total, wanted.topics, wanted.checks) == (50, {"validators": 30}, {"etag-present": 5})
    assert wanted.share == Fraction(1, 3)
    assert (wanted.hidden, wanted.hidden_until) == (("etag-lasts",), "published")
    assert wanted.budget == Budget(90, 2 << 30, 8, 512 << 10)
    assert (wanted.retries, wanted.audit, wanted.seed) == (1, 0.05, 11)
    asked = {each.name: each.ask for each in wanted.target.resources}
    assert (asked["reports"], asked["cached-time"], asked["versioned"]) == (False, True, True)
    items = wanted.target.resource("items").writes
    assert (items["create"].ask, items["remove"].ask) == (False, True)


def test_what_is_not_said(tmp_path: Path) -> None:
    wanted = read_assignment(written(tmp_path, "name: x\n"))
    assert (wanted.target_name, wanted.tier, wanted.retries) == ("lesson", "lesson", 3)
    assert (wanted.share, wanted.total, wanted.seed) == (Fraction(1, 2), None, None)
    assert wanted.budget == Budget()


def test_a_share_may_be_a_number(tmp_path: Path) -> None:
    assert read_assignment(written(tmp_path, "name: x\nwarnings: 0.75")).share == Fraction(3, 4)


def test_a_target_file_stands_beside_the_assignment(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(TARGET)
    wanted = read_assignment(written(tmp_path, "name: x\ntarget: shop.yaml\nrequire: [items.create]"))
    assert (wanted.target_name, wanted.target.name) == ("shop.yaml", "shop")


WRONG = {
    "nmae: x": r":1: unknown key 'nmae'; did you mean 'name'\? accepted: audit, budget, checks",
    "tier: core": r":1: the file lacks 'name'",
    "name: x\ntier: hard": r":2: tier: found 'hard'; .*accepted: .*lesson.*core.*full.*strict",
    "name: x\nserver: apps": r":2: server: found 'apps'; did you mean 'app'\? accepted",
    "name: x\nrequire: [items.creat]": r":2: 'items\.creat': items has no write 'creat' in the target "
    r"lesson; did you mean 'create'\? accepted: change, create, remove",
    "name: x\nrequire:\n  - items\n  - item": r":4: 'item': the target lesson has no resource 'item'; "
    r"did you mean 'items'\?",
    "name: x\nrequire: [policy-public.clear]": r":2: .*policy-public has no write 'clear' .*; it has none",
    "name: x\noptional: [nope]": r":2: 'nope': the target lesson has no resource 'nope'",
    "name: x\nrequire: [reports]\noptional: [reports]": r":3: reports is both required and optional",
    "name: x\nchecks: {inn: [a]}": r":2: unknown key 'inn'; did you mean 'in'\?",
    "name: x\nchecks: {in: []}": r":2: in: found \[\]; accepted: ",
    "name: x\npoints: {total: 0}": r":2: total: found 0; accepted: a whole number of points from 1",
    "name: x\npoints: {total: 1.5}": r":2: total: found 1\.5; accepted: a whole number of points",
    "name: x\npoints:\n  by: row": r":3: by: found 'row'; accepted: .*check.*topic",
    "name: x\npoints:\n  checks: {etag-present: -3}": r":3: etag-present: found -3; accepted: a whole number",
    "name: x\nwarnings: 3/2": r":2: warnings: found 3/2; accepted: a share from 0 to 1, such as 1/2",
    "name: x\nwarnings: 1/0": r":2: warnings: found '1/0'; accepted: a share from 0 to 1, such as 1/2",
    "name: x\nwarnings: half": r":2: warnings: found 'half'; accepted: a share from 0 to 1, such as 1/2",
    "name: x\nwarnings: 2": r":2: warnings: found 2; accepted: a share from 0 to 1, such as 1/2",
    "name: x\nhidden: {checks: [etag-lasts]}": r":2: 'hidden' lacks 'until'",
    "name: x\nhidden: {until: soon, checks: [etag-lasts]}": r":2: until: found 'soon'; accepted: due, "
    r"published, a date such as 2027-01-31, or an instant",
    "name: x\nretries: 9": r":2: retries: found 9; accepted: ",
    "name: x\nbudget: {memory: 1 GB}": r":2: memory: found '1 GB'; accepted: a number and one of KiB, MiB, "
    r"GiB, such as 256 MiB",
    "name: x\nbudget:\n  memory: 63 MiB": r":3: memory: found '63 MiB'; accepted: 64 MiB or more, since ",
    "name: x\nbudget: {seconds: 0}": r":2: seconds: found 0; accepted: ",
    "name: x\naudit: 5": r":2: audit: found 5; accepted: ",
    "name: x\nseed: -1": r":2: seed: found -1; accepted: ",
    "name: x\nname: y": r":2: the key 'name' stands twice",
    "- name": r"found \['name'\]|accepted",
    "": r": is empty",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_its_place_and_what_is_accepted(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(AssignmentError, match=WRONG[text]) as found:
        read_assignment(path)
    assert str(found.value).startswith(str(path))
    assert "\n" not in str(found.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"nowhere\.yaml: can't be read: No such file"):
        read_assignment(tmp_path / "nowhere.yaml")


def test_what_is_wrong_in_its_target_file_is_told_with_the_place_there(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(TARGET.replace("etag: true", "etag: maybe"))
    with pytest.raises(TargetError, match=r"shop\.yaml:5: etag: found 'maybe'"):
        read_assignment(written(tmp_path, "name: x\ntarget: shop.yaml"))


def test_a_target_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        AssignmentError, match=r"assignment\.yaml:2: target: found 'shop\.yaml'; accepted: a target file"
    ):
        read_assignment(written(tmp_path, "name: x\ntarget: shop.yaml"))


def test_the_schema_is_one_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["additionalProperties"] is False
