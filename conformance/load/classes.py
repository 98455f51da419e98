"""What a table of a spec file says of itself: its classes of values by field, and what it needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance.guesses import did_you_mean
from conformance.language.yamlfile import Path_
from conformance.load.parts import Parts
from conformance.model import Json

__all__ = ["WRITES", "needs_of", "value_of"]

WRITES: Final = "subject"
"""The key of a table of writes: what they are about."""
_NEEDS_OF_WRITES: Final = ("create", "change", "remove", "item")


def needs_of(table: Mapping[str, Any]) -> tuple[str, ...]:
    """What its cells need of a resource: those of writes, that an item of our own can be had."""
    own = _NEEDS_OF_WRITES if WRITES in table else ()
    return tuple(dict.fromkeys((*own, *table.get("needs", () if own else ("read",)))))


def value_of(parts: Parts, table: Mapping[str, Any], field: str, class_: str, path: Path_) -> Json:
    """What a class of a field sends.

    Raises:
        SpecError: `values` has no such field, or that has no such class.
    """
    classes = table["values"].get(field)
    if classes is None:
        says = f"`values` has no field {field!r}; {did_you_mean(field, table['values'])}"
        raise parts.file.fail(says, path)
    if class_ not in classes:
        says = f"`values` of {field} has no class {class_!r}; {did_you_mean(class_, classes)}"
        raise parts.file.fail(says, path)
    return classes[class_]
