"""Lines of JSON over a socket, to a process that may be dead, or hostile. Knows nothing of what they mean."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["Channel", "Closed"]

_LONGEST: Final = 1 << 20
_MOST_KINDS: Final = 16


class Closed(Exception):  # noqa: N818 - an event, not an error
    """The other end is gone, or says what is no message."""


class Channel:
    """Our end of a socket pair.

    A message is of the kind of its first key. Either take all as they come, or `take` them by kind.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = b""
        self._kept: dict[str, dict[str, Any]] = {}

    def fileno(self) -> int:
        """The descriptor, to wait on."""
        return self._sock.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Say something.

        Raises:
            Closed: nobody is there to hear it.
        """
        self._sock.settimeout(1.0)
        try:
            self._sock.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            raise Closed from None

    def receive(self, within: float = 0.0) -> dict[str, Any] | None:
        """The next message, or None where there is none `within` so many seconds.

        Raises:
            Closed: and there is none left.
        """
        deadline = time.monotonic() + within
        while b"\n" not in self._buffer:
            self._sock.settimeout(max(0.0, deadline - time.monotonic()))
            try:
                data = self._sock.recv(1 << 16)
            except (TimeoutError, BlockingIOError):
                return None
            except OSError:
                raise Closed from None
            if not data or len(self._buffer) > _LONGEST:
                raise Closed
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError:
            raise Closed from None
        if not isinstance(message, dict):
            raise Closed
        return message

    def take(self, *kinds: str, within: float = 0.0) -> dict[str, Any] | None:
        """The last message of one of these kinds, or None; what comes meanwhile is kept for who asks for it.

        Raises:
            Closed: and there is none left of them.
        """
        deadline = time.monotonic() + within
        while not (found := [kind for kind in kinds if kind in self._kept]):
            left = deadline - time.monotonic()
            message = self.receive(max(0.0, left))
            if message is None:
                return None
            if len(self._kept) < _MOST_KINDS:
                self._kept.update(dict.fromkeys(list(message)[:1], message))
            if left < 0 and not self._kept.keys() & set(kinds):
                return None  # whoever never stops talking is not listened to for ever
        return self._kept.pop(found[0])

    def close(self) -> None:
        """Hang up."""
        self._sock.close()
