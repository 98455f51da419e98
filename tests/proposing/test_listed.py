"""conformance.proposing.listed: which routes there are to read, and one sentence on what is no OpenAPI."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.records import exchange

from conformance.errors import UsageError
from conformance.proposing.listed import Get, Listed, by_hand, listed

URL = "http://shop.example/openapi.json"
SELF: dict[str, Any] = {"$ref": "#/components/parameters/Self"}


def of(paths: Any, *, prefix: str = "", **more: Any) -> Listed:
    document = {"openapi": "3.1.0", "paths": paths, **more}
    return listed(exchange(body=json.dumps(document).encode()), URL, prefix)


def get(*parameters: Any, **more: Any) -> dict[str, Any]:
    return {"get": {"parameters": list(parameters), **more}}


def query(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": True, **more}


def test_routes_that_can_be_read_are_found_with_their_writes() -> None:
    found = of(
        {"/items/": {"get": {}, "post": {}}, "/items/{id}": {"get": {}, "put": {}}, "/c": {"post": {}}}
    )
    assert [each.route for each in found.gets] == ["/items/", "/items/{id}"]
    assert found.routes["/items/{}"] == {"GET", "PUT"}
    assert found.spelled["/items"] == "/items/"


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({"servers": [{"url": "/api/v1/"}]}, "/api/v1"),
        ({"servers": [{"url": "https://shop.example/v2"}, {"url": "/v1"}]}, "/v2"),
        ({"servers": [{"url": "https://{region}.example/{v}"}]}, ""),
        ({"servers": []}, ""),
        ({"swagger": "2.0", "openapi": "2.0", "basePath": "/old"}, "/old"),
        ({}, ""),
    ],
)
def test_the_prefix_that_it_names_is_found(more: Any, base: str) -> None:
    assert of({"/a": get()}, **more).base == base


def test_the_prefix_of_the_url_is_taken_off_and_not_put_before_it_twice() -> None:
    found = of({"/api/items": get(), "/apis": get()}, prefix="/api", servers=[{"url": "/api"}])
    assert [each.route for each in found.gets] == ["/items"]
    found = of({"/items": get(), "/apis": get()}, prefix="/api", servers=[{"url": "/api"}])
    assert [each.route for each in found.gets] == ["/items", "/apis"]
    assert found.base == ""


def test_what_a_query_has_to_have_is_filled_by_what_the_document_gives() -> None:
    parameters = [
        query("q", example="a b"),
        query("n", schema={"enum": [True]}),
        query("x", required=False),
        query("e", examples={"one": {"value": 3}}),
        {"name": "id", "in": "path", "required": True, "schema": {"default": 7}},
    ]
    assert of({"/find/{id}": get(*parameters)}).gets == (Get("/find/{id}", "?q=a%20b&n=true&e=3", {"id": 7}),)


def test_2_0_has_its_values_at_the_parameter() -> None:
    assert of({"/find": get(query("q", type="string", default="z"))}).gets[0].query == "?q=z"


@pytest.mark.parametrize(
    ("route", "item", "says"),
    [
        ("/find", get(query("q")), "it needs query q, and OpenAPI gives no value to take"),
        ("/find", get(query("k", **{"in": "header"}, example="x")), "it needs header k"),
        ("/auth/logout", get(), "it does something"),
        ("/clear-cache", get(), "it does something"),
        ("/a b", get(), "no path"),
        ("/live", get(responses={"200": {"content": {"text/event-stream": {}}}}), "a stream"),
    ],
)
def test_what_can_not_be_asked_for_says_why(route: str, item: Any, says: str) -> None:
    (found,) = of({route: item}).gets
    assert says in found.lacks


@pytest.mark.parametrize(
    "item",
    [
        {"get": None},
        {"get": {"parameters": 7}},
        get(SELF),
        get({"name": "q"}),
        get(7),
        {"get": {}, "parameters": [SELF], "post": []},
        get(responses=[1]),
    ],
)
def test_what_is_broken_or_goes_round_in_a_circle_loses_its_part_only(item: Any) -> None:
    found = of({"/a": item, "/b": get(), 7: None, "x": None}, components={"parameters": {"Self": SELF}})
    assert [each.route for each in found.gets] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            exchange(404),
            "there is no OpenAPI at http://shop.example/openapi.json (it is answered 404): name the paths",
        ),
        (exchange(500), "it is answered 500"),
        (
            exchange(401, headers=[("WWW-Authenticate", "Bearer")]),
            "it wants a login (401, Bearer): give what it wants",
        ),
        (exchange(403), "it wants a login (403): "),
        (
            exchange(301, headers=[("Location", "https://shop.example/x")]),
            "a redirect to https://shop.example/x (301)",
        ),
        (exchange(302), "a redirect to nowhere"),
        (exchange(body=b"<!doctype html>", media="text/html"), "a page of HTML, and no OpenAPI in JSON"),
        (exchange(body=b"  <html>"), "a page of HTML"),
        (exchange(body=b"openapi: 3.1.0\n"), "OpenAPI in YAML; JSON is read"),
        (exchange(body=b"{"), "no JSON that can be read"),
        (exchange(body=b""), "no JSON that can be read"),
        (exchange(body=b"[" * 100_000), "no JSON that can be read"),
        (exchange(body=b"[]"), "JSON, and no object but list"),
        (exchange(body=b"{}"), "it lacks a mapping of 'paths' (it has nothing)"),
        (exchange(body=b'{"detail": 1, "b": 2}'), "(it has detail, b)"),
        (exchange(body=b'{"paths": []}'), "it lacks a mapping of 'paths'"),
        (exchange(body=b'{"paths": {}}'), "lists no GET"),
        (exchange(body=b'{"openapi": "4.0", "paths": {}}'), "of version 4.0; read are 2.0, 3.0 and 3.1"),
    ],
)
def test_what_is_no_openapi_is_one_sentence(answer: Any, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        listed(answer, URL, "")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_paths_by_hand_keep_their_query() -> None:
    assert by_hand(("/a?x=1", "/b/{id}", "/a?x=1")).gets == (Get("/a", "?x=1"), Get("/b/{id}"))


@pytest.mark.parametrize("path", ["items", "", "http://h/items", "/a b", "/a#b", "//h/items", "/../a"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="is no path; accepted is what follows the base URL"):
        by_hand((path,))
