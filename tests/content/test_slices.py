"""conformance.content.slices: what a 206 holds, beside the whole."""

from __future__ import annotations

import pytest
from helpers.texts import always_the_same
from hypothesis import given
from hypothesis import strategies as st

from conformance.content.slices import slices
from conformance.model import Slice

WHOLE = b"0123456789"


def told(value: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Range", value),)


def test_each_part_of_a_body_in_parts_is_a_slice_of_its_own() -> None:
    body = (
        b"--b\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\n??\r\n--b\r\nContent-Range: bytes 8-9/*\r\n\r\n89"
    )
    found = slices((("Content-Type", "Multipart/Byteranges; boundary=b"),), body, WHOLE)
    first, second = found.slices
    assert (found.multipart, found.broken) == (True, "part 3 has no end")
    assert (first.first, first.last, first.whole, first.due) == (0, 1, 10, first.digest)
    assert (second.first, second.due, second.length) == (None, "", 2)


@pytest.mark.parametrize("value", ["", "bytes", "bytes 4-0/10", "bytes */10", "lines 0-4/10", "bytes 0-4/4"])
def test_what_no_valid_content_range_tells_is_held_against_nothing(value: str) -> None:
    (only,) = slices(told(value), b"01234", WHOLE).slices
    assert (only.first, only.last, only.due, only.length) == (None, None, "", 5)


def test_more_than_there_is_and_a_whole_that_nobody_has_read_are_held_against_nothing() -> None:
    assert slices(told("bytes 5-10/11"), b"56789a", WHOLE).slices[0].due == ""
    unread = slices(told("bytes 0-4/10"), b"01234", None)
    assert (unread.of, unread.slices[0].due) == ("", "")


def test_two_lines_of_content_range_tell_nothing() -> None:
    assert slices((*told("bytes 0-4/10"), *told("bytes 0-4/10")), b"01234", WHOLE).slices[0].first is None


@always_the_same
@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_slice_is_what_is_due_exactly_where_it_is_the_same_bytes(whole: bytes, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(whole) - 1))
    last = data.draw(st.integers(first, len(whole) - 1))
    held = data.draw(st.just(whole[first : last + 1]) | st.binary(max_size=50))
    (only,) = slices(told(f"bytes {first}-{last}/{len(whole)}"), held, whole).slices
    assert (only.digest == only.due) is (held == whole[first : last + 1])
    assert isinstance(only, Slice)
