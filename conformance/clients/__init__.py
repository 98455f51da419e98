"""Real client caches between a check and the server: CLIENTS is the table of them.

A client cache shows a policy at work: whether a browser, or a proxy, would ask the server again.
It demonstrates; the oracle decides.

    cache.py        one client cache of one scenario
    records.py      what goes in, what comes through, what was asked beneath
    rewriting.py    what the cache is shown of an answer
    rfc9111.py      hishel behind one method
    storage.py      where hishel keeps its entries

Rules of this room:

- It must not know expectations, targets or sockets: the lead gives it `send`, one function that
  does a real exchange, and it gives back what came through and what was asked on the way.
- Time passes by `pass_time` only. No clock is patched, nothing sleeps, and how long the run really
  takes does not make an entry older.
- Nothing is written to disk, and no cache shares anything with another.
- Importing it is cheap: hishel and httpx are imported when the first cache is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conformance.clients.cache import ClientCache
from conformance.clients.records import ClientKind, Contact, NoAnswer, Origin, Seen, Send, Through
from conformance.errors import UsageError

__all__ = [
    "CLIENTS",
    "ClientCache",
    "ClientKind",
    "Contact",
    "NoAnswer",
    "Origin",
    "Seen",
    "Send",
    "Through",
    "make_client",
    "preload",
]

CLIENTS: Final[Mapping[str, ClientKind]] = MappingProxyType(
    {
        "private-cache": ClientKind(shared=False, says="a cache for one user, as in a browser"),
        "shared-cache": ClientKind(shared=True, says="a cache for many users, as in a proxy or CDN"),
    }
)


def make_client(kind: str, send: Send) -> ClientCache:
    """An empty cache of that kind, whose misses and questions go to `send`.

    Raises:
        UsageError: CLIENTS has no such kind.
    """
    if kind not in CLIENTS:
        raise UsageError(f"{kind!r} is no client cache; there are {', '.join(CLIENTS)}")
    # Not at the top: with hishel come httpx, sqlite3 and redis, and few runs need them.
    from conformance.clients.rfc9111 import Hishel  # noqa: PLC0415

    return ClientCache(CLIENTS[kind], send, Hishel)


def preload() -> None:
    """Import what the first cache needs, ahead of time."""
    from conformance.clients import rfc9111  # noqa: F401, PLC0415 (see above)
