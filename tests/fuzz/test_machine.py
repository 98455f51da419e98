"""The machine, over a server that is a function of the history: what it finds, mutes, makes small, and how it
ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers.exploring import ground
from helpers.fuzzing import ODD_DEFECTS
from helpers.records import resource

from conformance.claims import CLAIMS, weigh
from conformance.execute.exploring import Explored
from conformance.fuzz import machine
from conformance.fuzz.machine import MOST_MOVES, THEMES, TRAPS, explore
from conformance.language.moves import MOVES, parse
from conformance.model import Body, Exchange, Record, Request, Response, StepRecord
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.histories import FLAWS_OF_HISTORIES
from reference_impl.twisted.variants import VARIANTS

ITEMS = resource("items", etag=True)
WORDS = ("look", "head", "put")
CLAIMED = ("answered", "still", "same-tag")
History = tuple[str, ...]


class Server:
    """Answers moves: a read has the tag and the body that `shows` gives for the moves up to it."""

    def __init__(self, shows: Callable[[History], tuple[str, str, int]]) -> None:
        self.shows = shows
        self.played: list[History] = []

    def __call__(self, history: History) -> Record:
        self.played.append(history)
        steps = []
        for number, move in enumerate(history, 1):
            tag, body, status = self.shows(history[:number])
            method = {"look": "GET", "head": "HEAD", "put": "PUT"}[move.split(" ")[0]]
            at = float(number)
            exchange = Exchange(
                Request(method, "/items/"),
                Response(status, "", (("ETag", tag),), Body(len(body), body)),
                None,
                at,
                at + 0.1,
            )
            steps.append(StepRecord(f"move-{number}", "play", exchanges=(exchange,)))
        return Record("explored@items", tuple(steps))


def right(_history: History) -> tuple[str, str, int]:
    return '"a"', "A", 200


def failing_after(heads: int) -> Callable[[History], tuple[str, str, int]]:
    return lambda history: ('"a"', "A", 500 if history.count("head") >= heads else 200)


def explored(
    play: Callable[[History], Record], *, claims: tuple[str, ...] = CLAIMED, most: int = 100, **more: Any
) -> Explored:
    return explore(ITEMS, claims, WORDS, "7", play, max_examples=most, over=more.get("over", bool))


# ------------------------------------------------------------------ what is drawn


def test_traps_and_themes_are_made_of_moves() -> None:
    for trap in TRAPS:
        assert all(parse(move) for move in trap)
    assert {word for theme in THEMES for word in theme} == set(MOVES)


def test_only_moves_that_can_be_made_and_that_some_claim_needs_are_drawn() -> None:
    server = Server(right)
    explored(server, claims=("still",))
    words = {move.split(" ")[0] for history in server.played for move in history}
    assert words == {"look", "head", "put"}


def test_the_same_seed_draws_the_same_histories_whatever_is_answered() -> None:
    played = []
    for seed, shows in (("1", right), ("1", failing_after(99)), ("2", right)):
        server = Server(shows)
        explore(ITEMS, CLAIMED, WORDS, seed, server, max_examples=50, over=bool)
        played.append(server.played)
    assert played[0] == played[1] != played[2]
    assert max(map(len, played[0])) > MOST_MOVES / 2


# ------------------------------------------------------------------ what is found


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    server = Server(right)
    result = explored(server, most=40)
    assert result.broken == {}
    assert result.examples == len(server.played)
    assert 40 <= result.examples <= 40 + len(TRAPS)
    assert result.looked["still"] > 0


def test_what_is_found_is_made_small() -> None:
    result = explored(Server(failing_after(3)))
    broken = result.broken["answered"]
    assert broken.history == ("head",) * 3
    assert broken.finding.step == "move-3"
    assert not broken.flaky


def test_a_claim_that_breaks_is_muted_and_the_search_goes_on() -> None:
    def shows(history: History) -> tuple[str, str, int]:
        failed = 500 if history.count("head") >= 3 else 200
        return f'"{history.count("head") >= 2}"', "A", failed

    result = explored(Server(shows))
    assert set(result.broken) == {"answered", "still"} or set(result.broken) == {"answered", "same-tag"}


def test_what_rests_on_a_claim_that_is_broken_is_no_finding_of_its_own() -> None:
    """A tag that moves breaks two claims in each history that shows it: it is told once."""
    result = explored(Server(lambda history: (f'"{len(history)}"', "A", 200)))
    assert len(result.broken) == 1
    (told,) = result.broken
    assert result.spoilt[next(c for c in ("still", "same-tag") if c != told)] > 0


def test_only_the_claims_that_are_asked_for_are_looked_for() -> None:
    assert explored(Server(failing_after(1)), claims=("still", "same-tag")).broken == {}


# ------------------------------------------------------------------ how it ends


def test_what_fails_once_and_not_again_is_told_as_that() -> None:
    server = Server(right)
    server.shows = lambda history: ('"a"', "A", 500 if len(server.played) == 15 else 200)
    broken = explored(server).broken["answered"]
    assert broken.flaky
    assert broken.again is not None


def test_what_a_trap_shows_once_and_not_again_is_told_as_that() -> None:
    server = Server(right)
    server.shows = lambda history: ('"a"', "A", 500 if len(server.played) == 1 else 200)
    broken = explored(server).broken["answered"]
    assert server.played[:2] == [broken.history] * 2
    assert broken.flaky
    assert broken.again is not None


def test_what_a_trap_has_found_is_made_small() -> None:
    server = Server(failing_after(1))
    result = explored(server, most=0)
    assert result.broken == {}  # no example, no search
    broken = explored(server, most=1).broken["answered"]
    assert broken.history == ("look", "look", "head")  # what has been read may have to be
    assert not broken.flaky


@pytest.mark.parametrize("played", [1, 12, 40])
@pytest.mark.parametrize("where", ["playing", "weighing"])
def test_a_fault_of_ours_ends_it_and_costs_nothing_that_was_found(
    where: str, played: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(failing_after(1))

    def play(history: History) -> Record:
        record = server(history)
        if where == "playing" and len(server.played) == played:
            raise RuntimeError("ours")
        return record

    def weighing(*asked: Any) -> Any:
        if where == "weighing" and len(server.played) == played:
            raise RuntimeError("ours")
        return weigh(*asked)

    monkeypatch.setattr(machine, "weigh", weighing)
    result = explored(play)
    assert len(server.played) == played
    assert result.fatal is not None
    history, record = result.fatal
    assert history == server.played[-1]
    assert record.error == "RuntimeError: ours"
    assert bool(record.steps) == (where == "weighing")
    assert set(result.broken) == ({"answered"} if played > 1 else set())


def test_a_fault_of_ours_before_anything_is_played_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def drive(*_: Any, **__: Any) -> bool:
        raise RuntimeError("ours")

    monkeypatch.setattr(machine, "drive", drive)
    result = explored(Server(right))
    assert result.fatal is not None
    assert result.fatal[1].error == "RuntimeError: ours"


def test_where_making_small_says_nothing_any_more_only_that_ends() -> None:
    """After what has failed twice, ten histories in a row of which nothing can be looked at."""
    server = Server(right)
    server.shows = lambda history: ('"a"', "A", 500 if len(server.played) in (30, 31) else 200)

    def play(history: History) -> Record:
        record = server(history)
        return record if not 31 < len(server.played) <= 41 else Record("explored@items", ())

    broken = explored(play, claims=("answered", "still")).broken
    assert broken["answered"].history == server.played[29]
    assert not broken["answered"].flaky
    assert server.played[41] == next(machine._traps(WORDS)), "the search for the other claim"  # noqa: SLF001


@pytest.mark.parametrize("shrinks", [0, 1, 10])
def test_a_search_that_is_ended_tells_the_smallest_seen(shrinks: int) -> None:
    server = Server(failing_after(4))

    def over() -> bool:
        return sum(history.count("head") >= 4 for history in server.played) > shrinks

    broken = explored(server, over=over).broken["answered"]
    assert broken.history == [h for h in server.played if h.count("head") >= 4][-1]
    assert not broken.flaky


def test_time_that_is_up_at_once_finds_nothing_and_plays_nothing() -> None:
    server = Server(right)
    assert explored(server, over=lambda: True).examples == len(server.played) == 0


@pytest.mark.parametrize("how", ["silent", "crash", "error"])
def test_a_server_that_is_gone_ends_it_with_what_led_there(how: str) -> None:
    server = Server(right)

    def play(history: History) -> Record:
        record = server(history)
        if len(server.played) < 12:
            return record
        silent = StepRecord("move-1", "play", exchanges=(Exchange(Request("GET", "/items/")),))
        return Record(
            "explored@items",
            (silent,) if how == "silent" else record.steps,
            crash="it died" if how == "crash" else "",
            error="ours" if how == "error" else "",
        )

    result = explored(play)
    assert len(server.played) == 12
    assert result.fatal is not None
    assert result.fatal[0] == server.played[-1]


def test_a_run_that_is_stopped_is_no_server_that_is_gone() -> None:
    def play(_history: History) -> Record:
        silent = StepRecord("move-1", "play", "stopped", exchanges=(Exchange(Request("GET", "/items/")),))
        return Record("explored@items", (silent,))

    assert explored(play).fatal is None


def test_a_repetition_that_time_has_cut_off_is_no_flaw_that_comes_and_goes() -> None:
    server = Server(failing_after(4))
    failed: list[History] = []

    def play(history: History) -> Record:
        record = server(history)
        if history in failed:  # the first time that one is repeated
            return Record("explored@items", (StepRecord("move-1", "play", "stopped"),))
        failed.extend([history] if history.count("head") >= 4 else [])
        return record

    broken = explored(play).broken["answered"]
    assert not broken.flaky
    assert broken.again is None


def test_traps_are_played_beside_what_is_drawn() -> None:
    """What a trap has found takes nothing of the examples that the other claims have."""
    server = Server(failing_after(1))
    traps = list(machine._traps(WORDS))  # noqa: SLF001
    explored(server, most=1)
    assert "head" not in traps[0]
    assert server.played[-len(traps) - 1 : -1] == traps


def test_shrinking_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_MOST_SHRINKING", 5)
    server = Server(failing_after(6))
    first = len(server.played)
    assert explored(server, claims=("answered", "still")).broken["answered"]
    assert len(server.played) - first < 150


# ------------------------------------------------------------------ real servers


@pytest.mark.parametrize("name", ["items", "versioned", "cached-time", "reports"])
def test_the_reference_breaks_nothing(name: str) -> None:
    """Some 1,000 moves on four resources; the slow tests and each night play more."""
    with ground(name) as at:
        result = at.explore("1", most=25)
    assert result.broken == {}
    assert result.fatal is None
    assert result.looked


@pytest.mark.slow
@pytest.mark.parametrize("name", ["items", "versioned", "cached-time", "reports"])
@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_reference_breaks_nothing_in_many_moves(name: str, seed: str) -> None:
    with ground(name) as at:
        assert at.explore(seed, most=200).broken == {}


LACKING = {
    "catch-all": ("reports",),  # which a run is told of by a plain check
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_an_odd_but_correct_server_breaks_nothing(variant: str) -> None:
    for name in ("items", "versioned", "cached-time", "reports"):
        if name not in LACKING.get(variant, ()):
            with ground(name, variant=variant) as at:
                assert at.explore("1", most=8).broken == {}, name


def test_at_least_forty_flaws_are_of_histories() -> None:
    assert len(FLAWS_OF_HISTORIES) >= 40
    assert FLAWS_OF_HISTORIES.keys() <= FLAWS.keys()
    assert {claim for told in FLAWS_OF_HISTORIES.values() for claim in told.claims} == set(CLAIMS)


@pytest.mark.parametrize(
    "name", ["sliding-ttl", "sticky-304", "create-not-invalidated", "version-counts-reads"]
)
def test_a_flaw_of_histories_is_found(name: str) -> None:
    _found(name, "1")


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2", "3"])
@pytest.mark.parametrize("name", FLAWS_OF_HISTORIES)
def test_every_flaw_of_histories_is_found_at_three_seeds(name: str, seed: str) -> None:
    assert _found(name, seed) <= 200


@pytest.mark.parametrize("name", ODD_DEFECTS)
def test_a_defect_that_an_odd_field_or_another_method_shows_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, claim = ODD_DEFECTS[name]
    monkeypatch.setitem(FLAWS, name, Flaw(name, name, apply, breaks=()))
    with ground("items", flaw=name) as at:
        assert next(iter(at.explore("1", most=100, first=True).broken)) == claim


def _found(name: str, seed: str) -> int:
    """How many histories it took."""
    told = FLAWS_OF_HISTORIES[name]
    with ground(told.resource, flaw=name) as at:
        result = at.explore(seed, most=200, first=True)
    first = next(iter(result.broken))
    assert first in told.claims
    return result.examples
