"""conformance.fields.tags: entity tags, lists of them, and how they compare."""

from __future__ import annotations

import pytest
from helpers.texts import TEXTS, always_the_same
from hypothesis import given
from hypothesis import strategies as st

from conformance.fields import (
    EntityTag,
    parse_entity_tag,
    parse_entity_tag_list,
    tags_match_weakly,
)

X, WEAK_X, Y = EntityTag("x"), EntityTag("x", weak=True), EntityTag("y")

etagc = st.sampled_from([chr(c) for c in (0x21, *range(0x23, 0x7F), *range(0x80, 0x100))])
entity_tags = st.builds(EntityTag, st.text(etagc, max_size=8), st.booleans())
separators = st.from_regex(r"[ \t]*,(?:[ \t]*,){0,2}[ \t]*", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ('"x"', X),
        ('W/"x"', WEAK_X),
        ('""', EntityTag("")),
        ('"a,b"', EntityTag("a,b")),
        ('"a\\"', EntityTag("a\\")),
        ('"\x80\xff"', EntityTag("\x80\xff")),
        (' "x"\t', X),
        ("x", None),
        ("", None),
        ('w/"x"', None),
        ('W\\"x"', None),
        ('W/ "x"', None),
        ('"x', None),
        ('"a b"', None),
        ('"a"b"', None),
        ('"a", "b"', None),
        ('"\x7f"', None),
        ('"€"', None),
        ("*", None),
    ],
)
def test_an_entity_tag_is_read_only_where_it_is_valid(text: str, tag: EntityTag | None) -> None:
    assert parse_entity_tag(text) == tag


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("*", "*"),
        (" * ", "*"),
        ('"x"', (X,)),
        ('"x","y"', (X, Y)),
        ('W/"x" ,\t"y"', (WEAK_X, Y)),
        (', "x",, "y" ,', (X, Y)),
        ('"a,b", "y"', (EntityTag("a,b"), Y)),
        ('"a\\", "y"', (EntityTag("a\\"), Y)),
        ("", ()),
        (" , ", ()),
        ('"x", *', None),
        ("*, *", None),
        ("x, y", None),
        ('"x" "y"', None),
        ('"x""y"', None),
        ('"x", w/"y"', None),
    ],
)
def test_a_list_of_tags_splits_between_tags_only(text: str, tags: object) -> None:
    assert parse_entity_tag_list(text) == tags


@pytest.mark.parametrize(
    ("one", "other", "strong", "weak"),
    [
        # The table of RFC 9110 8.8.3.2.
        ('W/"1"', 'W/"1"', False, True),
        ('W/"1"', 'W/"2"', False, False),
        ('W/"1"', '"1"', False, True),
        ('"1"', '"1"', True, True),
        ('"a"', '"A"', False, False),
        ('"a"', '"aa"', False, False),
    ],
)
def test_tags_compare_as_the_table_of_the_rfc_says(one: str, other: str, strong: bool, weak: bool) -> None:
    a, b = parse_entity_tag(one), parse_entity_tag(other)
    assert a is not None
    assert b is not None
    assert (a.strong_equal(b), b.strong_equal(a)) == (strong, strong)
    assert (a.weak_equal(b), b.weak_equal(a)) == (weak, weak)
    assert tags_match_weakly(one, other) is weak


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [("abc", "abc", True), ("abc", "abd", False), ("abc", '"abc"', False), (" a", "a ", True)],
)
def test_unquoted_tags_match_by_their_bytes(a: str, b: str, match: bool) -> None:
    assert tags_match_weakly(a, b) is match


@always_the_same
@given(entity_tags)
def test_a_tag_survives_the_wire(tag: EntityTag) -> None:
    assert parse_entity_tag(str(tag)) == tag


@always_the_same
@given(st.lists(entity_tags, max_size=5), separators)
def test_a_list_of_tags_survives_the_wire(tags: list[EntityTag], separator: str) -> None:
    assert parse_entity_tag_list(separator.join(map(str, tags))) == tuple(tags)


@always_the_same
@given(TEXTS)
def test_no_text_makes_it_raise(text: str) -> None:
    parse_entity_tag(text)
    parse_entity_tag_list(text)
