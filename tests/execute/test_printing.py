"""What a server has printed: waited for where that may tell why it failed, and not for ever."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from conformance.execute import printing
from conformance.execute.printing import Printed

TOLD = """Traceback (most recent call last):
  File "main.py", line 3, in items
    return 1 / 0
ZeroDivisionError: division by zero
"""


class Server:
    """It prints at the given look, if ever."""

    def __init__(self, *, at: int = 0) -> None:
        self.looks = 0
        self._at = at

    def log(self, since: int) -> str:
        assert since == 7
        self.looks += 1
        return TOLD if self._at and self.looks >= self._at else ""


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    passing = {"now": 0.0}

    def sleep(seconds: float) -> None:
        passing["now"] += seconds

    monkeypatch.setattr(printing, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: passing["now"]))


def test_a_traceback_is_waited_for_where_something_failed() -> None:
    server = Server(at=3)
    assert Printed().since(server, 7, failed=True) == TOLD
    assert server.looks == 3


def test_where_nothing_failed_nothing_is_waited_for() -> None:
    server = Server(at=3)
    assert Printed().since(server, 7, failed=False) == ""
    assert server.looks == 1


def test_who_never_tells_is_hardly_waited_for_until_he_does() -> None:
    printed, looks = Printed(), []
    for _ in range(7):
        server = Server()
        printed.since(server, 7, failed=True)
        looks.append(server.looks)
    assert looks[4] > looks[5] == looks[6] == 2
    printed.since(Server(at=2), 7, failed=True)
    server = Server()
    printed.since(server, 7, failed=True)
    assert server.looks == looks[0]
