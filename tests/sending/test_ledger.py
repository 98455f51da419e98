"""What is owed to the server is put back once, latest first, and what does not work is said."""

from __future__ import annotations

import pytest

from conformance.model import Body, Exchange, Request, Response, WireFault
from conformance.sending.ledger import Ledger, Undo


def undo(path: str, method: str = "PUT") -> Undo:
    return Undo(method, path, (), b"{}", f"put {path} back")


def answered(status: int | None) -> Exchange:
    request = Request("PUT", "/", ())
    if status is None:
        return Exchange(request, None, WireFault("reset", "the connection was reset"), 0, 0)
    return Exchange(request, Response(status, "", (), Body(0, "", b""), 0), None, 0, 0)


def test_the_first_state_is_what_comes_back() -> None:
    ledger = Ledger()
    first = undo("/1")
    ledger.owe("/1", first)
    ledger.owe("/1", undo("/1", "PATCH"))
    sent: list[Undo] = []

    def send(each: Undo) -> Exchange:
        sent.append(each)
        return answered(200)

    ledger.put_back(("/1",), send)
    assert sent == [first]
    assert ledger.open == ()


def test_the_latest_is_put_back_first() -> None:
    ledger = Ledger()
    for path in ("/1", "/2", "/3"):
        ledger.owe(path, undo(path))
    ledger.settled("/2")
    assert ledger.open == ("/3", "/1")


def test_what_nobody_owes_is_not_sent() -> None:
    ledger = Ledger()
    ledger.put_back(("/1",), lambda _: pytest.fail("nothing is owed"))
    assert ledger.get("/1") is None


@pytest.mark.parametrize("status", [200, 204, 202])
def test_a_success_is_no_problem(status: int) -> None:
    ledger = Ledger()
    ledger.owe("/1", undo("/1"))
    ledger.put_back(("/1",), lambda _: answered(status))
    assert ledger.problems == []


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (500, "could not put /1 back: PUT /1 gave 500"),
        (404, "could not put /1 back: PUT /1 gave 404"),
        (304, "could not put /1 back: PUT /1 gave 304"),
        (None, "could not put /1 back: PUT /1 gave the connection was reset"),
    ],
)
def test_a_failure_is_said_once(status: int | None, says: str) -> None:
    ledger = Ledger()
    ledger.owe("/1", undo("/1"))
    for _ in range(2):
        ledger.put_back(("/1",), lambda _: answered(status), final=True)
    assert ledger.problems == [says]


def test_what_gets_no_answer_is_owed_until_the_last_try() -> None:
    ledger = Ledger()
    ledger.owe("/1", undo("/1"))
    ledger.put_back(("/1",), lambda _: answered(None))
    assert (ledger.problems, ledger.open) == ([], ("/1",))


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_need_not_be_removed(status: int) -> None:
    ledger = Ledger()
    ledger.owe("/1", undo("/1", "DELETE"))
    ledger.put_back(("/1",), lambda _: answered(status))
    assert ledger.problems == []


def test_a_cancel_in_between_leaves_the_rest_owed() -> None:
    ledger = Ledger()
    ledger.owe("/1", undo("/1"))

    def cancelled(_: Undo) -> Exchange:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ledger.put_back(("/1",), cancelled)
    assert ledger.open == ("/1",)
