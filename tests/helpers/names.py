"""Names of hosts that a test looks up: what comes of it is said by the test, and nobody is asked."""

from __future__ import annotations

import socket
from typing import Any

import pytest

__all__ = ["no_names"]


def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no name has an address; a number is one as ever."""
    real = socket.getaddrinfo

    def no_such(host: str, port: int, flags: int = 0, **named: int) -> Any:
        if flags & socket.AI_NUMERICHOST:
            return real(host, port, flags=flags, **named)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such)
