"""conformance.verbs.starting: an answer of a fresh process, beside the one that it has to agree with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from helpers.records import exchange, resource, step

from conformance.model import Exchange, StepRecord
from conformance.verbs import VERBS

ONE, TWO, THREE = b"[1]", b"[2]", b"[3]"


class Context:
    """A server of ours, what it has answered so far, and what it will."""

    def __init__(self, *answers: Exchange, before: tuple[Exchange, ...] = (), **shared: Any) -> None:
        self.resource = resource()
        plain = {("items", each.digest): each for each in before}
        server = SimpleNamespace(workers=1)
        self.restarts = 0
        self.shared = SimpleNamespace(
            **{"lacking": {}, "server": server, "restart": self._restart, "plain": plain} | shared
        )
        self._answers = list(answers)

    def _restart(self) -> str:
        self.restarts += 1
        return ""

    def read(self) -> Exchange:
        return self._answers.pop(0)


def done(do: str, context: Any) -> StepRecord:
    return VERBS[do].run(step(do, do=do), context)


def test_a_new_process_stands_beside_the_answer_of_the_first_that_had_the_same_body() -> None:
    known, other, again = exchange(body=ONE, etag='"a"'), exchange(body=TWO), exchange(body=ONE, etag='"b"')
    context = Context(other, again, before=(other, known))
    record = done("restart", context)
    assert (record.exchanges, record.restarted, context.restarts) == ((known, again), True, 1)


def test_where_no_body_is_the_same_it_stands_beside_any() -> None:
    known, again = exchange(body=ONE), exchange(body=TWO)
    assert done("restart", Context(known, again, before=(known,))).exchanges == (known, again)
    assert done("restart", Context(known, again)).exchanges == (again,)


def test_a_second_start_that_fails_is_told() -> None:
    record = done("restart", Context(exchange(), restart=lambda: "the port is taken"))
    assert (record.status, record.says) == ("broken", "a second start fails: the port is taken")


def test_what_cannot_be_started_anew_is_not_asked() -> None:
    asked = {
        "out-of-reach": Context(server=None),
        "not-offered": Context(lacking={"items": "GET /items/ was answered 404"}),
        "not-asked": Context(restart=None),
    }
    assert {status: done("restart", context).status for status, context in asked.items()} == {
        status: status for status in asked
    }
    assert done("restart", Context(server=SimpleNamespace(workers=None))).status == "out-of-reach"


def test_another_body_under_the_same_tag_is_recalled() -> None:
    old, older = exchange(body=ONE, etag='"a"'), exchange(body=TWO, etag='"b"')
    now = exchange(body=THREE, etag='"a"')
    assert done("recall", Context(now, before=(old, older))).exchanges == (old, now)


def test_where_no_tag_is_the_same_the_last_answer_is_recalled() -> None:
    old, last, now = exchange(body=ONE), exchange(body=TWO, etag='"b"'), exchange(body=THREE, etag='"c"')
    assert done("recall", Context(now, before=(old, last))).exchanges == (last, now)
    assert done("recall", Context(now)).exchanges == (now,)
    assert done("recall", Context(server=None)).status == "out-of-reach"
