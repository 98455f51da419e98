"""What can go wrong with a server that the suite starts itself: always the server's fault, never ours.

ConformanceError
└── ServerError       it did not start
    └── ServerDied    it did start, and is gone or does not answer any more
"""

from __future__ import annotations

from conformance.errors import ConformanceError

__all__ = ["ServerDied", "ServerError"]


class ServerError(ConformanceError):
    """The server under test did not start.

    Args:
        says: one sentence with the reason; where the app failed, its traceback's last line and the place.
        output: all that was captured of its output, its own traceback included.
    """

    code = "server"

    def __init__(self, says: str, output: str = "") -> None:
        self.says = says
        self.output = output
        super().__init__(says)


class ServerDied(ServerError):  # noqa: N818 - what has happened, not what went wrong
    """A server that had started has ended, or has lost the control of its clock."""
