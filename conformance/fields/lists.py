"""Header fields as lists: finding them, splitting them, and the small values Age and Vary."""

import re
from collections.abc import Sequence
from typing import Literal

Headers = Sequence[tuple[str, str]]
"""A header section: name and value of each line, in order, repeated lines apart."""

OWS = " \t"
TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - the grammar's word, no password
INFINITY = 2**31

_DELTA_SECONDS = re.compile(r"[0-9]+")
_DIGITS_OF_INFINITY = len(str(INFINITY))
# A list element: quoted strings whole (an unclosed one reaches to the end), anything else up to a comma.
_ELEMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[^,"])*+', re.DOTALL)
# As a word: HIT, TCP_HIT, hit, RefreshHit, but not the middle of "white".
_HIT = re.compile(r"(?<![A-Z])HIT(?![A-Z])|Hit(?![a-z])|(?<![A-Za-z])hit(?![a-z]|=\?0)")
_CACHE_STATUS_FIELDS = ("X-Cache", "CF-Cache-Status", "Cache-Status")
_OF_WHAT_IS_IN_FRONT = ("Via", *_CACHE_STATUS_FIELDS)


def field_values(headers: Headers, name: str) -> list[str]:
    """The values of all lines of this name, in order and apart."""
    wanted, length = name.lower(), len(name)
    return [value.strip(OWS) for each, value in headers if len(each) == length and each.lower() == wanted]


def field_value(headers: Headers, name: str) -> str | None:
    """The combined field value (9110 5.2), or None where no line has this name."""
    values = field_values(headers, name)
    return ", ".join(values) if values else None


def media_type(headers: Headers) -> str:
    """Type and subtype of Content-Type (9110 8.3.1), in lower case, without parameters; or ""."""
    return (field_value(headers, "content-type") or "").partition(";")[0].strip().lower()


def split_list(text: str) -> list[str]:
    """The elements of a comma-separated list, without empty ones; commas in quoted strings do not split."""
    return [element for element in _elements(text) if element]


def has_empty_elements(text: str) -> bool:
    """9110 5.6.1.1: "a sender MUST NOT generate empty list elements". A blank value has no element at all."""
    return bool(text.strip(OWS)) and not all(_elements(text))


def parse_delta_seconds(text: str) -> int | None:
    """Whole seconds (9111 1.2.2), or None; what is too large for a cache becomes 2147483648, forever."""
    if not _DELTA_SECONDS.fullmatch(text):
        return None
    digits = text.lstrip("0")
    return INFINITY if len(digits) > _DIGITS_OF_INFINITY else min(int(digits or "0"), INFINITY)


def parse_age(text: str) -> int | None:
    """9111 5.1: of a list "use the first member", and ignore the field where that is no number."""
    members = split_list(text)
    return parse_delta_seconds(members[0]) if members else None


def age_in_front(headers: Headers, *, kept: bool = False) -> int:
    """What a cache in front says that it has kept the answer for; 0 where nothing else tells of one.

    An Age without any sign of such a cache is the server's own, and is held against it, unless the server is
    known to keep answers itself.
    """
    return (parse_age(field_value(headers, "age") or "") or 0) if kept or came_through(headers) else 0


def came_through(headers: Headers) -> bool:
    """Whether a field tells of something in front that may keep answers, whether or not it has kept this."""
    return any(field_value(headers, name) is not None for name in _OF_WHAT_IS_IN_FRONT)


def parse_vary(lines: Sequence[str]) -> frozenset[str] | Literal["*"]:
    """The field names that all Vary lines name, in lower case, or "*" where one of them is that."""
    names = frozenset(name.lower() for line in as_lines(lines) for name in split_list(line))
    return "*" if "*" in names else names


def answered_by_cache(headers: Headers) -> str | None:
    """The field that tells of an answer from a cache in front of the server, None where none does.

    Via alone tells only of a proxy, and `Age: 0` is what some servers send with every answer.
    """
    if any(parse_age(value) for value in field_values(headers, "Age")):
        return "Age"
    for name in _CACHE_STATUS_FIELDS:
        if any(_HIT.search(value) for value in field_values(headers, name)):
            return name
    return None


def as_lines(lines: Sequence[str]) -> Sequence[str]:
    """A single string is one line, not a sequence of letters."""
    return [lines] if isinstance(lines, str) else lines


def _elements(text: str) -> list[str]:
    elements, position = [], 0
    while True:
        found = _ELEMENT.match(text, position)
        end = found.end() if found else position
        elements.append(text[position:end].strip(OWS))
        if end >= len(text):
            return elements
        position = end + 1  # the comma
