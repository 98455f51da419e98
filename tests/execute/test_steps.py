"""Steps in order, up to where going on makes no sense; and whatever happens, what was changed is put back."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, step
from helpers.student import HOLD, Student, reply

from conformance.execute.steps import bind, execute
from conformance.model import Record, Step, StepRecord
from conformance.plan.lanes import Work
from conformance.sending.context import Context
from conformance.servers.errors import ServerDied
from conformance.verbs import VERBS, Verb


def worked(within: Context, *steps: Step) -> Record:
    return execute(Work("a work", within.resource, steps, ()), within)


def statuses(record: Record) -> Mapping[str, str]:
    return {s.name: s.status for s in record.steps}


READ, CHANGE = step("read"), step("change")


def test_steps_are_done_in_order_and_timed() -> None:
    with serve(Student()) as server, context(server.url) as within:
        record = worked(within, READ, step("read", "again", times=2))
    assert statuses(record) == {"read": "done", "again": "done"}
    assert (record.work, record.error, record.clock, record.attempts) == ("a work", "", "real", 1)
    times = [x.sent_at for s in record.steps for x in s.exchanges]
    assert [record.started_at, *times] == sorted([record.started_at, *times])


def test_it_stops_where_a_given_does_not_hold() -> None:
    with serve(Student()) as server, context(server.url) as within:
        record = worked(within, step("read", given={"status": 404}), step("read", "again"))
    assert statuses(record) == {"read": "done"}


def test_it_stops_where_no_answer_came() -> None:
    with serve(Student(lambda *_: HOLD)) as server, context(server.url, deadline=0.2) as within:
        assert statuses(worked(within, READ, step("read", "again"))) == {"read": "done"}


def test_it_stops_where_something_is_not_offered() -> None:
    student = Student(lambda method, *_: reply(405, {}) if method in ("PUT", "PATCH") else None)
    with serve(student) as server, context(server.url) as within:
        assert statuses(worked(within, CHANGE, READ)) == {"change": "not-offered"}


TABLE = (
    step("read", "plain", given={"status": 200}),
    step("read", "dated", headers={"If-Modified-Since": "{plain.last-modified}"}),
    step("read", "head", method="HEAD"),
    step("read", "tagged", headers={"If-None-Match": "{plain.etag}"}),
    step("read", "last"),
)


def in_a_table(within: Context) -> Mapping[str, str]:
    return statuses(execute(Work("a table", within.resource, TABLE, (), shared=True, apart=True), within))


def test_what_one_step_of_a_table_can_not_have_is_nothing_to_the_others() -> None:
    student = Student(lambda method, *_: reply(405, {}) if method == "HEAD" else None)
    with serve(student) as server, context(server.url) as within:
        assert in_a_table(within) == {
            "plain": "done",
            "dated": "lacking",
            "head": "not-offered",
            "tagged": "done",
            "last": "done",
        }


def test_a_table_without_its_plain_read_is_not_gone_through() -> None:
    with serve(Student(lambda *_: reply(404, {}))) as server, context(server.url) as within:
        assert list(in_a_table(within)) == ["plain"]


def test_a_table_ends_where_a_rate_limit_is_met() -> None:
    answers = itertools.chain([None, reply(429, {})], itertools.repeat(None))
    student = Student(lambda *_: next(answers))
    with serve(student) as server, context(server.url) as within:
        assert list(in_a_table(within)) == ["plain", "dated", "head"]


def test_a_clear_that_serves_as_evidence_is_only_tried() -> None:
    student = Student()
    with serve(student) as server, context(server.url, "cached-time") as within:
        maybe = step("clear", when=({"read": {"status": 200}},))
        record = worked(within, READ, maybe, step("read", "after"))
    assert statuses(record) == {"read": "done", "clear": "skipped", "after": "done"}
    assert record.steps[1].says == "DELETE /cache/ was answered 404"


def test_a_step_is_left_out_where_its_condition_does_not_hold() -> None:
    with serve(Student()) as server, context(server.url) as within:
        record = worked(
            within,
            READ,
            step("read", "never", when=({"read": {"status": 404}},)),
            step("read", "either", when=({"read": {"status": 404}}, {"read": {"status": 200}})),
        )
    assert statuses(record) == {"read": "done", "either": "done"}, "what is not due has nothing to tell"


def test_a_capture_that_the_answer_lacks_ends_the_work_and_is_named() -> None:
    with serve(Student(lambda *_: reply(200, []))) as server, context(server.url) as within:
        record = worked(within, READ, step("read", "again", headers={"If-None-Match": "{read.etag}"}), CHANGE)
    assert statuses(record) == {"read": "done", "again": "lacking"}
    assert (record.steps[-1].lacks, record.steps[-1].says) == ("ETag", "read has no ETag")


class Dropping(Student):
    """Some of its answers are never sent: the connection is closed instead."""

    def __init__(self, *which: int) -> None:
        self.reads = 0
        self.which = which
        super().__init__(self.drop)

    def drop(self, *_: Any) -> None:
        self.reads += 1
        if self.reads in self.which:
            raise BrokenPipeError


@pytest.mark.parametrize(
    ("shared", "counted", "expected"),
    [
        (True, "first", {"first": "done", "second": "done", "wait": "done", "third": "done"}),
        (True, "second", {"first": "done", "second": "done"}),  # nothing to count from
        (False, "first", {"first": "done", "second": "done"}),
    ],
)
def test_a_dropped_connection_costs_a_timeline_its_own_step(
    shared: bool, counted: str, expected: Mapping[str, str]
) -> None:
    steps = (
        step("read", "first", connection="fresh"),
        step("read", "second", connection="fresh"),
        step("wait", "wait", **{"for": "0.01 s", "after": counted}),
        step("read", "third", connection="fresh"),
    )
    with serve(Dropping(2)) as server, context(server.url) as within:
        record = execute(Work("life@items", within.resource, steps, (), shared=shared), within)
    assert statuses(record) == expected
    assert [e.fault is None for s in record.steps for e in s.exchanges][:2] == [True, False]


def test_a_write_gets_a_connection_of_its_own() -> None:
    with serve(Student()) as server, context(server.url) as within:
        record = worked(within, READ, CHANGE)
    read, write = (s.exchanges[-1].connection for s in record.steps)
    assert read != write


def test_what_was_changed_is_put_back_at_the_end() -> None:
    student = Student()
    with serve(student) as server, context(server.url) as within:
        within.shared.left["items"] = "as if none could be created"
        worked(within, CHANGE, READ)
        assert not within.shared.ledger.open
    assert [i["name"] for i in student.items] == ["Pen", "Cup", "Hat"]
    assert [(m, p) for m, p in student.asked if m != "GET"] == [("PUT", "/items/1"), ("PUT", "/items/1")]


def test_an_item_of_our_own_is_changed_in_place_of_a_users_and_kept_to_the_end_of_the_run() -> None:
    student = Student()
    with serve(student) as server, context(server.url) as within:
        worked(within, CHANGE, READ)
        worked(bind(within, {}), CHANGE, READ)
        assert within.shared.ledger.open == ("/items/4",)
    assert [i["name"] for i in student.items[:3]] == ["Pen", "Cup", "Hat"]
    assert [(m, p) for m, p in student.asked if m != "GET"] == [
        ("POST", "/items/"),
        *[("PUT", "/items/4")] * 4,  # each work puts it back, so that the next begins alike
    ]


def test_a_defect_of_ours_is_recorded_and_the_change_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_step: Step, _context: Context) -> StepRecord:
        raise ZeroDivisionError("ours")

    monkeypatch.setitem(VERBS, "wait", Verb("wait", broken, ""))
    student = Student()
    with serve(student) as server, context(server.url) as within:
        within.shared.left["items"] = "as if none could be created"
        record = worked(within, CHANGE, step("wait"), READ)
    assert record.error == "ZeroDivisionError: ours"
    assert student.items[0]["name"] == "Pen"


def test_a_server_that_ends_while_a_change_is_put_back_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(_: Context) -> None:
        raise ServerDied("the server was killed by signal 6", "")

    monkeypatch.setattr("conformance.execute.steps._put_back", dies)
    with serve(Student()) as server, context(server.url) as within:
        record = worked(within, step("read", "plain"))
    assert (record.error, statuses(record)) == ("", {"plain": "done"})


def test_a_cancel_leaves_the_change_owed() -> None:
    """The wire of a cancelled run carries nothing more; the engine puts it back over another."""
    changed = threading.Event()

    def hold(method: str, *_: Any) -> Any:
        return HOLD if method == "GET" and changed.is_set() else changed.set() if method == "PUT" else None

    student = Student(hold)
    with serve(student) as server, context(server.url, deadline=30) as within:
        within.shared.left["items"] = "as if none could be created"

        def cancel() -> None:
            changed.wait(10)
            server.wait_for_requests(4)
            within.shared.wire.cancel()

        threading.Thread(target=cancel, daemon=True).start()
        record = worked(within, CHANGE, READ)
        assert within.shared.ledger.open == ("/items/1",)
    assert statuses(record) == {"change": "done", "read": "stopped"}
    assert record.error == ""


def test_each_attempt_begins_with_nothing_done() -> None:
    with serve(Student()) as server, context(server.url) as within:
        worked(within, READ, CHANGE)
        again = bind(within, {"n": 2})
        assert (again.steps, again.tracked, again.bound) == ({}, None, {"n": 2})
        assert again.shared is within.shared
        assert statuses(worked(again, READ)) == {"read": "done"}
