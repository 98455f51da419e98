"""conformance.content.codings: what a compressed body is without its coding, whatever a server sends."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.content.codings import codings_of, decode, plain_content, unread
from conformance.content.facts import facts
from conformance.model import Decoded

TEXT = b'[{"id": 1}]'
DIGEST = hashlib.sha256(TEXT).hexdigest()[:16]
GZIP = gzip.compress(TEXT, mtime=0)
JSON = ("Content-Type", "application/json")


def bare_deflate(content: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(content) + made.flush()


@pytest.mark.parametrize(
    ("codings", "content"),
    [
        (("gzip",), GZIP),
        (("x-gzip",), GZIP),
        (("gzip",), gzip.compress(TEXT[:4], mtime=0) + gzip.compress(TEXT[4:], mtime=0)),
        (("gzip",), GZIP + b"\0" * 512),
        (("deflate",), zlib.compress(TEXT)),
        (("deflate",), bare_deflate(TEXT)),
        (("deflate", "gzip"), gzip.compress(zlib.compress(TEXT), mtime=0)),
    ],
)
def test_a_coded_body_decodes(codings: tuple[str, ...], content: bytes) -> None:
    assert decode(codings, content) == (Decoded(", ".join(codings), len(TEXT), DIGEST), TEXT)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (TEXT, "incorrect header check"),
        (GZIP[:-4], "it is cut short"),
        (GZIP[:-8] + b"\0" * 8, "incorrect data check"),
        (GZIP + b"and more", "incorrect header check"),
        (b"\x1f", "it is cut short"),
    ],
)
def test_a_broken_body_says_why(content: bytes, fault: str) -> None:
    assert decode(("gzip",), content) == (Decoded("gzip", fault=fault), b"")


def test_a_bomb_is_told_and_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (64 * 1024 * 1024), mtime=0)
    decode.cache_clear()
    tracemalloc.start()
    found, kept = decode(("gzip",), bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.capped, found.digest, found.fault) == (True, "", "")
    assert found.length == 32 * 1024 * 1024
    assert len(kept) <= 5 * 1024 * 1024
    assert most < 16 * 1024 * 1024


def test_a_bomb_within_a_bomb_is_told_too() -> None:
    once = gzip.compress(b"\0" * (64 * 1024 * 1024), mtime=0)
    assert decode(("gzip", "gzip"), gzip.compress(once, mtime=0))[0].capped


@pytest.mark.parametrize("codings", [("conformance",), ("gzip", "aes128gcm"), ("gzip",) * 5])
def test_a_coding_that_is_not_known_is_not_looked_into(codings: tuple[str, ...]) -> None:
    assert decode(codings, GZIP) == (Decoded(", ".join(codings)), b"")


@pytest.mark.parametrize(
    ("field", "codings"),
    [("gzip", ("gzip",)), ("identity", ()), ("Deflate, GZIP", ("deflate", "gzip")), ("", ()), (",,", ())],
)
def test_the_codings_of_a_body_are_those_that_it_names(field: str, codings: tuple[str, ...]) -> None:
    assert codings_of((("content-encoding", field),)) == codings


def test_a_body_that_is_compressed_and_does_not_say_so_stays_as_it_is() -> None:
    content, found = plain_content((JSON,), GZIP)
    assert (content, found) == (GZIP, Decoded("gzip", len(TEXT), DIGEST, told=False))
    assert facts(None, (JSON,), GZIP, None).json == "none"


@pytest.mark.parametrize(
    "headers",
    [
        (("Content-Type", "application/gzip"),),
        (),
        (JSON, ("Content-Encoding", "gzip"), ("Content-Range", "bytes 0-4/31")),
        (("Content-Type", "multipart/byteranges; boundary=x"), ("Content-Encoding", "gzip")),
    ],
)
def test_of_a_file_and_of_a_part_nothing_is_said(headers: tuple[tuple[str, str], ...]) -> None:
    assert plain_content(headers, GZIP) == (GZIP, None)


def test_the_facts_of_a_coded_body_are_those_of_the_plain_one() -> None:
    coded = facts(None, (JSON, ("Content-Encoding", "gzip")), GZIP, None)
    assert (coded.json, coded.items) == ("array", 1)
    assert coded.decoded == Decoded("gzip", len(TEXT), DIGEST)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_no_bytes_raise(content: bytes, field: str) -> None:
    facts(None, (JSON, ("Content-Encoding", field)), content, None)


@pytest.mark.parametrize(
    ("decoded", "says"),
    [
        (None, ""),
        (Decoded("gzip", 3, DIGEST), ""),
        (Decoded("gzip", fault="it is cut short"), "gzip, and it does not decode: it is cut short"),
        (Decoded("gzip", 99, capped=True), "gzip, and it decodes to more than 33554432 bytes"),
        (Decoded("gzip", 3, DIGEST, told=False), "gzip, which is not told"),
        (Decoded("br"), "br, which is not read"),
    ],
)
def test_it_is_said_why_a_body_is_not_read(decoded: Decoded | None, says: str) -> None:
    assert unread(decoded) == says
