"""conformance.looking.reading: what answers mean to a browser and to a shared cache."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.records import exchange

from conformance.looking.reading import read
from conformance.looking.seen import Look
from conformance.model import Exchange

URL = "http://h/items/"
MONDAY = "Mon, 01 Jan 2024 00:00:00 GMT"
LATER = "Thu, 11 Jan 2024 00:00:00 GMT"  # ten days


def looked(*headers: tuple[str, str], status: int = 200, **answers: Exchange) -> Look:
    named = {name.replace("_", " "): each for name, each in answers.items()}
    return read(URL, {"plain": exchange(status, headers=headers), **named})


def kept(look: Look) -> list[tuple[str, float | None, str]]:
    return [(each.how, each.seconds, each.source) for each in (look.browser, look.shared)]


@pytest.mark.parametrize(
    ("headers", "browser", "shared"),
    [
        ([("Cache-Control", "max-age=60")], ("fresh", 60, "max-age"), ("fresh", 60, "max-age")),
        (
            [("Cache-Control", "max-age=60, s-maxage=3600")],
            ("fresh", 60, "max-age"),
            ("fresh", 3600, "s-maxage"),
        ),
        ([("Cache-Control", "private, max-age=60")], ("fresh", 60, "max-age"), ("never", None, "")),
        ([("Cache-Control", "no-store")], ("never", None, ""), ("never", None, "")),
        ([("Cache-Control", "no-cache")], ("ask", 0, ""), ("ask", 0, "")),
        ([("Cache-Control", "max-age=0")], ("ask", 0, "max-age"), ("ask", 0, "max-age")),
        ([("Date", MONDAY), ("Expires", LATER)], ("fresh", 864000, "Expires"), ("fresh", 864000, "Expires")),
        ([("Date", LATER), ("Last-Modified", MONDAY)], ("guess", 86400, "guess"), ("guess", 86400, "guess")),
        ([], ("guess", None, "guess"), ("guess", None, "guess")),
        (
            [("Cache-Control", "max-age=60"), ("Age", "20")],
            ("fresh", 40, "max-age"),
            ("fresh", 40, "max-age"),
        ),
        ([("Cache-Control", "max-age=60"), ("Age", "90")], ("ask", 0, "max-age"), ("ask", 0, "max-age")),
    ],
)
def test_what_says_for_how_long_is_told_of_each_kind_of_cache(
    headers: list[tuple[str, str]], browser: Any, shared: Any
) -> None:
    assert kept(looked(*headers)) == [browser, shared]


def test_a_login_keeps_it_from_shared_caches_unless_a_directive_allows_it() -> None:
    def as_ada(policy: str) -> Look:
        fields = [("Authorization", "Basic x")]
        return read(URL, {"plain": exchange(200, cc=policy, sent=fields)})

    assert (as_ada("max-age=60").shared.how, as_ada("public, max-age=60").shared.how) == ("never", "fresh")


def test_stale_answers_are_told_unless_a_directive_forbids_them() -> None:
    first = looked(("Cache-Control", "max-age=1, stale-while-revalidate=30")).browser
    other = looked(("Cache-Control", "max-age=1, stale-while-revalidate=30, must-revalidate")).browser
    assert [(each.stale, each.strict) for each in (first, other)] == [(30, False), (0, True)]


def test_a_conditional_request_works_where_it_is_answered_304() -> None:
    answers: dict[str, Any] = {
        "again": exchange(200, etag='"a"'),
        "same_tag": exchange(304),
        "other_form": exchange(200),
        "other_tag": exchange(200),
    }
    tag = looked(("ETag", '"a"'), **answers).etag
    assert (tag.valid, tag.weak, tag.lasts, tag.works, tag.loosely, tag.fails) == (
        True,
        False,
        True,
        True,
        False,
        True,
    )


def test_what_was_not_tried_is_neither_right_nor_wrong() -> None:
    look = looked(("ETag", "a"), ("Last-Modified", "yesterday"))
    assert (look.etag.valid, look.etag.works, look.last_modified.valid, look.last_modified.works) == (
        False,
        None,
        False,
        None,
    )
    assert (look.head, look.moves, look.parts.status) == (None, None, None)


def test_a_cache_in_front_is_told_and_whether_it_has_answered() -> None:
    hit = looked(("Via", "1.1 varnish"), ("Age", "12"))
    miss = looked(("X-Cache", "MISS"))
    assert [(each.front, each.kept, each.age) for each in (hit, miss)] == [
        ("Via", True, 12),
        ("X-Cache", False, 0),
    ]


def test_a_compressed_form_is_held_against_the_plain_one() -> None:
    coded = exchange(200, b"zip", headers=[("Content-Encoding", "gzip"), ("ETag", '"a"')])
    forms = looked(("ETag", '"a"'), coded=coded).variants
    assert (forms.coding, forms.own_tag) == ("gzip", False)
