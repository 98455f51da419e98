"""What a search finds is written down once, as a check: it fails plainly there, and passes elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers.fuzzing import DEFECTS
from helpers.runs import Embedded, reference
from helpers.runs import run as run_engine
from msgspec.structs import replace

from conformance.clocks import VirtualClock
from conformance.execute.options import Options
from conformance.fuzz import machine, search
from conformance.fuzz.saving import Saver, written
from conformance.load.specs import load, load_with
from conformance.load.target import load_target
from conformance.model import Record, Report, StepRecord, Suite
from conformance.plan.lanes import plan
from conformance.report.summary import summary_lines
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.histories import FLAWS_OF_HISTORIES


def judged(server: Embedded, suite: Suite, **more: Any) -> Report:
    given = Options(
        server.url,
        suite,
        load_target("lesson"),
        clock=lambda: VirtualClock(server.clock.move),
        seed=1,
        **more,
    )
    return run_engine(given)


def free(suite: Suite) -> Suite:
    """The suite with explorations that wait for no plain check: those have found the flaw before."""

    def freed(check: Any) -> Any:
        return replace(check, after=()) if check.explored else check

    return replace(suite, files=tuple(replace(f, checks=tuple(map(freed, f.checks))) for f in suite.files))


def plainly(server: Embedded, folder: Path, tier: Any = "full") -> dict[str, str]:
    """Check id -> outcome, of what was saved."""
    suite = load_with([str(folder)])
    runs = plan(suite, load_target("lesson"), tier).runs
    saved = {each.stem for each in folder.glob("*.yaml")}
    chosen = frozenset(r.id for r in runs if r.check.id in saved and r.resource)
    report = judged(server, suite, selected=chosen, tier=tier)
    said: dict[str, set[str]] = {}
    for entry in report.judged:
        said.setdefault(entry.id, set()).add(entry.verdict.outcome)
    # On another resource than it was found on it may have nothing to look at.
    return {id_: next((o for o in ("fail", "pass") if o in found), "") for id_, found in said.items()}


# Each second computation fails, whoever asks, and which of two at once the server takes first is its affair:
# the search tells that as what was not seen again, and writes nothing down. What is written fails.
DICE = ("failure-kept", "filled-late")


@pytest.mark.parametrize(
    ("flaw", "resource"),
    [
        ("create-not-invalidated", "items"),
        ("update-not-invalidated-item", "items"),
        ("version-counts-reads", "versioned"),
        ("sliding-ttl", "cached-time"),
        *(
            pytest.param(flaw, told.resource, marks=pytest.mark.slow)
            for flaw, told in FLAWS_OF_HISTORIES.items()
        ),
    ],
)
def test_a_history_that_is_saved_fails_there_and_passes_on_the_reference(
    flaw: str, resource: str, tmp_path: Path
) -> None:
    suite, saver = free(load()), Saver(tmp_path / "found")
    runs = plan(suite, load_target("lesson"), "full", explored=True).runs
    of = [r for r in runs if r.check.explored and r.resource and r.resource.name == resource]
    # With both orders allowed, a flaw of another kind shows in what is sent at once by luck alone.
    chosen = frozenset(r.id for r in of if r.check.claim != "overlapped" or flaw == "filled-late")
    with reference(flaw=flaw) as server:
        report = judged(
            server,
            suite,
            selected=chosen,
            search=search.search,
            explore=machine.explore,
            save=saver,
            fuzz_examples=60,
            tier="full",
        )
        told = [j.verdict.message for j in report.judged if j.verdict.outcome == "fail"]
        if flaw in DICE and not saver.paths:
            assert all("but not again when it was repeated" in message for message in told)
            assert told
            return
        assert saver.paths
        assert report.fuzzing is not None
        assert report.fuzzing.saved == tuple(saver.paths)
        assert f"  saved: {saver.paths[0]}" in summary_lines(report)
    with reference(flaw=flaw) as server:  # another, whose clock is where it is thought to be
        assert set(plainly(server, tmp_path / "found").values()) == {"fail"}
    with reference() as server:  # where the flaw alone made it be about the claim, it does not apply
        assert set(plainly(server, tmp_path / "found").values()) <= {"pass", ""}


@pytest.mark.parametrize("name", ["splits-inside-tags", "four-tags-at-most", "hash-of-lower-case"])
def test_a_value_that_is_saved_fails_there_and_passes_on_the_reference(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, run_id = DEFECTS[name]
    monkeypatch.setitem(FLAWS, name, Flaw(name, name, apply, breaks=()))
    saver = Saver(tmp_path)
    with reference(flaw=name) as server:
        for _ in range(2):
            judged(
                server, load(), selected=frozenset({run_id}), search=search.search, save=saver, tier="full"
            )
        assert len(saver.paths) == len(list(tmp_path.iterdir())) == 1
        assert set(plainly(server, tmp_path).values()) == {"fail"}
    with reference() as server:
        assert set(plainly(server, tmp_path).values()) == {"pass"}


def test_a_move_that_was_cut_off_is_not_written_down() -> None:
    runs = plan(load(), load_target("lesson"), "full", explored=True).runs
    check = next(r.check for r in runs if r.check.explored)
    moves = (StepRecord("move-1", "play", says="look"), StepRecord("move-2", "play", "stopped"))
    data = yaml.safe_load(written(check, Record("explored@items", moves))[1])
    assert [each["move"] for each in data["checks"][0]["steps"]] == ["look"]


def test_what_rests_on_what_was_before_finds_it_before() -> None:
    """Lives that are over and a write that was put back, apart from it; two at once several times."""
    runs = plan(load(), load_target("lesson"), "full", explored=True).runs

    def saved(resource: str, *moves: str) -> list[tuple[str, str]]:
        run = next(r for r in runs if r.check.explored and r.resource and r.resource.name == resource)
        steps = tuple(StepRecord(f"move-{i}", "play", says=move) for i, move in enumerate(moves, 1))
        data = yaml.safe_load(written(run.check, Record("explored", steps), run.resource)[1])
        return [(each["move"], each.get("begins", "")) for each in data["checks"][0]["steps"]]

    assert saved("cached-time", "look", "look")[-2:] == [("look", "anew"), ("look", "")]
    assert saved("cached-time", "look")[:-1] == [("look", ""), *[("pass 1.1 1", "")] * 3]
    assert saved("items", "look", "head") == [
        ("look", ""),
        ("put 0 look", ""),
        ("look", "anew"),
        ("head", ""),
    ]
    assert saved("items", "both put-look", "look")[2:] == [("both put-look", "anew"), ("look", "")] * 5


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    apply, run_id = DEFECTS["splits-inside-tags"]
    del apply
    with reference() as server:
        report = judged(server, load(), selected=frozenset({run_id}))
    run = next(r for r in plan(load(), load_target("lesson"), "full").runs if r.id == run_id)
    record = report.records[run.work]
    saver = Saver(tmp_path / "deep" / "folder")
    saver(run, record)
    (path,) = saver.paths
    Path(path).write_text("mine")
    saver(run, record)
    assert saver.paths == [path]
    assert Path(path).read_text() == "mine"
