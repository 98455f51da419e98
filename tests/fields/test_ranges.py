"""conformance.fields.ranges: what a Range asks for, and what a Content-Range says."""

from __future__ import annotations

import pytest
from helpers.texts import always_the_same
from hypothesis import given
from hypothesis import strategies as st

from conformance.fields import (
    ByteRange,
    ContentRange,
    is_excessive,
    parse_byte_ranges,
    parse_content_range,
    range_unit,
)

positions = st.integers(0, 10**20)
spans = st.tuples(positions, positions).map(sorted)
byte_ranges = st.one_of(
    spans.map(lambda span: ByteRange(*span)),
    positions.map(ByteRange),
    positions.map(lambda n: ByteRange(suffix=n)),
)
texts = st.one_of(st.text(max_size=40), st.text("bytes=-,/* \t0123456789", max_size=40))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("bytes=0-4", "bytes"),
        ("BYTES=0-4", "bytes"),
        ("lines=first", "lines"),
        ("bytes", None),
        ("bytes=", None),
        ("bytes 0-4", None),
        ("=0-4", None),
        ("", None),
    ],
)
def test_the_unit_of_a_range(text: str, unit: str | None) -> None:
    assert range_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("bytes=0-4", (ByteRange(0, 4),)),
        ("Bytes=5-", (ByteRange(5),)),
        ("bytes=-5", (ByteRange(suffix=5),)),
        ("bytes=-0", (ByteRange(suffix=0),)),
        ("bytes=0-0, ,-1 ", (ByteRange(0, 0), ByteRange(suffix=1))),
        (f"bytes=1-{'9' * 5000}", (ByteRange(1, 10**30),)),
        ("bytes=007-0010", (ByteRange(7, 10),)),
        ("bytes=9-5", None),
        ("bytes=0-4,9-5", None),
        ("bytes=first", None),
        ("bytes=-", None),
        ("bytes=,", None),
        ("bytes=0 - 4", None),
        ("bytes=0-4-5", None),
        ("bytes=\u0661-2", None),
        ("lines=0-4", None),
        ("", None),
    ],
)
def test_the_ranges_that_are_asked_for(text: str, ranges: tuple[ByteRange, ...] | None) -> None:
    assert parse_byte_ranges(text) == ranges


@pytest.mark.parametrize(
    ("asked", "length", "span"),
    [
        (ByteRange(0, 4), 10, (0, 4)),
        (ByteRange(0, 10), 10, (0, 9)),
        (ByteRange(9), 10, (9, 9)),
        (ByteRange(10), 10, None),
        (ByteRange(0), 0, None),
        (ByteRange(suffix=3), 10, (7, 9)),
        (ByteRange(suffix=30), 10, (0, 9)),
        (ByteRange(suffix=0), 10, None),
        (ByteRange(suffix=1), 0, None),
    ],
)
def test_a_range_within_so_many_bytes(asked: ByteRange, length: int, span: tuple[int, int] | None) -> None:
    assert asked.within(length) == span


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bytes 0-4/10", ContentRange(0, 4, 10)),
        ("bytes 0-4/*", ContentRange(0, 4, None)),
        ("bytes */10", ContentRange(None, None, 10)),
        ("bytes 4-0/10", None),
        ("bytes 0-10/10", None),
        ("bytes */*", None),
        ("bytes=0-4/10", None),
        ("bytes 0-4", None),
        ("bytes -4/10", None),
        ("bytes 0-4/10, bytes 5-6/10", None),
        ("lines 0-4/10", None),
        ("", None),
    ],
)
def test_what_a_content_range_says(text: str, told: ContentRange | None) -> None:
    assert parse_content_range(text) == told


@pytest.mark.parametrize(
    ("text", "excessive"),
    [
        ("bytes=0-4", False),
        ("bytes=0-4,2-6", False),
        ("bytes=0-4,2-6,3-", True),
        ("bytes=0-0,2-2,4-4,6-6", False),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 100, 2)), True),
    ],
)
def test_more_than_two_that_overlap_or_many_are_too_many(text: str, excessive: bool) -> None:
    ranges = parse_byte_ranges(text)
    assert ranges is not None
    assert is_excessive(ranges) is excessive


@always_the_same
@given(st.lists(byte_ranges, min_size=1, max_size=5))
def test_ranges_are_read_as_they_were_written(ranges: list[ByteRange]) -> None:
    assert parse_byte_ranges("bytes=" + ",".join(map(str, ranges))) == tuple(ranges)


@always_the_same
@given(spans, st.none() | st.integers(1, 100))
def test_a_content_range_is_read_as_it_was_written(span: list[int], beyond: int | None) -> None:
    told = ContentRange(span[0], span[1], None if beyond is None else span[1] + beyond)
    assert parse_content_range(str(told)) == told
    assert parse_content_range(f"bytes */{span[1]}") == ContentRange(None, None, span[1])


@always_the_same
@given(byte_ranges, st.integers(0, 100))
def test_a_range_never_reaches_beyond_what_there_is(asked: ByteRange, length: int) -> None:
    span = asked.within(length)
    assert span is None or 0 <= span[0] <= span[1] < length


@always_the_same
@given(texts)
def test_no_text_makes_them_raise(text: str) -> None:
    range_unit(text)
    parse_content_range(text)
    for each in (text, f"bytes={text}"):
        ranges = parse_byte_ranges(each)
        assert ranges is None or is_excessive(ranges) in (True, False)
