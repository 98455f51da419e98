"""The rules in reference_impl/caching.py, one table each."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from reference_impl import caching
from reference_impl.caching import Validators

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
CHANGED = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC).timestamp()
NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
STRONG = Validators('"a,b"', CHANGED + 0.75)
WEAK = Validators('W/"a"', CHANGED)
OLD, SAME, NEW = (caching.http_date(CHANGED + shift) for shift in (-1, 0, 1))


def test_equal_bytes_have_equal_tags_and_others_have_others() -> None:
    tags = [caching.etag_of(body) for body in (b"[]", b"[]", b"[ ]")]
    assert tags[0] == tags[1] != tags[2]
    assert caching.entity_tags(tags[0]) == [tags[0]]


def test_a_weak_tag_stays_weak() -> None:
    assert caching.weak(caching.weak('"a"')) == 'W/"a"'


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('"a"', ['"a"']),
        ('""', ['""']),
        ('W/"a", "b"', ['W/"a"', '"b"']),
        ('"a,b","c"', ['"a,b"', '"c"']),
        (' , "a" ,, "b",\t', ['"a"', '"b"']),
        ('"\xfc"', ['"\xfc"']),
        ("", []),
        ("a", None),
        ('w/"a"', None),
        ('"a" "b"', None),
        ('"a"; "b"', None),
        ('"a', None),
        ('*, "a"', None),
        ('"a b"', None),
    ],
)
def test_entity_tags(field: str, expected: list[str] | None) -> None:
    assert caching.entity_tags(field) == expected


@pytest.mark.parametrize(
    ("one", "other", "weakly", "strongly"),
    [
        ('W/"1"', 'W/"1"', True, False),
        ('W/"1"', 'W/"2"', False, False),
        ('W/"1"', '"1"', True, False),
        ('"1"', '"1"', True, True),
        ('"a"', '"A"', False, False),
    ],
)
def test_comparison(one: str, other: str, *, weakly: bool, strongly: bool) -> None:
    for left, right in ((one, other), (other, one)):
        assert caching.matches_weakly(left, right) is weakly
        assert caching.matches_strongly(left, right) is strongly


# The fields of a request, the validators, and what GET and PUT come to: None goes on.
EVALUATED: list[tuple[dict[str, str], Validators, int | None, int | None]] = [
    ({}, STRONG, None, None),
    ({"if-none-match": '"a,b"'}, STRONG, 304, 412),
    ({"if-none-match": 'W/"a,b"'}, STRONG, 304, 412),
    ({"if-none-match": '"x", "a,b"'}, STRONG, 304, 412),
    ({"if-none-match": "*"}, STRONG, 304, 412),
    ({"if-none-match": "*"}, Validators(None), 304, 412),
    ({"if-none-match": '"a"'}, STRONG, None, None),
    ({"if-none-match": "a,b"}, STRONG, None, None),
    ({"if-none-match": '"a"'}, WEAK, 304, 412),
    ({"if-none-match": '"x"'}, Validators(None, CHANGED), None, None),
    ({"if-match": '"a,b"'}, STRONG, None, None),
    ({"if-match": 'W/"a,b"'}, STRONG, 412, 412),
    ({"if-match": 'W/"a"'}, WEAK, 412, 412),
    ({"if-match": "*"}, WEAK, None, None),
    ({"if-match": '"x"'}, STRONG, 412, 412),
    ({"if-match": '"x"', "if-none-match": '"a,b"'}, STRONG, 412, 412),
    ({"if-match": '"a,b"', "if-none-match": '"a,b"'}, STRONG, 304, 412),
    ({"if-match": '"a,b"', "if-unmodified-since": OLD}, STRONG, None, None),
    ({"if-unmodified-since": OLD}, STRONG, 412, 412),
    ({"if-unmodified-since": SAME}, STRONG, None, None),
    ({"if-unmodified-since": "yesterday"}, STRONG, None, None),
    ({"if-unmodified-since": OLD}, Validators('"a"'), None, None),
    ({"if-modified-since": OLD}, STRONG, None, None),
    ({"if-modified-since": SAME}, STRONG, 304, None),
    ({"if-modified-since": NEW}, STRONG, 304, None),
    ({"if-modified-since": SAME}, Validators('"a"'), None, None),
    ({"if-modified-since": f"{SAME}, {SAME}"}, STRONG, None, None),
    ({"if-modified-since": SAME, "if-none-match": '"x"'}, STRONG, None, None),
    ({"if-modified-since": OLD, "if-none-match": '"a,b"'}, STRONG, 304, 412),
]


@pytest.mark.parametrize(("fields", "validators", "get", "put"), EVALUATED)
def test_preconditions(
    fields: Mapping[str, str], validators: Validators, get: int | None, put: int | None
) -> None:
    lines = {name: [value] for name, value in fields.items()}
    assert caching.evaluate("GET", lines, validators, NOW) == get
    assert caching.evaluate("HEAD", lines, validators, NOW) == get
    for method in ("PUT", "POST", "DELETE"):
        assert caching.evaluate(method, lines, validators, NOW) == put


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("if-match", "*", 412),
        ("if-match", '"a"', 412),
        ("if-none-match", "*", None),
        ("if-none-match", '"a"', None),
        ("if-unmodified-since", OLD, None),
    ],
)
def test_what_is_not_there_has_no_tag_and_no_asterisk(field: str, value: str, expected: int | None) -> None:
    assert caching.evaluate("PUT", {field: [value]}, caching.ABSENT, NOW) == expected


def test_two_lines_are_one_list() -> None:
    assert caching.evaluate("GET", {"if-none-match": ['"x"', '"a,b"']}, STRONG, NOW) == 304


def test_cache_control() -> None:
    assert caching.cache_control("public", max_age=300) == "public, max-age=300"
    assert caching.cache_control("no-store") == "no-store"
    with pytest.raises(ValueError, match="-1"):
        caching.cache_control(max_age=-1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06 08:49:37"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06 08:49:37"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06 08:49:37"),
        ("Sunday, 06-Nov-76 08:49:37 GMT", "2076-11-06 08:49:37"),
        ("Sunday, 06-Nov-77 08:49:37 GMT", "1977-11-06 08:49:37"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31 23:59:59"),
        ("Sun, 06 Nov 1994 08:49:37 CET", None),
        ("Sun, 06 Nov 1994 8:49:37 GMT", None),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("Sun, 06 Foo 1994 08:49:37 GMT", None),
        ("1994-11-06T08:49:37Z", None),
        ("784111777", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: str | None) -> None:
    moment = caching.parse_date(text, NOW)
    shown = None if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S}"
    assert shown == expected


def test_a_date_is_written_as_it_is_read() -> None:
    assert caching.http_date(CHANGED + 0.9) == "Thu, 29 Feb 2024 12:00:00 GMT"
    assert caching.parse_date(caching.http_date(CHANGED), LONG_AGO) == CHANGED
