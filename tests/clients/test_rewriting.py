"""What a cache is shown of an answer: dates on the client's clock, one line of Cache-Control."""

from __future__ import annotations

import time
from datetime import timedelta
from email.utils import formatdate

import pytest
from helpers.origins import DATE, NOON, Scripted, contacts, policy

from conformance.clients import make_client
from conformance.clients.rewriting import moved, shown_to_the_cache
from conformance.fields import field_value, field_values
from conformance.model import Headers


def test_each_answer_is_recorded_as_the_cache_saw_it() -> None:
    origin = Scripted(("Age", "7"), *policy("public", "max-age=300"), clock=-600)
    client = make_client("private-cache", origin)
    before = int(time.time())
    contacts(client, 0, 302)
    after = int(time.time())
    assert [(seen.status, seen.conditional, seen.at) for seen in client.seen] == [
        (200, False, 0),
        (304, True, 302),
    ]
    possible = {formatdate(second, usegmt=True) for second in range(before, after + 1)}
    for seen in client.seen:
        assert field_value(seen.headers, "date") in possible
        assert field_value(seen.headers, "age") is None
        assert field_values(seen.headers, "cache-control") == ["public, max-age=300"]


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ((), (("Date", "Wed, 04 Nov 2026 12:00:00 GMT"),)),
        ((("date", "nonsense"), ("Date", "x")), (("date", "Wed, 04 Nov 2026 12:00:00 GMT"),)),
        ((("Expires", "0"),), (("Expires", "0"), ("Date", "Wed, 04 Nov 2026 12:00:00 GMT"))),
        (
            (("Expires", "Wed, 04 Nov 2026 12:05:00 GMT"), ("Expires", "0")),
            (("Expires", "Wed, 04 Nov 2026 12:05:00 GMT"), ("Date", "Wed, 04 Nov 2026 12:00:00 GMT")),
        ),
        (
            (("Date", "Wed, 04 Nov 2026 11:00:00 GMT"), ("Expires", "Wednesday, 04-Nov-26 11:05:00 GMT")),
            (("Date", "Wed, 04 Nov 2026 12:00:00 GMT"), ("Expires", "Wed, 04 Nov 2026 12:05:00 GMT")),
        ),
        (
            (("Date", "Wed, 04 Nov 2026 11:00:00 GMT"), ("Expires", "Fri, 31 Dec 9999 23:59:59 GMT")),
            (("Date", "Wed, 04 Nov 2026 12:00:00 GMT"), ("Expires", "Fri, 31 Dec 9999 23:59:59 GMT")),
        ),
    ],
)
def test_dates_are_moved_to_the_clock_of_the_client(came: Headers, shown: Headers) -> None:
    assert shown_to_the_cache(came, NOON) == shown


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (("public, max-age=300",), "public, max-age=300"),
        (("public", "max-age=300"), "public, max-age=300"),
        (("MAX-AGE=1, max-age=2",), "max-age=1"),
        (('no-cache="a", no-cache',), "no-cache"),
        (('private="set-cookie", private="b"',), 'private="set-cookie"'),
        (("private=a, max-age=1",), 'private="a", max-age=1'),
        (("no-store=1",), "no-store"),
        (("max-age=-1", "s-maxage"), "max-age=0, s-maxage=0"),
        (('max-age="60"',), "max-age=60"),
        (('other="a, b"; x, max-age = 5, other="c, d"',), 'other="c, d"'),
        (("max-age = 300",), None),
    ],
)
def test_cache_control_becomes_one_line_without_repetition(lines: tuple[str, ...], shown: str | None) -> None:
    assert field_value(shown_to_the_cache(policy(*lines), NOON), "cache-control") == shown


def test_moved_stays_within_what_http_can_write() -> None:
    assert moved(DATE, timedelta(seconds=-61)) == "Wed, 04 Nov 2026 11:58:59 GMT"
    assert moved(DATE, timedelta(days=-999_999_999)) == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert moved(DATE, timedelta(days=-40_000)) == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert moved(DATE, timedelta(days=999_999_999)) == "Fri, 31 Dec 9999 23:59:59 GMT"
