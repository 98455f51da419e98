"""conformance.proposing.recognising: what two plain answers show of a route."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.records import exchange

from conformance.proposing.recognising import Kept, Seen, seen, unfit


def two(one: Any, other: Any = None, **more: Any) -> Seen:
    """Two answers with JSON."""
    bodies = [json.dumps(each).encode() for each in (one, one if other is None else other)]
    return seen((exchange(body=bodies[0], **more), exchange(body=bodies[1], **more)))


def kept(*documents: Any, **more: Any) -> Kept | None:
    return two(*documents, **more).kept


def test_a_list_is_recognised_with_the_id_of_its_first_item() -> None:
    found = two([{"sku": "a-1", "name": "Pen"}])
    assert (found.kind, found.items, found.first) == ("array", 1, "a-1")
    found = two({"data": {"rows": [{"id": 7}, {"id": 8}]}})
    assert (found.kind, found.items, found.first) == ("object", 2, 7)
    assert two({"a": 1}).items is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [(['"a"', '"a"'], "strong"), (["W/1", "W/1"], "malformed"), (['W/"a"'] * 2, "weak"), (['"a"', None], "")],
)
def test_a_tag_is_one_where_both_answers_have_it(tags: list[str | None], expected: str) -> None:
    assert seen(tuple(exchange(etag=tag) for tag in tags)).tag == expected


@pytest.mark.parametrize(
    ("lines", "policy", "moves"),
    [
        (["max-age=60", "max-age=60"], "max-age=60", False),
        (["max-age=60", "max-age=59"], "", True),
        ([None, None], "", False),
        (["\x01", "\x01"], "", False),
        (["", ""], "", False),
    ],
)
def test_a_policy_is_one_where_it_is_the_same_each_time(lines: list[Any], policy: str, moves: bool) -> None:
    found = seen(tuple(exchange(cc=line) for line in lines))
    assert (found.policy, found.moves) == (policy, moves)


MISS, HIT = {"time": "12:00", "cached": False}, {"time": "12:00", "cached": True}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (MISS, HIT, Kept("/cached", "/time", None)),
        (HIT, HIT, Kept("/cached", "/time", None)),
        ({"cache": "MISS", "n": 1}, {"cache": "HIT", "n": 1}, Kept("/cache", "/n", None)),
        ({"hit": False, "a/b": [1], "ttl": 9}, {"hit": True, "a/b": [1], "ttl": 9}, Kept("/hit", "/ttl", 9)),
        (
            {"from_cache": False, "rows": [1]},
            {"from_cache": True, "rows": [1]},
            Kept("/from_cache", "/rows", None),
        ),
        (MISS, MISS, None),
        ({"cached": 1}, {"cached": 1}, None),  # a count of what is cached
        ({"cached": True}, {"cached": True}, Kept("/cached", "body", None)),
        ([], [], None),
    ],
)
def test_a_flag_in_the_body_tells_that_a_value_is_kept(one: Any, other: Any, expected: Kept | None) -> None:
    assert kept(one, other) == expected


def test_a_field_tells_that_a_whole_answer_is_kept() -> None:
    assert kept(7, headers=[("X-Cache", "HIT")], cc="max-age=20") == Kept("header:x-cache", "body", 20)
    assert kept(7, headers=[("Cache-Status", "App; hit; ttl=3")]) == Kept("header:cache-status", "body", None)
    assert kept(7, headers=[("X-Cache", "MISS")]) is None
    assert kept(7, headers=[("Age", "3")]) is None  # whose cache that was, nobody knows


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (exchange(None), "no answer (no answer within 10 s)"),
        (exchange(307, headers=[("Location", "/login")]), "307, a redirect to /login"),
        (
            exchange(401, headers=[("WWW-Authenticate", "Basic")]),
            "401: it wants a login (Basic); say it with -H",
        ),
        (exchange(403), "403: it wants a login; say it with -H"),
        (exchange(404), "404"),
        (exchange(204), "204"),
        (exchange(200), ""),
    ],
)
def test_what_tells_nothing_of_a_route_says_why(answer: Any, says: str) -> None:
    assert unfit(answer) == says
