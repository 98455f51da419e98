"""Structured fields (RFC 9651), by the library http-sf: what the specs of single fields ask of a value.

It is imported where a value is judged, and not before: few servers send such a field, and it costs 50 ms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

__all__ = ["directives", "is_dictionary_of_directives", "is_list_of_names", "is_list_of_strings"]

_SECONDS: Final = frozenset({"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"})
_NAMES: Final = frozenset({"no-cache", "private"})  # of fields, which may be left out
_FLAGS: Final = frozenset(
    {
        *("immutable", "must-revalidate", "must-understand", "no-store", "no-transform"),
        *("proxy-revalidate", "public"),
    }
)


def directives(text: str) -> Mapping[str, Any] | None:
    """The directives of a targeted field (RFC 9213 2.1), parameters left off; None where it can't be read."""
    from http_sf import parse  # noqa: PLC0415 (see above)

    try:
        found = cast("Mapping[str, Any]", parse(text.encode("latin-1"), tltype="dictionary"))
    except ValueError:
        return None
    return {name: value[0] for name, value in found.items()}


def is_dictionary_of_directives(text: str) -> bool:
    """A dictionary whose known directives have values of their types: whole seconds, flags, names."""
    found = directives(text)
    return found is not None and all(_typed(name, value) for name, value in found.items())


def is_list_of_strings(text: str) -> bool:
    """RFC 9875 2 and 3: a list whose members are strings in quotes."""
    members = _members(text)
    return members is not None and all(isinstance(value, str) for value in members)


def is_list_of_names(text: str) -> bool:
    """RFC 9211 2: a list whose members are tokens, or strings in quotes."""
    from http_sf import Token  # noqa: PLC0415 (see above)

    members = _members(text)
    return members is not None and all(isinstance(value, str | Token) for value in members)


def _members(text: str) -> Sequence[Any] | None:
    from http_sf import parse  # noqa: PLC0415 (see above)

    try:
        found = cast("Sequence[Any]", parse(text.encode("latin-1"), tltype="list"))
    except ValueError:
        return None
    return [value[0] for value in found]


def _typed(name: str, value: object) -> bool:
    if name in _SECONDS:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if name in _NAMES:
        return isinstance(value, bool | str)
    return name not in _FLAGS or isinstance(value, bool)
