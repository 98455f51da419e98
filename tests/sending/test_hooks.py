"""conformance.sending.hooks: whether a hook may be done, and the end of what is owed to be mended."""

from __future__ import annotations

import sys
import threading

import pytest
from helpers.hostile import answers, serve
from helpers.student import reply

from conformance.clocks import RealClock
from conformance.model import Hook
from conformance.sending.hooks import consented, hooked, mend
from conformance.sending.ledger import Ledger
from conformance.wire import Wire

MEND = Hook("POST", "/test/mend")


@pytest.mark.parametrize(
    ("hook", "consent", "may"),
    [
        (Hook("GET", "/"), "", True),
        (Hook("POST", "/"), "", False),
        (Hook("POST", "/"), "the server is on this machine", True),
        (Hook(command="./stop"), "", True),  # consented to when the target was read
    ],
)
def test_a_write_needs_consent(hook: Hook, consent: str, *, may: bool) -> None:
    assert consented(hook, consent) is may


@pytest.mark.parametrize(
    ("status", "final", "owed", "told"),
    [
        (204, False, False, ()),
        (500, False, True, ()),
        (
            500,
            True,
            False,
            ("what stands behind items may still be broken: its `mend`, POST /test/mend, was answered 500",),
        ),
    ],
)
def test_what_can_not_be_mended_stays_owed_and_is_told_at_the_end(
    status: int, final: bool, owed: bool, told: tuple[str, ...]
) -> None:
    ledger = Ledger()
    ledger.owe_mend("items", MEND)
    with serve(answers(reply(status, None))) as server, Wire(server.url, RealClock()) as wire:
        with wire.lane() as lane:
            mend(ledger, "other", (), lane, final=final)
            mend(ledger, "items", (), lane, final=final)
        assert len(server.requests) == 1
    assert (ledger.unmended == {"items": MEND}) is owed
    assert tuple(ledger.problems) == told


@pytest.mark.processes
def test_a_command_ends_with_the_run() -> None:
    hook = Hook(command=f'{sys.executable} -c "import threading; threading.Event().wait()"', within=60)
    stopped = threading.Event()
    stopped.set()
    with (
        serve(answers(reply(200, None))) as server,
        Wire(server.url, RealClock()) as wire,
        wire.lane() as lane,
    ):
        assert hooked(hook, (), lane, stopped) == "was stopped"
