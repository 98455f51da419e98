"""The plugin from outside: pytest in a process of its own, against servers of this one."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest
from helpers.judging import Judge, Serve

from conformance.pytest_plugin.settings import read
from conformance.report.write import read as read_report

XDIST = ("xdist",)
INM = "specs/if-none-match.yaml::items::inm-current-is-304"


@pytest.fixture(params=["alone", "xdist"])
def mode(request: pytest.FixtureRequest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Arguments and plugins for a run in one process, and in several."""
    return ((), ()) if request.param == "alone" else (("-n1",), XDIST)


Mode = tuple[tuple[str, ...], tuple[str, ...]]


# ------------------------------------------------------------------ outcomes


def test_a_good_server_passes(judge: Judge, good: str, mode: Mode) -> None:
    result = judge("--conformance-report=r.json", *mode[0], url=good, plugins=mode[1])

    assert result.ret == 0
    counts = result.parseoutcomes()
    assert counts["passed"] > 15
    assert set(counts) == {"passed", "skipped"}
    result.stdout.fnmatch_lines(
        [f"conformance: {good}, target tiny, tier lesson, clock real, seed *, specs sha256:*"]
    )
    result.stdout.fnmatch_lines(["=*= conformance =*=", "report: *r.json"])
    assert str(result.stdout).count("report: ") == 1
    report = read_report("r.json")
    passed = [e for e in report.entries if e.verdict.outcome == "pass"]
    assert len(passed) == counts["passed"]


def test_a_flaw_fails_with_the_whole_verdict_first(judge: Judge, serve: Serve, mode: Mode) -> None:
    url = serve("ignores-inm")
    result = judge("-k", "inm-current", *mode[0], url=url, plugins=mode[1])

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "_* inm-current-is-304 (items) _*",
            "expected status 304, found *",
            "Requirement: LES06 (MUST): *",
            "*> If-None-Match: *",
            "Reproduce: *curl *",
            f"FAILED {INM} - 200, not st*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin*")


def test_what_a_failure_blocks_is_skipped_with_the_reason(judge: Judge, serve: Serve, mode: Mode) -> None:
    result = judge("-rs", "-k", "inm-current or no-body", *mode[0], url=serve("ignores-inm"), plugins=mode[1])

    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["SKIPPED * *specs/not-modified.yaml*: blocked by inm-current-is-304: expected *"]
    )


def test_a_warning_passes_unless_strict(judge: Judge, serve: Serve) -> None:
    url = serve("lesson-sample")
    lenient = judge("-k", "etag-quoted or etag-present", url=url)
    lenient.assert_outcomes(passed=2)
    assert lenient.ret == 0
    lenient.stdout.fnmatch_lines(["Warnings *: 1", "  specs/validators.yaml::items::etag-quoted"])

    strict = judge("-k", "etag-quoted or etag-present", "--conformance-strict", url=url)
    strict.assert_outcomes(passed=1, failed=1)
    assert strict.ret == 1


def test_a_server_that_is_not_there_is_one_failure(judge: Judge, unused_url: str, mode: Mode) -> None:
    result = judge("-rfs", *mode[0], url=unused_url, plugins=mode[1])

    assert result.ret == 1
    counts = result.parseoutcomes()
    assert counts["failed"] == 1
    assert set(counts) == {"failed", "skipped"}
    result.stdout.fnmatch_lines(["SKIPPED * blocked: the server at *nothing listens *"])
    result.stdout.fnmatch_lines(["FAILED specs/contract.yaml::items::etag-present - the server at *"])


def test_a_run_without_a_pass_is_no_success(judge: Judge, good: str, mode: Mode) -> None:
    result = judge("-k", "max-age-where-sent", *mode[0], url=good, plugins=mode[1])

    result.assert_outcomes()  # what does not apply is no number there
    assert result.ret == 7
    result.stdout.fnmatch_lines(["Not judged: nothing has passed, *"])


def test_what_does_not_apply_is_told_where_reasons_are_asked_for(judge: Judge, good: str) -> None:
    result = judge("-rs", "-k", "max-age-where-sent", url=good)

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * *specs/cache-control.yaml*: not applicable: *"])


def test_a_line_of_80_columns_keeps_the_reason(
    judge: Judge, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("CI", raising=False)
    result = judge("-k", "inm-current", url=serve("ignores-inm"))

    result.stdout.fnmatch_lines([f"FAILED {INM} - 200, not st*"])


def test_a_run_of_nothing_is_no_success(judge: Judge, good: str) -> None:
    assert judge("-k", "no-such-check", url=good).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_run_that_its_deadline_ends_is_no_success(judge: Judge, good: str) -> None:
    result = judge(
        "-k",
        "items and etag-present or cached-time and ttl-ends",
        "--conformance-deadline=1",
        "--conformance-set=*.ttl=30",
        url=good,
        target="lesson",
    )

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*The run ended early: the run's deadline has passed*"])


def test_items_carry_their_facts(judge: Judge, good: str) -> None:
    judge("-k", "inm-current", "--junitxml=j.xml", url=good)

    text = Path("j.xml").read_text()
    for name, value in (("requirement", "LES06"), ("level", "MUST"), ("tier", "lesson"), ("verdict", "pass")):
        assert f'<property name="{name}" value="{value}"' in text
    assert 'classname="specs.if-none-match.yaml.items" name="inm-current-is-304"' in text


def test_what_was_left_out_is_reported_as_deselected(judge: Judge, good: str, mode: Mode) -> None:
    """A deselected prerequisite runs, and is not reported."""
    result = judge(INM, "--conformance-report=r.json", *mode[0], url=good, plugins=mode[1])

    result.assert_outcomes(passed=1)
    report = read_report("r.json")
    outcomes = {e.nodeid: e.verdict.outcome for e in report.entries}
    assert outcomes.pop(INM) == "pass"
    assert set(outcomes.values()) == {"deselected"}
    assert report.partial


def test_a_warning_is_told_quietly_and_in_junit(judge: Judge, serve: Serve, mode: Mode) -> None:
    """With its text and what to do about it."""
    url = serve("lesson-sample")
    result = judge("-q", "-k", "etag-quoted", "--junitxml=j.xml", *mode[0], url=url, plugins=mode[1])

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*= conformance =*")
    result.stdout.fnmatch_lines(
        ["warning: specs/validators.yaml::items::etag-quoted", "  expected an ETag in*", "  Next: Send *"]
    )
    (text,) = re.findall(r'<property name="warning" value="([^"]*)"', Path("j.xml").read_text())
    assert text.startswith("expected an ETag in double quotes")
    assert "Next: Send headers=" in text


def test_what_keeps_a_run_from_being_judged_is_told_quietly(judge: Judge, serve: Serve, mode: Mode) -> None:
    """The exit code is one that pytest does not use itself; other tests that fail keep pytest's."""
    url = serve("ignores-inm")
    result = judge("-q", "-k", "no-body", *mode[0], url=url, plugins=mode[1])

    result.assert_outcomes(skipped=1)
    assert result.ret == 7
    result.stdout.fnmatch_lines(
        ["Not judged: nothing failed, but 1 of 1 checks *: blocked by inm-current-is-304*"]
    )


def test_other_tests_that_fail_keep_pytest_s_exit_code(
    judge: Judge, serve: Serve, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("def test_mine(): assert False")
    result = judge("-k", "no-body or mine", ".", "specs", url=serve("ignores-inm"))

    result.assert_outcomes(skipped=1, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_quiet_prints_no_section(judge: Judge, good: str) -> None:
    result = judge("-q", "-k", "inm-current", "--conformance-report=r.json", url=good)

    result.stdout.no_fnmatch_line("*= conformance =*")
    result.stdout.fnmatch_lines(["report: *r.json", "1 passed*"])


def test_times_of_a_cache_are_waited_for(judge: Judge, reference_with_ttl_4: str) -> None:
    """In real time, beside pytest-timeout, which would end each item after one second."""
    result = judge(
        "--timeout=1",
        "--conformance-set=*.ttl=4",
        "-k",
        "cached-time and server-cache",
        url=reference_with_ttl_4,
        plugins=("pytest_timeout",),
        target="lesson",
    )

    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 3
    result.stdout.fnmatch_lines(["conformance: * judged, * s more for * (*cached-time*)"])


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--conformance-tier=best", "there is no tier 'best'; accepted: lesson, core, full, strict"),
        ("--conformance-clock=sun", "there is no clock 'sun'; accepted: auto, real, virtual"),
        ("--conformance-clock=virtual", "the clock 'virtual' moves * use the clock 'real', which waits*"),
        ("--conformance-report=r.txt", "the report *r.txt' has no known suffix; accepted: .json*"),
        ("--conformance-report=no/r.json", "the report *r.json' can't be written: there is no folder *"),
        ("--conformance-set=items.etagg=1", "tiny.yaml:*etagg*"),
        ("--conformance-ca=none.pem", "there is no file 'none.pem' *"),
        ("--conformance-seed=-1", "the seed -1 is out of range*"),
        ("--conformance-deadline=0", "the deadline 0.0 is none*"),
        ("--base-url=ftp://x", "*ftp*"),
        ("--conformance-target=lessson", "lessson: *built-in target*lesson*"),
        ("--base-url=", "--conformance needs the URL of the server to judge, and has none: *"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_a_wrong_option_is_one_sentence(
    pytester: pytest.Pytester, tiny: Path, option: str, says: str
) -> None:
    options = ("--conformance-target", tiny.name, "--base-url=http://127.0.0.1:1", *option.split())
    config = pytester.parseconfig("-p", "pytest_base_url.plugin", "-p", "conformance.plugin", *options)

    with pytest.raises(pytest.UsageError) as found:
        read(config, None)

    told, _, code = str(found.value).rpartition(" ")
    assert fnmatch.fnmatch(told, says)
    assert code in ("[usage]", "[target]")


def test_a_wrong_option_ends_pytest_before_it_collects(judge: Judge) -> None:
    result = judge("--conformance-tier=best", url="http://127.0.0.1:1")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith("ERROR: there is no tier 'best'")
    assert not result.outlines


@pytest.mark.parametrize("where", ["environment", "ini"])
def test_the_url_may_stand_elsewhere(
    judge: Judge, good: str, where: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "environment":
        monkeypatch.setenv("PYTEST_BASE_URL", good)
    else:
        pytester.makeini(f"[pytest]\nbase_url = {good}\n")

    judge("-k", "inm-current").assert_outcomes(passed=1)


@pytest.mark.usefixtures("plain")
def test_without_pytest_base_url_the_option_is_there_all_the_same(
    pytester: pytest.Pytester, tiny: Path, good: str
) -> None:
    result = pytester.runpytest_subprocess(
        *("-p", "conformance.plugin", "--conformance", "--base-url", good),
        *("--conformance-target", str(tiny), "-k", "inm-current"),
    )

    result.assert_outcomes(passed=1)
