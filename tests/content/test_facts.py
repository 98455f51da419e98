"""conformance.content.facts: what is known of a body, whatever a server sends."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import msgspec
import pytest
from helpers.records import resource, timed
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.content.facts import Tracked, facts, is_hit, load_json, pointed
from conformance.content.items import find_list, id_name, item_id
from conformance.content.moments import moment
from conformance.model import MISSING, Facts, ItemFacts, Json
from conformance.report.redact import Redactor

JSON = (("Content-Type", "application/json; charset=utf-8"),)
TIME = timed(members={"time": "string"})
ZIPPED = gzip.compress(b"[1]", mtime=0)


def seen(content: Json, tracked: Tracked | None = None, **more: Any) -> Facts:
    """The facts of a JSON body."""
    return facts(more.get("on", TIME), JSON, json.dumps(content).encode(), tracked)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", Facts("array", items=0)),
        (b"{}", Facts("object")),
        (b'"x"', Facts("string")),
        (b"5", Facts("number")),
        (b"5.5", Facts("number")),
        (b"true", Facts("boolean")),
        (b"null", Facts("null")),
        # Python's numbers that JSON does not have
        (b"[NaN]", Facts("none", constant="NaN")),
        (b"Infinity", Facts("none", constant="Infinity")),
        (b'{"a": -Infinity}', Facts("none", constant="-Infinity")),
        # no JSON at all
        *[
            (content, Facts("none"))
            for content in (
                b"", b"<html>", b"{", b"{'a': 1}", b"[1,]", b"\xff\xfe",
                b"[" * 100_000, b"9" * 5000, b'{"a": 1} x',
            )
        ],
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_the_type_of_the_json_is_known(content: bytes, expected: Facts) -> None:
    assert facts(None, JSON, content, None) == expected


def test_the_members_have_their_types() -> None:
    found = seen({"a": "x", "b": 1, "c": True, "d": None, "e": [], "f": {}}).members
    assert found == {"a": "string", "b": "number", "c": "boolean", "d": "null", "e": "array", "f": "object"}


def test_the_members_of_a_huge_object_are_kept_within_bounds() -> None:
    found = seen({f"{i}{'x' * 1000}": 1 for i in range(1000)}).members
    assert found is not None
    assert (len(found), max(map(len, found))) == (64, 80)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"time": "12:00", "cached": False}, ("12:00", False)),
        ({"time": None, "cached": "no"}, (None, "no")),
        ({"cached": True}, (MISSING, True)),
        ({}, (MISSING, MISSING)),
        ([{"time": 1}], (MISSING, MISSING)),
    ],
)
def test_the_value_and_the_flag_are_known_where_the_target_points(
    content: Json, expected: tuple[Json, Json]
) -> None:
    found = seen(content)
    assert (found.value, found.hit) == expected


@pytest.mark.parametrize(
    ("content", "wants"),
    [
        (b"Send If-Match with the item's ETag", ("if-match", "etag")),
        (b"Precondition Required", ("condition",)),
        (b'{"type": "https://example.org/how"}', ("://",)),
        (gzip.compress(b"if-unmodified-since", mtime=0), ("if-unmodified-since",)),
        (b"Refused", ()),
        (b"", ()),
        (b"x" * 100_000 + b"if-match", ()),
    ],
    ids=lambda value: str(value)[:20],
)
def test_of_a_428_it_is_known_what_it_waits_for(content: bytes, wants: tuple[str, ...]) -> None:
    coded = (("Content-Encoding", "gzip"),) if content.startswith(b"\x1f\x8b") else ()
    assert facts(None, coded, content, None, 428).wants == wants
    assert facts(None, coded, content, None, 412).wants == ()


def test_where_the_target_points_to_nothing_there_is_nothing() -> None:
    found = seen({"time": 1}, on=resource())
    assert (found.value, found.hit) == (MISSING, MISSING)


@pytest.mark.parametrize(
    ("value", "kept"),
    [("x" * 2000, True), ("x" * 3000, False), ([[[1]]], True), ([[]] * 100, False), ({"a": {"b": 1}}, True)],
    ids=["short", "long", "nested", "nested much", "object"],
)
def test_a_value_is_kept_as_it_is_or_by_its_beginning_and_a_sum(value: Json, kept: bool) -> None:
    found = seen({"time": value}).value
    if kept:
        assert found == value
    else:
        assert found.keys() == {"begins", "crc", "length"}
        assert found == seen({"time": value, "cached": True}).value  # the same value, the same fact
        assert found != seen({"time": [*value, 1]}).value


def test_of_a_long_value_the_moment_that_it_tells_is_kept() -> None:
    found = seen({"time": {"rows": ["x"] * 100, "made": "2026-05-01 12:00:31"}}).value
    assert moment(found) == 12 * 3600 + 31


@pytest.mark.parametrize("depth", [10, 100, 500, 900, 990, 1000, 5000])
def test_a_value_that_is_nested_deep_is_a_fact_like_others(depth: int) -> None:
    content = b'{"time": ' + b"[" * depth + b"]" * depth + b"}"
    found = facts(TIME, JSON, content, None)
    assert found.json in ("object", "none")
    assert len(repr(found)) < 500


def test_a_number_beyond_all_numbers_stays_its_text() -> None:
    """A report is JSON, and JSON has no infinity."""
    found = facts(TIME, JSON, b'{"time": 1e999}', None)
    assert found.value == "1e999"


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("gzip", ZIPPED),
        ("x-gzip", ZIPPED),
        ("GZIP", ZIPPED),
        ("deflate", zlib.compress(b"[1]")),
        ("identity", b"[1]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_coded_body_is_read(coding: str, content: bytes) -> None:
    assert load_json((*JSON, ("Content-Encoding", coding)), content) == [1]


@pytest.mark.parametrize("content", [b"[1]", b"", ZIPPED[:-11]], ids=["plain", "empty", "cut off"])
def test_a_coded_body_that_is_broken_is_no_json(content: bytes) -> None:
    found = facts(None, (*JSON, ("Content-Encoding", "gzip")), content, None)
    assert found.json == "none"


def test_a_bomb_stays_small() -> None:
    bomb = gzip.compress(b'"' + b"x" * 20_000_000 + b'"')
    assert facts(TIME, (*JSON, ("Content-Encoding", "gzip")), bomb, None).json == "none"


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", (True, {"a": {"b": [1, {"c/d": 2, "~": 3, "~1": 5}]}, "": 4})),
        ("/a/b/0", (True, 1)),
        ("/a/b/1/c~1d", (True, 2)),
        ("/a/b/1/~0", (True, 3)),
        ("/a/b/1/~01", (True, 5)),
        ("/", (True, 4)),
        ("/a/b/2", (False, None)),
        ("/a/b/-1", (False, None)),
        ("/a/b/x", (False, None)),
        ("/a/x", (False, None)),
        ("/a/b/0/c", (False, None)),
    ],
)
def test_a_pointer_points_as_rfc_6901_says(pointer: str, expected: tuple[bool, Json]) -> None:
    assert pointed({"a": {"b": [1, {"c/d": 2, "~": 3, "~1": 5}]}, "": 4}, pointer) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([1, 2], [1, 2]),
        ({"items": [{"id": 1}], "total": 1}, [{"id": 1}]),
        ({"items": [{"id": 1}], "tags": ["x"]}, [{"id": 1}]),
        ({"items": []}, []),
        ({"a": [{}], "b": [{}]}, None),
        ({"tags": ["x"]}, None),
        ("x", None),
        (None, None),
    ],
)
def test_the_list_is_found_in_its_envelope(document: Json, expected: list[Json] | None) -> None:
    assert find_list(document) == expected


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (True, True), (False, False), (1, True), (0, False),
        ("true", True), ("HIT", True), ("Yes", True), ("false", False), ("MISS", False), ("no", False),
        ("maybe", None), (None, None), ([], None), (1.5, None),
    ],
)  # fmt: skip
def test_a_flag_of_any_type_has_a_meaning_or_none(flag: Json, expected: bool | None) -> None:
    assert is_hit(flag) is expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"name": "x", "id": 7}, ("id", 7)),
        ({"_id": "x", "key": "y"}, ("_id", "x")),
        ({"uuid": "u"}, ("uuid", "u")),
        ({"item_id": 0}, ("item_id", 0)),
        ({"id": None, "slug": "s"}, ("slug", "s")),
        ({"id": True}, (None, None)),
        ({"id": 1.5}, (None, None)),
        ({"name": "x"}, (None, None)),
        ([], (None, None)),
    ],
)
def test_an_item_is_known_by_its_id(item: Json, expected: tuple[str | None, Json]) -> None:
    assert (id_name(item), item_id(item)) == expected


ITEMS = [{"id": 7, "name": "old"}, {"id": 8, "name": "other"}]


@pytest.mark.parametrize(
    ("content", "tracked", "expected"),
    [
        (ITEMS, Tracked(7, "name"), ItemFacts(True, "old")),
        ({"items": ITEMS}, Tracked(8, "name"), ItemFacts(True, "other")),
        (ITEMS, Tracked(9, "name"), ItemFacts(False)),
        (ITEMS, Tracked(8, None), ItemFacts(True)),
        (ITEMS, Tracked(8, "colour"), ItemFacts(True)),
        (ITEMS[0], Tracked(7, "name"), ItemFacts(True, "old")),  # the item by itself
        (ITEMS[0], Tracked(None, "name"), ItemFacts(True, "old")),
        (["x", 5], Tracked(5, "name"), ItemFacts(False)),
        ("x", Tracked(5, "name"), ItemFacts(False)),
    ],
)
def test_the_item_that_a_write_is_about_is_followed(content: Json, tracked: Tracked, expected: Json) -> None:
    assert seen(content, tracked).item == expected


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "time", "cached", "x"]), inner)
    ),
    max_leaves=8,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(_ANY.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40))
def test_facts_of_anything_are_json_themselves(content: bytes) -> None:
    found = facts(TIME, JSON, content, Tracked(1, "x"))
    assert msgspec.json.decode(msgspec.json.encode(Redactor().record(found)), type=Facts) == found


@pytest.mark.parametrize(
    ("body", "constant"),
    [
        (b'[{"a": NaN}]', "NaN"),
        (b"[-Infinity, NaN]", "-Infinity"),
        (b"[NaN", ""),
        (b"<p>NaN</p>", ""),
        (b"[1]", ""),
    ],
)
def test_what_alone_keeps_a_body_from_being_json_is_told(body: bytes, constant: str) -> None:
    assert facts(None, (), body, None).constant == constant


# ---- a value, and the mark of a hit, in the body or in a field


@pytest.mark.parametrize(
    ("hit", "wanted", "header", "expected"),
    [
        ("header:X-FastAPI-Cache", "HIT", ("x-fastapi-cache", "hit"), True),
        ("header:X-FastAPI-Cache", "HIT", ("X-FastAPI-Cache", "MISS"), False),
        ("header:X-FastAPI-Cache", "HIT", ("X-Other", "HIT"), False),
        ("header:X-Cache", "", ("X-Cache", "HIT from edge"), True),
        ("header:X-Cache", "", ("X-Cache", "Miss from edge"), False),
        ("header:X-Cache-Status", "", ("X-Cache-Status", "EXPIRED"), False),
        ("header:X-Cache-Status", "", ("X-Cache-Status", "UPDATING"), False),
        ("header:CF-Cache-Status", "", ("CF-Cache-Status", "DYNAMIC"), False),
        ("header:X-Cache", "", ("X-Cache", "TCP_MEM_HIT from a proxy"), True),
        ("header:X-Cache", "", ("X-Cache", "MISS, HIT"), True),
        ("header:X-Cache-Hits", "", ("X-Cache-Hits", "0, 3"), True),
        ("header:X-Cache-Hits", "", ("X-Cache-Hits", "0, 0"), False),
        ("header:X-From-Cache", "", ("X-From-Cache", "True"), True),
        ("header:Cache-Status", "", ("Cache-Status", "edge; hit; ttl=20"), True),
        ("header:Cache-Status", "", ("Cache-Status", "edge; fwd=miss, app; hit"), True),
        ("header:Cache-Status", "", ("Cache-Status", "edge; fwd=uri-miss; stored"), False),
        ("header:Age", "", ("Age", "3"), True),
        ("header:Age", "", ("Age", "0"), MISSING),
        ("/cached", "", ("X-Cache", "HIT"), MISSING),
    ],
)
def test_a_field_may_be_the_mark_of_a_hit(
    hit: str, wanted: str, header: tuple[str, str], expected: bool
) -> None:
    on = timed(hit=hit, hit_is=wanted)
    assert facts(on, (*JSON, header), b'{"time": "noon"}', None).hit == expected


@pytest.mark.parametrize(
    ("value", "content", "expected"),
    [
        ("body", b"<p>noon</p>", "<p>noon</p>"),
        ("body", b"", MISSING),
        ("header:X-Made", b"<p>noon</p>", "12:00:00"),
        ("header:X-Lacks", b"<p>noon</p>", MISSING),
        ("/time", b"<p>noon</p>", MISSING),
    ],
)
def test_a_value_may_be_the_body_or_a_field(value: str, content: bytes, expected: Json) -> None:
    found = facts(timed(value=value), (("Content-Type", "text/html"), ("X-Made", "12:00:00")), content, None)
    assert found.value == expected


def test_a_body_that_is_no_gzip_has_no_value() -> None:
    assert facts(timed(value="body"), (("Content-Encoding", "gzip"),), b"no", None).value is MISSING
