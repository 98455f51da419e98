"""Keys of a resource that nobody has asked for yet: under each, a cache has nothing to answer with."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["keyed", "letters"]

_DRAWN: Final = 20  # letters of a key


def keyed(context: Context, key: str) -> str:
    """The path of the resource under a key: as the target says, else with one more part of the query."""
    resource = context.resource
    path = resource.keys or f"{resource.read}{'&' if '?' in resource.read else '?'}key={{key}}"
    return path.replace("{key}", key)


def letters(context: Context, length: int = _DRAWN) -> str:
    """A key that nobody has had: its end is drawn, the rest makes it long."""
    return "".join(context.random.choices(ascii_lowercase, k=_DRAWN)).rjust(length, "k")
