"""Variants of items: what their list is in, what they are called, what is left of them; and what is late."""

import asyncio
import json
from typing import Any

from starlette.types import ASGIApp, Receive, Scope

from reference_impl.representations import to_json
from reference_impl.twisted.asgi import Answer, Asked, Handle, ask, body_of, with_body, without_fields
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Twist, answering, behind, behind_with

_LIST = "/items/"
_WRITTEN = frozenset({"POST", "PUT", "PATCH"})
_SOON = 0.1  # seconds
_OK, _SUCCESS = 200, 299


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


async def _skus(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
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


def _soft_deletes(_parts: Parts) -> Handle:
    gone: dict[str, Any] = {}

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        path = scope["path"]
        if scope["method"] == "GET" and path in gone:
            return Answer.of_json(200, {**gone[path], "deleted": True})
        shown = await ask(app, {**scope, "method": "GET"}, receive) if scope["method"] == "DELETE" else None
        answer = await ask(app, scope, receive)
        if shown is not None and shown.body and path.startswith(_LIST) and answer.status <= _SUCCESS:
            gone[path] = shown.data()
        return answer

    return handle


async def _normalised(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    if not scope["path"].startswith(_LIST) or scope["method"] not in _WRITTEN:
        return await ask(app, scope, receive)
    body = await body_of(receive)
    try:
        sent = json.loads(body)
    except ValueError:
        sent = None
    if isinstance(sent, dict) and isinstance(sent.get("name"), str):
        body = json.dumps({**sent, "name": " ".join(sent["name"].title().split())}).encode()
    headers = without_fields(scope, "content-length")["headers"]
    length = (b"content-length", str(len(body)).encode())
    return await ask(app, {**scope, "headers": [*headers, length]}, with_body(body))


def _clears_later(_parts: Parts) -> Handle:
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
        return Answer.of_json(202, {"status": "accepted"})

    return handle


def _a_text(asked: Asked, answer: Answer) -> Answer:
    """Another route by the name of the lesson's."""
    if asked.path == "/reports/" and asked.method == "GET":
        return Answer.of_json(200, {"report": "Q1"})
    return answer


async def _catching_all(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    has = (_LIST, "/cached-time/", "/cache/", "/versioned/")
    if scope["path"].startswith(has):
        return await ask(app, scope, receive)
    return Answer.of_json(200, {"error": "unknown"})


async def _answers_everything_as_get(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Views that never look at the method, as Django's are where nobody restricts them."""
    if scope["path"].startswith(_LIST) and scope["method"] != "HEAD":
        return await ask(app, {**scope, "method": "GET"}, receive)
    if scope["path"] == "/openapi.json":
        return Answer.of_json(404, {"detail": "Not Found"})
    return await ask(app, scope, receive)


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
    Twist("skus", "items are known by a text called sku, and a create names no Location", behind(_skus)),
    Twist("soft-deletes", "a deleted item says so at its own route", behind_with(_soft_deletes)),
    Twist("normalised-names", "names are stored with capitals and single spaces", behind(_normalised)),
    Twist(
        "clears-later",
        "clearing the cache is answered 202, and done a moment later",
        behind_with(_clears_later),
    ),
    Twist("report-of-text", "/reports/ is another route than the lesson's", answering(_a_text)),
    Twist("catch-all", "what is unknown is answered 200 with JSON", behind(_catching_all)),
    Twist(
        "methods-ignored",
        "the list and its items answer every method as GET",
        behind(_answers_everything_as_get),
    ),
)
