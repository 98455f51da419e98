"""Which checks are run: node ids, paths, markers, and pytest's own ways to select."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.hostile import answers, serve
from helpers.judging import Collect, Judge, Serve, others

from conformance.load.folder import specs_folder
from conformance.pytest_plugin.paths import located

INM = "specs/if-none-match.yaml::items::inm-current-is-304"
FOLDER = specs_folder()


def test_collecting_sends_nothing_and_needs_no_url(collect: Collect) -> None:
    ids = collect()

    assert INM in ids
    assert len(ids) == len(set(ids)) > 40
    assert all(line.startswith("specs/") for line in ids)


@pytest.mark.usefixtures("plain")
def test_nothing_happens_without_the_option(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", **{"specs/if-none-match": "no: [spec", "other": "a: b"})
    pytester.makepyfile("def test_mine(): pass")
    result = pytester.runpytest_subprocess(
        "-v", "--base-url=http://127.0.0.1:1", "-p", "pytest_base_url.plugin", "-p", "conformance.plugin"
    )

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("conformance:*")
    result.stdout.no_fnmatch_line("*specs/*")


@pytest.mark.parametrize("argument", [INM, f"../{INM}", f"{FOLDER.parent}/{INM}", f"elsewhere/{INM}"])
def test_a_node_id_selects_in_any_folder(collect: Collect, argument: str) -> None:
    assert collect(argument) == [INM]


def test_a_file_and_a_resource_can_be_selected(collect: Collect) -> None:
    file = collect("specs/if-none-match.yaml")
    resource = collect("specs/if-none-match.yaml::items")

    assert INM in file
    assert set(resource) == {line for line in file if "::items::" in line}


def test_a_folder_with_tests_of_its_own_keeps_them_out(collect: Collect, pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", pytest="[pytest]\ntestpaths = tests\n")
    pytester.makepyfile(**{"tests/test_mine": "def test_mine(): pass"})
    pytester.makeconftest("raise_if_collected = True")

    alone = collect()
    both = collect("tests", INM)

    assert alone
    assert not [line for line in alone if "mine" in line]
    assert sorted(both) == [INM, "tests/test_mine.py::test_mine"]


def test_a_spec_of_the_users_own_with_our_name_is_not_touched(
    collect: Collect, pytester: pytest.Pytester
) -> None:
    pytester.mkdir("specs").joinpath("if-none-match.yaml").write_text("no: [spec")

    assert collect(INM) == [INM]


def test_a_wrong_id_is_named(judge: Judge) -> None:
    result = judge("specs/if-none-match.yaml::items::nope", url="http://127.0.0.1:1")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: not found: *specs/if-none-match.yaml::items::nope*"])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("conformance_must and conformance_if_none_match", True),
        ("conformance_lesson and conformance_if_none_match", True),
        ("conformance_may", False),
        ("conformance_should", False),
        ("conformance_core", False),
        ("conformance_server_cache", False),
    ],
)
def test_markers_select(collect: Collect, expression: str, expected: bool) -> None:
    ids = collect("--strict-markers", "-m", expression)

    assert (INM in ids) is expected


@pytest.mark.parametrize("expression", ["LES06", "inm-current-is-304", "none-match and items and current"])
def test_keywords_select(collect: Collect, expression: str) -> None:
    assert INM in collect("-k", expression)


def test_deselect_takes_out(collect: Collect) -> None:
    ids = collect("--deselect", INM, "specs/if-none-match.yaml")

    assert ids
    assert INM not in ids


def test_last_failed_runs_the_failed_ones_again(judge: Judge, serve: Serve, collect: Collect) -> None:
    url = serve("ignores-inm")
    first = judge("-k", "inm-current or etag-present", url=url)
    first.assert_outcomes(passed=1, failed=1)

    again = judge("--lf", "-k", "inm-current or etag-present", url=url)
    again.assert_outcomes(failed=1, deselected=others("inm-current-is-304"))

    order = collect("--ff")
    assert order[0] == INM


def test_setup_only_sends_nothing(judge: Judge) -> None:
    with serve(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as server:
        result = judge("--setup-only", "-k", "inm-current", url=server.url)

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines([f"*{INM}"])
    assert server.connections == 0


def test_paths_that_are_there_are_meant(tmp_path: Path) -> None:
    tmp_path.joinpath("specs").mkdir()
    tmp_path.joinpath("specs", "server-cache.yaml").touch()

    assert located("specs", tmp_path, FOLDER) == "specs"
    assert located("specs/server-cache.yaml", tmp_path, FOLDER) == "specs/server-cache.yaml"
    assert located("specs/none.yaml", tmp_path, FOLDER) == "specs/none.yaml"
    assert located("specs/requirements.yaml", tmp_path, FOLDER) == "specs/requirements.yaml"
    assert located("tests/test_a.py::test_b", tmp_path, FOLDER) == "tests/test_a.py::test_b"


def test_paths_that_are_not_there_are_the_suites(tmp_path: Path) -> None:
    assert located("specs", tmp_path, FOLDER) == str(FOLDER)
    assert located("specs/server-cache.yaml", tmp_path, FOLDER) == str(FOLDER / "server-cache.yaml")
    assert (
        located("../specs/server-cache.yaml::a::b", tmp_path, FOLDER)
        == f"{FOLDER / 'server-cache.yaml'}::a::b"
    )


def test_a_part_is_collected_by_words_that_people_know(collect: Collect) -> None:
    ids = collect("--conformance-only=if-none-match", "--conformance-skip=inm-list*")

    assert INM in ids
    assert all(line.startswith("specs/if-none-match.yaml::") and "::inm-list" not in line for line in ids)


def test_the_configuration_says_what_the_options_say_and_is_overridden_by_them(
    collect: Collect, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nconformance_only =\n    if-none-match\nconformance_tier = lesson\n")
    configured = collect()
    typed = collect("--conformance-only=not-modified")

    assert {line.partition("::")[0] for line in configured} == {"specs/if-none-match.yaml"}
    assert {line.partition("::")[0] for line in typed} == {"specs/not-modified.yaml"}


def test_a_word_that_names_nothing_is_an_error_of_usage(judge: Judge) -> None:
    result = judge("--conformance-only=nope", url="http://127.0.0.1:1")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: no check is called 'nope'*"])
