"""conformance.fields.multipart: a body in parts, read by its boundary."""

from __future__ import annotations

import pytest
from helpers.texts import always_the_same
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance.fields import Headers, parse_boundary, parse_multipart

TOKENS = "abcdefghijklmnopqrstuvwxyz0123456789-_'+"
boundaries = st.text(TOKENS, min_size=1, max_size=70)
values = st.text([chr(c) for c in (*range(0x21, 0x7F), *range(0x80, 0x100))], max_size=8)
headers = st.lists(st.tuples(st.text(TOKENS, min_size=1, max_size=8), values), max_size=3).map(tuple)
parts = st.lists(st.tuples(headers, st.binary(max_size=40)), min_size=1, max_size=4)


def typed(boundary: str) -> Headers:
    return (("Content-Type", f"multipart/byteranges; boundary={boundary}"),)


def written(boundary: str, given: list[tuple[Headers, bytes]]) -> bytes:
    """The body as RFC 2046 5.1 writes it."""
    body = b""
    for fields, content in given:
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        body += f"--{boundary}\r\n{head}\r\n".encode("latin-1") + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/byteranges; boundary=abc", "abc"),
        ('multipart/byteranges;charset="a;b" ; Boundary="a b\\\'c"', "a b'c"),
        ("multipart/byteranges; boundary=a; boundary=b", "a"),
        ("multipart/byteranges; boundary=", None),
        ('multipart/byteranges; boundary="a "', None),
        (f"multipart/byteranges; boundary={'a' * 71}", None),
        ('multipart/byteranges; boundary="a', None),
        ("multipart/byteranges; ; x", None),
        ("multipart/byteranges", None),
        ("", None),
    ],
)
def test_the_boundary_that_a_content_type_names(content_type: str, boundary: str | None) -> None:
    assert parse_boundary(content_type) == boundary


@pytest.mark.parametrize(
    ("body", "held"),
    [
        (b"--b\r\nA: 1\r\n\r\nxy\r\n--b--", [b"xy"]),
        (b"\r\n\r\n--b \t\r\n\r\nxy\r\n--b--\r\nand more", [b"xy"]),
        (b"nobody's\r\n--b\r\n\r\n\r\n--b\r\n\r\nz\r\n--b--", [b"", b"z"]),
        (b"--b\r\n\r\n--c\r\n--b--", [b"--c"]),
    ],
)
def test_parts_stand_between_lines_of_the_boundary(body: bytes, held: list[bytes]) -> None:
    found = parse_multipart(typed("b"), body)
    assert ([body[part.start : part.end] for part in found.parts], found.wrong) == (held, "")


@pytest.mark.parametrize(
    ("body", "count", "wrong"),
    [
        (b"", 0, "the boundary of its Content-Type does not stand in it"),
        (b"x--b\r\n\r\n", 0, "the boundary of its Content-Type does not stand in it"),
        (b"--c\r\n\r\nx\r\n--c--", 0, "the boundary of its Content-Type does not stand in it"),
        (b"--b--", 0, "it has no part"),
        (b"--b", 0, "part 1 does not begin on a line of its own"),
        (b"--bb\r\n\r\nx\r\n--b--", 0, "part 1 does not begin on a line of its own"),
        (b"--b\n\nx\n--b--", 0, "part 1 does not begin on a line of its own"),
        (b"--b\r\nA: 1\r\nx", 0, "part 1 has no empty line after its fields"),
        (b"--b\r\nno field\r\n\r\nx\r\n--b--", 0, "part 1 has a line among its fields that is none"),
        (b"--b\r\n\r\nx\r\n--b\r\n\r\ny", 1, "part 2 has no end"),
        (b"--b\r\n\r\n\r\n" * 1001, 1000, "it has more than 1000 parts"),
    ],
)
def test_what_is_wrong_is_said_and_what_came_before_it_stands(body: bytes, count: int, wrong: str) -> None:
    found = parse_multipart(typed("b"), body)
    assert (len(found.parts), found.wrong) == (count, wrong)


def test_without_a_boundary_nothing_can_be_read() -> None:
    found = parse_multipart((("Content-Type", "multipart/byteranges"),), b"--b--")
    assert (found.parts, found.wrong) == ((), "its Content-Type names no valid boundary")


@always_the_same
@given(boundaries, parts)
def test_parts_are_read_as_they_were_written(boundary: str, given: list[tuple[Headers, bytes]]) -> None:
    assume(not any(f"\r\n--{boundary}".encode() in b"\r\n" + content for _, content in given))
    body = written(boundary, given)
    found = parse_multipart(typed(boundary), body)
    assert found.wrong == ""
    assert [(part.headers, body[part.start : part.end]) for part in found.parts] == given


@always_the_same
@given(st.text(max_size=60), st.lists(st.sampled_from([b"--b", b"--", b"\r\n", b"A: 1", b"x", b"\n"])))
def test_no_body_makes_it_raise(content_type: str, pieces: list[bytes]) -> None:
    parse_boundary(content_type)
    parse_multipart((("Content-Type", content_type),), b"".join(pieces))
    parse_multipart(typed("b"), b"".join(pieces))
