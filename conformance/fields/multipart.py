"""multipart/byteranges (RFC 9110 14.6, RFC 2046 5.1): a body -> its parts. Strict, and raises on no body."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.fields.lists import OWS, TOKEN, Headers, field_value

_PARAMETER = re.compile(
    rf'[ \t]*;[ \t]*(?:(?P<name>{TOKEN})=(?:(?P<token>{TOKEN})|"(?P<quoted>(?:[^"\\]|\\.)*)"))?'
)
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_FIELD = re.compile(rf"(?P<name>{TOKEN}):(?P<value>[^\r\n\0]*)")
_MOST = 1000  # parts: who sends more has no end in mind
_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its fields, and where its content stands in the body."""

    headers: Headers
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Multipart:
    """The parts in order, as far as they could be read; `wrong` is why no further, or ""."""

    parts: Sequence[Part] = ()
    wrong: str = ""


def parse_boundary(content_type: str) -> str | None:
    """The boundary parameter of a Content-Type (RFC 2046 5.1.1), or None where there is no valid one."""
    position, found = content_type.find(";"), None
    while 0 <= position < len(content_type):
        found = _PARAMETER.match(content_type, position)
        if found is None:
            return None
        if (found["name"] or "").lower() == "boundary":
            quoted = found["quoted"]
            value = found["token"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            return value if _BOUNDARY.fullmatch(value) else None
        position = found.end()
    return None


def parse_multipart(headers: Headers, body: bytes) -> Multipart:
    """The parts of a body, by the boundary that its Content-Type names."""
    boundary = parse_boundary(field_value(headers, "content-type") or "")
    if boundary is None:
        return Multipart(wrong="its Content-Type names no valid boundary")
    delimiter = b"--" + boundary.encode("latin-1")
    # A delimiter stands at the beginning of a line; what comes before the first is nobody's.
    at = 0 if body.startswith(delimiter) else body.find(_END + delimiter) + len(_END)
    if at < len(_END) and not body.startswith(delimiter):
        return Multipart(wrong="the boundary of its Content-Type does not stand in it")
    parts: list[Part] = []
    while True:
        at += len(delimiter)
        if body.startswith(b"--", at):
            return Multipart(tuple(parts), "" if parts else "it has no part")
        if len(parts) == _MOST:
            return Multipart(tuple(parts), f"it has more than {_MOST} parts")
        part = _part(body, at, delimiter)
        if isinstance(part, str):
            return Multipart(tuple(parts), f"part {len(parts) + 1} {part}")
        parts.append(part)
        at = part.end + len(_END)


def _part(body: bytes, at: int, delimiter: bytes) -> Part | str:
    """The part behind a delimiter, or why it is none."""
    line = body.find(_END, at)
    if line < 0 or body[at:line].strip(OWS.encode()):
        return "does not begin on a line of its own"
    begins = line + len(_END)
    if body.startswith(_END, begins):
        headers: Headers | None = ()
        start = begins + len(_END)
    else:
        blank = body.find(_END + _END, begins)
        if blank < 0:
            return "has no empty line after its fields"
        headers, start = _fields(body[begins:blank]), blank + 2 * len(_END)
    if headers is None:
        return "has a line among its fields that is none"
    # The line end before a delimiter belongs to it (RFC 2046 5.1.1).
    end = body.find(_END + delimiter, start)
    return "has no end" if end < 0 else Part(headers, start, end)


def _fields(block: bytes) -> Headers | None:
    found = [_FIELD.fullmatch(line) for line in block.decode("latin-1").split("\r\n")]
    pairs = tuple((each["name"], each["value"].strip(OWS)) for each in found if each is not None)
    return pairs if len(pairs) == len(found) else None
