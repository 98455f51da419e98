"""What earns what: by hand for each verdict, and by properties for all of them together."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, get_args

import pytest
from helpers.grading import assignment, nodeid, report, verdict, worth
from helpers.records import done, exchange
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.grading.points import grade, why_not
from conformance.judge.codes import LATE, LIMITED, NOT_REACHED, of_doubt
from conformance.judge.unjudged import not_reached
from conformance.judge.verdicts import REFUSED
from conformance.language.doubts import DOUBTS
from conformance.model import (
    NOT_ASKED,
    OUT_OF_REACH,
    Assignment,
    Grade,
    OutcomeName,
    Record,
    Report,
    ServerKind,
    Verdict,
    VerdictName,
    Withheld,
)

ONE = assignment(worth("a", 10), share=(2, 5))


def of_one(given_: Verdict, **more: Any) -> Grade:
    """The grade where one check counts, with 10 points, and has that verdict."""
    return grade(report({"a": given_}, **more), ONE)


# ------------------------------------------------------------------ one row

EARNS: Mapping[str, tuple[Verdict, int]] = {
    "a pass": (verdict("pass"), 10),
    "a warning": (verdict("fail", warn=True), 4),
    "a fail": (verdict("fail"), 0),
    "no answer": (verdict("unreachable"), 0),
    "what is not there": (verdict("not-applicable", cause="POST /items/ was answered 404"), 0),
    "what the server refuses": (verdict("untestable", code=REFUSED, cause="403: not you"), 0),
    "a rate limit": (verdict("inconclusive", code=LIMITED), 0),
    "its own doing": (verdict("inconclusive", code=of_doubt("moves-by-itself")), 0),
}


@pytest.mark.parametrize("name", EARNS)
def test_what_the_server_does_settles_the_points(name: str) -> None:
    said, points = EARNS[name]
    made = of_one(said)
    assert (made.status, made.cause, made.points, made.low, made.high) == (
        "graded",
        "",
        points,
        points,
        points,
    )
    (row,) = made.rows
    assert (row.points, row.of, row.open, row.verdict) == (points, 10, False, said.verdict)
    assert bool(row.why) == (points < 10)


OPEN: Mapping[str, tuple[Verdict, Withheld]] = {
    "an error": (verdict("error"), "suite"),
    "our own timing": (verdict("inconclusive", code=LATE), "noise"),
    "a run that was stopped": (not_reached("Ctrl-C"), "noise"),
    "an entry that ended": (verdict("inconclusive", code=of_doubt("entry-ended")), "noise"),
    "what was not reached": (verdict("inconclusive", code=NOT_REACHED), "noise"),
    "what has no code": (verdict("inconclusive"), "noise"),
    "what has a code that nobody knows": (verdict("inconclusive", code="of.tomorrow"), "noise"),
    "what was held back": (verdict("not-applicable", code=NOT_ASKED, cause="--no-restart"), "policy"),
    "a means of ours": (verdict("untestable", code=OUT_OF_REACH), "policy"),
    "what nobody can tell": (verdict("untestable", cause="declare hit"), "policy"),
    "what was left out": (verdict("deselected"), "policy"),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_is_not_the_servers_doing_withholds_the_grade_with_its_range(name: str) -> None:
    said, cause = OPEN[name]
    made = grade(report({"a": said, "b": verdict("pass")}), assignment(worth("a"), worth("b", 5)))
    assert (made.status, made.cause, made.points) == ("withheld", cause, None)
    assert (made.low, made.high, made.of) == (5, 15, 15)
    assert [row.open for row in made.rows] == [True, False]


def test_each_outcome_is_ruled() -> None:
    for outcome in get_args(OutcomeName):
        assert of_one(verdict(outcome)).of == 10


def test_what_a_server_need_not_do_it_cannot_do_wrong() -> None:
    for outcome in ("pass", "fail"):
        assert of_one(Verdict(outcome, "info")).points == 10


def test_an_inconclusive_of_a_server_that_nobody_here_has_started_is_open() -> None:
    said = verdict("inconclusive", code=of_doubt("moves-by-itself"))
    assert of_one(said, server="command").points == 0
    assert (of_one(said).points, of_one(said, server="url").cause) == (0, "noise")


@pytest.mark.parametrize("name", DOUBTS)
def test_each_doubt_says_whose_doing_it_is(name: str) -> None:
    made = of_one(verdict("inconclusive", code=of_doubt(name)))
    assert (made.points == 0) is DOUBTS[name].own
    assert not (DOUBTS[name].own and DOUBTS[name].outside)


def test_a_check_that_the_run_does_not_have_is_open() -> None:
    made = grade(report({}), ONE)
    assert (made.cause, made.low, made.high) == ("policy", 0, 10)


# ------------------------------------------------------------------ under its root


def blocked(by: str) -> Verdict:
    return verdict("blocked", cause=nodeid(by))


def test_what_is_blocked_earns_nothing_under_its_root() -> None:
    verdicts = {"root": verdict("fail", message="the tag moves"), "a": blocked("b"), "b": blocked("root")}
    made = grade(report(verdicts), ONE)
    assert (made.points, made.rows[0].why) == (0, f"blocked by {nodeid('root')}: the tag moves")


def test_a_root_that_does_not_count_costs_what_waits_for_it() -> None:
    made = grade(report({"root": verdict("fail", warn=True), "a": blocked("root")}), ONE)
    assert made.points == 0


@pytest.mark.parametrize("name", ["an error", "our own timing", "a means of ours"])
def test_what_is_blocked_by_something_open_is_as_open(name: str) -> None:
    said, cause = OPEN[name]
    made = grade(report({"root": said, "a": blocked("root")}), ONE)
    assert (made.cause, made.low, made.high, made.rows[0].open) == (cause, 0, 10, True)


def test_what_is_blocked_by_a_refusal_earns_nothing() -> None:
    made = grade(report({"root": verdict("untestable", code=REFUSED), "a": blocked("root")}), ONE)
    assert made.points == 0


def test_what_did_not_come_about_since_another_check_of_its_work_fails_is_no_want_of_a_means() -> None:
    """A value that never ends has no second life to be looked at."""
    unseen = verdict("untestable", code=OUT_OF_REACH, cause="the first life did not end")
    held = report({"a": unseen, "slides": verdict("fail")})
    together = replace(held, entries=tuple(replace(e, work="life@items") for e in held.entries))
    made = grade(together, ONE)
    assert (made.status, made.points) == ("graded", 0)
    assert made.rows[0].why == f"it shows once {nodeid('slides')} holds: the first life did not end"
    assert grade(held, ONE).cause == "policy"
    waiting = report({"u": unseen, "slides": verdict("fail"), "a": blocked("u")})
    waiting = replace(waiting, entries=tuple(replace(e, work="life@items") for e in waiting.entries))
    assert grade(waiting, ONE).points == 0


def test_what_is_blocked_by_nothing_that_is_told_is_open() -> None:
    assert grade(report({"a": blocked("elsewhere")}), ONE).cause == "policy"


# ------------------------------------------------------------------ parts of points


@pytest.mark.parametrize("places", [(0, 1), (1, 2), (0, 3), (2, 3)])
def test_a_warning_costs_the_same_wherever_it_stands(places: tuple[int, int]) -> None:
    """Of two warnings worth one point each, with half a point for a warning, one point is lost."""
    warned = verdict("fail", warn=True)
    verdicts = {n: warned if i in places else verdict("pass") for i, n in enumerate("abcd")}
    made = grade(report(verdicts), assignment(*(worth(each, 1) for each in "abcd")))
    assert (made.points, made.of) == (3, 4)
    one = {n: warned if i == places[0] else verdict("pass") for i, n in enumerate("abcd")}
    assert grade(report(one), assignment(*(worth(each, 1) for each in "abcd"))).points == 4


def test_of_what_is_hidden_parts_are_rounded_by_themselves() -> None:
    warned = {"a": verdict("fail", warn=True), "b": verdict("fail", warn=True)}
    hidden = assignment(worth("a", 1, hidden_until="due"), worth("b", 1))
    assert [row.points for row in grade(report(warned), hidden).rows] == [1, 1]
    assert grade(report(warned), assignment(worth("a", 1), worth("b", 1))).points == 1


# ------------------------------------------------------------------ the whole grade


def test_an_error_withholds_the_whole_grade_wherever_it_is() -> None:
    made = grade(report({"a": verdict("pass"), "uncounted": verdict("error")}), ONE)
    assert (made.status, made.cause, made.low, made.high) == ("withheld", "suite", 10, 10)
    assert made.why == "the suite itself failed in 1 check"


def test_a_fault_of_ours_is_told_before_policy_and_policy_before_noise() -> None:
    rows = [worth(name) for name in "abc"]
    noise, policy, suite = (OPEN[name][0] for name in ("our own timing", "what was left out", "an error"))
    some = {"a": noise, "b": policy}
    assert grade(report(some), assignment(*rows[:2])).cause == "policy"
    assert grade(report({**some, "c": suite}), assignment(*rows)).cause == "suite"


def test_what_does_not_count_does_not_matter() -> None:
    others = {"x": verdict("fail"), "y": verdict("inconclusive", code=LATE)}
    assert grade(report({"a": verdict("pass"), **others}), ONE) == grade(report({"a": verdict("pass")}), ONE)


def found(*answers: int) -> dict[str, Record]:
    """Records of reads of the list that were answered so, and of an item that is there."""
    reads = tuple(exchange(status) for status in answers)
    item = done("item", exchange(200, path="/items/1"), item=True)
    return {"w@items": Record("w@items", (done("reads", *reads), item))}


def test_what_holds_of_a_resource_that_is_not_there_earns_nothing() -> None:
    held = report({"a": verdict("pass")}, records=found(404, 500))
    made = grade(held, ONE)
    assert (made.points, made.rows[0].verdict) == (0, "pass")
    assert made.rows[0].why == "it holds of nothing: GET /items/ was never answered with success"
    assert grade(replace(held, records=found(404, 200)), ONE).points == 10


def test_a_run_that_ended_early_says_so() -> None:
    made = of_one(not_reached("SIGINT came"), stopped="SIGINT came")
    assert "the run ended early: SIGINT came" in made.why


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"specs_sha256": "others"}, "the run was judged by the specs others of version 1"),
        ({"suite_version": "2"}, "the run was judged by version 2, the assignment frozen by 1"),
        ({"tier": "core"}, "the run went up to the tier core"),
    ],
)
def test_a_run_by_anything_else_has_no_grade_and_says_why(change: Mapping[str, Any], says: str) -> None:
    run = replace(report({"a": verdict("pass")}), **change)
    made = grade(run, ONE)
    assert says in why_not(run, ONE)
    assert (made.cause, made.low, made.high, made.points) == ("policy", 0, 10, None)
    assert says in made.why


def test_another_target_has_no_grade() -> None:
    run = report({"a": verdict("pass")})
    changed = replace(run, target=replace(run.target, sha256="f" * 64))
    assert "judged as the target 'by-hand' (ffffffffffff)" in grade(changed, ONE).why


def test_what_is_hidden_is_said_of_its_row() -> None:
    hidden = worth("b", hidden_until="published")
    made = grade(report({"a": verdict("pass"), "b": verdict("pass")}), assignment(worth("a"), hidden))
    assert [row.id for row in made.rows if row.hidden_until] == ["b"]
    assert made.points == 20


def test_the_grade_names_its_assignment() -> None:
    made = of_one(verdict("pass"), seed=7)
    assert (made.assignment, made.seed, len(made.freeze)) == ("week 7", 7, 64)
    assert made.freeze != grade(report({}), replace(ONE, name="week 8")).freeze


# ------------------------------------------------------------------ of all grades

NAMES = tuple(f"{topic}/{name}" for topic in ("one", "two") for name in "abcd")
WHOLE = tuple(verdict for verdict, _ in (*EARNS.values(), *OPEN.values()))
LESS = tuple(said for said, points in EARNS.values() if points == 0)


@st.composite
def runs(draw: st.DrawFn) -> tuple[Report, Assignment]:
    """Any verdicts on the checks that count, blocked ones by any other, in circles too."""
    rows, verdicts = [], {}
    for name in draw(st.permutations(NAMES)):
        points = draw(st.integers(0, 12))
        rows.append(worth(name, points, hidden_until=draw(st.sampled_from(["", "due"]))))
        behind = st.sampled_from([other for other in NAMES if other != name]).map(blocked)
        verdicts[name] = draw(st.sampled_from(WHOLE) | behind)
    some = draw(st.lists(st.sampled_from(rows), min_size=1, unique=True))
    share = draw(st.sampled_from([(0, 1), (1, 3), (1, 2), (1, 1)]))
    servers: tuple[ServerKind, ...] = get_args(ServerKind)
    return report(verdicts, server=draw(st.sampled_from(servers))), assignment(*some, share=share)


@given(runs())
def test_a_grade_is_within_what_can_be_earned_and_its_parts_sum_to_it(run: tuple[Report, Assignment]) -> None:
    made = grade(*run)
    assert made.of == sum(row.of for row in made.rows) == sum(topic.of for topic in made.topics)
    assert made.low == sum(row.points for row in made.rows) == sum(topic.points for topic in made.topics)
    assert 0 <= made.low <= made.high <= made.of
    assert made.points == (made.low if made.status == "graded" else None)
    assert (made.status == "withheld") is bool(made.cause) is bool(made.why)
    assert all(0 <= row.points <= row.of for row in made.rows)
    assert made.status == "withheld" or made.low == made.high


@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_the_verdicts_changes_nothing(
    run: tuple[Report, Assignment], chance: random.Random
) -> None:
    held, by = run
    shuffled = list(held.entries)
    chance.shuffle(shuffled)
    first, second = grade(held, by), grade(replace(held, entries=tuple(shuffled)), by)
    assert first == second


@given(runs(), st.sampled_from(NAMES), st.sampled_from(LESS))
def test_doing_less_never_earns_more(run: tuple[Report, Assignment], name: str, less: Verdict) -> None:
    held, by = run
    entries = tuple(
        replace(each, verdict=less) if each.nodeid == nodeid(name) else each for each in held.entries
    )
    worse = grade(replace(held, entries=entries), by)
    better = grade(held, by)
    assert worse.low <= better.low
    assert worse.of == better.of


@given(runs(), st.sampled_from(NAMES))
def test_what_can_be_earned_never_moves_with_the_server(run: tuple[Report, Assignment], name: str) -> None:
    held, by = run
    without = tuple(each for each in held.entries if each.nodeid != nodeid(name))
    assert grade(replace(held, entries=without), by).of == by.of == grade(held, by).of


def test_every_verdict_name_is_a_verdict_that_a_row_can_have() -> None:
    assert {said.verdict for said in WHOLE} | {"blocked", "info"} == set(get_args(VerdictName))
