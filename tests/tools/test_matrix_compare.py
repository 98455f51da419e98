"""What a run of a flaw has to show, and what it may."""

from __future__ import annotations

import pytest
from helpers.runs import SUITE

from tools.matrix.compare import Trial
from tools.matrix.data import Data, Ground, Line
from tools.matrix.digests import of_checks
from tools.matrix.runs import Shown, Task

FLAW = "always-304"  # is there to fail these two
AIMED = frozenset({"inm-other-is-200@items", "old-tag-is-200@items"})
BY_CATCH = frozenset({"etag-quoted@items"})
DATA = Data(Ground("m", of_checks(SUITE)), {FLAW: Line("c", AIMED | BY_CATCH)})


def trial(*tries: frozenset[str], data: Data = DATA, checks: frozenset[str] | None = None) -> Trial:
    return Trial(Task(FLAW, checks), data, SUITE, [Shown(each) for each in tries])


@pytest.mark.parametrize(
    "tries",
    [
        [AIMED | BY_CATCH],
        [AIMED],
        [AIMED | {"etag-quoted@versioned"}] * 3,
        [AIMED | {"etag-lasts@items"}, AIMED],
        [frozenset(), AIMED],
        [AIMED - {"old-tag-is-200@items"}, AIMED - {"inm-other-is-200@items"}],
    ],
    ids=[
        "as recorded",
        "less by-catch",
        "on another resource",
        "more by luck",
        "seen when tried again",
        "each seen once",
    ],
)
def test_what_is_recorded_holds(tries: list[frozenset[str]]) -> None:
    held = trial(*tries)
    assert (held.wrong, held.changed) == ([], [])
    assert held.settled == AIMED | BY_CATCH


@pytest.mark.parametrize(
    ("tries", "says"),
    [
        (
            [AIMED - {"old-tag-is-200@items"}] * 3,
            "always-304 is there to fail old-tag-is-200 on items, and does so no more",
        ),
        (
            [AIMED | {"etag-lasts@items"}] * 3,
            "always-304 fails etag-lasts on items, as by-catch, and is not recorded to",
        ),
        (
            [AIMED | {"old-tag-is-200@versioned"}] * 3,
            "always-304 fails old-tag-is-200 on versioned, which is aimed at it, and is not recorded to",
        ),
    ],
)
def test_what_differs_each_time_is_named_with_flaw_check_and_resource(
    tries: list[frozenset[str]], says: str
) -> None:
    assert trial(*tries).changed == [says]
    assert trial(*tries).settled == tries[0]


def test_a_flaw_that_is_not_seen_at_all_is_wrong() -> None:
    assert trial(BY_CATCH).wrong == ["always-304 is caught by no check of what it breaks: LES09, LES11"]


def test_what_cannot_be_judged_is_wrong() -> None:
    shown = Shown(AIMED, frozenset({"etag-lasts@items"}))
    assert Trial(Task(FLAW), DATA, SUITE, [shown]).wrong == [
        "always-304: etag-lasts on items could not be judged"
    ]
    assert Trial(Task(FLAW), DATA, SUITE, [shown, Shown(AIMED)]).wrong == []


def test_of_a_new_check_nothing_is_recorded_so_nothing_differs() -> None:
    known = {id_: digest for id_, digest in DATA.ground.checks.items() if id_ != "etag-lasts"}
    data = Data(Ground("m", known), DATA.flaws)
    new = trial(frozenset({"etag-lasts@items"}), data=data, checks=frozenset({"etag-lasts"}))
    assert (new.wrong, new.changed) == ([], [])
    assert new.settled == {"etag-lasts@items"}


def test_a_run_against_some_checks_tells_nothing_of_the_others() -> None:
    some = trial(frozenset({"old-tag-is-200@items"}), checks=frozenset({"old-tag-is-200"}))
    assert (some.wrong, some.changed) == ([], [])
    assert some.settled == {"old-tag-is-200@items"}


def test_of_a_new_flaw_all_that_ever_failed_is_recorded() -> None:
    assert trial(AIMED, BY_CATCH, data=Data()).settled == AIMED | BY_CATCH
