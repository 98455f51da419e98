"""What the server says of itself before anything is judged: whether it answers, and its OpenAPI.

Shell, and the first to send. No resource that keeps a value is read here, or its cache would be
warm when its timeline starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.model import Exchange, Target, WireFault
from conformance.wire import Lane

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_DEAD = ("refused", "dns", "tls", "timeout")


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
    """Ask for /openapi.json; where that fails altogether, for a resource of the target."""
    sent = lane.exchange("GET", "/openapi.json")
    if sent.fault is not None and sent.fault.kind == "timeout":
        quiet = next((r for r in target.resources if r.ttl is None), None)
        if quiet is None:
            return Survey(sent.fault, None)
        second = lane.exchange("GET", quiet.read, fresh=True)
        return Survey(second.fault if second.fault and second.fault.kind in _DEAD else None, None)
    if sent.fault is not None:
        return Survey(sent.fault if sent.fault.kind in _DEAD else None, None)
    return Survey(
        None, _routes(sent.content, prefix) if sent.response and sent.response.status == 200 else None
    )  # noqa: PLR2004


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


def unreachable(exchange: Exchange) -> bool:
    """Whether an exchange failed because nobody answers."""
    return exchange.fault is not None and exchange.fault.kind in (*_DEAD, "closed", "reset")
