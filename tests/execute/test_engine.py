"""A whole run: lanes and phases, waiting for verdicts, consent, and putting back whatever ends it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import (
    BOUND,
    SUITE,
    bad,
    exchanges,
    fetch,
    judged,
    on,
    only,
    options,
    quick,
    record_of,
    reference,
    run,
)
from helpers.student import HOLD, Student, reply

from conformance.api import exit_code
from conformance.errors import HarnessError, TargetError
from conformance.execute import attempts as attempts_module
from conformance.execute import engine as engine_module
from conformance.execute.engine import Engine
from conformance.judge.court import Court
from conformance.judge.unjudged import STOPPED
from conformance.judge.verdicts import judge
from conformance.load.target import load_target
from conformance.model import Exchange, Record, Report, Run, Verdict
from conformance.plan.lanes import plan
from conformance.verbs import VERBS, Verb
from conformance.wire.address import is_remote

WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def whole() -> Report:
    """The reference, whole tier."""
    with reference() as server:
        return server.judge()


# ------------------------------------------------------------------ lanes and phases


def _span(records: list[Record]) -> tuple[float, float]:
    return min(r.started_at for r in records), max(map(_ended, records))


def _ended(record: Record) -> float:
    """When its last answer came."""
    return max((x.received_at for s in record.steps for x in s.exchanges), default=record.started_at)


def _phases(result: Report) -> list[list[Record]]:
    records = result.records
    phases = plan(SUITE, load_target("lesson"), "lesson").phases
    return [[records[r.work] for lane in lanes for r in lane if r.work in records] for lanes in phases]


def test_a_phase_begins_when_the_one_before_has_ended(whole: Report) -> None:
    spans = [_span(records) for records in _phases(whole) if records]
    assert len(spans) == 7
    for (_, ended), (begins, _) in pairwise(spans):
        assert ended <= begins


def test_writes_run_one_after_another(whole: Report) -> None:
    works = sorted(_phases(whole)[1], key=lambda r: r.started_at)
    assert len(works) > 8
    for before, after in pairwise(works):
        assert _ended(before) <= after.started_at


def test_timelines_run_side_by_side(whole: Report) -> None:
    timed = [record_of(whole, "ttl-ends", name) for name in ("cached-time", "reports")]
    assert max(r.started_at for r in timed if r) < min(_ended(r) for r in timed if r)


def test_nothing_is_written_while_a_timeline_runs(whole: Report) -> None:
    begins, ends = _span([r for r in _phases(whole)[3] if r.work.startswith("life-of-an-entry@")])
    written = [x for x in exchanges(whole) if x.request.method in WRITES]
    assert written
    assert not [x for x in written if begins <= x.sent_at <= ends]


def test_a_timeline_is_run_once_for_all_its_checks(whole: Report) -> None:
    checks = ("miss-says-so", "hit-within-ttl", "hit-until-ttl", "ttl-ends", "reads-do-not-prolong")
    assert {judged(whole, check, "cached-time").work for check in checks} == {"life-of-an-entry@cached-time"}


def test_the_first_life_takes_one_ttl_of_the_runs_clock(whole: Report) -> None:
    record = record_of(whole, "ttl-ends", "cached-time")
    assert record is not None
    fresh, later = (step.exchanges for step in record.steps if step.name in ("fresh", "later"))
    assert 30 < later[0].sent_at - fresh[0].received_at < 1.1 * 30 + 1


def test_no_cache_is_warmed_before_the_keys_are_compared(whole: Report) -> None:
    asked = [x for x in exchanges(whole) if x.request.target.endswith(("/cached-time/", "/reports/"))]
    first: dict[str, Exchange] = {}
    for each in sorted(asked, key=lambda x: x.sent_at):
        first.setdefault(each.request.target, each)
    assert [x.facts.hit for x in first.values()] == [False, False]
    compared = record_of(whole, "keys-are-apart", "reports")
    assert compared is not None
    assert max(x.sent_at for x in first.values()) <= _ended(compared)


def test_every_run_of_the_plan_has_a_verdict(whole: Report) -> None:
    planned = plan(SUITE, load_target("lesson"), "lesson").runs
    assert [e.nodeid for e in whole.judged] == [r.id for r in planned]
    assert sorted(e.order for e in whole.judged) == list(range(len(whole.judged)))
    assert (whole.stopped, whole.partial, whole.remote, whole.clock) == ("", False, False, "virtual")


# ------------------------------------------------------------------ what was changed is put back


@pytest.mark.parametrize(
    "flaw",
    [
        "",
        *("update-not-invalidated-list", "update-not-invalidated-item", "create-not-invalidated"),
        *("delete-not-invalidated", "tag-lags-body", "body-lags-tag", "constant-etag", "sticky-revert-tag"),
        *("version-not-raised", "old-tag-304", "refused-write-changes-tag"),
    ],
)
def test_the_server_is_left_as_it_was_found(flaw: str) -> None:
    with reference(flaw=flaw) as server:
        before = server.state()
        result = server.judge()
        fetch(server.url, "/cache/", "DELETE")  # where a flaw shows what is no more
        assert server.state() == before
        assert result.problems == ()


def test_only_what_the_suite_created_is_deleted() -> None:
    student = Student()
    with serve(student) as server:
        result = run(quick(server.url, 5.0, selected=_of("items")))
    assert bad(result, "fail", "error") == {}
    deleted = {path for method, path in student.asked if method == "DELETE"}
    assert deleted
    assert deleted.isdisjoint({"/items/1", "/items/2", "/items/3"})
    assert [i["name"] for i in student.items] == ["Pen", "Cup", "Hat"]


def _of(resource: str) -> frozenset[str]:
    runs = plan(SUITE, load_target("lesson"), "lesson").runs
    return frozenset(r.id for r in runs if r.resource is not None and r.resource.name == resource)


class Interrupted:
    """A server on which, right after a change, a read hangs."""

    def __init__(self) -> None:
        self.changed = threading.Event()
        self.hangs = threading.Event()
        self.student = Student(self)

    def __call__(self, method: str, _path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if method == "PUT":
            self.changed.set() if b"~" in body else self.changed.clear()
        if method == "GET" and self.changed.is_set():
            self.hangs.set()
            return HOLD
        return reply(405, {}) if method == "POST" else None  # so that an item of the user's is changed


@pytest.mark.parametrize("how", ["cancel", "close", "deadline"])
def test_whatever_ends_the_run_the_change_is_put_back(how: str) -> None:
    server_of = Interrupted()
    with serve(server_of.student) as server:
        given = quick(server.url, 30.0, selected=only("change-shows"))
        engine = Engine(replace(given, deadline=2) if how == "deadline" else given)
        engine.start()
        assert server_of.hangs.wait(BOUND)
        assert how == "deadline" or server_of.student.items[0]["name"] != "Pen"
        if how == "cancel":
            engine.cancel("Ctrl-C")
        elif how == "deadline":
            assert engine.wait(BOUND)
        engine.close()
        result = engine.report()
    assert server_of.student.items[0]["name"] == "Pen"
    assert result.problems == ()
    verdict = on(result, "change-shows")
    assert verdict.outcome == "inconclusive"
    why = {"cancel": "Ctrl-C", "close": "the run was stopped", "deadline": "the run's deadline has passed"}
    assert result.stopped == why[how]
    assert (verdict.code, verdict.cause) == (STOPPED, "stopped")


def test_a_defect_of_ours_costs_one_check_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("ours")

    monkeypatch.setitem(VERBS, "history", Verb("history", broken, "", phase="write"))
    with reference() as server:
        before = server.state()
        result = server.judge(selected=_of("items"))
        assert server.state() == before
    assert list(bad(result, "error").values()) == [
        "the suite is at fault, not the server: ZeroDivisionError: ours"
    ]
    assert bad(result, "fail", "inconclusive", "unreachable") == {}


def test_a_defect_in_judging_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "surveyed", lambda *_: 1 // 0)
    with reference() as server:
        result = server.judge()
    assert {e.verdict.verdict for e in result.judged} == {"error"}


# ------------------------------------------------------------------ consent


def test_a_server_elsewhere_is_not_written_to_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "is_remote", lambda _url: True)
    with reference() as server:
        result = server.judge()
        assert result.remote
        assert on(result, "change-shows").outcome == "not-applicable"
        assert "--conformance-allow-writes" in on(result, "change-shows").message
        assert on(result, "clear-empties", "cached-time").code == "not-asked"
        assert exit_code(result) == 0
        assert not [x for x in exchanges(result) if x.request.method in WRITES]
        allowed = server.judge(allow_writes=True, selected=only("change-shows"))
        assert on(allowed, "change-shows").outcome == "pass"


def test_a_target_file_that_declares_writes_is_no_consent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(engine_module, "is_remote", lambda _url: True)
    declared = tmp_path / "mine.yaml"
    declared.write_text(
        "name: mine\nresources:\n  items:\n    read: GET /items/\n    json: array\n    etag: true\n"
        '    change: {request: "PUT /items/{id}", from: list}\n'
    )
    with reference() as server:
        result = server.judge(target=str(declared))
        allowed = server.judge(target=str(declared), allow_writes=True)
    assert on(result, "change-shows").outcome == "not-applicable"
    assert not [x for x in exchanges(result) if x.request.method in WRITES]
    assert on(allowed, "change-shows").outcome == "pass"


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://127.8.8.8", False),
        ("http://[::1]:8000/api", False),
        ("http://localhost", False),
        ("http://api.localhost:1", False),
        ("http://10.0.0.1", True),
        ("http://0.0.0.0:8000", True),
        ("https://example.org", True),
        ("http://localhost.example.org", True),
    ],
)
def test_what_is_elsewhere(url: str, remote: bool) -> None:
    assert is_remote(url) is remote


def test_a_run_is_judged_once_for_each_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    judgements: list[str] = []

    def counting(run: Run, record: Record, court: Court) -> Verdict:
        judgements.append(run.id)
        return judge(run, record, court)

    monkeypatch.setattr(attempts_module, "judge", counting)
    with reference() as server:
        report = server.judge()
    sent = {e.nodeid: report.records[e.work].attempts for e in report.judged if e.work}
    works = {work.id: work for work in plan(SUITE, report.target, report.tier).works.values()}
    examples = {e.nodeid: len(attempts_module.examples(works[e.work])) for e in report.judged if e.work}
    assert Counter(judgements) == {id_: attempts * examples[id_] for id_, attempts in sent.items()}


# ------------------------------------------------------------------ for those who wait


def test_a_verdict_is_waited_for() -> None:
    with reference() as server:
        engine = Engine(server.options(selected=only("etag-present")))
        (wanted,) = engine.options.selected or {""}
        assert engine.verdict(wanted, 0) is None
        assert engine.wait(0) is False
        engine.start()
        verdict = engine.verdict(wanted, BOUND)
        assert verdict is not None
        assert verdict.outcome == "pass"
        assert engine.record(wanted) is not None
        with pytest.raises(HarnessError, match="no run is called 'nothing'"):
            engine.verdict("nothing")
        engine.close()


def test_prerequisites_run_unreported() -> None:
    with reference() as server:
        result = server.judge(selected=only("not-modified-has-no-body"))
    assert [e.id for e in result.judged] == ["not-modified-has-no-body"]
    assert result.judged[0].verdict.outcome == "pass"
    left = {e.id for e in result.entries if e.verdict.outcome == "deselected"}
    assert left > {"etag-present", "inm-current-is-304"}


def test_waits_are_told_while_they_last() -> None:
    with reference(ttl=4.0) as server:
        engine = Engine(options(server.url, overrides=("*.ttl=4",), selected=only("etag-lasts")))
        engine.start()
        deadline = time.monotonic() + BOUND
        while not (waits := engine.progress().waits):
            assert time.monotonic() < deadline
        ((resource, why, _),) = waits
        assert resource == "items"
        assert why in ("a second to pass between reads", "a second to pass")  # whichever we were in time for
        engine.cancel("enough")
        engine.close()
        assert engine.progress().waits == ()


def test_a_run_is_the_same_for_the_same_seed() -> None:
    def bodies(seed: int) -> list[Any]:
        with reference() as server:
            result = server.judge(seed=seed, selected=only("change-shows"))
        return [json.loads(x.request.body) for x in exchanges(result) if x.request.method == "PUT"]

    assert bodies(1) == bodies(1) != bodies(2)


def test_a_short_ttl_is_refused_in_real_time() -> None:
    with pytest.raises(TargetError, match="use a longer TTL, of 4 s or more"):
        Engine(options("http://127.0.0.1:1", overrides=("*.ttl=3",)))


def test_closing_twice_or_before_the_start_is_no_harm() -> None:
    engine = Engine(options("http://127.0.0.1:1"))
    engine.close()
    assert engine.report().judged == ()
    assert engine.report().stopped == "the run was stopped"
