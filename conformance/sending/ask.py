"""What is asked and how, as values: between the verbs, which decide, and the context, which sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from conformance.fields import field_value
from conformance.model import Exchange, Headers, Resource

if TYPE_CHECKING:  # so that the verbs, and with them the planner, need no sockets
    from conformance.wire import Lane


class Ask(NamedTuple):
    """One request, before it is sent."""

    method: str
    path: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class How:
    """How a request is to be sent.

    Args:
        of: another resource than the context's own.
        fresh: on a new connection. stray: watch for bytes after an answer without a body.
        lane: another lane than the context's own, for bursts.
        user: as whom it is asked, where that is another than ever: then it is no plain read of ours.
        slowly: the last header line comes a moment after the others.
        follow: whether a redirect by the slash is followed. login: whether the target's own fields are sent.
    """

    of: Resource | None = None
    fresh: bool = False
    stray: bool = False
    lane: Lane | None = None
    user: str = ""
    slowly: bool = False
    follow: bool = True
    login: bool = True


PLAIN: Final = How()


def slash_only(exchange: Exchange, authority: str) -> str | None:
    """The path of a redirect that differs from the request's path only in the final slash."""
    if exchange.status not in (301, 302, 307, 308):
        return None
    location = urlsplit(field_value(exchange.headers, "location") or "")
    path, _, query = exchange.request.target.partition("?")
    if location.netloc not in ("", authority):
        return None
    if location.path == path or location.path.rstrip("/") != path.rstrip("/"):
        return None
    return f"{location.path}?{query}" if query else location.path
