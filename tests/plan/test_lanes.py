"""conformance.plan.lanes: which checks run on what, in which phase, in which lane, after which others."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.records import check, resource, step, suite, target, timed, timeline, writes
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.load.specs import load
from conformance.load.target import built_in_targets, load_target
from conformance.model import TIERS, Check, Resource, Step, Suite, Target, Tier
from conformance.model.order import prerequisites
from conformance.plan.lanes import PHASES, Plan, plan

ITEMS = resource("items", etag=True, writes=writes("change", "clear"))
OTHER = resource("other")
TIME = timed("time", writes=writes("change", "clear"))
READ, WAIT, CHANGE, CLEAR = (
    step("r"), step("w", do="wait"), step("c", do="change"), step("x", do="clear"),
)  # fmt: skip
LIFE = timeline("life", step("fresh", do="read-miss"), WAIT, step("later", times=8, together=True))
EMPTIED = timeline("emptied", CLEAR, READ, WAIT)


def laid(
    *checks: Check, on: tuple[Resource, ...] = (ITEMS, TIME), tier: Tier = "lesson", **more: Any
) -> Plan:
    """The plan of these checks on these resources."""
    return plan(suite(*checks, timelines=[LIFE, EMPTIED]), target(*on), tier, **more)


def lanes(of: Plan) -> dict[str, list[list[str]]]:
    """Phase -> lanes -> "resource/check"."""
    return {
        phase: [[f"{r.resource.name}/{r.check.id}" for r in lane if r.resource] for lane in there]
        for phase, there in zip(PHASES, of.phases, strict=True)
        if there
    }


def test_resources_are_lanes_side_by_side_and_writes_are_one_lane() -> None:
    found = laid(check("reads", READ), check("writes", CHANGE), check("waits", WAIT), on=(ITEMS, OTHER))
    assert lanes(found) == {
        "read": [["items/reads"], ["other/reads"]],
        "write": [["items/writes", "other/writes"]],
        "wait": [["items/waits"], ["other/waits"]],
    }


def test_what_clears_runs_last_and_alone() -> None:
    found = laid(check("clears", CLEAR), check("reads", READ), on=(ITEMS, OTHER))
    assert list(lanes(found)) == ["read", "sweep"]
    assert lanes(found)["sweep"] == [["items/clears", "other/clears"]]


def test_timelines_clear_side_by_side_and_what_comes_after_them_reads_beside_no_clear() -> None:
    found = laid(
        check("clears", on="emptied", needs=("ttl",)),
        check("ends", on="life", needs=("ttl",)),
        check("reads", READ, after=("clears",)),
        on=(TIME, timed("other-time")),
    )
    assert lanes(found) == {
        "wait": [["time/ends"], ["other-time/ends"]],
        "joint": [["time/clears"], ["other-time/clears"]],
        "sweep": [["time/reads", "other-time/reads"]],
    }


def test_a_resource_with_a_ttl_is_not_touched_before_its_timeline() -> None:
    found = laid(
        check("reads", READ), check("writes", CHANGE), check("ends", on="life", needs=("ttl",)), on=(TIME,)
    )
    assert lanes(found) == {"wait": [["time/ends", "time/reads"]], "sweep": [["time/writes"]]}


def test_what_judges_a_timeline_behind_a_read_of_the_resource_comes_after_what_judges_it_alone() -> None:
    """That read rests on an entry which they have found to live as long as it is to."""
    found = laid(
        check("late", on="life", needs=("ttl",), after=("reads",)),
        check("reads", READ),
        check("ends", on="life", needs=("ttl",)),
        on=(TIME,),
    )
    assert lanes(found) == {"wait": [["time/ends", "time/reads", "time/late"]]}


def test_a_timeline_is_worked_once_for_all_that_judge_it() -> None:
    on: dict[str, Any] = {"on": "life", "needs": ("ttl",)}
    found = laid(check("one", **on), check("two", **on), on=(TIME, timed("other-time")))
    assert [r.work for r in found.runs] == ["life@time", "life@other-time"] * 2
    assert list(found.works) == ["life@time", "life@other-time"]
    assert [w.steps for w in found.works.values()] == [LIFE.steps] * 2


def test_of_a_table_only_those_cells_are_sent_that_are_judged() -> None:
    steps = tuple(step(name) for name in ("plain", "a", "b", "c", "last"))
    table = replace(timeline("table", *steps, needs=("read",)), apart=True)
    cells = [
        check("a-cell", on="table", expects=({"a": {"status": 200}},)),
        check("b-cell", on="table", expects=({"b": {"status": 200}},), tier="core"),
        check("c-cell", on="table", expects=({"c": {"status": 200}},)),
    ]
    found = plan(suite(*cells, timelines=[table]), target(), "lesson")
    assert [s.name for s in found.works["table@items"].steps] == ["plain", "a", "c", "last"]
    assert found.works["table@items"].apart


@pytest.mark.parametrize(
    ("steps", "on", "expected"),
    [
        ((READ,), TIME, True),
        ((READ,), OTHER, False),
        ((READ, WAIT), TIME, True),
        ((step("r", do="read-miss"),), TIME, False),
        ((READ, step("o", of="distinct")), TIME, False),
        ((READ, CLEAR), TIME, False),
        ((READ, step("c", do="clear", when=({},))), TIME, True),  # only a defect pays for that
    ],
)
def test_what_neither_begins_nor_ends_an_entry_is_answered_by_one(
    steps: tuple[Step, ...], on: Resource, expected: bool
) -> None:
    assert [work.kept for work in laid(check("c", *steps), on=(on,)).works.values()] == [expected]


def test_a_check_with_steps_of_its_own_is_a_work_of_its_own() -> None:
    (run,) = laid(check("reads", READ), on=(ITEMS,)).runs
    work = laid(check("reads", READ), on=(ITEMS,)).works[run.work]
    assert (run.id, run.work) == ("specs/by-hand.yaml::items::reads", "reads@items")
    assert (work.resource, work.steps, work.forall) == (ITEMS, (READ,), ())


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (check("a", READ), ["items", "time"]),
        (check("a", READ, needs=("etag",)), ["items"]),
        (check("a", READ, without=("ttl",)), ["items"]),
        (check("a", READ, needs=("etag", "ttl")), ["none"]),
        (check("a", on="life"), ["time"]),  # as its timeline needs
        (check("a", READ, tier="core"), []),
    ],
)
def test_a_check_runs_on_each_resource_that_has_what_it_needs(of: Check, expected: list[str]) -> None:
    found = laid(of)
    assert [r.id.split("::")[1] for r in found.runs] == expected
    assert [r.resource is None for r in found.runs] == [name == "none" for name in expected]
    nowhere = [r.id for r in found.runs if r.resource is None]
    assert not [r for phase in found.phases for lane in phase for r in lane if r.id in nowhere]


def test_a_timeline_keeps_away_from_what_it_is_without() -> None:
    life = timeline("life", WAIT, without=("etag",))
    found = plan(
        suite(check("a", on="life"), timelines=[life]), target(TIME, timed("tagged", etag=True)), "lesson"
    )
    assert [r.id for r in found.runs] == ["specs/by-hand.yaml::time::a"]


@pytest.mark.parametrize(
    ("tier", "expected"), [("lesson", ["a"]), ("core", ["a", "b"]), ("strict", ["a", "b", "c"])]
)
def test_a_run_goes_up_to_its_tier(tier: Tier, expected: list[str]) -> None:
    tiers: dict[str, Tier] = {"a": "lesson", "b": "core", "c": "strict"}
    checks = [check(i, READ, tier=t) for i, t in tiers.items()]
    assert [r.check.id for r in laid(*checks, on=(ITEMS,), tier=tier).runs] == expected


def test_a_check_waits_for_those_that_it_comes_after() -> None:
    found = laid(
        check("c", READ, after=("b",)), check("b", READ, after=("a",)), check("a", READ), on=(ITEMS,)
    )
    assert lanes(found) == {"read": [["items/a", "items/b", "items/c"]]}
    assert [r.check.id for r in found.runs] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (READ, READ, {"read": [["items/a", "items/b"]]}),
        (CHANGE, READ, {"write": [["items/a", "items/b"]]}),
        (WAIT, READ, {"wait": [["items/a", "items/b"]]}),
        (WAIT, CHANGE, {"wait": [["items/a"]], "sweep": [["items/b"]]}),  # never a write beside a timeline
        (CLEAR, READ, {"sweep": [["items/a", "items/b"]]}),
        (CLEAR, WAIT, {"sweep": [["items/a", "items/b"]]}),
    ],
)
def test_no_check_runs_in_an_earlier_phase_than_those_before_it(
    first: Step, second: Step, expected: dict[str, list[list[str]]]
) -> None:
    assert lanes(laid(check("a", first), check("b", second, after=("a",)), on=(ITEMS,))) == expected


CHAIN = (check("a", READ), check("b", READ, after=("a",)), check("c", READ, after=("b",)), check("d", READ))


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        (["items::c"], ["items::a", "items::b", "items::c"]),
        (["items::a"], ["items::a"]),
        (["other::b", "items::d"], ["other::a", "other::b", "items::d"]),
        ([], []),
        (["items::unknown"], []),
    ],
)
def test_what_is_selected_brings_what_it_comes_after(selected: list[str], expected: list[str]) -> None:
    ids = {f"specs/by-hand.yaml::{each}" for each in selected}
    found = laid(*CHAIN, on=(ITEMS, OTHER), selected=ids)
    assert [r.id.partition("::")[2] for r in found.runs] == expected
    assert set(found.works) == {r.work for r in found.runs}


def test_a_run_is_found_by_its_id() -> None:
    found = laid(*CHAIN, on=(ITEMS,))
    assert found.run("specs/by-hand.yaml::items::b").check.id == "b"
    with pytest.raises(KeyError):
        found.run("specs/by-hand.yaml::items::x")


# ---- what holds of every plan


def hold(found: Plan) -> None:
    """Each run once; each after what it comes after; nothing read before its timeline."""
    order = [run for phase in found.phases for lane in phase for run in lane]
    place = {run.id: index for index, run in enumerate(order)}
    assert len(order) == len(place)
    assert set(place) == {run.id for run in found.runs if run.resource is not None}
    assert {run.work for run in order} == set(found.works)
    phase = {r.id: i for i, lanes_ in enumerate(found.phases) for lane in lanes_ for r in lane}
    lane_of = {
        r.id: (i, j) for i, there in enumerate(found.phases) for j, lane in enumerate(there) for r in lane
    }
    for run in order:
        for before in prerequisites(run, found.runs):
            assert phase[before.id] <= phase[run.id]
            if phase[before.id] == phase[run.id]:
                assert (lane_of[before.id], place[before.id] < place[run.id]) == (lane_of[run.id], True)
    for number, name in enumerate(PHASES):
        if name in ("write", "keys", "sweep", "end", "last"):
            assert len(found.phases[number]) <= 1
        else:
            names = [{r.resource.name for r in lane if r.resource} for lane in found.phases[number]]
            assert all(len(each) == 1 for each in names)
            assert len(names) == len(set(map(str, names)))
    early = [r for number in (0, 1) for lane in found.phases[number] for r in lane]
    assert not [r.id for r in early if r.resource and r.resource.ttl is not None]


@st.composite
def suites(draw: st.DrawFn) -> Suite:
    """Checks of all kinds, each after some of those before it, in any order in the file."""
    checks: list[Check] = []
    for number in range(draw(st.integers(1, 8))):
        earlier = [each.id for each in checks]
        after = tuple(draw(st.lists(st.sampled_from(earlier), unique=True))) if earlier else ()
        on_timeline = draw(st.booleans())
        needs = draw(st.sampled_from([("read",), ("etag",), ("ttl",), ("etag", "ttl")]))
        if on_timeline:
            checks.append(check(f"c{number}", on="life", needs=needs, after=after))
        else:
            kinds = st.sampled_from([READ, WAIT, CHANGE, CLEAR])
            steps = draw(st.lists(kinds, min_size=1, max_size=3, unique_by=lambda each: each.name))
            checks.append(check(f"c{number}", *steps, needs=needs, after=after))
    order = draw(st.permutations(range(len(checks))))
    return suite(*(checks[number] for number in order), timelines=[LIFE])


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(suites(), st.sets(st.sampled_from([ITEMS.name, OTHER.name, TIME.name, "both"]), min_size=1))
def test_every_plan_holds(of: Suite, names: set[str]) -> None:
    everything = (ITEMS, OTHER, TIME, timed("both", etag=True))
    on = target(*(each for each in everything if each.name in names))
    whole = plan(of, on, "lesson")
    hold(whole)
    for run in whole.runs:
        part = plan(of, on, "lesson", {run.id})
        hold(part)
        assert run.id in {each.id for each in part.runs}


def _kept(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "ttl": draw(st.sampled_from([0.5, 30.0, 86_400.0])),
        "value": "/time",
        "hit": draw(st.sampled_from([None, "/cached"])),
        "stale": draw(st.sampled_from([0.0, 5.0])),
        "http_cache": draw(st.booleans()),
        "repeats": draw(st.booleans()),
    }


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """Resources that offer anything together with anything, as no target file of ours has it."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        offered = {name: draw(st.sampled_from(either)) for name, either in OFFERED.items()}
        kinds = draw(st.sets(st.sampled_from(["create", "change", "remove", "clear"])))
        kept = _kept(draw) if draw(st.booleans()) else {}
        found.append(resource(f"r{number}", writes=writes(*sorted(kinds)), **{**offered, **kept}))
    return replace(target(*found), contract=draw(st.sampled_from(["lesson", ""])))


OFFERED: dict[str, tuple[Any, Any]] = {
    "etag": (False, True),
    "version": (False, True),
    "json": (None, "array"),
    "item": (None, "/items/{id}"),
    "keys": (None, "/items/{key}?more={more}"),
    "absent": (None, "/nowhere"),
    "redirecting": (None, "/moved"),
    "protected": (None, "/mine"),
    "policy": (None, "public, max-age=60, no-store"),
    "policies": ({}, {"4xx": "no-store"}),
    "members": ({}, {"time": "string"}),
    "variants": ({}, {"Accept-Language": ("de", "en")}),
    "distinct_from": ((), ("r0",)),
    "ask": (False, True),
}


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(targets(), st.sampled_from(TIERS), st.data())
def test_whatever_a_target_offers_there_is_a_plan_that_holds(
    on: Target, tier: Tier, data: st.DataObject
) -> None:
    whole = plan(load(), on, tier)
    hold(whole)
    chosen = {data.draw(st.sampled_from(whole.runs)).id}
    part = plan(load(), on, tier, chosen)
    hold(part)
    assert chosen <= {each.id for each in part.runs}
    searched = plan(load(), on, tier, explored=True).runs
    assert {each.id for each in whole.runs if each.resource} <= {each.id for each in searched}


@pytest.mark.parametrize("name", built_in_targets())
@pytest.mark.parametrize("tier", ["lesson", "core", "full", "strict"])
def test_the_plan_of_what_is_built_in_holds(name: str, tier: Tier) -> None:
    of: Target = load_target(name)
    found = plan(load(), of, tier)
    hold(found)
    assert {r.check.id for r in found.runs} == {
        c.id
        for file in load().files
        for c in file.checks
        if TIERS.index(c.tier) <= TIERS.index(tier) and not c.explored
    }
