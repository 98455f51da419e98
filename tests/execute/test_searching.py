"""Searches come after every plain verdict, share time and examples out, and cost nobody a pass."""

from __future__ import annotations

import errno
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.fuzzing import DEFECTS
from helpers.hostile import serve
from helpers.runs import SUITE, Embedded, bad, fetch, on, options, quick, reference, run
from helpers.student import Student, reply

import conformance
from conformance.execute.again import judge_again
from conformance.execute.engine import Engine
from conformance.execute.options import Attempt, BrokenOffError
from conformance.fuzz import search
from conformance.load.target import load_target
from conformance.model import NOT_ASKED, Record, Run, Verdict
from conformance.options.run import Serving
from conformance.plan.lanes import plan
from conformance.report.summary import summary_lines
from reference_impl.twisted.flaws import FLAWS, Flaw

RUNS = plan(SUITE, load_target("lesson"), "lesson").runs
SEARCHED = [r.id for r in RUNS if r.resource and r.resource.name == "items" and r.check.forall]
ITEMS = frozenset(SEARCHED)
TEXTS = "specs/validators.yaml::items::etag-of-content"
Found = tuple[Verdict, Record]


class Seeker:
    """A search of the test's own; remembers for which run it was called, and with what."""

    def __init__(self, look: Callable[[Run, Attempt, Callable[[], bool]], Found | None]) -> None:
        self.look = look
        self.asked: list[tuple[str, int, float]] = []

    def __call__(
        self, run: Run, seed: int, attempt: Attempt, /, *, max_examples: int, over: Callable[[], bool]
    ) -> Found | None:
        self.asked.append((run.id, max_examples, time.monotonic()))
        return self.look(run, attempt, over)


DYING = """
import itertools, os
from reference_impl.settings import Settings
from reference_impl.twisted.app import build, choose
right, asked = build(Settings(cost=0.0), choose("")), itertools.count(1)

async def app(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/items/":
        tag = dict(scope["headers"]).get(b"if-none-match", b"")
        if tag.startswith(b'"x') and tag.endswith(b'x"') and next(asked) == 57:
            os._exit(3)
    await right(scope, receive, send)
"""


def nothing(*_: Any) -> None:
    """Find nothing."""


def once(_run: Run, attempt: Attempt, _over: Any) -> Found:
    """Whatever comes of one attempt."""
    return attempt(dict.fromkeys(("other", "text"), "made up") | {"times": 2, "texts": ["a", "b"]})


def until_over(_run: Run, _attempt: Attempt, over: Callable[[], bool]) -> None:
    while not over():
        time.sleep(0.001)


def failing(_run: Run, attempt: Attempt, _over: Any) -> Found:
    _, record = attempt({"other": '"a"', "text": "a", "times": 2, "texts": ["a", "b"]})
    return Verdict("fail", "fail", "found by searching"), record


@pytest.fixture(scope="module")
def server() -> Any:
    with reference() as running:
        yield running


def test_all_that_can_be_searched_is_known() -> None:
    assert TEXTS in SEARCHED
    assert len(SEARCHED) > 3


def test_a_search_begins_when_every_plain_verdict_is_there(server: Embedded) -> None:
    seen = []

    def look(*_: Any) -> None:
        seen.append(engine.progress().done)

    engine = Engine(server.options(search=Seeker(look), selected=ITEMS))
    engine.start()
    assert engine.wait(60)
    engine.close()
    assert seen == [len(engine.plan.runs)] * len(SEARCHED)


def test_nobody_is_told_of_a_pass_before_its_search_has_ended(server: Embedded) -> None:
    told: list[Verdict | None] = []

    def look(run: Run, attempt: Attempt, over: Any) -> Found | None:
        if run.id != TEXTS:
            return None
        told.append(engine.verdict(TEXTS, 0))
        return failing(run, attempt, over)

    engine = Engine(server.options(search=Seeker(look), selected=frozenset({TEXTS})))
    engine.start()
    verdict = engine.verdict(TEXTS, 60)
    engine.close()
    assert told == [None]
    assert verdict is not None
    assert verdict.message == "found by searching"


def test_what_is_found_takes_the_place_of_the_pass_and_of_nothing_else(server: Embedded) -> None:
    def look(run: Run, attempt: Attempt, over: Any) -> Found | None:
        return failing(run, attempt, over) if run.id == TEXTS else None

    report = server.judge(search=Seeker(look), selected=ITEMS)
    assert bad(report, "fail", "warn") == {TEXTS: "found by searching"}


def test_what_is_found_is_recorded_and_judged_alike_again() -> None:
    """The record of the entry is that of the counterexample, not that of the example that has passed."""
    apply, run_id = DEFECTS["splits-inside-tags"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(FLAWS, "splits-inside-tags", Flaw("splits-inside-tags", "it", apply, breaks=()))
        with reference(flaw="splits-inside-tags") as server:
            report = server.judge(search=search.search, selected=frozenset({run_id}), tier="full", seed=1)
    entry = next(e for e in report.judged if e.nodeid == run_id)
    assert entry.verdict.outcome == "fail"
    again = next(e for e in judge_again(report).judged if e.nodeid == run_id)
    assert again.verdict == entry.verdict


class Unwritable:
    """A folder that nothing can be written to."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, *_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "found/x.yaml")


def test_what_can_not_be_saved_is_told_and_stands(server: Embedded) -> None:
    report = server.judge(search=Seeker(failing), selected=frozenset({TEXTS}), save=Unwritable())
    assert on(report, "etag-of-content").outcome == "fail"
    assert report.fuzzing is not None
    assert report.fuzzing.saved == ()
    says = f"what was found by {TEXTS} could not be saved: 'found/x.yaml' can't be written: Permission denied"
    assert (report.fuzzing.broken, report.fuzzing.unsaved) == ((), (says,))


@pytest.mark.parametrize("outcome", ["error", "inconclusive", "blocked", "untestable"])
def test_a_search_that_says_nothing_leaves_the_pass(outcome: Any, server: Embedded) -> None:
    def look(run: Run, attempt: Attempt, over: Any) -> Found:
        return Verdict(outcome, outcome, "who knows"), failing(run, attempt, over)[1]

    report = server.judge(search=Seeker(look), selected=frozenset({TEXTS}))
    assert on(report, "etag-of-content").outcome == "pass"


def test_a_search_that_breaks_leaves_the_pass_and_is_told(server: Embedded) -> None:
    def look(*_: Any) -> None:
        raise RuntimeError("ours")

    report = server.judge(search=Seeker(look), selected=frozenset({TEXTS}))
    assert on(report, "etag-of-content").outcome == "pass"
    assert report.fuzzing is not None
    assert report.fuzzing.broken == (f"the search of {TEXTS} broke off: RuntimeError: ours",)


def test_a_search_that_breaks_after_it_has_found_something_is_told_and_leaves_it(server: Embedded) -> None:
    def look(run: Run, attempt: Attempt, over: Any) -> Found:
        raise BrokenOffError("the suite is at fault", failing(run, attempt, over))

    report = server.judge(search=Seeker(look), selected=frozenset({TEXTS}))
    assert on(report, "etag-of-content").message == "found by searching"
    assert report.fuzzing is not None
    assert report.fuzzing.broken == (f"the search of {TEXTS} broke off: the suite is at fault",)


# ------------------------------------------------------------------ sharing


@pytest.mark.parametrize(("most", "shares"), [(None, {50}), (3, {1}), (100, None)])
def test_examples_are_shared_out(most: int | None, shares: set[int] | None, server: Embedded) -> None:
    seeker = Seeker(nothing)
    server.judge(search=seeker, selected=ITEMS, fuzz_examples=most)
    given = [examples for _, examples, _ in seeker.asked]
    assert len(given) == len(SEARCHED)
    assert shares is None or set(given) == shares
    if shares is None:
        assert sum(given) == most
        assert max(given) - min(given) <= 1


def test_time_is_shared_out_so_that_none_starves(server: Embedded) -> None:
    seeker = Seeker(until_over)
    report = server.judge(search=seeker, selected=ITEMS, fuzz_time=0.8)
    begun = [at for _, _, at in seeker.asked]
    assert [id_ for id_, _, _ in seeker.asked] == SEARCHED
    waits = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert min(waits) > 0.5 * 0.8 / len(SEARCHED)
    assert report.fuzzing is not None
    assert set(report.fuzzing.cut) == set(SEARCHED)
    assert not report.stopped


# ------------------------------------------------------------------ bad servers


def test_a_search_changes_no_plain_verdict_and_ends_before_the_deadline(server: Embedded) -> None:
    plain = server.judge(selected=ITEMS)
    report = server.judge(selected=ITEMS, search=Seeker(until_over), fuzz_time=0.5, deadline=200.0)
    assert {e.nodeid: e.verdict.outcome for e in report.judged} == {
        e.nodeid: e.verdict.outcome for e in plain.judged
    }
    assert not report.stopped
    assert report.fuzzing is not None
    assert set(report.fuzzing.cut) == ITEMS


@pytest.mark.parametrize(("left", "most"), [(100.0, 99.7), (0.4, 0.2)])
def test_of_what_the_deadline_leaves_some_is_kept_for_putting_back(
    left: float, most: float, server: Embedded
) -> None:
    engine = Engine(server.options(search=Seeker(nothing), fuzz_time=1000.0))
    now = time.monotonic()
    engine._searches.begin(now + left)  # noqa: SLF001
    assert engine._searches._until == pytest.approx(now + most, abs=0.1)  # noqa: SLF001
    engine.close()


def test_an_attempt_ends_in_the_middle_and_what_it_changed_is_put_back() -> None:
    reads = []

    def slow(method: str, *_: object) -> None:
        reads.append(method)
        time.sleep(0.05)

    ended = []

    def look(_run: Run, attempt: Attempt, _over: Any) -> Found:
        found = attempt({"text": "ended in the middle"})
        ended.append([step.status for step in found[1].steps])
        return found

    student = Student(slow)
    with serve(student) as running:
        before = [dict(item) for item in student.items]
        chosen = frozenset({TEXTS})
        run(quick(running.url, 5.0, search=Seeker(look), selected=chosen, fuzz_time=0.13))
    assert "stopped" in ended[0]
    assert student.items == before


def test_a_server_that_dies_while_it_is_searched_is_told_once_and_asked_no_more() -> None:
    dead: list[bool] = []

    def before(*_: object) -> bytes | None:
        return b"" if dead else None

    def look(_run: Run, attempt: Attempt, _over: Any) -> Found:
        dead.append(True)
        return attempt({"other": '"a"', "text": "a", "times": 2, "texts": ["a", "b"]})

    seeker = Seeker(look)
    with serve(Student(before)) as running:
        report = run(quick(running.url, 2.0, search=seeker, selected=ITEMS))
    assert len(seeker.asked) == 1
    silent = [e for e in report.judged if e.verdict.outcome == "unreachable"]
    assert [e.nodeid for e in silent] == [seeker.asked[0][0]]
    assert report.fuzzing is not None
    assert report.fuzzing.ended == "the server does not answer any more"


def test_a_server_that_dies_after_something_was_found_is_asked_no_more() -> None:
    """The next search would find nobody, and be blamed for it."""
    dead: list[bool] = []

    def before(*_: object) -> bytes | None:
        return b"" if dead else None

    def look(run: Run, attempt: Attempt, over: Any) -> Found:
        found = failing(run, attempt, over)
        dead.append(True)
        once(run, attempt, over)
        return found

    seeker = Seeker(look)
    with serve(Student(before)) as running:
        report = run(quick(running.url, 2.0, search=seeker, selected=ITEMS))
    assert len(seeker.asked) == 1
    assert bad(report, "fail", "unreachable") == {seeker.asked[0][0]: "found by searching"}
    assert report.fuzzing is not None
    assert report.fuzzing.ended == "the server does not answer any more"


def test_what_is_not_explored_since_the_server_was_given_up_in_a_search_is_nobodys_fault(
    server: Embedded,
) -> None:
    def look(*_: Any) -> None:
        engine._give_up("the server has died 12 times")  # noqa: SLF001

    runs = plan(SUITE, load_target("lesson"), "lesson", explored=True).runs
    explored = {r.id for r in runs if r.check.explored and r.resource and r.resource.name == "items"}
    made = server.options(search=Seeker(look), explore=nothing, selected=frozenset({TEXTS, *explored}))
    engine = Engine(made)
    engine.start()
    assert engine.wait(60)
    engine.close()
    report = engine.report()
    assert {e.verdict.code for e in report.judged if e.nodeid in explored} == {NOT_ASKED}
    assert report.fuzzing is not None
    assert report.fuzzing.ended == "the server has died 12 times"


def test_what_is_rate_limited_is_not_searched() -> None:
    def look(_run: Run, attempt: Attempt, over: Any) -> None:
        limiting.append(True)
        once(_run, attempt, over)
        assert over()

    limiting: list[bool] = []
    limited = reply(429, {}, {"Retry-After": "3600"})
    seeker = Seeker(look)
    with serve(Student(lambda *_: limited if limiting else None)) as running:
        report = run(quick(running.url, search=seeker, selected=ITEMS))
    assert len(seeker.asked) == 1
    assert not bad(report, "fail", "inconclusive", "error")


def test_a_run_that_is_stopped_keeps_what_was_judged(server: Embedded) -> None:
    def look(*_: Any) -> None:
        engine.cancel("enough")

    seeker = Seeker(look)
    engine = Engine(server.options(search=seeker, selected=ITEMS))
    engine.start()
    assert engine.wait(30)
    engine.close()
    report = engine.report()
    assert len(seeker.asked) == 1
    assert not bad(report, "inconclusive")
    assert report.stopped == "enough"


def test_what_was_searched_and_by_what_stands_in_the_report(server: Embedded) -> None:
    report = server.judge(search=Seeker(once), selected=ITEMS, searched_by="Chance 1.0", fuzz_examples=5)
    assert report.fuzzing is not None
    told = report.fuzzing
    assert (told.by, told.searches, told.attempts, told.cut) == (
        "Chance 1.0",
        len(SEARCHED),
        len(SEARCHED),
        (),
    )
    assert server.judge(selected=ITEMS).fuzzing is None


def test_a_refusal_to_search_is_no_reply_of_the_server() -> None:
    """The student's server is the same before and after a whole search."""
    student = Student(lambda method, *_: reply(405, {}) if method == "PATCH" else None)
    with serve(student) as running:
        before = fetch(running.url, "/items/")
        run(options(running.url, search=Seeker(once), selected=ITEMS))
        assert fetch(running.url, "/items/") == before


@pytest.mark.processes
def test_a_server_that_dies_once_in_a_search_is_told_with_what_led_there(tmp_path: Path) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    app = Serving(app="dying:app", app_dir=tmp_path)
    report = conformance.run(serving=app, fuzz=True, only=("etag-of-content", "inm-other-is-200"), seed=1)
    assert report.fuzzing is not None
    (told,) = [line for line in summary_lines(report) if "in the search of" in line]
    assert "items::inm-other-is-200: the server exited with status 3" in told
    assert told.endswith("under GET /items/; started again, it did not when that was repeated")
    assert report.fuzzing.attempts > 100
