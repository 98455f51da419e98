"""conformance.matchers.value: a value that is kept for a while, the flag of a hit, and the guard bands."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from typing import Any

import pytest
from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, target, timed

from conformance.matchers import MATCHERS, Case, first_finding
from conformance.matchers.base import seconds
from conformance.model import Exchange, Resource, StepRecord

TIME = timed()
REPEATS = timed(repeats=True)


def got(value: Any = "12:00", hit: Any = None, **more: Any) -> Exchange:
    """An answer with that value, and that flag."""
    return exchange(value=value, **({} if hit is None else {"hit": hit}), **more)


OLD, NEW = "12:00:00", "12:00:31"
FRESH = done("fresh", got(OLD, False))
BURST = done("a", got(NEW, False), got(NEW, True), got(NEW, True))
SERVED = done("a", got(OLD, True), got(OLD, True))
TIMEOUT = done("a", exchange(None))
NONE = exchange(404)
NOTHING = ("an answer", "none: nothing was asked")

BELOW, ABOVE = {"surely-within-ttl-of": "fresh"}, {"surely-past-ttl-of": "fresh"}
AT_ONCE = done("fresh", got(took=0.0))
SLOW = done("fresh", got(took=2.0))  # the value was made at some time in these two seconds

EXAMPLES = [
    # ---- value
    holds("value", "present", done("a", got(), got(None)), on=TIME),
    fails("value", "present", done("a", got(), NONE), on=TIME, says=("a value at /time", "none (404)"), index=1),
    fails("value", "present", TIMEOUT, on=TIME, says=("a value at /time", "no answer within 10 s")),
    fails("value", "present", done("a"), on=TIME, says=("a value at /time", "none: nothing was asked")),
    holds("value", {"same-as": "fresh"}, FRESH, SERVED, on=TIME),
    fails("value", {"same-as": "fresh"}, FRESH, done("a", got(OLD), got(NEW)), on=TIME, says=(f"the value {OLD!r} of before", f"{NEW!r}"), index=1),
    holds("value", {"same-on-hits-as": "fresh"}, FRESH, done("a", got(OLD, True), got(NEW, False)), on=TIME),
    fails("value", {"same-on-hits-as": "fresh"}, FRESH, BURST, on=TIME, says=(f"the value {OLD!r} of before", f"{NEW!r}, as a hit"), index=1),
    holds("value", {"differs-from": "fresh"}, FRESH, BURST, on=TIME),
    holds("value", {"differs-from": "fresh"}, FRESH, SERVED, on=REPEATS),  # there the flag alone decides
    fails("value", {"differs-from": "fresh"}, FRESH, done("a", got(NEW), got(OLD)), on=TIME, says=(f"another value than {OLD!r}", "the same"), index=1),
    holds("value", {"not-same-as": "fresh"}, FRESH, BURST, on=REPEATS),
    fails("value", {"not-same-as": "fresh"}, FRESH, SERVED, on=REPEATS, says=(f"another value than {OLD!r}", "the same")),
    holds("value", {"some-same-as": "fresh"}, FRESH, done("a", got(NEW), got(OLD)), on=TIME),
    fails("value", {"some-same-as": "fresh"}, FRESH, BURST, on=TIME, says=(f"some answer with the value {OLD!r}", "none")),
    fails("value", {"same-as": "fresh"}, SERVED, on=TIME, says=("a value to compare with (fresh)", "none")),
    fails("value", {"same-as": "b"}, done("b", NONE), SERVED, on=TIME, says=("a value to compare with (b)", "none")),
    fails("value", {"same-as": "b"}, done("b", got("x" * 99)), SERVED, on=TIME, says=(f"the value '{'x' * 59}... of before", f"{OLD!r}")),
    fails("value", {"same-as": "b"}, done("b", got("x" * 99 + "1")), done("a", got("x" * 99 + "2")), on=TIME, says=("the value ...xxxxxxxxxx1' of before", "...xxxxxxxxxx2'")),
    fails("value", {"same-on-hits-as": "b"}, done("b", got("x" * 99 + "1")), done("a", got("x" * 99 + "2", True)), on=TIME, says=("the value ...xxxxxxxxxx1' of before", "...xxxxxxxxxx2', as a hit")),
    # ---- hit
    holds("hit", True, SERVED, on=TIME),
    holds("hit", False, FRESH, on=TIME),
    *[holds("hit", True, done("a", got(hit=flag)), on=TIME) for flag in ("true", "HIT", 1)],
    fails("hit", True, done("a", got(hit=True), got(hit=False)), on=TIME, says=("cached: true", "cached: false"), index=1),
    fails("hit", False, SERVED, on=TIME, says=("cached: false", "cached: true")),
    fails("hit", False, done("a", got(hit="maybe")), on=TIME, says=("cached: false", "cached: 'maybe'")),
    fails("hit", True, done("a", got()), on=TIME, says=("a flag at /cached", "none (200)")),
    fails("hit", True, TIMEOUT, on=TIME, says=("a flag at /cached", "no answer within 10 s")),
    *[fails("hit", wanted, done("a"), on=TIME, says=NOTHING) for wanted in (True, "boolean", "mixed", {"at-most-once": False})],
    holds("hit", "present", BURST, on=TIME),
    fails("hit", "present", done("a", got()), on=TIME, says=("a flag at /cached", "none (200)")),
    holds("hit", "boolean", BURST, on=TIME),
    fails("hit", "boolean", done("a", got(hit=True), got(hit="false")), on=TIME, says=("cached to be true or false", "the string 'false'"), index=1),
    fails("hit", "boolean", done("a", got(hit=0)), on=TIME, says=("cached to be true or false", "the number 0")),
    holds("hit", "mixed", BURST, on=TIME),
    fails("hit", "mixed", SERVED, on=TIME, says=("answers with cached: true and others with false", "only one of them")),
    holds("hit", {"at-least-once": False}, BURST, on=TIME),
    fails("hit", {"at-least-once": False}, SERVED, on=TIME, says=("at least one cached: false", "0 of 2 answers")),
    holds("hit", {"at-most-once": False}, BURST, on=TIME),
    holds("hit", {"at-most-once": False}, SERVED, on=TIME),
    fails("hit", {"at-most-once": True}, BURST, on=TIME, says=("at most one cached: true", "2 of 3 answers")),
    # ---- hit, true to fact
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", got(OLD, True, at=20)), on=TIME),
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", got(OLD, False, at=1.9)), on=TIME),  # within the resolution
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", got(OLD, False, at=20)), on=REPEATS),
    fails("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", got(OLD, False, at=20)), on=TIME, says=("cached: true, since the value is 20.0 s old", "cached: false")),
    holds("hit", {"truthful-over": ["a"]}, done("a", got(NEW, True)), on=TIME),  # others may have asked
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, BURST, on=TIME, workers=1),
    holds("hit", {"truthful-over": ["a"]}, done("a", got(NEW, True), got(NEW, False)), on=TIME, workers=1),
    holds("hit", {"truthful-over": ["a"]}, done("a", got(NEW, True)), on=TIME, workers=2),
    # a value that nobody has seen is no lie: the checks of the value find it
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", exchange(value=OLD, hit=True, at=9), got(NEW, True, at=9)), on=TIME, workers=1),
    # after the TTL equal text is another computation: a minute, a date, a constant
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", got(OLD, False, at=31.3)), on=TIME),
    holds("hit", {"truthful-over": ["fresh", "a"]}, FRESH, done("a", got(OLD, False, at=29.1)), on=TIME),  # too near its end
    holds("value", {"differs-from": "fresh"}, FRESH, done("a", got(OLD, False), got(OLD, True)), on=TIME),
    fails("value", {"differs-from": "fresh"}, FRESH, done("a", got(NEW, False), got(OLD, True)), on=TIME, says=(f"another value than {OLD!r}", "the same"), index=1),
    # ---- age
    holds("age", BELOW, AT_ONCE, done("a", got(at=5)), on=TIME),
    fails("age", BELOW, AT_ONCE, done("a", got(at=5), got(at=29.5, took=0)), on=TIME, says=("an answer within 29.0 s of the miss", "one 29.50 s after it"), index=1),
    holds("age", ABOVE, AT_ONCE, done("a", got(at=31.1)), on=TIME),
    holds("age", ABOVE, AT_ONCE, done("a", got(at=45)), on=timed(ttl_most=33.0, stale=10.0)),
    fails("age", ABOVE, AT_ONCE, done("a", got(at=40)), on=timed(ttl_most=33.0, stale=10.0), says=("a read later than 44.0 s after the miss", "one 40.00 s after it")),
    fails("age", ABOVE, AT_ONCE, done("a", got(at=30)), on=TIME, says=("a read later than 31.0 s after the miss", "one 30.00 s after it")),
    fails("age", ABOVE, AT_ONCE, done("a"), on=TIME, says=("an age to judge by", "none")),
    fails("age", ABOVE, done("a", got()), on=TIME, says=("an age to judge by", "none")),
    fails("age", ABOVE, AT_ONCE, done("a", got()), says=("an age to judge by", "none")),
    # ---- ttl
    holds("ttl", "declared", done("a"), on=timed()),
    fails("ttl", "declared", done("a"), says=("a declared TTL", "none")),
    holds("ttl", {"under": 10}, done("a"), on=timed(ttl=9.9)),
    fails("ttl", {"under": 10}, done("a"), on=timed(ttl=10), says=("a TTL under 10 s", "10 s")),
    fails("ttl", {"under": 10}, done("a"), says=("a TTL under 10 s", "None s")),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()


# ---- the guard bands: with a TTL of 30 s nothing within a second of its end proves anything

AGES = [
    # wanted, the miss, when the read was sent and how long it took, TTL, whether it proves anything
    (BELOW, AT_ONCE, 15, 0, 30, True),
    (BELOW, AT_ONCE, 28.9, 0, 30, True),
    (BELOW, AT_ONCE, 29, 0, 30, False),
    (BELOW, AT_ONCE, 28, 2, 30, False),  # it may have been looked up late
    (BELOW, SLOW, 28.9, 0, 30, True),  # counted from when the miss was sent: the oldest that it can be
    (ABOVE, AT_ONCE, 31.1, 0, 30, True),
    (ABOVE, AT_ONCE, 31, 0, 30, False),
    (ABOVE, AT_ONCE, 30.5, 5, 30, False),  # it may have been looked up early
    (ABOVE, SLOW, 32, 0, 30, False),  # counted from when the miss was received: the youngest that it can be
    (ABOVE, SLOW, 33.1, 0, 30, True),
    (BELOW, AT_ONCE, 3.59, 0, 4, True),  # a tenth, where the TTL is short
    (BELOW, AT_ONCE, 3.6, 0, 4, False),
    (ABOVE, AT_ONCE, 4.41, 0, 4, True),
    (ABOVE, AT_ONCE, 4.4, 0, 4, False),
]


@pytest.mark.parametrize(("wanted", "miss", "at", "took", "ttl", "expected"), AGES)
def test_only_what_is_surely_on_one_side_of_the_ttl_proves_anything(  # noqa: PLR0913, PLR0917
    wanted: dict[str, str], miss: StepRecord, at: float, took: float, ttl: float, expected: bool
) -> None:
    example = holds("age", wanted, miss, done("a", got(at=at, took=took)), on=timed(ttl=ttl))
    assert (example.finding() is None) is expected


@pytest.mark.parametrize("name", MATCHERS)
def test_only_the_age_is_about_our_own_timing(name: str) -> None:
    assert MATCHERS[name].ours is (name == "age")


@pytest.mark.parametrize(
    ("resource", "expected"), [(TIME, "cached: false"), (timed(hit="/meta/hit"), "hit: false")]
)
def test_the_flag_is_called_as_the_target_calls_it(resource: Resource, expected: str) -> None:
    finding = fails("hit", False, SERVED, on=resource, says=("", "")).finding()
    assert finding is not None
    assert finding.expected == expected


def test_moved_time_is_called_so() -> None:
    real, moved = (Case({}, TIME, target(TIME), moved=each) for each in (False, True))
    assert (seconds(29.5, real), seconds(29.5, moved)) == ("29.5 s", "29.5 s of moved time")
    late = exchange(at=29.5, took=0, value="a", hit=True)
    steps = {each.name: each for each in (AT_ONCE, done("a", late))}
    found = first_finding({"age": BELOW}, steps["a"], Case(steps, TIME, target(TIME), moved=True))
    assert found is not None
    assert found.actual == "one 29.50 s of moved time after it"
