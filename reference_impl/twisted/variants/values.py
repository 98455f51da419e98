"""Variants of what has a time to live: little is told of the moment; for ever, for less, or for nobody."""

import json
import time
from collections.abc import Callable

from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Twist, answering, answering_with

_ERROR = 400


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
        if asked.path == "/items/" and asked.method in {"GET", "HEAD"} and answer.status < _ERROR:
            for name, value in fields.items():
                answer = answer.having(name.replace("_", "-"), value)
        return answer

    return answering(edit)


def _counting_down(parts: Parts) -> Edit:
    """What is left of the report's life is its max-age, so that no copy of it outlives it."""
    made = 0.0

    def edit(asked: Asked, answer: Answer) -> Answer:
        nonlocal made
        of_report = asked.path == "/reports/" and answer.status < _ERROR
        if not of_report or answer.get("cache-control") is None:
            return answer
        if answer.body:
            at = answer.data()["report"]["generated_at"]
            made = time.mktime(time.strptime(at, "%Y-%m-%d %H:%M:%S"))
        left = max(0, int(made + parts.settings.ttl - parts.settings.clock()))
        return answer.having("cache-control", f"max-age={left}")

    return edit


VARIANTS = (
    Twist(
        "report-counts-down",
        "the report's max-age is what is left of its life",
        answering_with(_counting_down),
    ),
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
