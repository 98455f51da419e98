"""conformance.matchers.lives: a computation that failed, and a value that is not as new as it says."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from typing import Any

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, timed

from conformance.model import Exchange, Json, StepRecord

TIME = timed()
OLD, NEXT, LAST = "12:00:00", "12:01:00", "12:01:38"


def got(value: Any, at: float = 0.0, hit: Any = False, status: int = 200) -> Exchange:
    """An answer with that value at that time."""
    return exchange(status, value=value, hit=hit, at=at)


def error(status: int, hit: Any, at: float = 0.0) -> Exchange:
    """An answer without a value."""
    return exchange(status, hit=hit, at=at)


def life(one: Json, other: Json, apart_by: float = 38.0) -> tuple[StepRecord, StepRecord]:
    """Two more computations."""
    return done("one", got(one, 60)), done("other", got(other, 60 + apart_by))


AGED = done("aged", got(OLD, 0, hit=True))
ANEW = done("anew", got(OLD, 22))
NAMES = ["one", "other"]
LIE = ("a value that is computed anew", "the one of 22 s ago, though its text follows the time to the second")
KEPT = (
    "after the 500 of a computation that failed a new one",
    "its error, kept and given out as a hit with status 200",
)

GOOD = done("fresh", got(OLD))
FAILED = done("before fresh", error(500, False), error(200, True))

EXAMPLES = [
    # ---- failure
    holds("failure", "seen", done("fresh", error(500, False)), on=TIME),
    holds("failure", "seen", FAILED, GOOD, on=TIME),
    fails("failure", "seen", GOOD, on=TIME, says=("an answer that says that its computation failed (5xx)", "none")),
    holds("failure", "not-kept", GOOD, on=TIME),
    holds("failure", "not-kept", done("before fresh", error(500, False)), done("fresh", error(500, False)), on=TIME),
    holds("failure", "not-kept", done("later", error(500, False), got(OLD, 1, hit=True)), on=TIME),
    holds("failure", "not-kept", done("later", error(200, True)), on=TIME),  # no failure was seen
    fails("failure", "not-kept", FAILED, GOOD, on=TIME, index=1, says=KEPT),
    # null, or what the failure has in the value's place, is no more a value than none
    *[
        fails("failure", "not-kept", done("later", got(bad, 0, status=500), got(bad, 1, hit=True)), on=TIME, says=KEPT, index=1)
        for bad in (None, "down")
    ],
    holds("failure", "not-kept", done("later", got(None, 0, hit=True), got(None, 1, status=500)), on=TIME),
    fails("failure", "not-kept", done("later", error(500, False), error(200, True, at=1)), on=TIME, index=1, says=KEPT),
    # ---- renewed
    holds("renewed", NAMES, done("aged", got(OLD)), *life(NEXT, LAST), done("anew", got(NEXT, 22)), on=TIME),
    holds("renewed", NAMES, AGED, ANEW, on=TIME),  # nobody has looked any further
    fails("renewed", NAMES, AGED, *life(NEXT, LAST), ANEW, on=TIME, says=LIE),
    fails("renewed", NAMES, AGED, *life(1700000100, 1700000138), ANEW, on=TIME, says=LIE),
    holds("renewed", NAMES, AGED, *life("12:01", "12:02"), ANEW, on=TIME),  # minutes
    holds("renewed", NAMES, AGED, *life("12:01:00", "12:02:00"), ANEW, on=TIME),  # minutes, written with seconds
    holds("renewed", NAMES, AGED, *life("12:01:00", "12:02:00", 60.0), ANEW, on=TIME),  # they would follow as well
    holds("renewed", NAMES, AGED, *life("noon", "noon"), ANEW, on=TIME),
    holds("renewed", NAMES, AGED, *life(NEXT, LAST), done("anew", got(OLD, 1.5)), on=TIME),  # within a second or so
    fails("renewed", NAMES, done("anew"), on=TIME, says=("an answer", "none: nothing was asked")),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()
