"""conformance.content.edits: what may be changed in an item of which we know nothing."""

from __future__ import annotations

import pytest

from conformance.content.edits import edited, fields_to_edit, kinds
from conformance.model import Json

ITEM = {"id": 1, "active": True, "quantity": 1, "name": "Tea", "price": 1.0}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        # name, title or description first, in any case
        ({"id": 1, "colour": "red", "name": "Tea"}, ["name", "colour"]),
        ({"id": 1, "description": "d", "title": "t", "Name": "n"}, ["Name", "title", "description"]),
        # then another text that is nothing special
        ({"id": 1, "colour": "red", "price": 5}, ["colour", "price"]),
        *[
            ({"id": 1, "special": special, "price": 5}, ["price"])
            for special in (
                "2026-01-01", "2026-01-01T12:00:00Z", "12:30", "12:30:05.1",
                "123e4567-e89b-12d3-a456-426614174000", "https://example.com/", "mailto://x", "a@example.com",
            )
        ],
        # then a number
        ({"id": 1, "price": 5.5, "quantity": 2}, ["price", "quantity"]),
        # nothing else, and never the id
        ({"id": 1, "active": True, "tags": [], "owner": {}, "note": None}, []),
        ({"id": "tea"}, []),
        ({}, []),
        # what merely equals the id is no id
        (ITEM, ["name", "quantity", "price"]),
        # not too many tries
        ({"id": 1, **{f"f{i}": "x" for i in range(9)}}, ["f0", "f1", "f2", "f3"]),
        # what says of which kind it is stays
        ({"id": 1, "type": "items", "price": 5}, ["price"]),
        # a name that is no text is left to the numbers
        ({"id": 1, "name": 5}, ["name"]),
    ],
)  # fmt: skip
def test_the_fields_worth_trying_are_best_first(item: dict[str, Json], expected: list[str]) -> None:
    assert fields_to_edit(item) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("name", ["name"]), ("price", ["price"]), ("active", []), ("colour", []), ("id", ["id"])],
)
def test_the_field_that_the_target_names_is_taken_where_it_can_be_changed(
    wanted: str, expected: list[str]
) -> None:
    assert fields_to_edit(ITEM, wanted) == expected


@pytest.mark.parametrize(
    ("value", "token", "expected"),
    [
        ("Tea", "ab12", "Tea ~ab12"),
        ("Tea ~ab12", "cd34", "Tea ~cd34"),  # it does not grow
        ("x" * 99, "ab12", f"{'x' * 40} ~ab12"),
        ("", "ab12", " ~ab12"),
        (5, "a", 5 + 1 + 3),
        (5.5, "a", 5.5 + 1 + 3),
    ],
)
def test_a_value_becomes_another_of_its_kind(value: Json, token: str, expected: Json) -> None:
    assert edited(value, token) == expected


@pytest.mark.parametrize("value", ["Tea", "", 0, -5, 2.5])
@pytest.mark.parametrize("token", ["a", "zz99", "22", "k7mn"])
def test_an_edit_always_changes(value: Json, token: str) -> None:
    assert edited(value, token) != value
    assert type(edited(value, token)) is type(value)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (ITEM, ["name", "quantity"]),  # of the numbers one stands for all
        ({"id": 1, "colour": "red", "size": "M", "at": "2024-02-29"}, ["colour", "size"]),
        ({"id": 1, "price": 5}, ["price"]),
        ({"id": 1, "active": True}, []),
    ],
)
def test_each_kind_of_field_is_changed_in_turn(item: dict[str, Json], expected: list[str]) -> None:
    assert kinds(item) == expected
