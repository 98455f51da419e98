"""Variants of the values with a time to live: what is told of the moment may be little."""

import json
from collections.abc import Callable

from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.twists import Apply, Twist, answering


def _told(text: Callable[[str], str]) -> Apply:
    """The reference with another text for the time."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/cached-time/" or asked.method != "GET":
            return answer
        data = answer.data()
        return answer.carrying(json.dumps(data | {"time": text(data["time"])}).encode())

    return answering(edit)


VARIANTS = (
    Twist("time-to-the-minute", "the time has no seconds, so it repeats", _told(lambda text: text[:16])),
    Twist("time-is-a-date", "the time is a date", _told(lambda text: text[:10])),
    Twist("time-never-changes", "the time is a word", _told(lambda _: "noon")),
)
