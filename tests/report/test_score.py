"""What counts in the score, and when there is none."""

from __future__ import annotations

from helpers.embedded import dead_port, judged, stopped
from helpers.reports import with_outcome
from msgspec.structs import replace

from conformance.load.specs import load
from conformance.model import OUT_OF_REACH
from conformance.report.document import rescored
from conformance.report.result import result


def test_the_reference_has_all() -> None:
    total = judged().score.total
    assert total.must_passed == total.must_of > 50
    assert total.should_passed == total.should_of > 10
    assert not judged().score.withheld


def test_blocked_stays_in_the_denominator_and_not_applicable_leaves_it() -> None:
    good, bad = judged().score.total, judged("ignores-inm").score.total
    lost = bad.counts["not-applicable"] - good.counts["not-applicable"]
    assert bad.must_of + bad.should_of == good.must_of + good.should_of - lost
    report = judged("ignores-inm")
    entries = [e for e in report.entries if report.about(e).level == "MUST"]
    missing = sum(e.verdict.outcome in ("fail", "blocked") for e in entries)
    assert bad.must_of - bad.must_passed == missing > 10


def test_nobody_there_earns_nothing_of_all() -> None:
    total = dead_port().score.total
    assert (total.must_passed, total.should_passed) == (0, 0)
    assert total.must_of > 50


def test_topics_add_up() -> None:
    score = judged("ignores-inm").score
    assert sum(t.tally.must_of for t in score.topics) == score.total.must_of
    of_tier = [f.name for f in load().files if any(check.tier == "lesson" for check in f.checks)]
    assert [t.file for t in score.topics] == of_tier


def test_what_was_stopped_or_could_not_be_judged_is_no_grade() -> None:
    assert "enough is known" in stopped().score.withheld
    good = judged()
    doubtful = [replace(e, verdict=with_outcome(e, "inconclusive")) for e in good.entries[:1]]
    noisy = rescored(replace(good, entries=(*doubtful, *good.entries[1:])))
    assert noisy.score.withheld == "1 of the checks could not be judged"
    must = [e for e in good.entries if good.about(e).level == "MUST"][:1]
    refused = [replace(e, verdict=with_outcome(e, "untestable")) for e in must]
    unasked = rescored(replace(good, entries=(*refused, *(e for e in good.entries if e not in must))))
    assert unasked.score.withheld == "1 of the checks could not be judged"
    elsewhere = [replace(e, verdict=replace(e.verdict, code=OUT_OF_REACH)) for e in refused]
    hidden = rescored(replace(good, entries=(*elsewhere, *(e for e in good.entries if e not in must))))
    assert (hidden.score.withheld, result(hidden).code) == ("", 0)
    broken = [replace(e, verdict=with_outcome(e, "error")) for e in good.entries[:1]]
    failed = rescored(replace(good, entries=(*broken, *good.entries[1:])))
    assert failed.score.withheld == "the suite itself failed in 1 of the checks"
