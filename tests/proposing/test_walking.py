"""conformance.proposing.walking: which route is asked next, with which ids, and under which name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from helpers.records import exchange

from conformance.model import Exchange
from conformance.proposing.listed import Get
from conformance.proposing.walking import Walk, names, walk

SHOP: dict[str, Any] = {
    "/users": [{"id": 7}],
    "/users/7": {"id": 7},
    "/users/7/posts/": [{"id": "a b"}],
    "/users/7/posts/a%20b/": {"id": "a b"},
    "/health": {"ok": True},
    "/empty": [],
}
ROUTES = (
    "/health",
    "/users/{u}/posts/{p}/",
    "/users/{u}/posts/",
    "/users/{u}",
    "/users",
    "/empty",
    "/empty/{e}",
)


def walked(*routes: str | Get, most: int = 9) -> tuple[Walk, list[str]]:
    asked: list[str] = []

    def ask(path: str) -> tuple[str, tuple[Exchange, ...]]:
        asked.append(path)
        there = path in SHOP
        one = exchange(200 if there else 404, json.dumps(SHOP.get(path)).encode(), path=path)
        return path, (one, one)

    gets = tuple(each if isinstance(each, Get) else Get(each) for each in routes)
    return walk(gets, ask, most), asked


def test_lists_come_before_their_items_whose_ids_they_show() -> None:
    made, asked = walked(*ROUTES)
    assert asked == [
        "/users", "/empty", "/health", "/users/7/posts/", "/users/7", "/users/7/posts/a%20b/"
    ]  # fmt: skip
    assert [(one.get.route, one.route) for one in made.found] == [
        ("/health", ""),
        ("/users/{u}/posts/{p}/", "/users/7/posts/{id}/"),
        ("/users/{u}/posts/", ""),
        ("/users/{u}", "/users/{id}"),
        ("/users", ""),
        ("/empty", ""),
    ]
    assert made.left == {"/empty/{e}": "no {e} is known: /empty shows no list with ids that was read"}


def test_names_are_the_words_of_the_path_and_no_two_are_the_same() -> None:
    made, _ = walked(*ROUTES)
    assert list(names(made.found)) == [
        "health",
        "users-posts-one",
        "users-posts",
        "users-one",
        "users",
        "empty",
    ]
    made, _ = walked("/users", "/users/", Get("/users", "?x=1"))
    assert len(set(names(made.found))) == len(made.found)


def test_what_all_paths_begin_with_is_no_part_of_a_name() -> None:
    made, _ = walked("/users", "/health")
    below = tuple(replace(each, get=Get(f"/api/v2{each.get.route}")) for each in made.found)
    assert sorted(names(below)) == ["health", "users"]
    assert list(names(below[:1])) == list(names(made.found[:1]))


def test_an_id_that_only_the_document_gives_is_taken() -> None:
    made, _ = walked(Get("/users/{u}", fills={"u": 7}))
    assert (made.found[0].path, made.found[0].shown) == ("/users/7", False)


def test_what_can_not_be_asked_is_not() -> None:
    made, asked = walked(Get("/users", lacks="it is a stream"))
    assert (asked, made.left) == ([], {"/users": "it is a stream"})


def test_no_more_are_asked_than_are_wanted_and_what_fails_does_not_count() -> None:
    made, asked = walked("/gone", "/users", "/health", "/empty", most=2)
    assert asked == ["/gone", "/users", "/health"]
    assert made.left == {"/gone": "404", "/empty": "not asked: 2 are enough, and --most takes more"}


def test_a_document_without_end_is_not_asked_for_to_its_end() -> None:
    made, asked = walked(*(f"/page/{number}" for number in range(60)), most=2)
    assert (len(asked), len(made.left)) == (50, 60)
    assert made.left["/page/59"] == "not asked: 50 were tried; --most tries more, and --path names one"
