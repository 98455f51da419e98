"""conformance.judge.mixtures: what goes wrong only once conditions meet, and what went wrong alone."""

from __future__ import annotations

from typing import Final

import pytest
from helpers.records import PLACE, check, court, done, exchange, run

from conformance.judge.verdicts import judge
from conformance.model import Check, Exchange, Record, Step, Timeline, Verdict

TAG: Final = '"a"'
DUE: Final = {"due": {"after": "plain"}}
MATCH: Final = ("If-Match", TAG)
SAME: Final = ("If-None-Match", TAG)
OTHER: Final = ("If-None-Match", '"b"')
NAMES: Final = ("plain", "match", "same", "other", "match-same", "match-other")
ALONE: Final = {"match-same": ("match", "same"), "match-other": ("match", "other")}


def mixture() -> Check:
    """If-Match mixed with an If-None-Match that matches and one that does not."""
    return check("a-mixture", on="a-table", expects=(dict.fromkeys(ALONE, DUE),), alone=ALONE)


def judged(**statuses: int) -> Verdict:
    """The verdict on a server that answers each request rightly, but for these statuses by step."""
    answers = {
        "plain": read(200),
        "match": read(200, MATCH),
        "same": read(304, SAME),
        "other": read(200, OTHER),
        "match_same": read(304, MATCH, SAME),
        "match_other": read(200, MATCH, OTHER),
    }
    for name, status in statuses.items():
        answers[name] = read(status, *answers[name].request.headers)
    steps = tuple(Step("read", name, {}, {}, {}, {}, (), PLACE) for name in NAMES)
    asked = run(mixture())
    record = Record(asked.work, tuple(done(n.replace("_", "-"), each) for n, each in answers.items()))
    table = Timeline("a-table", ("read",), (), steps, PLACE, apart=True)
    return judge(asked, record, court(asked, timelines=(table,)))


def read(status: int, *sent: tuple[str, str]) -> Exchange:
    """A read with these conditions."""
    return exchange(status, etag=TAG, sent=sent)


def test_mixtures_that_are_answered_by_their_order_pass() -> None:
    assert judged().outcome == "pass"


def test_one_that_goes_wrong_is_shown_and_how_many_do() -> None:
    verdict = judged(match_same=200)
    assert (verdict.outcome, verdict.step, verdict.code) == ("fail", "match-same", "due.after")
    assert "304 Not Modified" in verdict.expected
    assert verdict.actual == "200 in the first of 1 wrong mixtures, of 2"


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        ({"same": 200, "match_same": 200}, "pass"),
        ({"same": 200, "match_same": 200, "match_other": 304}, "fail"),
        ({"match": 412, "match_same": 412, "match_other": 412}, "not-applicable"),
    ],
)
def test_what_is_wrong_alone_is_no_matter_of_the_mixture(wrong: dict[str, int], outcome: str) -> None:
    verdict = judged(**wrong)
    assert verdict.outcome == outcome
    if outcome == "fail":
        assert verdict.step == "match-other"
