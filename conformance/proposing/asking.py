"""Plain GETs, few, and nothing else: the only file of this room that sends. Shell.

It must not know what an answer is good for.
"""

from __future__ import annotations

from conformance.clocks import RealClock
from conformance.errors import UsageError
from conformance.execute.diagnosis import way_out
from conformance.model import Exchange, Headers
from conformance.sending.ask import slash_only
from conformance.wire import Limits, Wire

__all__ = ["Asker", "wire_to"]

_LIMITS = Limits(deadline=5.0, body=16 * 1024 * 1024)
_MOST_SILENT = 3


def wire_to(url: str, verify: bool | str) -> Wire:
    """A way to the server; close it.

    Raises:
        UsageError: the URL is none.
    """
    return Wire(url, RealClock(), limits=_LIMITS, verify=verify)


class Asker:
    """Asks one server for one path after another.

    Args:
        wire: see above.
        headers: what is sent with each request.
        verify: as the wire has it.

    Attributes:
        asked: how many requests that were.
    """

    def __init__(self, wire: Wire, headers: Headers, *, verify: bool | str = True) -> None:
        self._wire = wire
        self._lane = wire.lane()
        self._headers = headers
        self._verify = verify
        self._silent = 0
        self.asked = 0

    def first(self, path: str) -> Exchange:
        """The first question.

        Raises:
            UsageError: nobody answers, with why.
        """
        sent = self.get(path)
        if sent.fault is None:
            return sent
        way = way_out(self._wire.origin + self._wire.prefix, sent.fault, verify=self._verify)
        raise UsageError(f"GET {self._wire.url(path)}: {sent.fault.says}. {way}".rstrip(" ."))

    def get(self, path: str) -> Exchange:
        """Ask, and where the answer is that only the last slash differs, ask there."""
        sent = self._send(path)
        there = slash_only(sent, self._wire.base.authority)
        if there is None or not there.startswith(self._wire.prefix):
            return sent
        return self._send(there.removeprefix(self._wire.prefix) or "/")

    @property
    def given_up(self) -> bool:
        """Whether nothing more is to be asked: it was silent several times in a row."""
        return self._silent >= _MOST_SILENT

    def path(self, sent: Exchange) -> str:
        """The path, with its query, that was asked for at last, below the base URL."""
        return sent.request.target.removeprefix(self._wire.prefix) or "/"

    def _send(self, path: str) -> Exchange:
        self.asked += 1
        sent = self._lane.exchange("GET", path, self._headers)
        self._silent = self._silent + 1 if sent.fault is not None else 0
        return sent
