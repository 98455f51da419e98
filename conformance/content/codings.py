"""A body without its content codings (RFC 9110 8.4.1), as far as the standard library knows them. Pure.

What comes from a server may be broken, cut short, or a bomb: nothing here raises for it, and nothing of it is
ever held as a whole. It says what a body is, not what it should be.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from conformance.fields import field_value, media_type, split_list
from conformance.model import Decoded, Headers

__all__ = ["codings_of", "decode", "plain_content", "unread"]

_MOST: Final = 32 * 1024 * 1024  # bytes that are looked at: what decodes to more is told as a bomb
_KEPT: Final = 5 * 1024 * 1024  # bytes that are read as content
_PIECE: Final = 16 * 1024
_MAGIC: Final = b"\x1f\x8b\x08"
_DIGITS: Final = 16  # of a digest, as of every body's
_MOST_CODINGS: Final = 4

Pieces = Iterable[bytes]


def codings_of(headers: Headers) -> tuple[str, ...]:
    """The codings that Content-Encoding names, in the order in which they were put on; identity is none."""
    named = field_value(headers, "content-encoding")
    return () if named is None else tuple(e for e in split_list(named.lower()) if e != "identity")


def plain_content(headers: Headers, content: bytes) -> tuple[bytes, Decoded | None]:
    """The content without its codings, as far as it is read, and what came of decoding; None: it has none.

    A part of a coded body can't be decoded by itself, so nothing is said of it.
    """
    if not content or _is_part(headers):
        return content, None
    codings = codings_of(headers)
    if codings:
        found, kept = decode(codings, content)
        return kept, found
    if not content.startswith(_MAGIC) or not _is_text(media_type(headers)):
        return content, None
    found, _ = decode(("gzip",), content)
    if found.fault:  # text of another kind, whatever its first bytes
        return content, None
    return content, Decoded("gzip", found.length, found.digest, capped=found.capped, told=False)


@functools.lru_cache(maxsize=4)  # the same body comes again and again, and a bomb takes its time
def decode(codings: tuple[str, ...], content: bytes) -> tuple[Decoded, bytes]:
    """What a body decodes to: by length and digest, and its beginning."""
    named = ", ".join(codings)
    known = [_DECODERS.get(each) for each in reversed(codings)]
    if len(codings) > _MOST_CODINGS or not all(known):
        return Decoded(named), b""
    pieces: Pieces = (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))
    for take_off in known:
        assert take_off is not None  # noqa: S101 - seen to above
        pieces = take_off(pieces)
    digest, length, kept = hashlib.sha256(), 0, bytearray()
    try:
        for piece in pieces:
            length += len(piece)
            digest.update(piece)
            kept += piece[: _KEPT - len(kept)]
            if length > _MOST:
                return Decoded(named, _MOST, capped=True), bytes(kept)
    except _FAULTS as problem:
        return Decoded(named, fault=_in_words(problem)), b""
    return Decoded(named, length, digest.hexdigest()[:_DIGITS]), bytes(kept)


def unread(decoded: Decoded | None) -> str:
    """Why nothing is known of the content of a coded body, or ""."""
    if decoded is None or (decoded.digest and decoded.told):
        return ""
    if decoded.fault:
        return f"{decoded.codings}, and it does not decode: {decoded.fault}"
    if decoded.capped:
        return f"{decoded.codings}, and it decodes to more than {_MOST} bytes"
    return (
        f"{decoded.codings}, which is not told"
        if not decoded.told
        else f"{decoded.codings}, which is not read"
    )


def _is_part(headers: Headers) -> bool:
    """Whether the body is a piece of a coded one, or several between boundaries (RFC 9110 15.3.7)."""
    return field_value(headers, "content-range") is not None or media_type(headers) == "multipart/byteranges"


def _is_text(media: str) -> bool:
    """Whether content of that type can't begin as a gzip file does."""
    return media.startswith("text/") or media.endswith(("json", "xml", "javascript"))


def _in_words(problem: Exception) -> str:
    """What zlib says of a body, as the end of a sentence; a text of ours has no number before it."""
    return str(problem).rpartition(": ")[2]


# ------------------------------------------------------------------ the codings


def _gzip(pieces: Pieces) -> Iterator[bytes]:
    return _inflated(pieces, zlib.MAX_WBITS | 16)


def _deflate(pieces: Pieces) -> Iterator[bytes]:
    """In the zlib format, as it is registered; or bare, as some send it and all accept it."""
    rest = iter(pieces)
    first = next(rest, b"")
    wrapped = (
        len(first) > 1 and first[0] & 0x0F == zlib.DEFLATED and int.from_bytes(first[:2], "big") % 31 == 0
    )
    return _inflated(chain((first,), rest), zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _inflated(pieces: Pieces, window: int) -> Iterator[bytes]:
    """All members, one after the other (RFC 1952 2.2), a bounded piece at a time."""
    stream = zlib.decompressobj(window)
    for each in pieces:
        piece = each
        while piece:
            if stream.eof:
                if not piece.strip(b"\0"):  # some pad a file to whole blocks
                    break
                stream = zlib.decompressobj(window)
            yield stream.decompress(piece, _PIECE)
            piece = stream.unconsumed_tail or stream.unused_data
    yield stream.flush()
    if not stream.eof:
        raise zlib.error("it is cut short")


def _library(name: str) -> Any:
    """A module of newer standard libraries, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


_ZSTD: Final = _library("compression.zstd")


def _zstd(pieces: Pieces) -> Iterator[bytes]:
    stream = _ZSTD.ZstdDecompressor()
    for each in pieces:
        piece = each
        while piece or not (stream.needs_input or stream.eof):
            if stream.eof:
                stream = _ZSTD.ZstdDecompressor()
            yield stream.decompress(piece, _PIECE)
            piece = stream.unused_data if stream.eof else b""
    if not stream.eof:
        raise zlib.error("it is cut short")


_DECODERS: Final[Mapping[str, Callable[[Pieces], Iterator[bytes]]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    **({"zstd": _zstd} if _ZSTD else {}),
}
"""Name -> what takes it off. To add one, add a row; what is not here is not looked into."""
_FAULTS: Final = (zlib.error, *((_ZSTD.ZstdError,) if _ZSTD else ()))
