"""Byte ranges (RFC 9110 14): what a Range asks for, and what a Content-Range says that there is."""

import re
from dataclasses import dataclass

from conformance.fields.lists import OWS, TOKEN, split_list

BYTES = "bytes"
_SPEC = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<suffix>[0-9]+)")
_RANGE = re.compile(rf"(?P<unit>{TOKEN})=(?P<specs>[\x21-\x7e \t]+)")
_CONTENT_RANGE = re.compile(
    r"bytes (?:(?P<first>[0-9]+)-(?P<last>[0-9]+)/(?:(?P<whole>[0-9]+)|\*)|\*/(?P<all>[0-9]+))"
)
_DIGITS = 30  # more make a number no larger: nothing is so long
_OVERLAPPING = 2
_MANY = 10


@dataclass(frozen=True, slots=True)
class ByteRange:
    """One range-spec: `first` to `last`, both inclusive, without `last` to the end; or the last `suffix`."""

    first: int = 0
    last: int | None = None
    suffix: int | None = None

    def __str__(self) -> str:
        """The range as it stands on the wire."""
        if self.suffix is not None:
            return f"-{self.suffix}"
        return f"{self.first}-{'' if self.last is None else self.last}"

    def within(self, length: int) -> tuple[int, int] | None:
        """The positions that it names in so many bytes, both inclusive; None where it can't be satisfied."""
        if self.suffix is not None:
            return (max(0, length - self.suffix), length - 1) if self.suffix and length else None
        if self.first >= length:
            return None
        return self.first, length - 1 if self.last is None else min(self.last, length - 1)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """Which bytes there are, of how many (None: not told); of a 416, no positions and the length alone."""

    first: int | None
    last: int | None
    whole: int | None

    def __str__(self) -> str:
        """The value as it stands on the wire."""
        span = "*" if self.first is None else f"{self.first}-{self.last}"
        return f"{BYTES} {span}/{'*' if self.whole is None else self.whole}"


def range_unit(text: str) -> str | None:
    """The unit of a Range, in lower case (9110 14.1); None where the value is no ranges-specifier at all."""
    found = _RANGE.fullmatch(text.strip(OWS))
    return found["unit"].lower() if found else None


def parse_byte_ranges(text: str) -> tuple[ByteRange, ...] | None:
    """The ranges that a Range in bytes asks for, in order; None where it is none, or one of them is invalid.

    9110 14.1.1: "invalid if it contains any range-spec that is invalid", as one that ends before it begins.
    """
    found = _RANGE.fullmatch(text.strip(OWS))
    if found is None or found["unit"].lower() != BYTES:
        return None
    ranges = [_parse(each) for each in split_list(found["specs"])]
    valid = [each for each in ranges if each is not None]
    return tuple(valid) if valid and len(valid) == len(ranges) else None


def parse_content_range(text: str) -> ContentRange | None:
    """What a Content-Range in bytes says (9110 14.4), or None where it is invalid.

    That is also one that ends before it begins, or that names more than there is.
    """
    found = _CONTENT_RANGE.fullmatch(text.strip(OWS))
    if found is None:
        return None
    if found["all"] is not None:
        return ContentRange(None, None, _number(found["all"]))
    first, last = _number(found["first"]), _number(found["last"])
    whole = None if found["whole"] is None else _number(found["whole"])
    if last < first or (whole is not None and whole <= last):
        return None
    return ContentRange(first, last, whole)


def is_excessive(ranges: tuple[ByteRange, ...]) -> bool:
    """Whether a server may refuse them: more than two overlap, or they are many (9110 14.2, 17.15)."""
    if len(ranges) >= _MANY:
        return True
    spans = [span for each in ranges if (span := each.within(10**_DIGITS))]
    return any(
        sum(first <= position <= last for first, last in spans) > _OVERLAPPING for position, _ in spans
    )


def _parse(text: str) -> ByteRange | None:
    found = _SPEC.fullmatch(text)
    if found is None:
        return None
    if found["suffix"] is not None:
        return ByteRange(suffix=_number(found["suffix"]))
    first, last = _number(found["first"]), _number(found["last"]) if found["last"] else None
    return None if last is not None and last < first else ByteRange(first, last)


def _number(digits: str) -> int:
    """9110 14.1.2: numerals may be large; Python refuses to read those of thousands of digits."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _DIGITS else 10**_DIGITS
