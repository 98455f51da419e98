"""What the server says of itself before anything is judged: whether it answers, and its OpenAPI.

Shell, and the first to send. No resource that keeps a value is read here, or its cache would be
warm when its timeline starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from conformance.content import openapi
from conformance.content.openapi import Routes, Wanted
from conformance.model import Json, Target, WireFault
from conformance.wire import Lane

_HOPELESS: Final = ("refused", "dns", "tls", "cancelled")
_BODIES: Final = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Args:
        fault: why the server can't be judged at all, or None.
        routes: path with "{}" for each parameter -> its methods, or None without OpenAPI.
        bodies: of the writes of the target, by method and path as it has them: what they want.
        catch_all: the members of the JSON object that came where OpenAPI was asked for: a server
            that has such an answer for every path shows it there. None: it has none.
    """

    fault: WireFault | None
    routes: Routes | None
    bodies: Mapping[tuple[str, str], Wanted] = field(default_factory=dict)
    catch_all: frozenset[str] | None = None

    def offers(self, method: str, path: str) -> bool | None:
        """Whether OpenAPI lists the route; None where there is no OpenAPI to ask."""
        if self.routes is None:
            return None
        return method in openapi.methods_at(self.routes, path)

    def near(self, method: str, path: str) -> str:
        """What OpenAPI lists in place of a route that it does not list, or ""."""
        return openapi.near(self.routes or {}, method, path)

    def answers_all(self, document: Json) -> bool:
        """Whether this is what the server answers whatever it is asked for."""
        return (
            self.catch_all is not None and isinstance(document, Mapping) and self.catch_all == set(document)
        )


def survey(lane: Lane, target: Target, prefix: str) -> Survey:
    """Ask for its OpenAPI; where that brings no answer, for a resource of the target.

    Two requests for different things that both bring no HTTP are one diagnosis for everything.
    """
    sent = lane.exchange("GET", target.openapi, target.resources[0].headers)
    if sent.fault is None:
        found = (sent.response.body.content or b"") if sent.response and sent.status == 200 else b""  # noqa: PLR2004
        return _read(openapi.parsed(found), target, prefix)
    quiet = next((r for r in target.resources if r.ttl is None), None)
    if sent.fault.kind in _HOPELESS or quiet is None:
        return Survey(sent.fault, None)
    second = lane.exchange("GET", quiet.read, quiet.headers, fresh=True)
    return Survey(second.fault, None)


def _read(document: Json, target: Target, prefix: str) -> Survey:
    routes = openapi.routes(document, prefix)
    if routes is None:
        return Survey(
            None, None, catch_all=frozenset(document) if isinstance(document, dict) and document else None
        )
    writes = [w for r in target.resources for w in r.writes.values()]
    asked = {(m, w.path) for w in writes for m in {w.method, "PATCH"} if m in _BODIES}
    bodies = {
        (m, p): found for m, p in asked if (found := openapi.wanted(document, m, p, prefix)) is not None
    }
    return Survey(None, routes, bodies)
