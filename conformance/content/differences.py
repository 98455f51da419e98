"""Where two bodies, or two states of an item, differ, for a person: the member that moved, and how. Pure.

It says nothing of whether they may differ, and makes no verdict: where a body was not kept, only the
sentence is shorter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from conformance.content.facts import json_type, load_json
from conformance.model import Exchange, Json

__all__ = ["changed", "cut_around", "moved"]

_WIDTH: Final = 40  # characters of a value that are shown
_BEFORE: Final = 10  # of them, that stand before the first difference
_DEEPEST: Final = 32
_WITH_EVERY_WRITE: Final = re.compile(
    r".*(version|revision|updated|modified|changed|touched|etag).*|rev|ts|timestamp", re.IGNORECASE
)


def moved(before: Exchange, after: Exchange) -> str:
    """What has moved from one answer to another, such as "/0/at was 1, and is 2"."""
    if before.response is None or after.response is None:
        return "no answer"
    old, new = before.response.body, after.response.body
    sizes = f"a body of {old.length} bytes was one of {new.length}" if old.length != new.length else ""
    if old.content is None or new.content is None:
        return sizes or f"another body of {new.length} bytes"
    documents = load_json(before.headers, old.content), load_json(after.headers, new.content)
    if None in documents or documents[0] == documents[1]:
        was, now = cut_around(old.content.decode("utf-8", "replace"), new.content.decode("utf-8", "replace"))
        return f"{was} was there, and {now} is"
    return _first(*documents, path="")


def _first(old: Json, new: Json, path: str) -> str:
    """The first member that differs, by its JSON Pointer."""
    if path.count("/") < _DEEPEST:
        if isinstance(old, dict) and isinstance(new, dict):
            return _first_member(old, new, path)
        if isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                return f"{path or 'the list'} had {len(old)} entries, and has {len(new)}"
            at = next(i for i, (one, two) in enumerate(zip(old, new, strict=True)) if one != two)
            return _first(old[at], new[at], f"{path}/{at}")
    was, now = cut_around(_text(old), _text(new))
    return f"{path or 'the body'} was {was}, and is {now}"


def _first_member(old: dict[str, Json], new: dict[str, Json], path: str) -> str:
    name = next(n for n in (*old, *new) if n not in old or n not in new or old[n] != new[n])
    if name not in new:
        return f"{path}/{name} is gone"
    return f"{path}/{name} is new" if name not in old else _first(old[name], new[name], f"{path}/{name}")


def _text(value: Json) -> str:
    if isinstance(value, dict | list):
        return f"a JSON {json_type(value)}"
    return json.dumps(value, ensure_ascii=False)


def cut_around(one: str, two: str, width: int = _WIDTH) -> tuple[str, str]:
    """Two texts, cut where they are long so that their first difference can be seen."""
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    start = max(0, at - _BEFORE) if max(len(one), len(two)) > width else 0

    def cut(text: str) -> str:
        shown = text[start : start + width]
        return f"{'...' if start else ''}{shown}{'...' if start + width < len(text) else ''}"

    return cut(one), cut(two)


def changed(before: Mapping[str, Json], after: Mapping[str, Json] | None) -> str:
    """What an item has that it had not before, or ""; members that move with every write do not count."""
    if after is None:
        return "it is not to be seen any more"
    names = [
        name
        for name in (*before, *(n for n in after if n not in before))
        if before.get(name) != after.get(name) and not _WITH_EVERY_WRITE.fullmatch(str(name))
    ]
    return ", ".join(f"{n!r} was {before.get(n)!r:.80} and is {after.get(n)!r:.80}" for n in names)
