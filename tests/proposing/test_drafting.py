"""conformance.proposing.drafting: the lines of each resource, and what is left to be switched on by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.records import exchange

from conformance.proposing.drafting import Draft, drafts, scalar
from conformance.proposing.listed import Get, Listed
from conformance.proposing.recognising import seen
from conformance.proposing.walking import Found

LIST, ITEM = [{"id": 1}], {"id": 1}
KEPT = {"time": "12:00", "cached": True}


def found(route: str, path: str, body: Any, item: str = "", **more: Any) -> Found:
    one = exchange(200, json.dumps(body).encode(), **more)
    return Found(Get(route), path, item, seen((one, one)), shown=True)


ITEMS = found("/items/", "/items/", LIST)
ONE = found("/items/{i}", "/items/1", ITEM, "/items/{id}")


def of(*given: Found, ttl: float | None = None, **routes: str) -> Draft:
    """The draft of the first, where these methods are listed: of /items, /items/{}, ..."""
    shapes = {"items": "/items", "each": "/items/{}", "cache": "/cache", "one": "/settings"}
    listed = {shapes[name]: frozenset(methods.split()) for name, methods in routes.items()}
    spelled = {"/items": "/items/", "/items/{}": "/items/{i}", "/cache": "/cache/", "/settings": "/settings"}
    ttls = {given[0].path: ttl} if ttl else {}
    return drafts(given, Listed("", "", (), listed, spelled), ttls)[0]


def lines(draft: Draft) -> list[str]:
    return [line for line in draft.lines if not line.startswith("#")]


def test_what_is_read_is_declared_as_it_was_seen() -> None:
    draft = of(found("/a", "/a?x=1", LIST, etag='"x"', cc="max-age=1, public"), ONE)
    assert lines(draft) == ["read: GET /a?x=1", "json: array", "etag: true", 'policy: "max-age=1, public"']
    assert draft.says == ("a JSON list of 1 item; a strong ETag, no Last-Modified",)
    assert lines(of(ITEMS, ONE)) == ["read: GET /items/", "json: array", 'item: "GET /items/{id}"']


def test_an_item_by_itself_says_whose_it_is() -> None:
    draft = of(ONE, ITEMS, each="PUT DELETE")
    assert draft.says[1] == "(one of /items/{i}, whose id a list shows: choose one that stays)"
    assert lines(draft) == ["read: GET /items/1", "json: object"]


def test_what_can_be_created_and_removed_is_declared_since_only_that_is_changed() -> None:
    draft = of(ITEMS, ONE, items="GET POST", each="GET PUT PATCH DELETE")
    assert lines(draft)[-3:] == [
        "create: {request: POST /items/, from: list, ask: true}",
        'remove: {request: "DELETE /items/{id}", ask: true}',
        'change: {request: "PUT /items/{id}", from: list, edit: auto, ask: true}',
    ]
    assert any("--allow-writes" in line for line in draft.lines)


@pytest.mark.parametrize(
    ("routes", "comment"),
    [
        ({"items": "POST"}, "# create: {request: POST /items/, from: list, ask: true}"),
        ({"each": "PATCH"}, '# change: {request: "PATCH /items/{id}", from: list, edit: auto, ask: true}'),
        ({"each": "DELETE PUT"}, '# change: {request: "PUT /items/{id}", from: list, edit: auto, ask: true}'),
    ],
)
def test_what_would_touch_the_users_own_data_is_a_comment(routes: Any, comment: str) -> None:
    draft = of(ITEMS, ONE, **routes)
    assert comment in draft.lines
    assert [line for line in lines(draft) if line.startswith(("create", "change", "remove"))] == []


def test_so_is_a_change_of_what_has_no_items() -> None:
    draft = of(found("/settings", "/settings", ITEM), one="PUT")
    assert draft.lines[-1] == "# change: {request: PUT /settings, from: self, edit: auto, ask: true}"


def test_a_value_that_is_kept_is_declared_once_its_ttl_is_known() -> None:
    time = found("/time", "/time", KEPT)
    clear = "clear: {request: DELETE /cache/, ask: true}"
    assert lines(of(time, ttl=30, cache="DELETE"))[-4:] == ["ttl: 30", "value: /time", "hit: /cached", clear]
    commented = [line for line in of(time, cache="DELETE").lines if line.startswith("# ")][-4:]
    assert commented == ["# ttl: 30    (a guess)", "# value: /time", "# hit: /cached", f"# {clear}"]
    by_field = found("/a", "/a", 1, headers=[("X-Cache", "HIT")])
    assert lines(of(by_field, ttl=5))[-2:] == ["value: body", "hit: {header: x-cache}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /a?b=1", "GET /a?b=1"),
        ("a: b", '"a: b"'),
        ("true", '"true"'),
        ("1", '"1"'),
        ("", '""'),
        ("a ", '"a "'),
    ],
)
def test_text_is_plain_where_that_is_safe(text: str, expected: str) -> None:
    assert scalar(text) == expected
