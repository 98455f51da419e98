"""What an OpenAPI document says of routes and of the bodies that writes want. Pure.

Read leniently: a document that is none, or is broken in a part, tells nothing of that part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.guesses import nearest
from conformance.model import Json

_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
_DEEPEST: Final = 8  # schemas in schemas
_FORMATS: Final[Mapping[str, str]] = {
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:00:00Z",
    "time": "12:00:00",
    "email": "somebody@example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
}
_BOUND: Final = ("enum", "const", "format", "pattern")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The JSON object that a write wants.

    Args:
        required: what has to be there, each with a value that its schema allows.
        known: its members, or None where the schema does not list them.
        free: the members whose value is bound to no list, format or pattern.
    """

    required: Mapping[str, Json]
    known: frozenset[str] | None
    free: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation.

    Args:
        where: path, query, header, cookie, or body (2.0).
        value: an example, a default, the first of a list; None where the document gives nothing.
    """

    name: str
    where: str
    required: bool
    value: Json


Routes = Mapping[str, frozenset[str]]
"""Path with "{}" for each parameter -> its methods."""


def shape(path: str) -> str:
    """A path without the names of its parameters, its query and its last slash."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0]).rstrip("/") or "/"


def routes(document: Json, prefix: str = "") -> Routes | None:
    """What is listed, below the prefix; None where the document is no OpenAPI."""
    try:
        return {
            shape(path.removeprefix(prefix) if prefix else path): frozenset(
                m.upper() for m in operations if m in _METHODS
            )
            for path, operations in document["paths"].items()
        }
    except (LookupError, AttributeError, TypeError):
        return None


def methods_at(listed: Routes, path: str) -> frozenset[str]:
    """What is listed for a path, in which ids may stand where the document has parameters.

    Not at its end: whether /{name} means /cache, too, nobody has said.
    """
    own = shape(path)
    return listed.get(own) or next((m for each, m in listed.items() if _means(each, own)), frozenset())


def _means(listed: str, path: str) -> bool:
    """Whether a listed path is this one, with an id in place of a parameter before its last part."""
    *theirs, end = listed.split("/")
    *ours, last = path.split("/")
    fits = zip(theirs, ours, strict=False)
    return end == last and len(theirs) == len(ours) and all(one in ("{}", other) for one, other in fits)


def near(listed: Routes, method: str, path: str) -> str:
    """What is listed in place of a route that is not, such as "POST /cache"; or ""."""
    here = sorted(methods_at(listed, path) - {"GET", "HEAD", "OPTIONS", method})
    if here:
        return ", ".join(f"{each} {path}" for each in here)
    same = [each for each, methods in listed.items() if method in methods]
    close = nearest(shape(path), same, cutoff=0.75)
    return f"{method} {close[0].replace('{}', '{id}')}" if close else ""


def prefix_of(listed: Routes, path: str) -> str:
    """Below which prefix a route to read is listed that is not listed itself; "" where that is not clear."""
    own = shape(path)
    found = {
        each.removesuffix(own)
        for each, methods in listed.items()
        if "GET" in methods and each != own and each.endswith(own) and "{}" not in each.removesuffix(own)
    }
    return found.pop() if len(found) == 1 and own != "/" and own not in listed else ""


def base_of(document: Json) -> str:
    """The prefix of all paths that a document names, or ""; of several servers it is the first's."""
    try:
        listed = document["basePath"] if "basePath" in document else document["servers"][0]["url"]
        path = urlsplit(listed).path.rstrip("/")
    except (LookupError, AttributeError, TypeError, ValueError):
        return ""
    return path if path.startswith("/") and "{" not in path else ""


def parameters(document: Json, method: str, path: str) -> tuple[Parameter, ...]:
    """What an operation takes besides a body; those of its path are among them. `path` as it is listed."""
    found: dict[tuple[str, str], Parameter] = {}
    try:
        item = _resolved(document["paths"][path], document)
        operation = _resolved(item.get(method.lower()), document)
        for each in (*item.get("parameters", ()), *operation.get("parameters", ())):
            made = _parameter(_resolved(each, document), document)
            found[made.name, made.where] = made
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError):
        return tuple(found.values())
    return tuple(found.values())


def _parameter(given: Mapping[str, Any], document: Any) -> Parameter:
    schema = _merged(given.get("schema", given), document)
    examples = given.get("examples")
    values = [each.get("value") for each in examples.values()] if isinstance(examples, Mapping) else []
    own = {"example": given.get("example", values[0] if values else None)}
    value = next((v for each in (own, schema) for v in _given(each)), None)
    return Parameter(str(given["name"]), str(given["in"]), given.get("required") is True, value)


def wanted(document: Json, method: str, path: str, prefix: str = "") -> Wanted | None:
    """The JSON body that a route wants; None where nothing is said of it."""
    try:
        schema = _body(document, method, path, prefix)
        properties = schema.get("properties")
        if schema.get("type", "object") != "object" or not isinstance(properties, Mapping):
            return None
        needed = [name for name in schema.get("required", ()) if name in properties]
        required = {name: _example(properties[name], document, _DEEPEST) for name in needed}
        bound = {name for name, each in properties.items() if _is_bound(each, document)}
        return Wanted(required, frozenset(properties), frozenset(properties) - bound)
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError, StopIteration):
        return None


def _body(document: Any, method: str, path: str, prefix: str) -> Mapping[str, Any]:
    places = {shape(each.removeprefix(prefix) if prefix else each): each for each in document["paths"]}
    own = shape(path)
    for listed in [own, *(each for each in places if each != own and _means(each, own))]:
        if listed in places:
            operations = document["paths"][places[listed]]
            content = _resolved(operations[method.lower()]["requestBody"], document)["content"]
            found = next(each for name, each in content.items() if "json" in name)
            return _merged(found["schema"], document)
    raise LookupError(path)


def _resolved(schema: Any, document: Any) -> Mapping[str, Any]:
    """A schema, or what it refers to; an empty one where that is none."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            break
        here = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            here = here[part.replace("~1", "/").replace("~0", "~")]
        schema = here
    return schema if isinstance(schema, Mapping) else {}


def _merged(schema: Any, document: Any) -> Mapping[str, Any]:
    """A schema with its `allOf` put together, and of its alternatives the first that is not null."""
    schema = _resolved(schema, document)
    for word in ("anyOf", "oneOf"):
        ways = [_resolved(each, document) for each in schema.get(word, ())]
        ways = [each for each in ways if each.get("type") != "null"]
        if ways:
            return _merged({**{k: v for k, v in schema.items() if k != word}, **ways[0]}, document)
    parts = [_merged(each, document) for each in schema.get("allOf", ())]
    merged = dict(schema)
    if not parts:
        return merged
    merged["properties"] = {k: v for each in (*parts, schema) for k, v in each.get("properties", {}).items()}
    merged["required"] = [name for each in (*parts, schema) for name in each.get("required", ())]
    kinds = [each["type"] for each in (schema, *parts) if "type" in each]
    return {**merged, "type": kinds[0] if kinds else "object"}


def _is_bound(schema: Any, document: Any) -> bool:
    return any(word in _merged(schema, document) for word in _BOUND)


def _example(schema: Any, document: Any, deep: int) -> Json:
    """A value that a schema allows, as far as it is easily told."""
    schema = _merged(schema, document)
    for value in _given(schema):
        return value
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {}) if deep else {}
        return {
            n: _example(properties[n], document, deep - 1)
            for n in schema.get("required", ())
            if n in properties
        }
    if kind == "array":
        return (
            [_example(schema.get("items", {}), document, deep - 1)] if deep and schema.get("minItems") else []
        )
    if kind in ("integer", "number"):
        return _number(schema)
    return {"boolean": False, "null": None}.get(kind, _text(schema))


def _given(schema: Mapping[str, Any]) -> Iterator[Json]:
    for word in ("const", "default", "example"):
        if schema.get(word) is not None:
            yield schema[word]
    for word in ("examples", "enum"):
        found = schema.get(word)
        if isinstance(found, list) and found:
            yield found[0]


def _number(schema: Mapping[str, Any]) -> float:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    if isinstance(least, bool) or not isinstance(least, int | float):
        most = schema.get("maximum")
        return most if isinstance(most, int) and most < 1 else 1
    return least if "minimum" in schema else least + 1


def _text(schema: Mapping[str, Any]) -> str:
    text = _FORMATS.get(str(schema.get("format")), "somebodys")
    least = schema.get("minLength", 0)
    most = schema.get("maxLength", max(least, len(text)))
    return text.ljust(least, "x")[:most] if "format" not in schema else text


def parsed(content: bytes) -> Json:
    """The document, or None where it is no JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
