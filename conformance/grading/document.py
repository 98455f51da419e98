"""A frozen assignment <-> bytes, and its digest. Pure.

The digest is over the record and not over the bytes of a file, so that who formats one anew changes nothing.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from conformance.errors import UsageError
from conformance.model import GRADES_VERSION, Assignment

__all__ = ["decode", "digest", "encode", "frozen_schema"]


def encode(assignment: Assignment) -> bytes:
    """The bytes of a frozen assignment, a line for each value, fit for `diff`; in ASCII."""
    return json.dumps(msgspec.to_builtins(assignment), indent=1).encode("ascii") + b"\n"


def decode(document: bytes, name: str) -> Assignment:
    """The frozen assignment that a document holds; `name` is what errors call it.

    Raises:
        UsageError: it is none, or of another version.
    """
    try:
        version = _VERSIONED.decode(document).version
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise UsageError(f"{name} is no frozen assignment: `conformance freeze` writes one") from None
    if version != GRADES_VERSION:
        raise UsageError(
            f"{name} was frozen in the format version {version}; this program reads version {GRADES_VERSION}"
        )
    try:
        made = _FROZEN.decode(document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise UsageError(f"{name} does not fit its format: {problem}") from None
    wrong = _contradiction(made)
    if wrong:
        raise UsageError(f"{name} contradicts itself: {wrong}")
    return made


def digest(assignment: Assignment) -> str:
    """SHA-256 of a frozen assignment, in hexadecimal; the same for all that are equal."""
    return hashlib.sha256(msgspec.json.encode(_whole(assignment), order="sorted")).hexdigest()


@functools.cache
def frozen_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) of a frozen assignment, made from the types."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A frozen assignment of cache-conformance",
        **msgspec.json.schema(Assignment),
    }


def _whole(value: Any) -> Any:
    """A record with its defaults, which the encoder leaves out by identity."""
    if isinstance(value, msgspec.Struct):
        return {name: _whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {key: _whole(each) for key, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, tuple) else value


class _Versioned(msgspec.Struct):
    """As much as has to be known of any version."""

    version: int


_VERSIONED: Final = msgspec.json.Decoder(_Versioned)
_FROZEN: Final = msgspec.json.Decoder(Assignment)


def _contradiction(made: Assignment) -> str:
    """What its parts say against each other, as a sentence, or ""."""
    seen: set[str] = set()
    for row in made.rows:
        if row.nodeid.count("::") != 2:  # noqa: PLR2004 - file, resource, check
            return f"{row.nodeid!r} is no node id"
        if row.nodeid in seen:
            return f"{row.nodeid} stands twice"
        if row.points < 0:
            return f"{row.nodeid} earns {row.points}"
        seen.add(row.nodeid)
    numerator, denominator = made.share
    if not 0 <= numerator <= denominator or not denominator:
        return f"a warning earns {numerator}/{denominator}, which is no share"
    if not made.of:
        return "there is nothing to be earned"
    return ""
