"""What a run needs of a server that the suite has started: a protocol, which knows no way of starting one."""

from __future__ import annotations

from typing import Protocol


class Hosted(Protocol):
    """See `servers.Started`, which is one.

    Attributes:
        moves: whether `move` has any effect.
        workers: how many processes answer, where that is known.
        starts: how often it has been started; another number means that its state is another.
    """

    moves: bool
    workers: int | None
    starts: int

    @property
    def url(self) -> str:
        """Its base URL."""

    def move(self, seconds: float) -> None:
        """Set the clock of all workers forward."""

    def died(self, within: float = 0.0) -> str | None:
        """Why it does not run any more, as a sentence, or None; such news is waited for so many seconds."""

    def where(self) -> str:
        """Where in the app's code its main thread is, as a phrase, if that blocks it; else ""."""

    def restart(self) -> None:
        """Start it anew on the same port, with nothing kept."""

    def memory(self) -> int:
        """Bytes that all its processes hold."""

    def printed(self) -> int:
        """How many bytes it has printed so far."""

    def log(self, since: int) -> str:
        """What it has printed since then, as far as that is kept."""

    def stop(self) -> None:
        """End it, and leave nothing behind; a `ServerError` where that can't be done."""
