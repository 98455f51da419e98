"""Explorations in a run: which claims and moves there are, what comes of each claim, and that plain runs have
none.
"""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.rules import none_of
from helpers.runs import SUITE, Embedded, on, quick, reference, run
from helpers.student import Student, reply
from msgspec.structs import replace

from conformance.claims import weigh
from conformance.execute.again import judge_again
from conformance.execute.engine import Engine
from conformance.execute.exploring import Broken, Explored
from conformance.fuzz import machine
from conformance.judge import Court, judge
from conformance.load.target import load_target
from conformance.model import NOT_ASKED, Finding, Record, Report, Resource, StepRecord
from conformance.plan.lanes import plan
from conformance.report.summary import summary_lines
from conformance.report.text import entry_text

RUNS = plan(SUITE, load_target("lesson"), "lesson", explored=True).runs
SHOWS, BODY, TELLS = "explored-changes-show", "explored-tags-have-one-body", "explored-flags-are-true"
READS = "explored-reads-are-answered"


def explored(*resources: str) -> frozenset[str]:
    """The explorations of these resources."""
    return frozenset(r.id for r in RUNS if r.check.explored and r.resource and r.resource.name in resources)


def nothing(*_: Any, **__: Any) -> None:
    """A search that finds nothing."""


class Machine:
    """One of the test's own; remembers what it was asked."""

    def __init__(self, made: Callable[[Resource, Callable[[tuple[str, ...]], Record]], Explored]) -> None:
        self.made = made
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...], int]] = []

    def __call__(  # noqa: PLR0913 - as the machine's
        self,
        resource: Resource,
        claims: Any,
        words: Any,
        _seed: str,
        play: Any,
        /,
        *,
        max_examples: int,
        over: Any,
    ) -> Explored:
        self.asked.append((resource.name, tuple(claims), tuple(words), max_examples))
        assert not over()
        return self.made(resource, play)


@pytest.fixture(scope="module")
def server() -> Any:
    with reference() as running:
        yield running


def judged(server: Embedded, explore: Any, *resources: str, **more: Any) -> Report:
    chosen = explored(*(resources or ("items",)))
    return server.judge(search=nothing, explore=explore, selected=chosen, **more)


def looking(*claims: str) -> Explored:
    return Explored(looked=Counter(claims))


def breaking(claim: str, play: Callable[[tuple[str, ...]], Record]) -> Explored:
    record = play(("look",))
    finding = Finding("it", "that", "move-1", code=f"history.{claim}")
    return Explored({claim: Broken(("look",), finding, record)}, Counter(["changed", "one-body"]))


# ------------------------------------------------------------------ what there is


def test_a_plain_run_has_no_exploration() -> None:
    assert not [r for r in plan(SUITE, load_target("lesson"), "strict").runs if r.check.explored]
    in_lanes = [
        r
        for phase in plan(SUITE, load_target("lesson"), "lesson", explored=True).phases
        for lane in phase
        for r in lane
    ]
    assert not [r for r in in_lanes if r.check.explored]


def test_there_is_one_machine_for_each_resource_with_all_its_claims(server: Embedded) -> None:
    made = Machine(lambda *_: looking())
    judged(server, made, "items", "versioned", "cached-time", "reports")
    assert [name for name, *_ in made.asked] == ["items", "versioned", "cached-time", "reports"]
    for name, claims, words, _ in made.asked:
        of = [r.check.claim for r in RUNS if r.check.explored and r.resource and r.resource.name == name]
        assert sorted(claims) == sorted(set(of))
        assert ("pass" in words) == (name in ("cached-time", "reports"))
        assert ("make" in words) == (name == "items")


def test_claims_of_a_higher_tier_are_left_out(server: Embedded) -> None:
    made = Machine(lambda *_: looking())
    judged(server, made)
    server.judge(search=nothing, explore=made, tier="full", selected=explored("items"))
    assert "overlapped" not in made.asked[0][1]


@pytest.mark.parametrize(("most", "given"), [(None, 200), (7, 7)])
def test_a_machine_has_its_share_of_the_examples(most: int | None, given: int, server: Embedded) -> None:
    made = Machine(lambda *_: looking())
    judged(server, made, fuzz_examples=most)
    assert made.asked[0][3] == given


# ------------------------------------------------------------------ what comes of it


def test_a_claim_that_was_looked_at_and_holds_is_a_pass(server: Embedded) -> None:
    report = judged(server, Machine(lambda *_: looking("changed")))
    assert on(report, SHOWS).outcome == "pass"
    other = on(report, BODY)
    assert (other.outcome, other.code) == ("not-applicable", NOT_ASKED)
    assert [e.verdict for e in judge_again(report).judged] == [e.verdict for e in report.judged]


def unanswered(*names: str) -> Machine:
    """It says of each resource that a read was not answered, and of these that is true."""

    def made(resource: Resource, play: Any) -> Explored:
        record = play(("look",))
        if resource.name in names:
            (step,) = record.steps
            (asked,) = step.exchanges
            crashed = replace(asked, response=replace(asked.response, status=500))
            record = replace(record, steps=(replace(step, exchanges=(crashed,)),))
        finding = Finding("it", "that", "move-1", code="history.answered")
        return Explored({"answered": Broken(("look",), finding, record)})

    return Machine(made)


def outcomes(report: Report) -> dict[str, str]:
    """Resource -> what was said of its reads."""
    told = [e for e in report.judged if e.id == READS]
    return {e.nodeid.split("::")[1]: e.verdict.outcome for e in told}


def test_a_finding_that_can_not_be_saved_is_told_and_stands(server: Embedded) -> None:
    def save(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "found/x.yaml")

    save.paths = []  # type: ignore[attr-defined]
    report = judged(server, unanswered("items"), save=save)
    assert outcomes(report) == {"items": "fail"}
    assert report.fuzzing is not None
    (entry,) = [e for e in report.judged if e.id == READS]
    why = "'found/x.yaml' can't be written: Permission denied"
    says = f"what was found by {entry.nodeid} could not be saved: {why}"
    assert (report.fuzzing.broken, report.fuzzing.unsaved) == ((), (says,))
    lines = summary_lines(report)
    assert f"  {says}; name another by --save-failing" in lines
    none_of(line for line in lines if "the suite's fault" in line)


def test_one_cause_is_told_once_and_of_the_resource_that_has_failed_for_it(server: Embedded) -> None:
    report = judged(server, unanswered("versioned"), "items", "versioned")
    found = outcomes(report)
    assert found.pop("items") not in ("fail", "blocked")
    assert found == {"versioned": "fail"}


@pytest.mark.parametrize("status", ["stopped", "broken", "lacking"])
def test_a_history_that_was_not_played_to_its_end_is_no_pass(status: Any, server: Embedded) -> None:
    report = judged(server, unanswered())
    (entry,) = [e for e in report.judged if e.id == READS]
    run, whole = next(r for r in RUNS if r.id == entry.nodeid), report.records[entry.work]
    court = Court(SUITE, report.target, report.tier, RUNS, {})
    assert judge(run, whole, court).outcome == "pass"
    half = replace(whole, steps=(*whole.steps, StepRecord("move-2", "play", status, "why")))
    assert judge(run, half, court).outcome == "inconclusive"


def test_a_claim_of_which_all_is_spoilt_is_blocked_by_what_spoils_it(server: Embedded) -> None:
    def made(_resource: Resource, play: Any) -> Explored:
        found = breaking("answered", play)
        found.looked.clear()
        found.spoilt = Counter(["changed"])
        return found

    report = judged(server, Machine(made))
    assert on(report, SHOWS).outcome == "blocked"
    assert on(report, SHOWS).cause.endswith("::items::explored-reads-are-answered")


def test_an_exploration_that_breaks_is_our_fault_and_told(server: Embedded) -> None:
    def made(*_: Any) -> Explored:
        raise RuntimeError("ours")

    report = judged(server, Machine(made))
    assert report.fuzzing is not None
    assert len(report.fuzzing.broken) == 1
    told = [e for e in report.judged if e.id.startswith("explored")]
    assert {e.verdict.outcome for e in told} == {"error", "not-applicable"}
    (ours,) = [e for e in told if e.verdict.outcome == "error"]
    assert report.records[ours.work].error == "RuntimeError: ours"
    assert [e.verdict for e in judge_again(report).judged if e.work] == [e.verdict for e in told if e.work]


def test_a_fault_of_ours_in_a_history_has_its_record_and_leaves_what_was_found(server: Embedded) -> None:
    def made(_resource: Resource, play: Any) -> Explored:
        found = breaking("changed", play)
        found.fatal = ("look", "head"), replace(play(("look", "head")), error="KeyError: 'ours'")
        return found

    report = judged(server, Machine(made))
    told = {e.id: e for e in report.judged if e.id.startswith("explored")}
    (ours,) = [e for e in told.values() if e.verdict.outcome == "error"]
    assert ours.id == READS
    assert "KeyError: 'ours'" in ours.verdict.message
    assert [step.name for step in report.records[ours.work].steps] == ["move-1", "move-2"]
    assert told[SHOWS].work in report.records
    assert told[BODY].verdict.outcome == "pass"


class Limiting:
    """A server that asks for patience once `begun`: a read of the list is answered by this status."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.begun = False

    def __call__(self, _method: str, path: str, *_: Any) -> Any:
        wait = {"Retry-After": "3600"}
        return reply(self.status, {}, wait) if self.begun and path == "/items/" else None


def test_what_is_rate_limited_is_not_explored(server: Embedded) -> None:
    made = Machine(lambda *_: looking("changed"))
    texts = frozenset({"specs/validators.yaml::items::etag-of-content"})

    def limiting(*_: Any, **__: Any) -> None:
        engine.shared.limited.add("items")

    engine = Engine(server.options(search=limiting, explore=made, selected=explored("items") | texts))
    engine.start()
    assert engine.wait(60)
    engine.close()
    report = engine.report()
    assert made.asked == []
    told = [e.verdict for e in report.judged if e.id.startswith("explored")]
    assert {(each.outcome, each.code) for each in told} == {("not-applicable", NOT_ASKED)}
    assert report.fuzzing is not None
    assert report.fuzzing.broken == ()


@pytest.mark.parametrize("status", [429, 503])
def test_an_exploration_ends_once_the_server_asks_for_patience(status: int) -> None:
    limiting = Limiting(status)
    ended: list[bool] = []

    def explore(resource: Resource, *asked: Any, over: Callable[[], bool], **_: Any) -> Explored:
        play = asked[-1]
        play(("look",))
        ended.append(over())
        limiting.begun = True
        record = play(("look",))
        ended.append(over())
        assert weigh(record.steps, resource).findings == {}
        return looking("answered")

    with serve(Student(limiting)) as peer:
        report = run(quick(peer.url, search=nothing, explore=explore, selected=explored("items")))
    assert ended == [False, True]
    assert {e.verdict.outcome for e in report.judged if e.id == READS} <= {"pass"}


def test_where_no_time_is_left_nothing_is_wanting(server: Embedded) -> None:
    made = Machine(lambda *_: looking())
    report = judged(server, made, fuzz_time=1e-9)
    assert made.asked == []
    assert {e.verdict.code for e in report.judged if e.id.startswith("explored")} == {NOT_ASKED}


def test_without_a_search_nothing_is_explored(server: Embedded) -> None:
    report = server.judge(selected=frozenset({"specs/invalidation.yaml::items::change-shows"}))
    assert not [e for e in report.entries if e.id.startswith("explored")]


# ------------------------------------------------------------------ by the machine itself


def by_the_machine(flaw: str, **more: Any) -> Report:
    """Explorations of the items of a twin with a flaw."""
    with reference(flaw=flaw) as server:
        return judged(server, machine.explore, seed=1, **more)


def test_what_a_plain_check_has_found_is_not_told_again() -> None:
    shows = on(by_the_machine("update-not-invalidated-list"), SHOWS)
    assert (shows.outcome, shows.cause) == ("blocked", "specs/invalidation.yaml::items::change-shows")


def test_what_is_found_is_told_with_its_history_and_judged_alike_again() -> None:
    report = by_the_machine("filled-late", tier="full", fuzz_examples=60)
    failed = [e for e in report.judged if e.verdict.outcome == "fail"]
    assert all("; smallest history: " in e.verdict.message for e in failed)
    again = judge_again(report)
    assert [e.verdict for e in again.judged if e.work] == [e.verdict for e in report.judged if e.work]


def test_all_requests_that_led_there_are_told_in_order_as_command_lines(server: Embedded) -> None:
    def made(_resource: Resource, play: Any) -> Explored:
        record = play(("look", "put 1 look", "drop item"))
        finding = Finding("it", "that", "move-3", 1, code="history.changed")
        return Explored({"changed": Broken(("look",), finding, record)})

    report = judged(server, Machine(made))
    entry = next(e for e in report.judged if e.id == SHOWS)
    lines = entry_text(report, entry).splitlines()
    told = lines[lines.index("Reproduce, line by line:") + 1 :][:5]
    assert [line.split(" -X ")[-1].split(" ")[0] for line in told if " -X " in line] == ["PUT", "DELETE"]
    assert [line.strip().startswith("curl -si") for line in told] == [True] * 5
    assert "--data-binary '{" in told[1]
