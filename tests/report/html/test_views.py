"""What the page shows of a check."""

from __future__ import annotations

import pytest
from helpers.embedded import judged
from helpers.pages import graded
from msgspec.structs import replace

from conformance.model import Report, Verdict
from conformance.report.html.views import LONGEST, Card, Views, link

FAILED = "specs/if-none-match.yaml::items::inm-current-is-304"


def card(report: Report, nodeid: str) -> Card:
    return Views(report, {}).card(report.entry(nodeid))


def test_a_failure_has_all_there_is_to_know() -> None:
    report = judged("ignores-inm")
    it = card(report, FAILED)
    assert (it.state, it.resource, it.level, it.nodeid) == ("fail", "items", "MUST", FAILED)
    assert it.expected == (("status ", False), ("304", True))
    assert it.actual == (("200", True),)
    assert it.sources[0].id == "LES06"
    assert it.then.startswith("Compare the header with the ETag")
    assert [step.decisive for step in it.steps] == [False, True]
    assert it.steps[1].brief[0].startswith("GET /items/, If-None-Match: ")
    assert it.steps[1].brief[1] == "200 OK"
    assert it.curls[-1].startswith("curl -si -H 'If-None-Match:")
    assert it.more == "conformance explain inm-current-is-304"
    assert len(it.waiting) == 7


def test_where_time_is_the_point_the_wait_stands_between_two_requests() -> None:
    lines = card(judged("sliding-ttl"), "specs/server-cache.yaml::cached-time::reads-do-not-prolong").curls
    assert lines[0] == lines[-1]
    assert lines[1].startswith("sleep ")


def test_a_server_that_ended_with_the_run_is_started_first() -> None:
    ended = replace(judged("ignores-inm"), server="app", starts="uvicorn main:app --port 8000")
    it = card(ended, FAILED)
    assert it.curls[0].startswith("uvicorn main:app --port 8000")
    assert not it.started  # nobody has to be told besides


def test_what_stands_beside_it_is_not_said_twice() -> None:
    views = Views(judged("sliding-ttl"), {})
    place = "specs/server-cache.yaml::{}::reads-do-not-prolong"
    of = judged("sliding-ttl").entry
    assert views.said(of(place.format("reports"))) == ""
    assert views.said(of(place.format("cached-time"))).endswith("with a TTL of 30 s")
    assert views.said(judged().entry(FAILED)) == ""


def test_reads_are_drawn_at_each_failure_and_else_once() -> None:
    report, views = judged(), Views(judged(), {})
    life = [e for e in report.judged if e.work == "life-of-an-entry@cached-time"]
    cards = []
    for entry in life:
        cards.append(views.card(entry))
        if cards[-1].timeline:
            views.drew(entry)
    drawn = [each for each in cards if each.timeline]
    assert len(drawn) == 1
    assert drawn[0].nodeid.startswith("specs/server-cache.yaml::")
    after = cards[cards.index(drawn[0]) + 1 :]
    assert after
    assert {each.same_reads for each in after} == {drawn[0].anchor}
    bad = judged("sliding-ttl")
    assert card(bad, "specs/server-cache.yaml::cached-time::reads-do-not-prolong").timeline


def test_a_server_that_does_not_answer_is_no_matter_of_the_requirement() -> None:
    report = judged("ignores-inm")
    entry = replace(report.entry(FAILED), verdict=Verdict("unreachable", "unreachable", "nobody answers"))
    it = Views(report, {}).card(entry)
    assert (it.sources, it.why, it.more, it.message) == ((), "", "", "nobody answers")


def test_points_are_told_with_why_they_are_not_all() -> None:
    report = judged("ignores-inm")
    views = Views(report, {row.nodeid: row for row in graded(report).rows})
    it = views.card(report.entry(FAILED))
    assert it.points.startswith("0 of ")
    assert it.because == "earned nothing, fail"
    assert Views(report, {}).card(report.entry(FAILED)).points == ""


def test_an_anchor_is_plain_and_no_two_checks_have_the_same() -> None:
    report = judged()
    twins = tuple(
        replace(report.entries[0], nodeid=f"mine/a b.yaml::{name}::x\"'<>") for name in ("q-r", "q.r", "q r")
    )
    views = Views(replace(report, entries=(*report.entries, *twins)), {})
    names = [views.anchor(each) for each in (*report.entries, *twins)]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for name in names)


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://www.rfc-editor.org/rfc/rfc9110.html#section-13.1.2", True),
        ("http://127.0.0.1/x", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ('https://x/"onclick=alert(1)', False),
        (" https://x/", False),
        ("", False),
    ],
)  # fmt: skip
def test_only_a_page_is_linked_to(url: str, *, followed: bool) -> None:
    assert link(url) == (url if followed else "")


def test_a_command_that_would_have_to_be_cut_is_left_out() -> None:
    report = judged("ignores-inm")
    entry = report.entry(FAILED)
    record = report.record(entry)
    assert record is not None
    request = replace(record.steps[0].exchanges[0].request, target="/" + "x" * LONGEST)
    (exchange, *_) = record.steps[0].exchanges
    steps = (replace(record.steps[0], exchanges=(replace(exchange, request=request),)),)
    long = replace(report, records={**report.records, entry.work: replace(record, steps=steps)})
    assert Views(long, {}).card(entry).curls == ()
