"""Checks of the user's own: which arguments mean them, what runs beside them, as what they are reported."""

from __future__ import annotations

import os

import pytest
from helpers.judging import Collect, Judge

MINE = """\
title: Mine
checks:
  - id: my-check
    title: It is answered with a tag
    level: MUST
    needs: [etag]
    steps:
      - {do: read, as: list, expect: {etag: present}}
  - id: my-broken
    title: It is answered with what nobody sends
    level: MUST
    steps:
      - {do: read, as: list, expect: {field: {present: [X-None]}}}
"""
IDS = ["my.yaml::items::my-check", "my.yaml::items::my-broken"]
INM = "specs/if-none-match.yaml::items::inm-current-is-304"


@pytest.fixture(autouse=True)
def mine(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", my=MINE)


def own(ids: list[str]) -> list[str]:
    return [each for each in ids if each.startswith("my.yaml::")]


@pytest.mark.parametrize("words", [("my.yaml",), ("--conformance-specs", "my.yaml")])
def test_they_are_judged_beside_ours(collect: Collect, words: tuple[str, ...]) -> None:
    ids = collect(*words)
    assert own(ids) == IDS
    assert INM in ids
    assert len(ids) == len(set(ids))


def test_with_other_paths_those_and_theirs_are_run(collect: Collect, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine="def test_mine(): pass")
    assert sorted(collect("my.yaml", INM)) == sorted([*IDS, INM])
    assert sorted(collect("my.yaml", "test_mine.py")) == sorted([*IDS, "test_mine.py::test_mine"])
    assert sorted(collect("--conformance-specs", "my.yaml", ".")) == sorted([*IDS, "test_mine.py::test_mine"])


def test_one_of_them_is_selected_by_its_node_id_or_its_marker(collect: Collect) -> None:
    assert collect(IDS[0]) == [IDS[0]]
    assert collect("my.yaml", "-m", "conformance_my", "--strict-markers") == IDS


def test_an_id_as_a_summary_shows_it_below_the_root_selects_its_check(pytester: pytest.Pytester) -> None:
    (pytester.path / "below").mkdir()
    (pytester.path / "my.yaml").rename(pytester.path / "below" / "my.yaml")
    pytester.makeini("[pytest]")
    pytester.chdir()
    os.chdir(pytester.path / "below")
    done = pytester.runpytest_subprocess("--conformance", "--collect-only", "-q", f"../{IDS[0]}")
    assert [line for line in done.outlines if "::" in line] == [IDS[0]]


def test_no_other_yaml_is_touched(collect: Collect, pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", other="no: [spec")
    assert own(collect("my.yaml", ".")) == IDS


@pytest.mark.parametrize("plugins", [(), ("xdist",)])
def test_they_pass_and_fail_as_ours_do(judge: Judge, good: str, plugins: tuple[str, ...]) -> None:
    result = judge(*IDS, *(["-n1"] if plugins else []), url=good, plugins=plugins)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "Requirement: my-broken (MUST): It is answered with what nobody sends",
            "             from my.yaml:9",
            "More: *conformance explain my-broken --specs my.yaml",
            f"FAILED {IDS[1]} - none, not a field X-None*",
        ]
    )


def test_what_is_wrong_in_them_is_one_line_with_its_place(judge: Judge, pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", my=MINE.replace("my-check", "etag-present"))
    result = judge("my.yaml", url="http://127.0.0.1:1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: my.yaml:3: the id 'etag-present' stands already in specs/*.yaml:*"])
