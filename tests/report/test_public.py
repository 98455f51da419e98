"""What a student may see of a report: nothing of what is hidden, nothing that it would have changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from helpers.grading import assignment, nodeid, report, verdict, worth
from helpers.rules import none_of
from helpers.sheets import ENV
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.grading.auditing import Submitted, audited
from conformance.grading.points import grade
from conformance.judge.codes import LATE
from conformance.model import Assignment, Audit, Later, OutcomeName, Report, Verdict
from conformance.report.changes import changes
from conformance.report.document import rescored
from conformance.report.formats import FORMATS
from conformance.report.public import LATER, beside, hidden_now, public, revealed, secrets, until
from conformance.report.sheet import Sheet
from conformance.report.summary import summary_lines
from conformance.report.text import entry_text

TOPICS = {"specs/one.yaml": "One", "specs/two.yaml": "Two"}
NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)
SECRET = worth("one/secret", 7, title="The secret one", hidden_until="published")
WEEK = assignment(SECRET, worth("one/a"), worth("two/b"), topics=TOPICS)


def graded(verdicts: dict[str, Verdict], by: Assignment = WEEK) -> Report:
    """A report of these verdicts with its grade."""
    held = replace(report(verdicts, topics=TOPICS), started="2027-01-31T11:00:00+00:00")
    return rescored(replace(held, grade=grade(held, by)))


def told(held: Report, now: datetime | None = None) -> dict[str, str]:
    """All that anybody is shown, by where it is."""
    sheet = Sheet(held, env=ENV, now=now)
    found = {name: each.write(sheet).decode() for name, each in FORMATS.items() if name != "json"}
    shown = public(held, now)
    found["terminal"] = "\n".join(summary_lines(shown))
    found["in full"] = "\n".join(entry_text(shown, each) for each in shown.judged)
    # Gradescope has it, and shows it to nobody before its time.
    document = json.loads(found["gradescope"])
    document["tests"] = [
        {key: value for key, value in test.items() if key not in ("score", "max_score")}
        for test in document["tests"]
        if test["visibility"] == "visible"
    ]
    document.pop("score", None)
    found["gradescope"] = json.dumps(document)
    return found


SOME = {
    "one/secret": verdict("fail", message="it is a secret"),
    "one/a": verdict("pass"),
    "two/b": verdict("fail"),
}
BEHIND = {
    **SOME,
    "one/a": verdict("blocked", cause=nodeid("one/secret"), message="blocked by secret: it is a secret"),
}
TWICE = {
    **BEHIND,
    "two/b": verdict("blocked", cause=nodeid("one/a"), message="blocked by a: blocked by secret"),
}
ON_THE_WAY = {
    **SOME,
    "one/a": verdict(
        "blocked", cause=nodeid("two/b"), message="blocked by b: blocked by secret: blocked by b: x"
    ),
    "two/b": verdict("inconclusive", code=LATE, message="no field, and secret has seen one"),
}
NOISY = {**SOME, "one/secret": verdict("inconclusive", code=LATE, message="it is a secret")}
BOTH = {**NOISY, "two/b": verdict("inconclusive", code=LATE, message="too late")}


@pytest.mark.parametrize(
    "verdicts",
    [SOME, BEHIND, TWICE, ON_THE_WAY, NOISY, BOTH],
    ids=["some", "behind", "twice", "on the way", "noisy", "both"],
)
def test_nobody_is_shown_what_is_hidden(verdicts: dict[str, Verdict]) -> None:
    none_of(name for name, text in told(graded(verdicts)).items() if "secret" in text.lower())


@pytest.mark.parametrize("name", ["pass", "fail"])
def test_what_a_hidden_check_comes_to_changes_nothing_that_is_shown(name: str) -> None:
    """Not its own line, nor a sum, nor the sentence on the whole."""
    other = {**SOME, "one/secret": verdict("pass")}
    here = {**SOME, "one/secret": verdict(name, message="x")}  # type: ignore[arg-type]
    assert told(graded(here)) == told(graded(other))


def test_half_a_point_of_what_is_hidden_shows_nowhere() -> None:
    by = assignment(
        worth("one/secret", 1, hidden_until="due"), worth("one/a", 1), worth("two/b", 1), topics=TOPICS
    )
    warned = {"one/a": verdict("fail", warn=True), "two/b": verdict("pass")}
    both = [
        graded({**warned, "one/secret": each}, by) for each in (verdict("fail", warn=True), verdict("fail"))
    ]
    assert len({public(each).grade for each in both}) == 1


@pytest.mark.parametrize("graded_before", [True, False])
def test_what_was_before_is_held_against_what_is_shown_alone(graded_before: bool) -> None:
    before = graded(SOME) if graded_before else replace(graded(SOME), grade=None)
    found = changes(beside(before, graded({**SOME, "two/b": verdict("pass")})), public(graded(SOME)))
    assert (found.same, found.only_old, found.only_new) == (2, 0, 0)
    assert not graded_before or before.grade != beside(before, before).grade


def test_the_sums_are_those_of_what_is_shown() -> None:
    made = public(graded(SOME)).grade
    assert made is not None
    assert (made.points, made.of, made.later) == (10, 20, Later(1, 7))
    assert [(each.title, each.points, each.of) for each in made.topics] == [("One", 10, 10), ("Two", 0, 10)]


def test_a_topic_of_which_all_is_hidden_is_not_named() -> None:
    by = assignment(SECRET, worth("two/b"), topics=TOPICS)
    made = public(graded(SOME, by)).grade
    assert made is not None
    assert [each.title for each in made.topics] == ["Two"]


def test_the_same_check_where_it_counts_nothing_is_hidden_too() -> None:
    held = graded({"one/secret": verdict("pass"), "two/secret": verdict("fail"), "two/b": verdict("pass")})
    assert [each.id for each in public(held).entries] == ["b"]
    counting = assignment(SECRET, worth("two/secret"), topics=TOPICS)
    shown = public(graded({"one/secret": verdict("pass"), "two/secret": verdict("fail")}, counting))
    assert [each.nodeid for each in shown.entries] == [nodeid("two/secret")]
    assert secrets(WEEK.rows, [nodeid("two/secret"), nodeid("two/b")]) == {
        nodeid("one/secret"),
        nodeid("two/secret"),
    }


@pytest.mark.parametrize("outcome", ["inconclusive", "error", "untestable"])
def test_what_is_not_known_of_a_hidden_check_changes_nothing_that_is_shown(outcome: OutcomeName) -> None:
    """The whole is withheld, for whoever sees that; what is shown costs nobody a point."""
    held = graded({**SOME, "one/secret": verdict(outcome, code=LATE, message="it is a secret")})
    assert held.grade is not None
    assert held.grade.status == "withheld"
    assert told(held) == told(graded(SOME))
    assert public(held).grade == public(graded(SOME)).grade
    # Gradescope knows no grade that is open: it gets no score at all, since a sum would cost points.
    assert '"score"' not in FORMATS["gradescope"].write(Sheet(held, env=ENV)).decode()


def test_a_grade_that_is_withheld_for_what_is_shown_tells_its_range_without_what_is_hidden() -> None:
    both = public(graded(BOTH)).grade
    assert both is not None
    assert (both.status, both.cause, both.low, both.high) == ("withheld", "noise", 10, 20)
    assert both.why == "1 check is open (too late)"
    ours = public(graded({**BOTH, "one/secret": verdict("error")})).grade
    assert ours == both


def test_errors_are_counted_among_what_is_shown() -> None:
    made = public(graded({"one/secret": verdict("error"), "one/a": verdict("error")})).grade
    assert made is not None
    assert (made.cause, made.why) == ("suite", "the suite itself failed in 1 check")


def test_what_withholds_the_run_as_a_whole_withholds_what_is_shown() -> None:
    other = graded(SOME, replace(WEEK, tier="core"))
    made = public(other).grade
    assert made is not None
    assert other.grade is not None
    assert (made.status, made.cause, made.why) == ("withheld", "policy", other.grade.why)
    late = verdict("inconclusive", code=LATE)
    week = replace(WEEK, audit=1.0)
    unaudited = audited(graded(SOME, week), week, Submitted(), lambda: graded(dict.fromkeys(SOME, late)))
    shown = public(unaudited).grade
    assert shown is not None
    assert (shown.status, shown.cause) == ("withheld", "noise")


def test_a_check_that_is_called_as_a_hidden_one_and_more_is_shown() -> None:
    behind = verdict("blocked", cause=nodeid("one/secret-repeats"), message="blocked by another")
    by = assignment(SECRET, worth("one/secret-repeats"), worth("one/a"), topics=TOPICS)
    made = public(
        graded({**SOME, "one/secret-repeats": verdict("fail", message="no"), "one/a": behind}, by)
    ).grade
    assert made is not None
    assert made.rows[1].why == f"blocked by {nodeid('one/secret-repeats')}: no"


def test_what_waits_for_it_says_so_without_its_name() -> None:
    shown = public(graded(TWICE))
    assert {each.verdict.message for each in shown.entries} == {f"blocked: by {LATER}"}
    assert shown.grade is not None
    assert {each.why for each in shown.grade.rows} == {f"blocked by {LATER}"}


@pytest.mark.parametrize(
    ("told_until", "now", "hidden"),
    [
        ("", None, False),
        ("due", NOON, True),
        ("published", NOON, True),
        ("2027-01-31", NOON, False),
        ("2027-02-01", NOON, True),
        ("2027-02-01", None, True),
        ("2027-01-31T12:00:00Z", NOON, False),
        ("2027-01-31T12:00:00", NOON, False),
        ("2027-01-31T12:00:00-01:00", NOON, True),
        ("2027-01-31T13:00:00+01:00", NOON, False),
    ],
)
def test_what_is_hidden_until_a_moment_is_shown_from_then_on(
    told_until: str, now: datetime | None, hidden: bool
) -> None:
    row = worth("one/secret", hidden_until=told_until)
    assert bool(hidden_now([row], now)) is hidden
    held = graded(SOME, assignment(row, worth("two/b"), topics=TOPICS))
    shown = public(held, now)
    assert (nodeid("one/secret") in {each.nodeid for each in shown.entries}) is not hidden
    if not hidden:
        assert (shown.entries, shown.score) == (held.entries, held.score)
        assert shown.grade is not None
        assert held.grade is not None
        assert (shown.grade.points, shown.grade.later) == (held.grade.points, Later())
    assert public(shown) == shown


def test_a_date_is_the_beginning_of_that_day_in_utc() -> None:
    assert until("2027-01-31") == datetime(2027, 1, 31, tzinfo=UTC)
    assert until("published") is None


def test_who_may_see_all_is_shown_all() -> None:
    held = graded(SOME)
    shown = public(revealed(held))
    assert (shown.entries, shown.score) == (held.entries, held.score)


def test_why_it_was_judged_a_second_time_is_for_the_instructor() -> None:
    audit = Audit(because=("main.py imports gc",))
    for held in (graded(SOME), replace(graded(SOME), grade=None)):
        assert public(replace(held, audit=audit)).audit is None


@given(
    st.dictionaries(
        st.sampled_from(["one/secret", "one/a", "two/b"]),
        st.sampled_from(["pass", "fail", "unreachable", "error"]),
    )
)
def test_the_parts_of_what_is_shown_sum_to_it(outcomes: dict[str, str]) -> None:
    made = public(graded({name: verdict(each) for name, each in outcomes.items()})).grade  # type: ignore[arg-type]
    assert made is not None
    assert made.of == sum(row.of for row in made.rows) == sum(topic.of for topic in made.topics) == 20
    assert made.low == sum(row.points for row in made.rows) == sum(topic.points for topic in made.topics)
