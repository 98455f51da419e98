"""conformance.content.items: where the list is, what an item is known by, whether it says that it is gone."""

from __future__ import annotations

import pytest

from conformance.content.items import find_item, find_list, id_name, is_gone, item_id
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


PEN, CUP = {"name": "Pen"}, {"name": "Cup"}


@pytest.mark.parametrize(
    ("document", "ids"),
    [
        ({"1": PEN, "20": CUP}, [1, 20]),
        ({"1": {"id": 1, **PEN}}, [1]),
        ({"pen": {"id": "pen"}, "cup": {"id": "cup", "of": "tin"}}, ["pen", "cup"]),
        ({"pen": {"price": 1}, "cup": {"price": 2}}, ["pen", "cup"]),  # all alike
        ({"data": {"items": {"1": PEN, "2": CUP}}, "total": 2}, [1, 2]),
        ({"7f3a2b1c-0000-4000-8000-000000000000": PEN}, ["7f3a2b1c-0000-4000-8000-000000000000"]),
        ({"1": {"id": 9, **PEN}}, [1]),  # an id of something else: the key is what it is known by
        ({"1": {"tags": [{"name": "new"}]}}, [1]),
    ],
)
def test_a_map_of_items_by_their_ids_is_a_list_of_them(document: Json, ids: list[Json]) -> None:
    items = find_list(document)
    assert items is not None
    assert [item_id(each, items) for each in items] == ids


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"detail": {"name": "Pen"}},
        {"user": {"name": "Ada"}, "settings": {"dark": True}},
        {"id": 1, "sizes": {"1": PEN, "2": CUP}},  # an item that has a map itself
        {"1": PEN, "total": 1},
        {"ours": {"1": PEN}, "theirs": {"1": CUP}},  # which of them?
    ],
)
def test_not_every_object_of_objects_is_a_map_of_items(document: Json) -> None:
    assert find_list(document) is None


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
        ({"bookId": 5, "isbn": "9780000000000"}, (), "bookId"),
        ({"sku": "a1", "categoryId": 5}, (), "sku"),  # of what it belongs to
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
