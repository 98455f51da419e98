"""conformance.content.items: where the list is, what an item is known by, whether it says that it is gone."""

from __future__ import annotations

import pytest

from conformance.content.items import find_item, find_list, id_name, is_gone
from conformance.model import Json

ITEMS = [{"code": "a b", "name": "Pen"}, {"code": "c", "name": "Cup"}]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (ITEMS, ITEMS),
        ({"items": ITEMS, "total": 2}, ITEMS),
        ({"data": {"items": ITEMS}}, ITEMS),
        ({"data": {"page": {"items": ITEMS}}}, ITEMS),
        ({"items": ITEMS, "others": ITEMS}, None),  # which of them?
        ({"names": ["a"]}, None),
        ("text", None),
    ],
)
def test_the_list_is_found_in_its_envelopes(document: Json, expected: Json) -> None:
    assert find_list(document) == expected


@pytest.mark.parametrize(
    ("document", "id_", "found"),
    [
        ({"id": 7, "name": "Pen"}, 7, True),
        ({"data": {"id": 7}}, 7, True),
        ({"id": 7}, "7", True),  # an id that came from a path
        ({"id": 8}, 7, False),
        ({"name": "Pen"}, 7, True),  # it does not say which it is
        ({"id": 8}, None, True),
        ([], 7, False),
    ],
)
def test_an_item_is_found_in_the_answer_of_its_own_route(document: Json, id_: Json, found: bool) -> None:
    assert (find_item(document, id_) is not None) is found


@pytest.mark.parametrize(
    ("item", "among", "expected"),
    [
        ({"sku": "a1", "name": "Pen"}, (), "sku"),
        ({"orderId": 5, "name": "Pen"}, (), "orderId"),
        ({"job_id": "x"}, (), "job_id"),
        ({"handle": "pen"}, [{"handle": "pen"}, {"handle": "cup"}], "handle"),
        ({"handle": "pen"}, [{"handle": "pen"}, {"handle": "pen"}], None),  # two items share it
        ({"handle": "a pen"}, [{"handle": "a pen"}, {"handle": "cup"}], None),
        ({"handle": "pen"}, (), None),
        ({"name": "Pen"}, [{"name": "Pen"}, {"name": "Cup"}], None),
    ],
)
def test_an_id_may_have_another_name(item: Json, among: list[Json], expected: str | None) -> None:
    assert id_name(item, among) == expected


@pytest.mark.parametrize(
    ("item", "gone"),
    [
        ({"id": 1, "deleted": True}, True),
        ({"id": 1, "is_deleted": 1}, True),
        ({"id": 1, "deletedAt": "2024-02-29"}, True),
        ({"id": 1, "deleted_at": None}, False),
        ({"id": 1, "status": "deleted"}, True),
        ({"id": 1, "status": "open"}, False),
        ({"id": 1, "active": False}, True),
        ({"id": 1, "active": True, "name": "deleted"}, False),
    ],
)
def test_an_item_may_say_that_it_is_gone(item: dict[str, Json], gone: bool) -> None:
    assert is_gone(item) is gone
