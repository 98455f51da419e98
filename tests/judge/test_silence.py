"""conformance.judge.silence: which request was not answered, and what to do about it."""

from __future__ import annotations

import pytest
from helpers.records import done, exchange, record
from msgspec.structs import replace

from conformance.judge.silence import ended, mend_of
from conformance.model import WireFault

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (WireFault("timeout", "no whole answer came within 10 s"), "find what it waits for there"),
        (WireFault("timeout", "no whole answer came within 10 s", HEAD), "the Content-Length is right"),
        (WireFault("closed", "within the body", HEAD), "it counts the bytes of the body, not its characters"),
        (WireFault("closed", "within the head", HEAD[:-4]), ""),
        (WireFault("closed", "within the body", b"HTTP/1.1 200 OK\r\n\r\n"), ""),
        (WireFault("refused", "nothing listens"), ""),
    ],
)
def test_what_to_do_about_an_answer_that_does_not_come_or_not_whole(fault: WireFault, mend: str) -> None:
    assert mend in mend_of(fault)
    assert bool(mend) == bool(mend_of(fault))


def test_the_request_that_ended_the_server_is_named_and_not_what_followed() -> None:
    sent = [("If-None-Match", '"a"')]
    life = record(done("a", exchange()), done("b", exchange(None, sent=sent), exchange(None, path="/next/")))
    says, mend = ended(replace(life, crash="the server exited with status 3"))
    on = 'GET /items/ with If-None-Match: "a"'
    assert says == f"the server crashed on {on} (the server exited with status 3)"
    assert mend.startswith(f"find what ends your program when it gets {on}")


def test_a_server_that_hangs_has_not_crashed() -> None:
    hung = replace(record(done("a", exchange(None))), crash="in home in main.py:3", hangs=True)
    says, mend = ended(hung)
    assert says == "the server hangs on GET /items/ (in home in main.py:3)"
    assert "in an async def route nothing may block" in mend


def test_a_record_without_a_request_names_none() -> None:
    assert ended(replace(record(), crash="x"))[0] == "the server crashed on this (x)"
