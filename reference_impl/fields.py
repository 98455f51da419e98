"""The header fields of a request, each with all of its lines.

A list may come in several lines, which mean the same as one (RFC 9110 5.3); whoever asks for the first line
alone misses the rest.
"""

from collections.abc import Mapping, Sequence

from fastapi import Request


def lines(request: Request) -> Mapping[str, Sequence[str]]:
    """All fields by their lower-case names, each with its lines in order."""
    return {name: request.headers.getlist(name) for name in request.headers}


def field(request: Request, name: str) -> str | None:
    """All lines of a field as one value, or None where there is no such field."""
    found = request.headers.getlist(name)
    return ", ".join(found) if found else None
