"""A base URL, taken apart once: whom to connect to, and what to put before each path.

Rules of this file: it refuses what it does not understand with a sentence that names what is
accepted, and it opens no connection. Looking a name up is bounded by the caller's deadline.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from conformance.errors import HarnessError, UsageError

__all__ = ["Base", "Lookup", "parse_base", "target"]

_ACCEPTED = "accepted is http:// or https://, a host, a port and a path, such as http://127.0.0.1:8000/api"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?\Z")

# Everything visible stays as it was written, "%" too; the rest (spaces, a "#", non-ASCII) can't stand
# in a request line (RFC 9112 3.2) and is percent-encoded as UTF-8 (RFC 3987 3.1).
_VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "#")


@dataclass(frozen=True, slots=True)
class Base:
    """A base URL.

    Args:
        scheme: http or https.
        host: to look up: lower case, punycode, no brackets.
        authority: as in URL and Host, with brackets, without the scheme's own port (RFC 9110 7.2).
        prefix: the path without its final slash.
    """

    scheme: str
    host: str
    port: int
    authority: str
    prefix: str

    @property
    def origin(self) -> str:
        """Scheme and authority."""
        return f"{self.scheme}://{self.authority}"

    @property
    def peer(self) -> str:
        """Host and port, both always, for sentences."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_base(url: str) -> Base:
    """Take a base URL apart.

    Raises:
        UsageError: it is none, or holds what a base URL can't have.
    """

    def refuse(why: str) -> UsageError:
        return UsageError(f"the base URL {url!r} {why}; {_ACCEPTED}")

    if any(char.isspace() or not char.isprintable() for char in url):
        raise refuse("holds a space or a control character")
    if "://" not in url:
        raise refuse(f"has no scheme: did you mean {'http://' + url.lstrip('/')!r}?")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except ValueError as error:
        raise refuse(f"can't be read ({error})") from None
    if wrong := _wrong(parts, host):
        raise refuse(wrong)
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        shown += f":{port}"
    prefix = quote(parts.path.rstrip("/"), safe=_VISIBLE)
    return Base(parts.scheme, host, port or _PORTS[parts.scheme], shown, prefix)


def _wrong(parts: SplitResult, host: str) -> str:
    """What a base URL can't have and this one has, or ""."""
    if parts.scheme not in _PORTS:
        return f"has the scheme {parts.scheme!r}"
    if "@" in parts.netloc:
        return "holds a user name or password: give credentials as a header instead"
    if parts.query or parts.fragment:
        return "has a query or a fragment"
    if parts.port == 0 or parts.netloc.endswith(":"):
        return "has no usable port"
    if not host or "%" in host or not (":" in host or _HOST.match(host)):
        return "has no valid host"
    return ""


def _ascii(host: str) -> str:
    """The host in lower case, an international name in punycode (as httpx has it: IDNA 2008)."""
    if host.isascii():
        return host.lower()
    import httpx  # noqa: PLC0415 (only here: importing it costs more than a run of the lesson)

    try:
        return httpx.URL(f"http://{host}/").raw_host.decode("ascii")
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error


@functools.lru_cache(maxsize=256)  # a run asks for few paths, again and again
def target(path: str) -> str:
    """What stands in the request line for a path (and query), without the prefix.

    Raises:
        HarnessError: it does not begin with a slash (the loaders have to see to that).
    """
    if not path.startswith("/"):
        raise HarnessError(f"the path {path!r} does not begin with a slash")
    return quote(path, safe=_VISIBLE)


# (family, sockaddr), as getaddrinfo has them
Address = tuple[int, Any]


class Lookup:
    """The addresses of one host, found once and kept; a failure is not kept.

    `getaddrinfo` can't be interrupted, so a daemon thread asks, and those who wait have deadlines.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._lock = threading.Lock()
        self._found: tuple[Address, ...] = ()
        self._asking: _Question | None = None

    def addresses(self, until: float) -> tuple[Address, ...]:
        """Every address, the one that last worked first.

        Raises:
            TimeoutError: not known before `until`.
            OSError, UnicodeError: there is none.
        """
        if self._found:
            return self._found
        with self._lock:
            question = self._asking
            if question is None:
                question = self._asking = _Question(self._host, self._port)
        answered = question.done.wait(max(0.0, until - time.monotonic()))
        with self._lock:
            if answered and self._asking is question:
                self._asking = None
        if not answered or (question.error is None and not question.found):
            raise TimeoutError
        if question.error is not None:
            raise question.error
        self._found = question.found
        return self._found

    def worked(self, address: Address) -> None:
        """Try this one first from now on."""
        if self._found and self._found[0] != address:
            self._found = (address, *(each for each in self._found if each != address))

    def give_up(self) -> None:
        """Let everyone who waits go on at once."""
        with self._lock:
            if self._asking is not None:
                self._asking.done.set()


class _Question:
    """One call of getaddrinfo, in this thread where the host is an address, else in its own."""

    def __init__(self, host: str, port: int) -> None:
        self.done = threading.Event()
        self.found: tuple[Address, ...] = ()
        self.error: OSError | UnicodeError | None = None
        self._ask = (host, port)
        try:
            self._resolve(socket.AI_NUMERICHOST)
        except OSError:
            threading.Thread(target=self._in_thread, name=f"lookup of {host}", daemon=True).start()
        else:
            self.done.set()

    def _in_thread(self) -> None:
        try:
            self._resolve(0)
        except (OSError, UnicodeError) as error:
            self.error = error
        self.done.set()

    def _resolve(self, flags: int) -> None:
        host, port = self._ask
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        self.found = tuple(dict.fromkeys((int(row[0]), row[4]) for row in rows))


def is_remote(base_url: str) -> bool:
    """Whether a base URL points to somewhere else than this machine's loopback."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
