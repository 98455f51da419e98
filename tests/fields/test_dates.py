"""conformance.fields.dates: the three forms of a date, of which one may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from helpers.texts import TEXTS, always_the_same
from hypothesis import given
from hypothesis import strategies as st

from conformance.fields import (
    format_http_date,
    is_imf_fixdate,
    parse_http_date,
)

THEN = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


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


@always_the_same
@given(TEXTS)
def test_no_text_makes_it_raise(text: str) -> None:
    for now in (None, NOW):
        parse_http_date(text, now, ignore_case=True)
    is_imf_fixdate(text)
