"""The body of a 206 -> which bytes it holds, and whether they are those of the whole. Pure.

The two are held against each other when the part arrives, since both bodies are there only then: the judge
sees digests. The server chooses what it sends (all that was asked, some of it, neighbours as one), so nobody
could have taken the digests that it takes before.
"""

from __future__ import annotations

from typing import Final

from conformance.fields import (
    ContentRange,
    field_value,
    field_values,
    media_type,
    parse_content_range,
    parse_multipart,
)
from conformance.model import Headers, Slice, Slices
from conformance.model.exchanges import digest_of

__all__ = ["slices"]

_MULTIPART: Final = ("multipart/byteranges", "multipart/x-byteranges")
_NOTHING_TOLD: Final = ContentRange(None, None, None)


def slices(headers: Headers, content: bytes, whole: bytes | None) -> Slices:
    """What a 206 holds.

    Args:
        headers: of the 206.
        content: its body.
        whole: the body of the ordinary answer that was read before it, or None.
    """
    of = "" if whole is None else _digest(whole)
    if media_type(headers) not in _MULTIPART:
        return Slices((_slice(field_value(headers, "content-range"), content, whole),), of)
    found = parse_multipart(headers, content)
    told = [
        (field_values(part.headers, "content-range"), content[part.start : part.end]) for part in found.parts
    ]
    each = tuple(_slice(", ".join(values) if values else None, held, whole) for values, held in told)
    return Slices(each, of, multipart=True, broken=found.wrong)


def _slice(told: str | None, content: bytes, whole: bytes | None) -> Slice:
    range_ = (parse_content_range(told) if told is not None else None) or _NOTHING_TOLD
    if range_.first is None or range_.last is None:
        range_ = _NOTHING_TOLD  # a length alone is what a 416 tells
    due = ""
    if (
        whole is not None
        and range_.first is not None
        and range_.last is not None
        and range_.last < len(whole)
    ):
        due = _digest(whole[range_.first : range_.last + 1])
    return Slice(range_.first, range_.last, range_.whole, len(content), _digest(content), due)


def _digest(content: bytes) -> str:
    return digest_of(content) if content else ""
