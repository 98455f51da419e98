"""conformance.content.openapi: which routes there are, and what a write wants."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.content.openapi import Routes, methods_at, near, prefix_of, routes, wanted
from conformance.model import Json


def document(schema: Any, **schemas: Any) -> dict[str, Any]:
    """OpenAPI with one route whose body has that schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    return {"paths": {"/items/": {"post": {"requestBody": body}}}, "components": {"schemas": schemas}}


def object_of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "somebodys"),
        ({"type": "string", "maxLength": 4}, "some"),
        ({"type": "string", "minLength": 13}, "somebodysxxxx"),
        ({"type": "string", "format": "date"}, "2024-02-29"),
        ({"type": "string", "enum": ["red", "blue"]}, "red"),
        ({"type": "string", "example": "a reason"}, "a reason"),
        ({"type": "string", "examples": ["b"]}, "b"),
        ({"default": 7}, 7),
        ({"type": "integer"}, 1),
        ({"type": "number", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 1}, [1]),
        (object_of(a={"type": "integer"}), {"a": 1}),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        (
            {"allOf": [object_of(a={"type": "string"}), object_of(b={"const": 2})]},
            {"a": "somebodys", "b": 2},
        ),
        ({"$ref": "#/components/schemas/Colour"}, "green"),
        ({}, "somebodys"),
    ],
)
def test_what_is_required_is_filled(schema: Any, expected: Json) -> None:
    found = wanted(document(object_of(it=schema), Colour={"enum": ["green"]}), "POST", "/items/")
    assert found is not None
    assert found.required == {"it": expected}


def test_a_body_tells_its_members_and_which_are_free() -> None:
    schema = object_of(name={"type": "string"}, colour={"enum": ["red"]}) | {"required": ["name"]}
    found = wanted(document({"$ref": "#/components/schemas/New"}, New=schema), "POST", "/items/")
    assert found is not None
    assert (found.required, found.known) == ({"name": "somebodys"}, frozenset({"name", "colour"}))
    assert found.free == {"name"}


CIRCLE: dict[str, Any] = {"allOf": [{"$ref": "#/components/schemas/Circle"}]}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"paths": None},
        document({"$ref": "#/nowhere"}),
        document({"$ref": 5}),
        document({"$ref": "#/components/schemas/Circle"}, Circle=CIRCLE),
        document({"type": "array"}),
        document({"type": "object"}),  # any object at all
        document(object_of() | {"required": 7}),
        {"paths": {"/items/": {"post": {"requestBody": {"content": {"text/plain": {}}}}}}},
    ],
)
def test_what_is_not_said_is_not_guessed(broken: Any) -> None:
    assert wanted(broken, "POST", "/items/") is None
    assert wanted(broken, "PUT", "/items/{id}") is None


LISTED = {
    "/cache": frozenset({"POST"}),
    "/items/{}": frozenset({"GET", "PATCH"}),
    "/cache/all": frozenset({"DELETE"}),
}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("DELETE", "/cache/", "POST /cache/"),
        ("PUT", "/items/{id}", "PATCH /items/{id}"),
        ("DELETE", "/cache/al", "DELETE /cache/all"),
        ("POST", "/orders/", ""),
    ],
)
def test_what_is_there_in_its_place_is_named(method: str, path: str, expected: str) -> None:
    assert near(LISTED, method, path) == expected


NESTED = {
    "/users/{}/posts": frozenset({"GET", "POST"}),
    "/users/me/posts": frozenset({"GET"}),
    "/users/{}/posts/{}": frozenset({"PUT"}),
    "/{}": frozenset({"DELETE"}),
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users/7/posts", {"GET", "POST"}),
        ("/users/7/posts/?limit=3", {"GET", "POST"}),
        ("/users/{user}/posts", {"GET", "POST"}),
        ("/users/me/posts", {"GET"}),
        ("/users/7/posts/{id}", {"PUT"}),
        ("/users/7/posts/8", set()),
        ("/users/7/8/posts", set()),
        ("/cache/", set()),
    ],
)
def test_an_id_may_stand_where_a_parameter_is_listed_but_for_the_end(path: str, expected: set[str]) -> None:
    assert methods_at(NESTED, path) == expected


def test_what_a_write_wants_is_found_below_an_id_too() -> None:
    listed = {"/users/{user}/posts": document(object_of(it={"type": "integer"}))["paths"]["/items/"]}
    found = wanted({"paths": listed}, "POST", "/users/7/posts")
    assert found is not None
    assert found.required == {"it": 1}


UNDER = {"/api/v1/items": frozenset({"GET"}), "/api/v1/items/{}": frozenset({"GET"})}
IDS = {"/users/{}/items": frozenset({"GET"}), "/old/items": frozenset({"POST"})}


@pytest.mark.parametrize(
    ("listed", "path", "expected"),
    [
        (UNDER, "/items/", "/api/v1"),
        (UNDER, "/items/?limit=3", "/api/v1"),
        (UNDER | {"/items": frozenset({"POST"})}, "/items/", ""),
        (UNDER | {"/v2/items": frozenset({"GET"})}, "/items/", ""),
        (IDS, "/items/", ""),
        (UNDER, "/", ""),
        ({}, "/items/", ""),
    ],
)
def test_the_prefix_below_which_a_route_is_listed_is_told_where_it_is_clear(
    listed: Routes, path: str, expected: str
) -> None:
    assert prefix_of(listed, path) == expected


def test_a_prefix_is_taken_off() -> None:
    assert routes({"paths": {"/api/items/": {"post": {}, "x-y": {}}}}, "/api") == {
        "/items": frozenset({"POST"})
    }
