"""The classes of values that a table of a spec file has, by field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.guesses import did_you_mean
from conformance.language.yamlfile import Path_
from conformance.load.parts import Parts
from conformance.model import Json

__all__ = ["value_of"]


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
