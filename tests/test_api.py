"""The Python API: what it exports, what it costs to import, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.embedded import dead_port, judged, judging, stopped
from msgspec.structs import replace

import conformance
from conformance import api
from conformance.commands import running
from conformance.errors import ConformanceError, SpecError, TargetError, UsageError
from conformance.execute.progress import Progress
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Report
from conformance.options.run import Asked
from conformance.report.document import rescored
from reference_impl.serve import start


def test_what_is_exported() -> None:
    assert list(conformance.__all__) == sorted(conformance.__all__) == ["Report", "__version__", "run"]
    assert conformance.run is running.run
    assert conformance.Report is Report
    assert conformance.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        conformance.runn  # noqa: B018


@pytest.mark.processes
def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import conformance; print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) <= {"conformance", "conformance.version", "__future__"}  # noqa: S307 - our own list of names


# ------------------------------------------------------------------ options


def test_the_defaults_are_those_of_the_lesson() -> None:
    options = api.make_options(Asked("http://h"))
    assert (options.tier, options.target.name) == ("lesson", "lesson")
    assert options.suite is load()
    assert (options.selected, options.deadline, options.verify, options.search) == (None, None, True, None)


def test_a_seed_is_made_up_and_told() -> None:
    seeds = {api.make_options(Asked("http://h")).seed for _ in range(8)}
    assert len(seeds) > 1
    assert api.make_options(Asked("http://h", seed=0)).seed == 0


def test_what_is_given_arrives(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    one = "specs/validators.yaml::items::etag-quoted"
    asked = Asked(
        "http://h",
        overrides=["cached-time.ttl=5"],
        selected=[one],
        ca=ca,
        deadline=9,
        allow_writes=True,
        fuzz=True,
    )
    options = api.make_options(asked)
    assert options.target.resource("cached-time").ttl == 5
    assert (options.selected, options.verify, options.deadline) == (frozenset([one]), str(ca), 9)
    assert options.allow_writes
    assert callable(options.search)
    assert api.make_options(Asked("http://h", insecure=True)).verify is False


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"url": "h"}, UsageError, "has no scheme"),
        ({"url": "http://u:secret@h"}, UsageError, "user name or password"),
        ({"tier": "top"}, UsageError, "accepted: lesson"),
        ({"clock": "x"}, UsageError, "accepted: auto, real"),
        ({"clock": "virtual"}, UsageError, "moves the server's own clock"),
        ({"target": "x"}, TargetError, "no built-in target"),
        ({"overrides": ["x"]}, TargetError, "overrides nothing"),
        ({"seed": 2**63}, UsageError, "out of range"),
        ({"deadline": float("inf")}, UsageError, "above 0"),
        ({"deadline": -1}, UsageError, "above 0"),
        ({"ca": "/no/ca.pem"}, UsageError, "there is no file"),
        ({"ca": "/no/ca.pem", "insecure": True}, UsageError, "exclude each other"),
        ({"selected": ["specs/validators.yaml::items::etag-quotd"]}, UsageError, "did you mean"),
        ({"target": load_target(), "overrides": ["a.b=c"]}, UsageError, "given as an object"),
    ],
)
def test_what_is_wrong_is_refused(given: dict[str, Any], kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says) as caught:
        api.make_options(Asked(**{"url": "http://h", **given}))
    assert isinstance(caught.value, ConformanceError)
    assert issubclass(TargetError, SpecError)
    assert "secret" not in str(caught.value)


# ------------------------------------------------------------------ runs


def test_an_exception_of_the_caller_ends_the_run_and_passes_through() -> None:
    class Enough(Exception):  # noqa: N818 - no error
        pass

    def on_progress(progress: Progress) -> None:
        if progress.waits:
            raise Enough

    with start() as server, pytest.raises(Enough):
        conformance.run(server.url, on_progress=on_progress)


def of_ttl(progress: Progress) -> list[tuple[str, str, float]]:
    """What is waited for that is a TTL."""
    return [wait for wait in progress.waits if "TTL of 30 s" in wait[1]]


def test_the_progress_grows_and_tells_what_is_waited_for() -> None:
    seen: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        seen.append(progress)
        if of_ttl(progress):
            progress.stop("seen")

    with start() as server:
        report = conformance.run(server.url, on_progress=on_progress)
    resource, _, seconds = next(waits[0] for progress in seen if (waits := of_ttl(progress)))
    assert resource in ("cached-time", "reports")
    assert 0 < seconds <= 30
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].total == len(report.entries)


def test_a_deadline_ends_the_run() -> None:
    with start() as server:
        report = conformance.run(server.url, deadline=0.05)
    assert "deadline" in report.stopped
    assert api.exit_code(report) == 2


def test_the_same_seed_makes_the_same_values() -> None:
    one, two = judging(seed=5), judging(seed=5)
    assert [e.verdict.verdict for e in one.entries] == [e.verdict.verdict for e in two.entries]
    assert one.seed == two.seed == 5


# ------------------------------------------------------------------ exit codes


def test_exit_codes() -> None:
    assert api.exit_code(judged()) == 0
    assert api.exit_code(judged(), strict=True) == 0
    assert api.exit_code(judged("unquoted-etag")) == 0
    assert api.exit_code(judged("unquoted-etag"), strict=True) == 1
    assert api.exit_code(judged("ignores-inm")) == 1
    assert api.exit_code(dead_port()) == 1
    assert api.exit_code(stopped()) == 2
    assert api.exit_code(judging(selected=[])) == 5


@pytest.mark.parametrize(
    ("outcome", "cause", "code"),
    [
        ("inconclusive", "", 7),
        ("inconclusive", "several workers", 7),
        ("unreachable", "", 1),
        ("error", "", 3),
        ("untestable", "", 7),
        ("blocked", "by what was left out", 7),
        ("not-applicable", "", 0),
        ("deselected", "", 0),
    ],
)
def test_one_odd_verdict_among_passes(outcome: Any, cause: str, code: int) -> None:
    """Of a MUST; of a SHOULD only what is the suite's own fault counts, and if strict no answer."""
    good = judged()
    for level in ("MUST", "SHOULD"):
        odd = next(e for e in good.entries if good.about(e).level == level and e.verdict.outcome == "pass")
        verdict = replace(odd.verdict, outcome=outcome, verdict=outcome, cause=cause)
        entries = tuple(replace(e, verdict=verdict) if e == odd else e for e in good.entries)
        report = rescored(replace(good, entries=entries))
        assert api.exit_code(report) == (code if level == "MUST" or code == 3 else 0)
        assert api.exit_code(report, strict=True) == (0 if level == "SHOULD" and code == 7 else code)


def test_nothing_passed_is_no_success() -> None:
    good = judged()
    kept = tuple(e for e in good.entries if e.verdict.outcome == "not-applicable")
    assert kept
    assert api.exit_code(rescored(replace(good, entries=kept))) == 7


def test_an_unquoted_tag_is_one_failure_from_core_on_and_blocks_what_needs_quotes() -> None:
    """It was told twice as a fault of the suite's own, and there was no grade."""
    report = judging("unquoted-etag", tier="core")
    blocked = {e.id for e in report.judged if e.verdict.verdict == "blocked"}
    assert [e.id for e in report.judged if e.verdict.verdict == "fail"] == ["etag-quoted"]
    assert "inm-compares-weakly" in blocked
    assert (api.exit_code(report), report.counts["inconclusive"], report.score.withheld) == (1, 0, "")
