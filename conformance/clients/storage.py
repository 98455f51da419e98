"""Where hishel keeps its entries: in memory, and as old as the scenario says.

hishel reads the age of an entry off its `Date`, by the clock of the machine. So an entry is handed
out with a `Date` that lies as far back from now as time has passed for the cache since it came;
`Expires` moves along. What really passed in between does not count: a slow server, or a machine that
stood still, makes no entry stale. `Date` has whole seconds: an age is the passed time rounded down,
and in the rare case that a second begins between here and hishel's own look at the clock, 1 s more.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast

from hishel import BaseStorage, Entry, Headers, Request, Response

from conformance.clients.rewriting import moved
from conformance.fields import parse_http_date, parse_vary

_DATES: Final = frozenset({"date", "expires"})
_FOREVER: Final = 2**31  # seconds; RFC 9111 1.2.2


@dataclass(slots=True)
class _Kept:
    """An entry, its `headers` as they were when `passed` seconds had passed for the cache."""

    request: Request
    response: Response
    headers: Headers
    content: bytes
    passed: float


class AgeingStorage(BaseStorage):
    """One entry for each variant of a key; without limits and expiry, as it lives as long as a scenario.

    It must never get a `__len__`: hishel would take an empty one for none, and open a database file.

    Args:
        passed: the seconds that have passed for the cache.
        now: the clock of the machine, as hishel reads it.
    """

    def __init__(self, passed: Callable[[], float], now: Callable[[], datetime]) -> None:
        super().__init__()
        self._passed = passed
        self._now = now
        self._kept: dict[str, dict[uuid.UUID, _Kept]] = {}

    def create_entry(
        self,
        request: Request,
        response: Response,
        key: str,
        *,
        ttl: float | None = None,  # noqa: ARG002 - nobody sets one
        tti: float | None = None,  # noqa: ARG002
    ) -> Entry:
        """Hand out an entry that is kept once its stream has been read to the end."""
        identity, passed = uuid.uuid4(), self._passed()
        coming = cast("Iterator[bytes]", response.stream)  # hishel.httpx gives one to every answer

        def saving() -> Iterator[bytes]:
            chunks = []
            for chunk in coming:
                chunks.append(chunk)
                yield chunk
            self._put(
                key, identity, _Kept(request, response, response.headers, b"".join(chunks), passed=passed)
            )

        return Entry(identity, request, replace(response, stream=saving()))

    def get_entries(self, key: str) -> list[Entry]:
        """All entries of the key, as old as they are now."""
        return [
            Entry(
                identity,
                kept.request,
                replace(kept.response, headers=self._aged(kept), stream=iter((kept.content,))),
            )
            for identity, kept in self._kept.get(key, {}).items()
        ]

    def update_headers(self, id: uuid.UUID, headers: Headers) -> None:  # noqa: A002 - hishel's name
        """Keep what a 304 brought.

        The fields are those that `get_entries` handed out, already aged, with the 304's over them. So they
        are of this moment, and age from here on; counted from the first receipt, `Expires` would age twice.
        """
        for entries in self._kept.values():
            if id in entries:
                entries[id] = replace(entries[id], headers=headers, passed=self._passed())

    def remove_entry(self, id: uuid.UUID) -> None:  # noqa: A002
        """Forget an entry, if it is still there."""
        for entries in self._kept.values():
            entries.pop(id, None)

    def _put(self, key: str, identity: uuid.UUID, kept: _Kept) -> None:
        """Keep an entry in place of those that it replaces.

        hishel leaves them, and then cannot tell which one a 304 with a weak ETag is about: it would drop
        both and ask again.
        """
        entries = self._kept.setdefault(key, {})
        for old in [id_ for id_, each in entries.items() if _same_variant(each, kept)]:
            del entries[old]
        entries[identity] = kept

    def _aged(self, kept: _Kept) -> Headers:
        passed = timedelta(seconds=min(int(self._passed() - kept.passed), _FOREVER))
        received = parse_http_date(kept.headers["date"])
        really = self._now() - received if received else timedelta()
        return Headers(
            {
                name: [moved(line, really - passed) if name in _DATES else line for line in lines]
                for name in kept.headers
                if (lines := kept.headers.get_list(name))
            }
        )


def _same_variant(old: _Kept, new: _Kept) -> bool:
    """Whether what the new answer varies by is the same in both requests; `*` names no field and is."""
    return old.request.method == new.request.method and all(
        old.request.headers.get(name) == new.request.headers.get(name)
        for name in parse_vary(new.headers.get_list("vary") or ())
    )
