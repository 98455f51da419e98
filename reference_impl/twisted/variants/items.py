"""Variants of items: what their list is in, what they are called, what is left of them; and what is late."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_impl.representations import to_json
from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer, Asked, ask, tell
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Create, Twist, answering

_LIST = "/items/"
_WRITTEN = frozenset({"POST", "PUT", "PATCH"})
_SOON = 0.1  # seconds
_OK, _SUCCESS = 200, 299

Handle = Callable[[ASGIApp, Scope, Receive], Awaitable[Answer]]


def _around(app: ASGIApp, handle: Handle) -> ASGIApp:
    """The app behind a function that answers in its place, and may ask it."""

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        else:
            await tell(await handle(app, scope, receive), send)

    return outer


def _json(status: int, data: Any) -> Answer:
    return Answer(status, (("content-type", "application/json"),)).carrying(json.dumps(data).encode())


def _in_two_envelopes(asked: Asked, answer: Answer) -> Answer:
    if asked.path == _LIST and asked.method == "HEAD":
        return answer.without("content-length")
    if asked.path != _LIST or asked.method != "GET" or not answer.body:
        return answer
    return answer.carrying(to_json({"data": {"items": answer.data()}}))


def _by_their_ids(asked: Asked, answer: Answer) -> Answer:
    """Where an item stands tells its id, and nothing in it does."""
    if asked.path.startswith(_LIST) and asked.method == "HEAD":
        return answer.without("content-length")
    if not asked.path.startswith(_LIST) or asked.method != "GET" or answer.status != _OK:
        return answer
    data = answer.data()
    if asked.path != _LIST:
        return answer.carrying(to_json(_but_its_id(data)))
    return answer.carrying(to_json({str(each["id"]): _but_its_id(each) for each in data}))


def _but_its_id(item: Any) -> Any:
    return {name: value for name, value in item.items() if name != "id"}


def _renamed(data: Any) -> Any:
    if isinstance(data, list):
        return [_renamed(each) for each in data]
    if isinstance(data, dict) and "id" in data:
        return {"sku": f"a{data['id']}", **{name: value for name, value in data.items() if name != "id"}}
    return data


def _skus(settings: Settings, create: Create) -> ASGIApp:
    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        path = scope["path"]
        if not path.startswith(_LIST):
            return await ask(app, scope, receive)
        asked_for = path.removeprefix(_LIST)
        inner = f"{_LIST}{asked_for.removeprefix('a') if asked_for.startswith('a') else '0'}"
        answer = await ask(app, {**scope, "path": inner if asked_for else path}, receive)
        location = answer.get("location")
        if location is not None:
            answer = answer.having("location", f"{_LIST}a{location.rpartition('/')[2]}")
        if scope["method"] == "HEAD":
            return answer.without("content-length")
        return answer.carrying(to_json(_renamed(answer.data()))) if answer.body else answer

    return _around(create(Parts.of(settings)), handle)


def _soft_deletes(settings: Settings, create: Create) -> ASGIApp:
    gone: dict[str, Any] = {}

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        path = scope["path"]
        if scope["method"] == "GET" and path in gone:
            return _json(200, {**gone[path], "deleted": True})
        shown = await ask(app, {**scope, "method": "GET"}, receive) if scope["method"] == "DELETE" else None
        answer = await ask(app, scope, receive)
        if shown is not None and shown.body and path.startswith(_LIST) and answer.status <= _SUCCESS:
            gone[path] = shown.data()
        return answer

    return _around(create(Parts.of(settings)), handle)


def _normalised(settings: Settings, create: Create) -> ASGIApp:
    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if not scope["path"].startswith(_LIST) or scope["method"] not in _WRITTEN:
            return await ask(app, scope, receive)
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        if isinstance(sent, dict) and isinstance(sent.get("name"), str):
            body = json.dumps({**sent, "name": " ".join(sent["name"].title().split())}).encode()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        length = [each for each in scope["headers"] if each[0] != b"content-length"]
        headers = [*length, (b"content-length", str(len(body)).encode())]
        return await ask(app, {**scope, "headers": headers}, again)

    return _around(create(Parts.of(settings)), handle)


def _clears_later(settings: Settings, create: Create) -> ASGIApp:
    running: set[asyncio.Task[Any]] = set()

    async def later(app: ASGIApp, scope: Scope, receive: Receive) -> None:
        await asyncio.sleep(_SOON)
        await ask(app, scope, receive)

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if (scope["method"], scope["path"]) != ("DELETE", "/cache/"):
            return await ask(app, scope, receive)
        task = asyncio.create_task(later(app, scope, receive))
        running.add(task)
        task.add_done_callback(running.discard)
        return _json(202, {"status": "accepted"})

    return _around(create(Parts.of(settings)), handle)


def _a_text(asked: Asked, answer: Answer) -> Answer:
    """Another route by the name of the lesson's."""
    if asked.path == "/reports/" and asked.method == "GET":
        return _json(200, {"report": "Q1"})
    return answer


def _catching_all(settings: Settings, create: Create) -> ASGIApp:
    has = (_LIST, "/cached-time/", "/cache/", "/versioned/")

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if scope["path"].startswith(has):
            return await ask(app, scope, receive)
        return _json(200, {"error": "unknown"})

    return _around(create(Parts.of(settings)), handle)


def _answers_everything_as_get(settings: Settings, create: Create) -> ASGIApp:
    """Views that never look at the method, as Django's are where nobody restricts them."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if scope["path"].startswith(_LIST) and scope["method"] != "HEAD":
            return await ask(app, {**scope, "method": "GET"}, receive)
        if scope["path"] == "/openapi.json":
            return _json(404, {"detail": "Not Found"})
        return await ask(app, scope, receive)

    return _around(create(Parts.of(settings)), handle)


VARIANTS = (
    Twist(
        "two-envelopes",
        'the list is in two envelopes: {"data": {"items": [...]}}',
        answering(_in_two_envelopes),
    ),
    Twist(
        "items-by-id",
        "the list is a map of items by their ids, which nothing else tells",
        answering(_by_their_ids),
    ),
    Twist("skus", "items are known by a text called sku, and a create names no Location", _skus),
    Twist("soft-deletes", "a deleted item says so at its own route", _soft_deletes),
    Twist("normalised-names", "names are stored with capitals and single spaces", _normalised),
    Twist("clears-later", "clearing the cache is answered 202, and done a moment later", _clears_later),
    Twist("report-of-text", "/reports/ is another route than the lesson's", answering(_a_text)),
    Twist("catch-all", "what is unknown is answered 200 with JSON", _catching_all),
    Twist("methods-ignored", "the list and its items answer every method as GET", _answers_everything_as_get),
)
