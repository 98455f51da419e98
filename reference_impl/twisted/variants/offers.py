"""Variants of what is offered: other ids, fewer methods, conditions on writes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope

from reference_impl.representations import to_json
from reference_impl.twisted.asgi import Answer, Asked, ask
from reference_impl.twisted.twists import Apply, Twist, behind

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LONGER = {"/items": "/items/", "/cached-time": "/cached-time/"}
_UUIDS = 0x5EED0000_0000_4000_8000_000000000000


def _refusing(refuse: Callable[[Asked], Answer | None]) -> Apply:
    """The reference behind a guard that answers some requests itself."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        return refuse(Asked.of(scope)) or await ask(app, scope, receive)

    return behind(handle)


def _error(asked: Asked, status: int, says: str, **fields: str) -> Answer:
    named = ((name.replace("_", "-"), value) for name, value in fields.items())
    answer = Answer.of_json(status, {"detail": says}, *named)
    return replace(answer, body=b"") if asked.method == "HEAD" else answer


def _no_head(asked: Asked) -> Answer | None:
    return _error(asked, 405, "Method Not Allowed", allow="GET") if asked.method == "HEAD" else None


def _no_writes(asked: Asked) -> Answer | None:
    return _error(asked, 405, "Method Not Allowed", allow="GET, HEAD") if asked.method in _WRITES else None


def _patch_only(asked: Asked) -> Answer | None:
    if asked.method == "PUT" and asked.path.startswith("/items/"):
        return _error(asked, 405, "Method Not Allowed", allow="DELETE, GET, HEAD, PATCH")
    return None


def _auth_writes(asked: Asked) -> Answer | None:
    if asked.method in _WRITES and asked.get("authorization") is None:
        return _error(asked, 401, "Not authenticated", www_authenticate="Bearer")
    return None


def _needs_if_match(asked: Asked) -> Answer | None:
    exists_already = asked.method in _WRITES - {"POST"} and asked.path != "/cache/"
    if exists_already and asked.get("if-match") is None:
        says = "Read the resource first, then repeat the request with its ETag in If-Match"
        return _error(asked, 428, says, cache_control="no-store")
    return None


async def _without_slash(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    path = scope["path"]
    if path in _LONGER.values():
        return Answer(307, (("location", path.removesuffix("/")), ("content-length", "0")))
    return await ask(app, {**scope, "path": _LONGER.get(path, path)}, receive)


without_slash = behind(_without_slash)
"""Routes without a slash at their end; with one they redirect."""


def _as_uuid(data: Any) -> Any:
    if isinstance(data, list):
        return [_as_uuid(one) for one in data]
    if isinstance(data, dict) and isinstance(data.get("id"), int):
        return data | {"id": str(UUID(int=_UUIDS + data["id"]))}
    return data


def _from_uuid(text: str) -> str:
    try:
        return str(UUID(text).int - _UUIDS)
    except ValueError:
        return "0"


async def _uuid_ids(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """String ids: translated on their way in and out, one for each number."""
    path = scope["path"]
    if not path.startswith("/items/"):
        return await ask(app, scope, receive)
    asked_for = path.removeprefix("/items/")
    inner = f"/items/{_from_uuid(asked_for)}" if asked_for else path
    answer = await ask(app, {**scope, "path": inner}, receive)
    if scope["method"] == "HEAD":
        answer = answer.without("content-length")
    elif answer.body:
        answer = answer.carrying(to_json(_as_uuid(answer.data())))
    location = answer.get("location")
    if location is None:
        return answer
    key = int(location.rpartition("/")[2])
    return answer.having("location", f"/items/{UUID(int=_UUIDS + key)}")


VARIANTS = (
    Twist("no-head", "HEAD is answered 405, as FastAPI does with routes for GET", _refusing(_no_head)),
    Twist("no-writes", "writes are answered 405", _refusing(_no_writes)),
    Twist("auth-writes", "writes without credentials are answered 401", _refusing(_auth_writes)),
    Twist("needs-if-match", "a change without If-Match is answered 428", _refusing(_needs_if_match)),
    Twist("patch-only", "items are changed by PATCH, and PUT is answered 405", _refusing(_patch_only)),
    Twist("uuid-ids", "ids are UUIDs", behind(_uuid_ids)),
    Twist("no-slash", "the routes have no slash at their end; with one they redirect", without_slash),
)
