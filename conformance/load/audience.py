"""What a target file says of who asks and how: its `users`, and the `variants` of a resource. Pure.

Data that fits the schema comes in; what no schema can say of it is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance.language.values import FIELD_NAME
from conformance.language.yamlfile import YamlFile
from conformance.model import Headers

__all__ = ["KEYS", "USERS", "check_users", "read_variants"]

_VALUE: Final = {"type": "string", "pattern": r"^[^\r\n\0]*$"}
_TWO: Final = 2
USERS: Final = {
    "type": "object",
    "minProperties": _TWO,
    "propertyNames": {
        "type": "string",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
        "description": "a name of letters, digits, '-', '_' and '.'",
    },
    "additionalProperties": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": FIELD_NAME,
        "additionalProperties": _VALUE,
    },
    "description": "two users or more, each with the fields that say who is asking, such as "
    'ada: {Authorization: "Bearer ${ADA}"}',
}
"""The schema of `users`, at the top of the file."""

KEYS: Final = {
    "per-user": {"type": "boolean"},
    "variants": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {
            **FIELD_NAME,
            "not": {"pattern": "(?i)^(if-.*|range|host|connection|content-.*|transfer-encoding|te)$"},
            "description": "a field that chooses another representation, such as Accept-Language",
        },
        "additionalProperties": {
            "type": "array",
            "items": _VALUE,
            "minItems": _TWO,
            "uniqueItems": True,
            "description": "two values or more, each of which chooses another representation",
        },
    },
}
"""The schemas of the keys of a resource."""


def check_users(file: YamlFile, users: Mapping[str, Headers]) -> None:
    """Refuse users that nothing tells apart.

    Raises:
        TargetError: with the line of the second of them.
    """
    known: dict[frozenset[tuple[str, str]], str] = {}
    for name, fields in users.items():
        said = frozenset((field.lower(), value.strip()) for field, value in fields)
        other = known.setdefault(said, name)
        if other != name:
            says = f"{name} and {other} have the same fields, so no server can tell them apart"
            raise file.fail(f"{says}: give each a login of its own", ("users", name))


def read_variants(file: YamlFile, resource: str, data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The variants of a resource.

    Raises:
        TargetError: a field stands there twice, in two spellings.
    """
    variants = {name: tuple(values) for name, values in data.get("variants", {}).items()}
    known: dict[str, str] = {}
    for name in variants:
        other = known.setdefault(name.lower(), name)
        if other != name:
            says = f"{name} and {other} are one field: write its values in one list"
            raise file.fail(says, ("resources", resource, "variants", name))
    return variants
