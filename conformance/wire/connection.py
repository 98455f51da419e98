"""One connection to the server: connect, send, receive; each until a deadline, or a cancel.

Rules of this file: it moves bytes and knows no HTTP. Every wait is a wait for this socket *and* for
the run's alarm, so that a cancel from any thread ends it at once. Deadlines are `time.monotonic`,
never the run's clock, which may be virtual. Nothing is ever shut down in one direction: under TLS,
Python would go on to read ciphertext.
"""

from __future__ import annotations

import errno
import math
import os
import select
import selectors
import socket
import time
from contextlib import suppress
from typing import Protocol

from conformance.wire.address import Address, Base, Lookup
from conformance.wire.answer import Broken

__all__ = ["Alarm", "Connection", "Pipe", "cancelled", "connect"]

# poll needs no descriptor of its own and knows no limit on their number; Windows has select only.
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
_READ = selectors.EVENT_READ
_WRITE = selectors.EVENT_WRITE
_PIECE = 65536
_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", -1)})


class Pipe(Protocol):
    """A non-blocking socket, or TLS over one: what can't be done now is a BlockingIOError."""

    def fileno(self) -> int:
        """For the selector."""

    def recv(self, size: int, /) -> bytes:
        """What has come; b"" is the end."""

    def send(self, data: memoryview, /) -> int:
        """How much of it went out."""

    def close(self) -> None:
        """Both directions."""


class Alarm:
    """Wakes everyone who waits, once and for good: one byte is written, and never read."""

    def __init__(self) -> None:
        self.rung = False
        self.ear, self._mouth = socket.socketpair()

    def ring(self) -> None:
        """From any thread."""
        self.rung = True
        with suppress(OSError):
            self._mouth.send(b"!")

    def close(self) -> None:
        """Nobody may be waiting any more."""
        self.ear.close()
        self._mouth.close()


def cancelled() -> Broken:
    """What is said of an exchange that we stopped."""
    return Broken("cancelled", "the run was stopped before this exchange was over")


class Connection:
    """An open connection.

    Its methods raise TimeoutError at `until`, Broken("cancelled"), or what the socket raises.
    """

    __slots__ = ("_alarm", "_early", "_fd", "_pipe", "_poll", "_selector", "number")

    def __init__(self, pipe: Pipe, alarm: Alarm, number: int = 0) -> None:
        self._pipe = pipe
        self._alarm = alarm
        self._early: bytes | None = None  # of an answer that came before the request was sent
        self._selector = _Selector()
        self._selector.register(pipe, _READ)
        self._selector.register(alarm.ear, _READ)
        # What each exchange waits for needs no selector, which takes twice as long; Windows has that only.
        self._fd = pipe.fileno()
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            self._poll.register(self._fd, select.POLLIN)
            self._poll.register(alarm.ear, select.POLLIN)
        self.number = number

    def close(self) -> None:
        """Close both directions at once."""
        self._selector.close()
        self._pipe.close()

    def detach(self) -> None:
        """Leave the socket open, to someone else."""
        self._selector.close()

    def idle(self) -> bool:
        """Whether nothing has come since the last answer, not even the connection's end."""
        try:
            self._pipe.recv(1)
        except BlockingIOError:
            return True
        except (OSError, Broken):
            return False
        return False

    def send(self, data: bytes, until: float) -> bool:
        """Send everything; False where the server answered or closed before that (RFC 9112 9.5)."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._pipe.send(view) :]
            except BlockingIOError:
                if self._answered_early(until):
                    return False
            except ConnectionError:
                return False  # an answer may have come all the same
        return True

    def _answered_early(self, until: float) -> bool:
        """Wait until more can be sent; True where something came first."""
        if not self.wait(_READ | _WRITE, until) & _READ:
            return False
        try:
            self._early = self._pipe.recv(_PIECE)
        except BlockingIOError:  # TLS's own business
            self.wait(_WRITE, until)
            return False
        except ConnectionError:
            self._early = b""
        return True

    def receive(self, until: float, *, ready: bool = True) -> bytes:
        """What has come, at least one byte; b"" is the end.

        Args:
            until: the deadline.
            ready: whether something may have come already; else it waits before it looks.
        """
        if self._early is not None:
            early, self._early = self._early, None
            return early
        while True:
            if ready:
                self._check(until)  # who always has more to say must not escape it
                with suppress(BlockingIOError):
                    return self._pipe.recv(_PIECE)
            self._wait_to_read(until)
            ready = True

    def arrived(self, most: int) -> tuple[bytes, bool]:
        """What has come by now, up to so many bytes, without waiting; and whether that is the end."""
        came = bytearray()
        while len(came) < most:
            try:
                data = self._pipe.recv(_PIECE)
            except BlockingIOError:
                return bytes(came), False
            except (OSError, Broken):
                return bytes(came), True
            if not data:
                return bytes(came), True
            came += data
        return bytes(came[:most]), False

    def wait(self, events: int, until: float) -> int:
        """Wait until the socket is ready for one of `events`; which of them."""
        if events != _READ:
            self._selector.modify(self._pipe, events)
        try:
            while True:
                for key, ready in self._selector.select(self._check(until)):
                    if key.fileobj is self._pipe:
                        return ready
        finally:
            if events != _READ:
                self._selector.modify(self._pipe, _READ)

    def _wait_to_read(self, until: float) -> None:
        """Wait until something has come, or the end."""
        if self._poll is None:
            self.wait(_READ, until)
            return
        while True:
            for fd, _ in self._poll.poll(math.ceil(self._check(until) * 1000)):
                if fd == self._fd:
                    return

    def _check(self, until: float) -> float:
        """The seconds that are left."""
        if self._alarm.rung:
            raise cancelled()
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def connect(base: Base, lookup: Lookup, alarm: Alarm, until: float) -> socket.socket:
    """A connected, non-blocking socket to the first of the host's addresses that takes one.

    Each address gets its share of the time that is left, so that a dead one can't eat it all.

    Raises:
        Broken: dns, refused, reset, timeout or cancelled.
    """
    addresses = _addresses(base, lookup, alarm, until)
    refusals: list[OSError] = []
    for tried, address in enumerate(addresses):
        now = time.monotonic()
        try:
            sock = _dial(address, alarm, now + (until - now) / (len(addresses) - tried))
        except OSError as error:
            refusals.append(error)
            continue
        lookup.worked(address)
        return sock
    if any(isinstance(each, TimeoutError) for each in refusals):
        raise Broken("timeout", f"no connection to {base.peer} could be made in time")
    if any(isinstance(each, ConnectionRefusedError) for each in refusals):
        raise Broken("refused", f"nothing listens on {base.peer} (connection refused)")
    if any(isinstance(each, ConnectionResetError) for each in refusals):
        raise Broken("reset", f"{base.peer} reset the connection as soon as it was made")
    reason = os.strerror(refusals[-1].errno or 0)
    raise Broken("refused", f"{base.peer} can't be reached ({reason.lower()})")


def _addresses(base: Base, lookup: Lookup, alarm: Alarm, until: float) -> tuple[Address, ...]:
    try:
        return lookup.addresses(until)
    except TimeoutError:
        if alarm.rung:
            raise cancelled() from None
        raise Broken("dns", f"the name {base.host!r} could not be looked up in time") from None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Broken("dns", f"the host {base.host!r} has no address ({reason})") from None


def _dial(address: Address, alarm: Alarm, until: float) -> socket.socket:
    """Connect to one address."""
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(where)
        if code in _UNDER_WAY:
            waiting = Connection(sock, alarm)
            try:
                waiting.wait(_WRITE, until)
            finally:
                waiting.detach()
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    except BaseException:
        sock.close()
        raise
    if code:
        sock.close()
        raise OSError(code, os.strerror(code))  # becomes the subclass that fits the code
    return sock
