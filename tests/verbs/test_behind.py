"""conformance.verbs.behind: a hook is done, or says why not; to mend is owed before anything is broken."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, step
from helpers.student import HOLD, Student, reply
from msgspec import structs

from conformance.execute.steps import execute
from conformance.model import Hook
from conformance.plan.lanes import Work
from conformance.sending.context import Context
from conformance.verbs import behind

BREAK, MEND = Hook("POST", "/test/break"), Hook("POST", "/test/mend")


class Bench(Student):
    """A student's server with routes for tests, which answer as they are told to."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

        def before(_method: str, path: str, *_: Any) -> Any:
            name = path.removeprefix("/test/")
            return None if name == path else self.answers.get(name, reply(204, None))

        super().__init__(before)

    @property
    def done(self) -> list[str]:
        return [path.removeprefix("/test/") for _, path in self.asked if path.startswith("/test/")]


@contextmanager
def at(student: Bench, hooks: Mapping[str, Hook], deadline: float = 5.0, **more: Any) -> Iterator[Context]:
    with serve(student) as server, context(server.url, deadline=deadline, **more) as made:
        made.resource = structs.replace(made.resource, hooks=hooks)
        yield made


def test_a_hook_that_is_done_is_told_and_leaves_no_answer_of_the_resource() -> None:
    student = Bench()
    with at(student, {"change": Hook("POST", "/test/change", {"to": 5})}) as made:
        record = done(made, "change-behind")
        assert made.shared.ledger.unmended == {}
    assert (record.status, record.exchanges) == ("done", ())
    assert record.says == "the hook `change` of items, POST /test/change, was done"
    assert student.done == ["change"]


def test_what_is_broken_is_mended_at_the_end_of_its_work_and_once() -> None:
    student = Bench()
    with at(student, {"break": BREAK, "mend": MEND}) as made:
        assert done(made, "break").status == "done"
        assert made.shared.ledger.unmended == {"items": MEND}
        behind.mend_what_is_owed(made)
        behind.mend_what_is_owed(made)
        assert made.shared.ledger.unmended == {}
    assert student.done == ["break", "mend"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (reply(500, {"detail": "no such table"}), "POST /test/break, was answered 500"),
        (reply(404, None), "POST /test/break, was answered 404"),
        (HOLD, "POST /test/break, brought no answer: no whole answer came within 0.2 s"),
        (b"nonsense\r\n\r\n", "POST /test/break, brought no answer: "),
    ],
)
def test_a_hook_that_fails_is_untestable_with_what_it_said_and_to_mend_is_still_owed(
    answer: Any, says: str
) -> None:
    with at(Bench(**{"break": answer}), {"break": BREAK, "mend": MEND}, deadline=0.2) as made:
        record = done(made, "break")
        assert (record.status, record.exchanges) == ("untestable", ())
        assert says in record.says
        assert made.shared.ledger.unmended == {"items": MEND}


@pytest.mark.parametrize("hooks", [{}, {"change": BREAK}, {"break": BREAK}])
def test_what_is_not_declared_or_could_not_be_mended_is_not_done(hooks: Mapping[str, Hook]) -> None:
    student = Bench()
    with at(student, hooks) as made:
        record = done(made, "break")
    assert record.status == "not-offered"
    assert "hooks: {break: POST /test/break, mend: POST /test/mend}" in record.says
    assert student.done == []


@pytest.mark.parametrize("unsafe", ["break", "mend"])
def test_a_write_to_another_machine_needs_consent(unsafe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.execute.engine.is_remote", lambda _: True)
    hooks = {name: Hook("POST" if name == unsafe else "GET", f"/test/{name}") for name in ("break", "mend")}
    student = Bench()
    with at(student, hooks) as made:
        record = done(made, "break")
    assert (record.status, student.done) == ("not-asked", [])
    assert "--conformance-allow-writes" in record.says
    with at(student, hooks, allow_writes=True) as made:
        assert done(made, "break").status == "done"


def test_a_run_that_is_stopped_meanwhile_judges_nothing_by_it() -> None:
    with at(Bench(), {"break": BREAK, "mend": MEND}) as made:
        made.shared.cancelled.set()
        made.shared.wire.cancel()
        assert done(made, "break").status == "stopped"
        behind.mend_what_is_owed(made)
        assert made.shared.ledger.unmended == {"items": MEND}


def test_what_is_broken_is_mended_though_the_work_breaks_off_by_a_fault_of_ours() -> None:
    student = Bench()
    with at(student, {"break": BREAK, "mend": MEND}) as made:
        steps = (step("break"), step("wait", **{"for": "nonsense", "after": "break"}))
        record = execute(Work("w", made.resource, steps, ()), made)
    assert record.error
    assert student.done == ["break", "mend"]


@pytest.mark.processes
def test_a_command_that_hangs_is_ended() -> None:
    forever = f'{sys.executable} -c "import threading; threading.Event().wait()"'
    with at(Bench(), {"change": Hook(command=forever, within=0.3)}) as made:
        record = done(made, "change-behind")
    assert record.status == "untestable"
    assert record.says.endswith("has not ended within 0.3 s, and was ended")
