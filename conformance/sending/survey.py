"""What the server says of itself before anything is judged: whether it answers, and its OpenAPI.

Shell, and the first to send. No resource that keeps a value is read here, or its cache would be
warm when its timeline starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.model import Target, WireFault
from conformance.wire import Lane

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_HOPELESS = ("refused", "dns", "tls", "cancelled")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Args:
        fault: why the server can't be judged at all, or None.
        routes: path with "{}" for each parameter -> its methods, or None without OpenAPI.
    """

    fault: WireFault | None
    routes: Mapping[str, frozenset[str]] | None

    def offers(self, method: str, path: str) -> bool | None:
        """Whether OpenAPI lists the route; None where there is no OpenAPI to ask."""
        if self.routes is None:
            return None
        return method in self.routes.get(_shape(path), frozenset())


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0]).rstrip("/") or "/"


def survey(lane: Lane, target: Target, prefix: str) -> Survey:
    """Ask for /openapi.json; where that brings no answer, for a resource of the target.

    Two requests for different things that both bring no HTTP are one diagnosis for everything.
    """
    sent = lane.exchange("GET", "/openapi.json")
    if sent.fault is None:
        found = (sent.response.body.content or b"") if sent.response and sent.status == 200 else b""  # noqa: PLR2004
        return Survey(None, _routes(found, prefix))
    quiet = next((r for r in target.resources if r.ttl is None), None)
    if sent.fault.kind in _HOPELESS or quiet is None:
        return Survey(sent.fault, None)
    second = lane.exchange("GET", quiet.read, quiet.headers, fresh=True)
    return Survey(second.fault, None)


def _routes(content: bytes, prefix: str) -> Mapping[str, frozenset[str]] | None:
    try:
        paths = json.loads(content)["paths"]
        return {
            _shape(path.removeprefix(prefix) if prefix else path): frozenset(
                m.upper() for m in operations if m in _METHODS
            )
            for path, operations in paths.items()
        }
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None  # a document that is no OpenAPI tells nothing, and is no fault here
