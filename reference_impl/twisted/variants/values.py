"""Variants of what has a time to live: little is told of the moment; for ever, for less, or for nobody."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from reference_impl.caching import NOT_MODIFIED, if_none_match
from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer, Asked, ask, tell, unconditional
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Create, Twist, answering

_SAFE = ("GET", "HEAD")


def _told(text: Callable[[str], str]) -> Apply:
    """The reference with another text for the time."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/cached-time/" or asked.method not in {"GET", "HEAD"}:
            return answer
        if asked.method == "HEAD":
            return answer.without("content-length")
        data = answer.data()
        return answer.carrying(json.dumps(data | {"time": text(data["time"])}).encode())

    return answering(edit)


def _list_having(**fields: str) -> Apply:
    """The reference with these fields on its list."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/items/" and asked.method in {"GET", "HEAD"}:
            for name, value in fields.items():
                answer = answer.having(name.replace("_", "-"), value)
        return answer

    return answering(edit)


def _report(change: Callable[[Settings, Answer], Answer]) -> Apply:
    """The reference with a report that is changed first, and then answered by its preconditions."""

    def apply(settings: Settings, create: Create) -> ASGIApp:
        app = create(Parts.of(settings))

        async def outer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != "/reports/" or scope["method"] not in _SAFE:
                await app(scope, receive, send)
                return
            whole = change(settings, await ask(app, unconditional(scope) | {"method": "GET"}, receive))
            asked, tag = Asked.of(scope).get("if-none-match"), whole.get("etag")
            if asked is not None and not if_none_match(asked, tag):
                whole = replace(
                    whole.without("content-length", "content-type"), status=NOT_MODIFIED, body=b""
                )
            await tell(whole if scope["method"] == "GET" else replace(whole, body=b""), send)

        return outer

    return apply


def _counting_down(settings: Settings, answer: Answer) -> Answer:
    """What is left of its life, so that no copy of it outlives it."""
    made = time.mktime(time.strptime(answer.data()["report"]["generated_at"], "%Y-%m-%d %H:%M:%S"))
    left = max(0, int(made + settings.ttl - settings.clock()))
    return answer.having("cache-control", f"max-age={left}")


VARIANTS = (
    Twist("report-counts-down", "the report's max-age is what is left of its life", _report(_counting_down)),
    Twist("time-to-the-minute", "the time has no seconds, so it repeats", _told(lambda text: text[:16])),
    Twist("time-is-a-date", "the time is a date", _told(lambda text: text[:10])),
    Twist("time-never-changes", "the time is a word", _told(lambda _: "noon")),
    Twist(
        "fresh-for-ever",
        "the list is fresh for 2^31 seconds, which is how caches write infinity",
        _list_having(cache_control="public, max-age=2147483648"),
    ),
    Twist(
        "aged",
        "a proxy in front has had the list for seven seconds",
        _list_having(cache_control="public, max-age=300", age="7", via="1.1 edge.example"),
    ),
    Twist(
        "vary-star",
        "the list says Vary: *, so that no cache reuses it, whatever its max-age",
        _list_having(cache_control="public, max-age=300", vary="*"),
    ),
)
