"""hishel behind one method: the only file that knows how hishel and httpx want to be called.

`rfc` is always given (by default hishel stores even no-store), the storage too (by default it is a
database file), requests are bare (`httpx.Client` would add four headers), and the body is read to the
end (before that there is no entry).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

import httpx
from hishel import CacheOptions, CacheStatus
from hishel.httpx import CacheTransport

from conformance.clients.cache import Answer, Beneath
from conformance.clients.records import ClientKind
from conformance.clients.rewriting import shown_to_the_cache
from conformance.clients.storage import AgeingStorage
from conformance.model import Headers

_URL: Final = "conformance.url"
_REASON: Final = "reason_phrase"
_NOT_MODIFIED: Final = 304


class Hishel:
    """A cache by RFC 9111, private or shared.

    Args:
        kind: which of the two.
        beneath: the passed time, and the way to the server.
    """

    def __init__(self, kind: ClientKind, beneath: Beneath) -> None:
        storage = AgeingStorage(lambda: beneath.passed, _now)
        self._transport = CacheTransport(
            _ToOrigin(beneath), storage=storage, rfc=CacheOptions(shared=kind.shared)
        )

    def get(self, url: str, headers: Headers) -> Answer:
        """Answer from what is kept, or by asking the origin."""
        request = httpx.Request(
            "GET",
            url,
            headers=_to_httpx(headers),
            stream=httpx.ByteStream(b""),  # with `content`, httpx would add headers
            extensions={_URL: url},  # httpx changes how a URL is written; the server gets it as it was
        )
        response = self._transport.handle_request(request)
        content = b"".join(response.iter_raw())
        response.close()
        status: CacheStatus = response.extensions["caching"]
        return Answer(
            status=response.status_code,
            reason=response.extensions.get(_REASON, b"").decode() or response.reason_phrase,
            headers=_from_httpx(response.headers),
            content=content,
            stored=None if status["from_cache"] else status["stored"],
        )


class _ToOrigin(httpx.BaseTransport):
    """The transport beneath hishel: what it asks goes to `send`, what it is shown is rewritten."""

    def __init__(self, beneath: Beneath) -> None:
        self._beneath = beneath

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange with the server."""
        origin = self._beneath.ask(
            request.method,
            request.extensions[_URL],
            _from_httpx(request.headers),
            lambda headers: shown_to_the_cache(headers, _now()),
        )
        return httpx.Response(
            origin.status,
            headers=_to_httpx(origin.headers),
            # With `content`, httpx would take a content coding off and add a length. hishel reads a
            # 304, and would fail on stray bytes that are not what Content-Encoding says.
            stream=httpx.ByteStream(b"" if origin.status == _NOT_MODIFIED else origin.content),
            extensions={_REASON: origin.reason.encode()},
        )


def _to_httpx(headers: Headers) -> list[tuple[bytes, bytes]]:
    """As UTF-8, whatever the wire had: these bytes go no further than hishel, and hishel writes UTF-8."""
    return [(name.encode(), value.encode()) for name, value in headers]


def _from_httpx(headers: httpx.Headers) -> Headers:
    return tuple((name.decode(), value.decode()) for name, value in headers.raw)


def _now() -> datetime:
    """The whole second by the clock that hishel reads, and cannot be told not to."""
    return datetime.fromtimestamp(int(time.time()), UTC)
