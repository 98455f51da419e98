"""conformance.fields: what text means, and which text is valid (Cache-Control: test_fields_cache_control)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.fields import (
    EntityTag,
    answered_by_cache,
    field_value,
    field_values,
    format_http_date,
    has_empty_elements,
    is_imf_fixdate,
    media_type,
    parse_age,
    parse_delta_seconds,
    parse_entity_tag,
    parse_entity_tag_list,
    parse_http_date,
    parse_vary,
    split_list,
    tags_match_weakly,
)

always_the_same = settings(derandomize=True, database=None, deadline=None)

X, WEAK_X, Y = EntityTag("x"), EntityTag("x", weak=True), EntityTag("y")
THEN = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)

etagc = st.sampled_from([chr(c) for c in (0x21, *range(0x23, 0x7F), *range(0x80, 0x100))])
entity_tags = st.builds(EntityTag, st.text(etagc, max_size=8), st.booleans())
separators = st.from_regex(r"[ \t]*,(?:[ \t]*,){0,2}[ \t]*", fullmatch=True)
# Text that comes near the grammars, and text that does not.
texts = st.one_of(st.text(max_size=40), st.text('",;=\\ \t*W/abmaxge-5ps', max_size=40))


# ---- entity tags


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


# ---- dates


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", THEN),
        ("Sunday, 06-Nov-94 08:49:37 GMT", THEN),
        ("Sun Nov  6 08:49:37 1994", THEN),
        ("Sun Nov 16 08:49:37 1994", THEN + timedelta(days=10)),
        ("Mon, 06 Nov 1994 08:49:37 GMT", THEN),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2017, 1, 1, tzinfo=UTC)),
        ("sun, 06 nov 1994 08:49:37 gmt", None),
        ("Sun, 6 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 +0000", None),
        ("Sun, 06 Nov 1994 08:49:37 UTC", None),
        ("Sun, 06 Nov 1994  08:49:37 GMT", None),
        ("Wed, 30 Feb 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:00:00 GMT", None),
        ("Sun, 06 Nov 1994 08:49:60 GMT", None),
        ("Sun, 06 Nov 0000 08:49:37 GMT", None),
        ("Fri, 31 Dec 9999 23:59:60 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", None),
        ("1994-11-06T08:49:37Z", None),
        ("784111777", None),
        ("0", None),
        ("", None),
    ],
)
def test_all_three_forms_of_a_date_are_read_and_no_other(text: str, instant: datetime | None) -> None:
    assert parse_http_date(text) == instant


def test_a_cache_reads_dates_in_any_case() -> None:
    assert parse_http_date("SUN, 06 nov 1994 08:49:37 gmt", ignore_case=True) == THEN


@pytest.mark.parametrize(
    ("text", "now", "year"),
    [
        ("Sunday, 06-Nov-94 08:49:37 GMT", NOW, 1994),
        ("Friday, 06-Nov-26 08:49:37 GMT", NOW, 2026),
        ("Friday, 06-Nov-75 08:49:37 GMT", NOW, 2075),
        ("Friday, 06-Nov-99 08:49:37 GMT", NOW, 1999),
        # 50 years ahead to the day is not more than 50.
        ("Monday, 01-Jun-76 00:00:00 GMT", NOW, 2076),
        ("Monday, 01-Jun-76 00:00:01 GMT", NOW, 1976),
        # 2100 has no 29 February, and is not reached; 2000 had one.
        ("Tuesday, 29-Feb-00 00:00:00 GMT", NOW, 2000),
        ("Friday, 29-Feb-96 00:00:00 GMT", NOW, 1996),
        ("Sunday, 06-Nov-68 08:49:37 GMT", None, 2068),
        ("Sunday, 06-Nov-69 08:49:37 GMT", None, 1969),
    ],
)
def test_a_two_digit_year_is_at_most_fifty_years_ahead(text: str, now: datetime | None, year: int) -> None:
    instant = parse_http_date(text, now)
    assert instant is not None
    assert instant.year == year


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", True),
        ("Sat, 31 Dec 2016 23:59:60 GMT", True),
        ("Mon, 06 Nov 1994 08:49:37 GMT", False),
        ("Sunday, 06-Nov-94 08:49:37 GMT", False),
        ("Sun Nov  6 08:49:37 1994", False),
        ("Sun, 06 Nov 1994 08:49:37 gmt", False),
        ("Sun, 06 Nov 1994 25:49:37 GMT", False),
        ("Sun, 31 Nov 1994 08:49:37 GMT", False),
        ("0", False),
    ],
)
def test_only_an_imf_fixdate_with_the_right_weekday_may_be_sent(text: str, valid: bool) -> None:
    assert is_imf_fixdate(text) is valid


def test_a_date_is_written_in_utc_and_cut_to_the_second() -> None:
    east = THEN.astimezone(timezone(timedelta(hours=5))).replace(microsecond=999999)
    assert format_http_date(east) == "Sun, 06 Nov 1994 08:49:37 GMT"
    with pytest.raises(ValueError, match="no time zone"):
        format_http_date(THEN.replace(tzinfo=None))


@always_the_same
@given(st.datetimes(timezones=st.just(UTC)).map(lambda each: each.replace(microsecond=0)))
def test_a_date_survives_the_wire(instant: datetime) -> None:
    assert is_imf_fixdate(format_http_date(instant))
    assert parse_http_date(format_http_date(instant)) == instant


# ---- lists, numbers, header sections


@pytest.mark.parametrize(
    ("text", "elements", "empty"),
    [
        ("a, b\t,c", ["a", "b", "c"], False),
        ('a="1, 2", b', ['a="1, 2"', "b"], False),
        ('"a\\", b", c', ['"a\\", b"', "c"], False),
        ('a, "b, c', ["a", '"b, c'], False),
        ('"a\\', ['"a\\'], False),
        ("a,,b", ["a", "b"], True),
        (",", [], True),
        ("", [], False),
        (" ", [], False),
    ],
)
def test_a_list_splits_outside_quotes(text: str, elements: list[str], empty: bool) -> None:
    assert split_list(text) == elements
    assert has_empty_elements(text) is empty


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("007", 7), ("", None), ("-1", None), ("+1", None), ("1.0", None), ("1 ", None), ("²", None)],
)
def test_delta_seconds_are_digits_only(text: str, seconds: int | None) -> None:
    assert parse_delta_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "age"), [("5", 5), ("5, 9", 5), (", 5", 5), ("x, 9", None), ("-5", None), ("", None)]
)
def test_age_is_its_first_member(text: str, age: int | None) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize(
    ("lines", "vary"),
    [
        (["Accept-Encoding, Origin", "accept-encoding"], {"accept-encoding", "origin"}),
        (["a, *"], "*"),
        ([""], set()),
        ("Origin", {"origin"}),
    ],
)
def test_vary_is_a_set_of_names_or_a_star(lines: list[str], vary: object) -> None:
    assert parse_vary(lines) == vary


def test_header_lines_stay_apart_until_they_are_joined() -> None:
    headers = [("Vary", " a "), ("ETag", '"x"'), ("vary", "b")]
    assert field_values(headers, "VARY") == ["a", "b"]
    assert field_value(headers, "Vary") == "a, b"
    assert field_values(headers, "Date") == []
    assert field_value(headers, "Date") is None


@pytest.mark.parametrize(
    ("name", "value", "told_by"),
    [
        ("Age", "12", "Age"),
        ("age", "1, 0", "Age"),
        ("Age", "0", None),
        ("Age", "x", None),
        ("X-Cache", "HIT", "X-Cache"),
        ("x-cache", "Hit from cloudfront", "X-Cache"),
        ("X-Cache", "TCP_MEM_HIT", "X-Cache"),
        ("X-Cache", "MISS, HIT", "X-Cache"),
        ("X-Cache", "MISS", None),
        ("CF-Cache-Status", "HIT", "CF-Cache-Status"),
        ("CF-Cache-Status", "DYNAMIC", None),
        ("Cache-Status", "edge; hit; ttl=30", "Cache-Status"),
        ("Cache-Status", "edge; fwd=uri-miss", None),
        ("Cache-Status", "edge; hit=?0", None),
        ("Cache-Status", "whitebox; fwd=miss", None),
        ("Via", "1.1 proxy (hit)", None),
    ],
)
def test_a_cache_in_front_is_told_by_what_it_adds(name: str, value: str, told_by: str | None) -> None:
    assert answered_by_cache([("Date", "x"), (name, value)]) == told_by


@always_the_same
@given(texts)
def test_no_text_makes_a_parser_raise(text: str) -> None:
    for parse in (parse_entity_tag, parse_entity_tag_list, parse_age, parse_delta_seconds, split_list):
        parse(text)
    for now in (None, NOW):
        parse_http_date(text, now, ignore_case=True)
    is_imf_fixdate(text)
    parse_vary([text])
    answered_by_cache([("Age", text), ("X-Cache", text)])


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), ""),
        ((("content-type", "Text/HTML ; charset=x"),), "text/html"),
        ((("Content-Type", ""),), ""),
    ],
)
def test_the_media_type_is_known(headers: tuple[tuple[str, str], ...], expected: str) -> None:
    assert media_type(headers) == expected
