"""What is to be mended first, and what keeps a run from being judged."""

from __future__ import annotations

from helpers.embedded import dead_port, judged
from helpers.reports import with_outcome
from msgspec.structs import replace

from conformance.model import Entry, Report, Verdict
from conformance.report.document import rescored
from conformance.report.mending import first, first_to_mend, reasons, roots, unanswered
from conformance.report.result import result


def _failing(entry: Entry, message: str) -> Entry:
    return replace(entry, verdict=Verdict("fail", "fail", message))


def test_roots_are_counted_along_the_chain() -> None:
    good = judged()
    first, second, third = good.entries[:3]
    chain = (
        _failing(first, "broken"),
        replace(second, verdict=Verdict("blocked", "blocked", "", cause=first.nodeid)),
        replace(third, verdict=Verdict("blocked", "blocked", "", cause=second.nodeid)),
    )
    report = replace(good, entries=chain)
    assert roots(report) == {first.nodeid: 2}
    assert first_to_mend(report) == chain[0]
    assert first_to_mend(good) is None


def test_the_first_to_mend_is_what_most_others_wait_for() -> None:
    report = judged("sliding-ttl")
    mend = first(report)
    assert mend is not None
    assert mend.entry is not None
    assert mend.entry.verdict.verdict == "fail"
    assert mend.waiting == roots(report)[mend.entry.nodeid] == max(roots(report).values())
    assert mend.says == ((mend.entry.verdict.message, 0),)
    assert mend.then == mend.entry.verdict.mend


def test_a_good_run_has_nothing_to_mend_and_strictly_its_warning() -> None:
    assert first(judged()) is None
    assert first(judged("unquoted-etag")) is None
    strictly = first(judged("unquoted-etag"), strict=True)
    assert strictly is not None
    assert strictly.entry is not None
    assert strictly.entry.verdict.verdict == "warn"


def test_where_nobody_answers_that_comes_first() -> None:
    mend = first(dead_port())
    assert mend is not None
    assert (mend.title, mend.entry) == ("the server has to answer", None)
    assert sum(count for _, count in mend.says) + mend.left == len(unanswered(dead_port()))
    assert "start your server" in mend.then


def test_each_reason_why_a_run_is_not_judged_is_told_once_and_first_what_tells_what_to_do() -> None:
    report: Report = judged()
    bound = [e for e in report.judged if report.about(e).level == "MUST"][:3]
    told = [
        replace(with_outcome(each, "inconclusive"), message=message, mend=mend)
        for each, message, mend in zip(bound, ("a", "b", "b"), ("", "do it", "do it"), strict=True)
    ]
    changed = {each.nodeid: replace(each, verdict=verdict) for each, verdict in zip(bound, told, strict=True)}
    report = rescored(replace(report, entries=tuple(changed.get(e.nodeid, e) for e in report.entries)))
    assert reasons(report, result(report)) == [("b", "do it", 2), ("a", "", 1)]
