"""A class, as it might hand in the lesson: right, or wrong in one thing, and a few that hang.

The lesson in one file, twisted by replacing text in it; the same class for the same number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from measure import ROOT

__all__ = ["KINDS", "LESSON", "hand_in"]

LESSON: Final = (ROOT / "reference_impl/lesson.py").read_text("utf-8")
_KEEP: Final = "    cache[key] = (value, now + TTL)\n"
_FOR_EVER: Final = {_KEEP: "    cache[key] = (value, now + 1e9)\n"}
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "right": {},
    "unquoted": {
        "f'\"{hashlib.sha256(body).hexdigest()}\"'": "hashlib.sha256(body).hexdigest()",
    },
    "always-200": {'if field.strip() == "*" or etag in tags:': "if False:"},
    "always-304": {'if field.strip() == "*" or etag in tags:': "if field:"},
    "no-tag-in-304": {
        "return Response(status_code=304, headers=headers)": "return Response(status_code=304)"
    },
    "sliding": {
        "        if now < expires:": "        cache[key] = (value, now + TTL)\n        if now < expires:"
    },
    "half": {"TTL = 30.0": "TTL = 15.0"},
    "never-a-hit": {"            return value, True\n": "            return compute(), False\n"},
    "flag-lies": {'"cached": hit': '"cached": False'},
    "stale-after-writes": {'    cache.pop("items", None)\n': ""},
    "tag-by-chance": {"hashlib.sha256(body)": "hashlib.sha256(body + str(time.time()).encode())"},
    "no-cache-control": {', "Cache-Control": "no-cache"': ""},
}
"""What each is, and what text it has in place of which."""
_RARE: Final[Mapping[str, int]] = {"for-ever": 10, "hangs": 2, "no-import": 2}
"""How many of a hundred."""
_SLEEPS: Final = "import time\n\nwhile True:\n    time.sleep(1)\n"
_DATABASE: Final = 'import sqlite3\n\nconnection = sqlite3.connect(":memory:")\n'


def hand_in(folder: Path, count: int, *, real: bool = False) -> None:
    """Write a class into a folder.

    Args:
        folder: which is there.
        count: of submissions.
        real: whether an entry that never ends has to be waited for: its app has a database, whose clock
            nobody moves.
    """
    for number, (kind, text) in enumerate(_texts(count, real=real)):
        place = folder / f"s{number:03}-{kind}"
        place.mkdir()
        (place / "main.py").write_text(f"{text}\n# handed in by {number}\n", "utf-8")


def _texts(count: int, *, real: bool) -> Iterator[tuple[str, str]]:
    rare = {kind: round(count * each / 100) or 1 for kind, each in _RARE.items()}
    every = count // sum(rare.values())
    left = [kind for kind, each in rare.items() for _ in range(each)]
    for number in range(count):
        if number % every == every - 1 and left:
            yield _rare(left.pop(0), real=real)
        else:
            kind = list(KINDS)[number % len(KINDS)]
            yield kind, _twisted(KINDS[kind])


def _rare(kind: str, *, real: bool) -> tuple[str, str]:
    if kind == "for-ever":
        return kind, (_DATABASE if real else "") + _twisted(_FOR_EVER)
    return kind, _SLEEPS if kind == "hangs" else "import nothing_of_that_name\n"


def _twisted(edits: Mapping[str, str]) -> str:
    text = LESSON
    for old, new in edits.items():
        if old not in text:
            raise ValueError(f"the lesson has no {old!r} any more")
        text = text.replace(old, new)
    return text
