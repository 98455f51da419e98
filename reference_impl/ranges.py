"""The rules of range requests, RFC 9110 14 and 13.1.5, as pure functions on text and bytes.

Rule 1: no web framework, no clock, no state in here.
Rule 2: a position counts from 0, and a span has both its ends in it, as on the wire.

To be asked only where the answer would else be a 200 with the whole body.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reference_impl.caching import Validators, matches_strongly, parse_date

PARTIAL_CONTENT = 206
RANGE_NOT_SATISFIABLE = 416
_UNIT = "bytes"
_SPEC = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<suffix>[0-9]+)")
_MOST = 8  # ranges in a request: who asks for more is served the whole (RFC 9110 17.15)

Span = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """What goes out in place of the whole: the status, the fields that belong to it, the body.

    `described`: whether the fields that describe the content are sent along.
    """

    status: int
    fields: Mapping[str, str]
    body: bytes = b""
    described: bool = True


def select(
    fields: Mapping[str, Sequence[str]], body: bytes, media_type: str, now: Validators, clock: float
) -> Part | None:
    """The part of a body that a GET asks for, or None where it is to have the whole.

    `fields` maps lower-case names to the lines of that field, in order.
    """
    condition = fields.get("if-range")
    if condition and not if_range(", ".join(condition), now, clock):
        return None  # he has another version, so none of this one
    spans = wanted(", ".join(fields.get("range", ())), len(body))
    if spans is None:
        return None
    if not spans:
        return Part(RANGE_NOT_SATISFIABLE, {"Content-Range": f"{_UNIT} */{len(body)}"})
    # RFC 9110 15.3.7: who sends If-Range knows what describes the content from an earlier answer.
    if len(spans) == 1:
        return Part(PARTIAL_CONTENT, _told(spans[0], body), _cut(spans[0], body), described=not condition)
    boundary = hashlib.sha256(body).hexdigest()[:32]
    typed = {"Content-Type": f"multipart/byteranges; boundary={boundary}"}
    return Part(PARTIAL_CONTENT, typed, _in_parts(spans, body, media_type, boundary), described=not condition)


def wanted(field: str, length: int) -> list[Span] | None:
    """The spans that a Range asks for of so many bytes, in its order; None where it is to be ignored.

    An empty list: none of them is within what there is (416). Ignored are another unit, what is no range, and
    what costs more than it is worth: many ranges, or such as overlap.
    """
    unit, _, specs = field.partition("=")
    if unit.strip().lower() != _UNIT:
        return None
    found = [_SPEC.fullmatch(spec.strip(" \t")) for spec in specs.split(",") if spec.strip(" \t")]
    if not found or len(found) > _MOST:
        return None
    spans: list[Span] = []
    for spec in found:
        if spec is None:
            return None
        first, last = _number(spec["first"]), _number(spec["last"])
        suffix = _number(spec["suffix"])
        if suffix is not None:
            first, last = max(0, length - suffix), length - 1
        elif first is not None and last is not None and last < first:
            return None  # RFC 9110 14.1.1: one that is invalid makes all of them so
        if first is not None and first < length and suffix != 0:
            spans.append((first, length - 1 if last is None else min(last, length - 1)))
    in_order = sorted(spans)
    apart = all(one[1] < other[0] for one, other in pairwise(in_order))
    return spans if apart else None


def if_range(field: str, now: Validators, clock: float) -> bool:
    """Whether he has a part of what is there now: an exact match, by a strong tag or the very date."""
    if '"' in field[:3]:
        return now.etag is not None and matches_strongly(field.strip(" \t"), now.etag)
    date = parse_date(field, clock)
    if date is None or now.modified is None or date != int(now.modified):
        return False
    # RFC 9110 8.8.2.2: within its own second a date does not tell one version from the next.
    return int(clock) - date >= 1


def _number(digits: str | None) -> int | None:
    """RFC 9110 14.1.2: a numeral may be of any length; twenty digits are past the end of anything."""
    return int(digits.lstrip("0")[:20] or "0") if digits else None


def _told(span: Span, body: bytes) -> dict[str, str]:
    return {"Content-Range": f"{_UNIT} {span[0]}-{span[1]}/{len(body)}"}


def _cut(span: Span, body: bytes) -> bytes:
    return body[span[0] : span[1] + 1]


def _in_parts(spans: list[Span], body: bytes, media_type: str, boundary: str) -> bytes:
    """RFC 9110 14.6: each part between two lines of the boundary, with fields of its own."""
    parts = b""
    for span in spans:
        fields = {"Content-Type": media_type, **_told(span, body)}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        parts += f"--{boundary}\r\n{head}\r\n".encode() + _cut(span, body) + b"\r\n"
    return parts + f"--{boundary}--\r\n".encode()
