"""Flaws of range requests: which bytes are sent, what is said of them.

Each is the reference with one rule changed, where it serves parts. `breaks` names rows of the RFCs.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace

from starlette.types import Scope

from reference_impl import ranges
from reference_impl.caching import Validators, weak
from reference_impl.ranges import PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE, Part
from reference_impl.twisted.asgi import Answer, Asked, without_fields
from reference_impl.twisted.division import Select
from reference_impl.twisted.flaws.kind import Divides
from reference_impl.twisted.flaws.preconditions import Fields, line
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.twists import Apply, answering, asking, made_of, on_status

_OK = 200
_RANGE, _IF_RANGE = "range", "if-range"
_TELLS, _TYPE = "Content-Range", "Content-Type"
_MULTIPART = "multipart/byteranges"


# ---- which bytes


def selecting(select: Select) -> Apply:
    """The reference that selects so."""
    return made_of(lambda parts: replace(parts, select=select))


def _reading(change: Callable[[str, int], str]) -> Apply:
    """Another Range is read than was sent; it is given with the length of the whole."""

    def select(fields: Fields, body: bytes, media_type: str, now: Validators, clock: float) -> Part | None:
        read = {**fields, _RANGE: [change(line(fields, _RANGE), len(body))]} if _RANGE in fields else fields
        return ranges.select(read, body, media_type, now, clock)

    return selecting(select)


def _making(due: Callable[[Part], bool], change: Callable[[Part, bytes], Part]) -> Apply:
    """Such parts come out otherwise; each is given with the whole."""

    def select(fields: Fields, body: bytes, media_type: str, now: Validators, clock: float) -> Part | None:
        part = ranges.select(fields, body, media_type, now, clock)
        return change(part, body) if part is not None and due(part) else part

    return selecting(select)


def _single(part: Part) -> bool:
    return part.status == PARTIAL_CONTENT and _TYPE not in part.fields


def _several(part: Part) -> bool:
    return part.status == PARTIAL_CONTENT and _TYPE in part.fields


def _refusal(part: Part) -> bool:
    return part.status == RANGE_NOT_SATISFIABLE


def _telling(value: str) -> Callable[[Part, bytes], Part]:
    """Another Content-Range, or none; `LENGTH` is that of the whole."""

    def change(part: Part, body: bytes) -> Part:
        told = {_TELLS: value.replace("LENGTH", str(len(body)))} if value else {}
        return replace(part, fields={**{n: v for n, v in part.fields.items() if n != _TELLS}, **told})

    return change


def _shifted(part: Part, body: bytes) -> Part:
    first = int(part.fields[_TELLS].split()[1].split("-")[0]) + 1
    return replace(part, body=(body[first:] + b"\n")[: len(part.body)])


def _without_length(part: Part, _body: bytes) -> Part:
    return replace(part, fields={_TELLS: part.fields[_TELLS].split("/")[0] + "/*"})


def _length_of_the_part(part: Part, _body: bytes) -> Part:
    told, last = part.fields[_TELLS].split("/")[0], part.fields[_TELLS].split("/")[0].split("-")[1]
    return replace(part, fields={_TELLS: f"{told}/{last}"})


def _in_multipart(part: Part, _body: bytes) -> Part:
    head = f"--one\r\n{_TYPE}: application/json\r\n{_TELLS}: {part.fields[_TELLS]}\r\n\r\n".encode()
    typed = {_TYPE: f"{_MULTIPART}; boundary=one"}
    return replace(part, fields=typed, body=head + part.body + b"\r\n--one--\r\n")


def _last_byte(_part: Part, body: bytes) -> Part:
    last = len(body) - 1
    return Part(PARTIAL_CONTENT, {_TELLS: f"bytes {last}-{last}/{len(body)}"}, body[-1:])


def _told_by_nobody(part: Part, _body: bytes) -> Part:
    return replace(part, body=re.sub(rb"Content-Range: [^\r]*\r\n", b"", part.body))


def _past_the_end(text: str, length: int) -> str:
    found = re.fullmatch("bytes=[0-9]+-([0-9]+)", text)
    return f"bytes={length}-" if found is not None and int(found[1]) >= length else text


def _by_position(text: str, length: int) -> str:
    spans = ranges.wanted(text, length)
    return "bytes=" + ",".join(f"{first}-{last}" for first, last in sorted(spans)) if spans else text


# ---- what is said of them


def _untyped(asked: Asked, answer: Answer) -> Answer:
    known = answer.status != PARTIAL_CONTENT or asked.get(_IF_RANGE) is not None
    several = _MULTIPART in (answer.get("content-type") or "")
    return answer if known or several else answer.without("content-type")


def _part_of_head(asked: Asked, answer: Answer) -> Answer:
    if asked.method != "HEAD" or asked.get(_RANGE) is None or answer.get("accept-ranges") is None:
        return answer
    told = f"bytes 0-4/{answer.get('content-length')}"
    return replace(answer.having("content-range", told), status=PARTIAL_CONTENT)


def refusing(due: Callable[[Asked, Answer], bool], status: int) -> Apply:
    """Such requests are refused."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        refused = asked.method == "GET" and answer.status in (_OK, PARTIAL_CONTENT) and due(asked, answer)
        return Answer(status, (("content-type", "text/plain"),)).carrying(b"No") if refused else answer

    return answering(edit)


def _deaf_to_parts(scope: Scope) -> Scope:
    """A PUT of a part takes the place of the whole."""
    return without_fields(scope, "content-range") if scope["method"] == "PUT" else scope


def _coded_afterwards(asked: Asked, answer: Answer) -> Answer:
    """What is sent of the list is compressed for who wants it so, whether it is the whole or a part."""
    if asked.method not in {"GET", "HEAD"} or asked.path != LIST:
        return answer
    answer = answer.having("vary", "Accept-Encoding")
    if asked.get("accept-encoding") != "gzip" or asked.method == "HEAD":
        return answer
    weakened = answer.having("etag", weak(answer.get("etag") or ""))
    if answer.status not in {_OK, PARTIAL_CONTENT}:
        return weakened
    return weakened.having("content-encoding", "gzip").carrying(gzip.compress(answer.body, mtime=0))


FLAWS = (
    Divides(
        "part-coded-by-itself",
        "a part is compressed by itself",
        answering(_coded_afterwards),
        breaks=("H24", "H23"),
    ),
    Divides(
        "put-of-a-part",
        "a PUT of a part takes the place of the whole",
        asking(_deaf_to_parts),
        breaks=("H34",),
    ),
    Divides(
        "part-as-whole",
        "a part is sent as 200",
        on_status(PARTIAL_CONTENT, lambda answer: replace(answer, status=_OK).without("content-range")),
        breaks=("H01", "H03"),
    ),
    Divides("part-shifted", "a part begins a byte too late", _making(_single, _shifted), breaks=("H02",)),
    Divides(
        "ranges-announced",
        "Accept-Ranges says bytes, and no range is served",
        selecting(lambda *_: None),
        breaks=("H03",),
    ),
    Divides(
        "suffix-from-the-start",
        "a range of the last bytes is read as one of the first",
        _reading(lambda text, _: text.replace("bytes=-", "bytes=0-")),
        breaks=("H04", "H11"),
    ),
    Divides(
        "range-past-the-end",
        "a range that ends beyond the last byte is answered 416",
        _reading(_past_the_end),
        breaks=("H05", "H06"),
    ),
    Divides(
        "one-byte-is-the-rest",
        "a range of one byte is answered with all bytes from there on",
        _reading(lambda text, _: re.sub(r"^bytes=([0-9]+)-\1$", r"bytes=\1-", text)),
        breaks=("H02",),
    ),
    Divides(
        "range-overflow",
        "a number of more than eighteen digits is answered 416",
        _reading(lambda text, length: f"bytes={length}-" if re.search("[0-9]{19}", text) else text),
        breaks=("H06",),
    ),
    Divides(
        "part-of-unknown",
        "Content-Range has an asterisk for the length of the whole",
        _making(_single, _without_length),
        breaks=("H07",),
    ),
    Divides(
        "length-of-the-part",
        "Content-Range says that the whole ends before the last byte of the part",
        _making(_single, _length_of_the_part),
        breaks=("H08", "H02"),
    ),
    Divides(
        "beyond-is-last",
        "what can't be satisfied is answered with the last byte",
        _making(_refusal, _last_byte),
        breaks=("H09", "H11"),
    ),
    Divides(
        "other-length-on-416",
        "a 416 says another length than the whole has",
        _making(_refusal, _telling("bytes */0")),
        breaks=("H10",),
    ),
    Divides("bare-416", "a 416 has no Content-Range", _making(_refusal, _telling("")), breaks=("G17",)),
    Divides(
        "suffix-of-nothing",
        "a range of the last 0 bytes is answered with all",
        _reading(lambda text, _: "bytes=0-" if text == "bytes=-0" else text),
        breaks=("H11",),
    ),
    Divides(
        "range-crash",
        "a range that makes no sense is answered 500",
        refusing(lambda asked, _: asked.get(_RANGE) in {"bytes=9-5", "bytes=first"}, 500),
        breaks=("H12",),
    ),
    Divides(
        "any-unit",
        "every unit counts bytes",
        _reading(lambda text, _: f"bytes={text.partition('=')[2]}"),
        breaks=("H13",),
    ),
    Divides("range-on-head", "HEAD is answered 206", answering(_part_of_head), breaks=("H14",)),
    Divides(
        "other-boundary",
        "Content-Type names another boundary than the parts have",
        _making(_several, lambda part, _: replace(part, fields={_TYPE: f"{_MULTIPART}; boundary=none"})),
        breaks=("H15",),
    ),
    Divides(
        "range-over-parts",
        "an answer in several parts has a Content-Range over them all",
        _making(_several, _telling("bytes 0-9/LENGTH")),
        breaks=("H16",),
    ),
    Divides(
        "parts-untold", "parts have no Content-Range", _making(_several, _told_by_nobody), breaks=("H17",)
    ),
    Divides(
        "one-in-multipart",
        "a single range is answered in multipart",
        _making(_single, _in_multipart),
        breaks=("H18",),
    ),
    Divides(
        "parts-by-position", "parts are sorted by their positions", _reading(_by_position), breaks=("H19",)
    ),
    Divides(
        "no-tag-on-206",
        "a 206 has no ETag",
        on_status(PARTIAL_CONTENT, lambda answer: answer.without("etag")),
        breaks=("H20",),
    ),
    Divides("no-type-on-206", "a 206 has no Content-Type", answering(_untyped), breaks=("H21",)),
    Divides(
        "all-fields-with-if-range",
        "a 206 to If-Range has all fields of the 200",
        _making(_single, lambda part, _: replace(part, described=True)),
        breaks=("H22",),
    ),
    Divides(
        "whole-in-a-part",
        "a 206 says that it holds a part, and holds the whole",
        _making(_single, lambda part, body: replace(part, body=body)),
        breaks=("H23", "H02"),
    ),
    Divides(
        "content-range-on-get",
        "a GET with Content-Range is refused",
        refusing(lambda asked, _: asked.get("content-range") is not None, 400),
        breaks=("H35",),
    ),
    Divides(
        "accept-ranges-of-all",
        "Accept-Ranges names a range, and no unit",
        on_status(
            _OK,
            lambda answer: (
                answer.having("accept-ranges", "bytes=0-") if answer.get("accept-ranges") else answer
            ),
        ),
        breaks=("H36",),
    ),
    Divides(
        "range-masses-crash",
        "many ranges at once are answered 500",
        refusing(lambda asked, _: (asked.get(_RANGE) or "").count(",") > 1, 500),
        breaks=("H37",),
    ),
)
