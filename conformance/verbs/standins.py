"""Where what stands in for a resource is read: a path that is absent, that redirects, or that is protected.

The target may name each; else the first two are guessed, and the plain answer tells whether rightly so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.content.items import find_list, item_id, path_of
from conformance.model import Json, Resource

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["STAND_INS", "stand_in"]

STAND_INS: Final = {
    "next-item": "the item that will be created next, if ids are counted",
    "absent": "what is not there",
    "redirecting": "what redirects",
    "protected": "what needs a login, without one",
}
_FAR: Final = 1_000_003  # beyond the largest id that the list shows
_NOBODYS: Final = "nobody-has-this"


def stand_in(context: Context, resource: Resource, kind: str) -> str | None:
    """The path of a stand-in, None where there is no way to guess it."""
    if kind == "next-item":
        last = context.tracked.id if context.tracked else None
        return path_of(resource.item, last + 1) if resource.item and isinstance(last, int) else None
    named = {
        "absent": resource.absent,
        "redirecting": resource.redirecting,
        "protected": resource.protected,
    }[kind]
    if named is not None or kind == "protected":
        return named
    if kind == "redirecting":
        path, mark, query = resource.read.partition("?")
        other = path[:-1] if path.endswith("/") else f"{path}/"
        return f"{other}{mark}{query}" if other not in ("", "//") else None
    return _absent(context, resource)


def _absent(context: Context, resource: Resource) -> str:
    """An item that the list does not show, else a path that nobody has."""
    items = (find_list(context.json(context.seen or context.read())) or []) if resource.item else []
    ids: list[Json] = [item_id(each, items) for each in items]
    path = None
    if resource.item and ids:
        numbers = [each for each in ids if isinstance(each, int)]
        path = path_of(resource.item, max(numbers) + _FAR if len(numbers) == len(ids) else _NOBODYS)
    return path or f"/{_NOBODYS}"
