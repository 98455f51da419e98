"""What a server prints: read all the time, so that it never blocks, and kept in bounds.

The beginning is kept, where a start fails, and the end, where a crash is told.
"""

from __future__ import annotations

import os
import re
import selectors
import threading
from typing import Final

__all__ = ["Output", "one_line", "telling_line"]

_HEAD: Final = 16 << 10
_TAIL: Final = 48 << 10
_LINE: Final = 400
_TELLS: Final = re.compile(
    r"^(?!\s)[\w.]*(Error|Exception|Exit|Interrupt|Warning)\b|\b(error|fatal|cannot|panic)\b", re.IGNORECASE
)
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class Output:
    """The reading end of a server's stdout and stderr.

    Args:
        descriptor: of the pipe; closed by `close`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._woken, self._wake = os.pipe()
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, name="conformance: output", daemon=True)
        self._thread.start()

    def text(self, within: float = 0.0) -> str:
        """What was printed, its middle left out where it is long; waits for its end so many seconds."""
        self._ended.wait(within)
        with self._lock:
            head, tail, dropped = bytes(self._head), bytes(self._tail), self._dropped
        gap = f"\n[... {dropped} bytes ...]\n".encode() if dropped else b""
        return (head + gap + tail).decode("utf-8", "replace")

    @property
    def printed(self) -> int:
        """How many bytes there have been so far."""
        with self._lock:
            return len(self._head) + self._dropped + len(self._tail)

    def since(self, printed: int) -> str:
        """What came after so many bytes, as far as it is kept."""
        with self._lock:
            kept = bytes(self._head) if printed < len(self._head) else b""
            start = printed - len(self._head) - self._dropped
            return (kept[printed:] + bytes(self._tail[max(0, start) :])).decode("utf-8", "replace")

    def close(self) -> None:
        """Stop reading, whoever still holds the other end."""
        self._ended.wait(0.2)
        os.write(self._wake, b".")
        self._thread.join()
        for descriptor in (self._descriptor, self._woken, self._wake):
            os.close(descriptor)

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._descriptor, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                data = os.read(self._descriptor, 1 << 16) if self._descriptor in ready else b""
                if not data:
                    self._ended.set()
                    return
                self._keep(data)

    def _keep(self, data: bytes) -> None:
        with self._lock:
            room = _HEAD - len(self._head)
            self._head += data[:room]
            self._tail += data[room:] if room > 0 else data
            surplus = len(self._tail) - _TAIL
            if surplus > 0:
                del self._tail[:surplus]
                self._dropped += surplus


def one_line(text: str) -> str:
    """A text by a stranger, fit for the middle of a sentence of ours: one line, printable, short."""
    printable = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", text))
    line = " ".join(printable.split())
    return line if len(line) <= _LINE else line[: _LINE - 3] + "..."


def telling_line(output: str) -> str:
    """The line of an output that most likely says why the program ended; "" where there is none."""
    lines = [line.rstrip() for line in _ESCAPES.sub("", output).splitlines() if line.strip()]
    if not lines:
        return ""
    return one_line(next((line for line in reversed(lines) if _TELLS.search(line)), lines[-1]))
