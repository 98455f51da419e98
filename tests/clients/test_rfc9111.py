"""A policy at work: which reads a client cache lets through to the origin."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from helpers.origins import DATE, KINDS, URL, Scripted, contacts, policy

from conformance.clients import CLIENTS, Contact, Origin, make_client
from conformance.fields import field_value, field_values, parse_http_date
from conformance.model import Headers
from conformance.oracle import allowed_contacts

ASKS_AT_302: list[Contact] = ["full", "none", "none", "conditional"]
ASKS_ALWAYS: list[Contact] = ["full", "conditional", "conditional", "conditional"]
KEEPS_NOTHING: list[Contact] = ["full", "full", "full", "full"]


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("public, max-age=300", "private-cache", ASKS_AT_302),
        ("public, max-age=300", "shared-cache", ASKS_AT_302),
        ("private, max-age=300", "private-cache", ASKS_AT_302),
        ("private, max-age=300", "shared-cache", KEEPS_NOTHING),
        ("no-cache", "private-cache", ASKS_ALWAYS),
        ("no-cache", "shared-cache", ASKS_ALWAYS),
        ("no-store", "private-cache", KEEPS_NOTHING),
        ("no-store", "shared-cache", KEEPS_NOTHING),
        ("max-age=10, s-maxage=300", "shared-cache", ASKS_AT_302),
        ("s-maxage=10, max-age=300", "private-cache", ASKS_AT_302),
        ("Max-Age=300, PUBLIC", "shared-cache", ASKS_AT_302),
    ],
)
def test_a_policy_decides_what_reaches_the_origin(line: str, kind: str, expected: list[Contact]) -> None:
    origin = Scripted(*policy(line))
    client = make_client(kind, origin)
    assert contacts(client, 0, 10, 290, 310) == expected
    assert len(client.seen) == len(origin.requests) == sum(contact != "none" for contact in expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("clock", [0, 600, -600, None], ids=["right", "ahead", "behind", "no-date"])
def test_a_lifetime_begins_anew_with_each_304_whatever_the_servers_clock_says(
    kind: str, clock: float | None
) -> None:
    client = make_client(kind, Scripted(*policy("public, max-age=300"), clock=clock))
    moments = (0, 297, 302, 303, 599, 605, 606)
    assert contacts(client, *moments) == [
        "full",
        "none",
        "conditional",
        "none",
        "none",
        "conditional",
        "none",
    ]


@pytest.mark.parametrize("clock", [600, -600])
def test_expires_counts_from_the_servers_own_date(clock: float) -> None:
    expires = formatdate(time.time() + clock + 300, usegmt=True)
    origin = Scripted(("Expires", expires), clock=clock)
    client = make_client("private-cache", origin)
    assert contacts(client, 0, 290, 310) == ["full", "none", "conditional"]


def test_expires_ages_once_when_a_304_does_not_renew_it() -> None:
    origin = Scripted(("Expires", formatdate(time.time() + 300, usegmt=True)), ("Vary", "Accept"))
    origin.on_304 = (("Vary", "Accept"),)
    client = make_client("private-cache", origin)
    contacts(client, 0, 100)
    client.read(URL, (("Cache-Control", "no-cache"),))  # a 304 at 100 s: 200 s are left
    client.pass_time(197 - 2)
    assert client.read(URL).contact == "none"
    client.pass_time(7)
    assert client.read(URL).contact == "conditional"


def test_an_answer_sent_with_an_age_counts_from_its_receipt_and_has_one_age() -> None:
    client = make_client("shared-cache", Scripted(("Age", "250"), *policy("max-age=300")))
    assert contacts(client, 0, 297, 302) == ["full", "none", "conditional"]
    client.pass_time(10)
    assert field_values(client.read(URL).headers, "age") in (["10"], ["11"])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("public", "max-age=300"), ASKS_AT_302),
        (("max-age=300", "max-age=5"), ASKS_AT_302),
        (("max-age=300", "no-store"), KEEPS_NOTHING),
        (("no-cache", 'no-cache="Set-Cookie"', "max-age=300"), ASKS_ALWAYS),
    ],
)
def test_repeated_lines_are_one_policy_of_which_the_first_value_counts(
    lines: tuple[str, ...], expected: list[Contact]
) -> None:
    client = make_client("private-cache", Scripted(*policy(*lines)))
    assert contacts(client, 0, 10, 290, 310) == expected
    assert all(len(field_values(seen.headers, "cache-control")) == 1 for seen in client.seen)


def test_without_a_validator_a_stale_answer_is_asked_for_in_full() -> None:
    client = make_client("private-cache", Scripted(*policy("max-age=300"), etag=None))
    assert contacts(client, 0, 297, 302, 303) == ["full", "none", "full", "none"]


def test_a_changed_resource_replaces_the_entry() -> None:
    origin = Scripted(*policy("max-age=300"), etag='W/"v1"')
    client = make_client("private-cache", origin)
    client.read(URL)
    for version in (2, 3):
        origin.etag, origin.content = f'W/"v{version}"', str(version).encode()
        client.pass_time(302)
        changed = client.read(URL)
        assert (changed.contact, changed.status, changed.stored) == ("conditional", 200, True)
        assert client.read(URL).content == str(version).encode()
    client.pass_time(302)
    # A 304 with a weak tag fits any entry, so there must be only one: else hishel asks twice.
    assert client.read(URL).contact == "conditional"
    assert len(client.seen) == len(origin.requests) == 4


def test_a_304_about_another_tag_is_followed_by_a_full_request() -> None:
    def origin(_method: str, _url: str, headers: Headers, _body: bytes) -> Origin:
        if field_value(headers, "if-none-match"):
            return Origin(304, "Not Modified", (("ETag", '"other"'),), b"")
        return Origin(200, "OK", (("ETag", '"mine"'), *policy("no-cache")), b"x")

    client = make_client("private-cache", origin)
    client.read(URL)
    through = client.read(URL)
    assert (through.contact, len(through.seen), through.status) == ("full", 2, 200)
    assert [seen.conditional for seen in through.seen] == [True, False]


def test_entries_vary_by_what_vary_names() -> None:
    origin = Scripted(*policy("max-age=300"), ("Vary", "Accept"), etag=None)
    client = make_client("private-cache", origin)
    json, text = (("Accept", "application/json"),), (("Accept", "text/plain"),)
    asked = [client.read(URL, headers).contact for headers in (json, text, json, text)]
    assert asked == ["full", "full", "none", "none"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", [(), (("Expires", "0"),), (("Vary", "*"),), (("Last-Modified", DATE),)])
@pytest.mark.parametrize(
    "line",
    [
        "",
        "public",
        "private",
        "private, max-age=300",
        "public, max-age=300, s-maxage=100",
        "no-store, max-age=300",
        "no-store=1",
        "no-store, must-understand",
        "no-cache, max-age=300",
        'no-cache="set-cookie", max-age=300',
        "private=etag, max-age=300",
        "max-age=x",
        "max-age=+5, max-age=300",
        "max-age = 300",
        "max-age",
        'max-age="300"',
        "max-age=99999999999",
        "max-age=100, stale-while-revalidate=60",
        "public; max-age=300",
    ],
)
def test_the_cache_does_what_the_oracle_allows_on_the_input_that_it_saw(
    line: str, more: Headers, kind: str
) -> None:
    moments = (0, 10, 97, 102, 197, 203, 297, 302, 500)
    client = make_client(kind, Scripted(*policy(line), *more, clock=-600))
    seen = client.read(URL).seen[0]
    received = parse_http_date(field_value(seen.headers, "date") or "")
    allowed = allowed_contacts(seen.headers, seen.status, CLIENTS[kind].shared, moments, received=received)
    for moment, contact, among in zip(moments, contacts(client, *moments), allowed, strict=True):
        assert contact in among, f"at {moment} s"
