"""Client caches: a policy at work, with scripted origins in this process."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest

from conformance.clients import CLIENTS, ClientCache, Contact, NoAnswer, Origin, make_client
from conformance.clients.rewriting import moved, shown_to_the_cache
from conformance.errors import UsageError
from conformance.fields import field_value, field_values, parse_http_date
from conformance.model import Headers, WireFault
from conformance.oracle import allowed_contacts

URL = "http://origin.example/items"
KINDS = tuple(CLIENTS)
NOON = datetime(2026, 11, 4, 12, 0, 0, tzinfo=UTC)
DATE = "Wed, 04 Nov 2026 12:00:00 GMT"
GONE = WireFault("reset", "the connection broke")


class Scripted:
    """An origin that answers 304 where the condition holds, on its own, maybe wrong, clock."""

    def __init__(self, *fields: tuple[str, str], etag: str | None = '"v1"', clock: float | None = 0) -> None:
        self.fields = fields
        self.etag = etag
        self.clock = clock
        self.content = b'{"a": 1}'
        self.requests: list[tuple[str, str, Headers, bytes]] = []
        self.fault: WireFault | None = None
        self.on_304: tuple[tuple[str, str], ...] | None = None

    def __call__(self, method: str, url: str, headers: Headers, body: bytes) -> Origin:
        self.requests.append((method, url, headers, body))
        if self.fault is not None:
            raise NoAnswer(self.fault)
        always: Headers = ()
        if self.clock is not None:
            always += (("Date", formatdate(time.time() + self.clock, usegmt=True)),)
        if self.etag is not None:
            always += (("ETag", self.etag),)
        if self.etag is not None and field_value(headers, "if-none-match") == self.etag:
            return Origin(304, "Not Modified", (*always, *(self.on_304 or self.fields)), b"")
        fields = (*always, *self.fields, ("Content-Type", "application/json"))
        return Origin(200, "Fine", fields, self.content)


def contacts(client: ClientCache, *moments: float) -> list[Contact]:
    """What reaches the origin by a read at each moment."""
    result: list[Contact] = []
    for moment in moments:
        client.pass_time(moment - client.age)
        result.append(client.read(URL).contact)
    return result


def policy(*lines: str) -> tuple[tuple[str, str], ...]:
    return tuple(("Cache-Control", line) for line in lines)


# ------------------------------------------------------------------ policies

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
    assert client.requests == len(origin.requests) == sum(contact != "none" for contact in expected)


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
    assert client.requests == len(origin.requests) == 4


def test_a_304_about_another_tag_is_followed_by_a_full_request() -> None:
    def origin(_method: str, _url: str, headers: Headers, _body: bytes) -> Origin:
        if field_value(headers, "if-none-match"):
            return Origin(304, "Not Modified", (("ETag", '"other"'),), b"")
        return Origin(200, "OK", (("ETag", '"mine"'), *policy("no-cache")), b"x")

    client = make_client("private-cache", origin)
    client.read(URL)
    through = client.read(URL)
    assert (through.contact, through.origins, through.status) == ("full", (1, 2), 200)
    assert [seen.conditional for seen in through.seen] == [True, False]


def test_entries_vary_by_what_vary_names() -> None:
    origin = Scripted(*policy("max-age=300"), ("Vary", "Accept"), etag=None)
    client = make_client("private-cache", origin)
    json, text = (("Accept", "application/json"),), (("Accept", "text/plain"),)
    asked = [client.read(URL, headers).contact for headers in (json, text, json, text)]
    assert asked == ["full", "full", "none", "none"]


# ------------------------------------------------------------------ what comes through


def test_a_stored_answer_is_the_one_that_came() -> None:
    client = make_client("private-cache", Scripted(*policy("max-age=300")))
    first = client.read(URL)
    client.pass_time(10.5)
    second = client.read(URL)
    assert (first.status, first.reason, first.contact, first.stored) == (200, "Fine", "full", True)
    assert (second.status, second.reason, second.contact, second.stored) == (200, "OK", "none", None)
    assert first.content == second.content == b'{"a": 1}'
    assert (first.at, second.at, client.age) == (0, 10.5, 10.5)
    assert (first.origins, second.origins) == ((0,), ())
    assert field_value(second.headers, "age") in {"10", "11"}  # a second may begin in between
    assert field_value(second.headers, "etag") == '"v1"'


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_no_cache_may_keep_is_not_stored(kind: str) -> None:
    assert make_client(kind, Scripted(*policy("no-store"))).read(URL).stored is False


def test_a_revalidated_answer_is_the_stored_200_with_the_304s_fields() -> None:
    origin = Scripted(*policy("no-cache"))
    client = make_client("private-cache", origin)
    client.read(URL)
    origin.fields = (*policy("no-cache"), ("X-Version", "2"))
    through = client.read(URL)
    assert (through.status, through.content, through.stored) == (200, b'{"a": 1}', None)
    assert field_value(through.headers, "x-version") == "2"
    assert [seen.status for seen in through.seen] == [304]


def test_the_body_and_repeated_fields_come_through_as_they_were() -> None:
    fields = (
        ("Content-Encoding", "gzip"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("X-\xe9", "\xe9\xff"),
    )
    client = make_client(
        "private-cache", lambda *_: Origin(200, "\xe9", (*fields, *policy("max-age=9")), b"no gzip")
    )
    for through in (client.read(URL), client.read(URL)):
        assert through.content == b"no gzip"
        assert field_values(through.headers, "set-cookie") == ["a=1", "b=2"]
        assert ("x-\xe9", "\xe9\xff") in through.headers
    assert client.requests == 1


def test_a_304_with_stray_bytes_and_a_coding_is_used_all_the_same() -> None:
    def origin(_method: str, _url: str, headers: Headers, _body: bytes) -> Origin:
        fields = (("ETag", '"\xe9"'), ("Content-Encoding", "gzip"), *policy("no-cache"))
        if field_value(headers, "if-none-match") == '"\xe9"':
            return Origin(304, "Not Modified", fields, b"stray")
        return Origin(200, "OK", fields, b"whole")

    client = make_client("private-cache", origin)
    client.read(URL)
    through = client.read(URL)
    assert (through.contact, through.content, client.requests) == ("conditional", b"whole", 2)


# ------------------------------------------------------------------ what reaches the server


def test_nothing_unasked_is_added_to_the_first_request() -> None:
    origin = Scripted(*policy("no-cache"))
    client = make_client("private-cache", origin)
    client.read(URL)
    client.read(
        "HTTP://Origin.example:80/a/../b c?q=%7e", (("X-One", "1"), ("x-one", "\xe9"), ("Accept", "*/*"))
    )
    assert origin.requests == [
        ("GET", URL, (), b""),
        (
            "GET",
            "HTTP://Origin.example:80/a/../b c?q=%7e",
            (("X-One", "1"), ("x-one", "\xe9"), ("Accept", "*/*")),
            b"",
        ),
    ]


def test_only_the_conditions_are_added_to_a_later_request() -> None:
    modified = "Wed, 04 Nov 2026 10:00:00 GMT"
    origin = Scripted(*policy("no-cache"), ("Last-Modified", modified))
    client = make_client("private-cache", origin)
    asked = (("Accept", "*/*"), ("Host", "other.example"))
    client.read(URL, asked)
    through = client.read(URL, asked)
    conditions = (("if-none-match", '"v1"'), ("if-modified-since", modified))
    assert origin.requests[1][2] == through.seen[0].asked == (*asked, *conditions)


def test_a_condition_of_the_check_counts_as_one() -> None:
    through = make_client("private-cache", Scripted()).read(URL, (("If-None-Match", '"v1"'),))
    assert (through.status, through.contact, through.stored) == (304, "conditional", False)


def test_no_answer_passes_through_and_the_entry_stays() -> None:
    origin = Scripted(*policy("max-age=300"))
    client = make_client("private-cache", origin)
    origin.fault = GONE
    with pytest.raises(NoAnswer, match="the connection broke") as caught:
        client.read(URL)
    assert caught.value.fault is GONE
    origin.fault = None
    assert client.read(URL).origins == (1,)
    client.pass_time(302)
    origin.fault = GONE
    with pytest.raises(NoAnswer):
        client.read(URL)
    origin.fault = None
    assert client.read(URL).contact == "conditional"
    assert (client.requests, [seen.index for seen in client.seen]) == (4, [1, 3])


def test_a_defect_of_the_sender_passes_through_too() -> None:
    def broken(*_: object) -> Origin:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_client("private-cache", broken).read(URL)


# ------------------------------------------------------------------ what the cache was shown


def test_each_answer_is_recorded_as_the_cache_saw_it() -> None:
    origin = Scripted(("Age", "7"), *policy("public", "max-age=300"), clock=-600)
    client = make_client("private-cache", origin)
    before = int(time.time())
    contacts(client, 0, 302)
    after = int(time.time())
    assert [(seen.index, seen.status, seen.conditional, seen.at) for seen in client.seen] == [
        (0, 200, False, 0),
        (1, 304, True, 302),
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


# ------------------------------------------------------------------ time, and what is shared


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_time_only_goes_forwards(seconds: float) -> None:
    with pytest.raises(ValueError, match="time goes forwards"):
        make_client("private-cache", Scripted()).pass_time(seconds)


def test_an_eternity_can_pass() -> None:
    client = make_client("private-cache", Scripted(*policy("max-age=31536000")))
    assert contacts(client, 0, 31_536_000 - 3, 31_536_000 + 2, 1e300) == [
        "full",
        "none",
        *["conditional"] * 2,
    ]


def test_fractions_of_seconds_add_up() -> None:
    client = make_client("private-cache", Scripted(*policy("max-age=3")))
    assert contacts(client, 0, 0.5, 1.0, 1.5, 3.0, 3.5) == [
        "full", "none", "none", "none", "conditional", "none",
    ]  # fmt: skip


@pytest.mark.parametrize("really", [5, 1_000, -1_000])
def test_the_time_that_a_run_takes_makes_nothing_older(
    monkeypatch: pytest.MonkeyPatch, really: float
) -> None:
    clock = time.time
    client = make_client("private-cache", Scripted(*policy("max-age=300"), clock=None))
    client.read(URL)
    monkeypatch.setattr(time, "time", lambda: clock() + really)
    assert contacts(client, 297, 302) == ["none", "conditional"]


def test_two_caches_share_nothing() -> None:
    origin = Scripted(*policy("max-age=300"))
    first, second = make_client("private-cache", origin), make_client("private-cache", origin)
    first.pass_time(302)
    assert [first.read(URL).contact, second.read(URL).contact, second.age] == ["full", "full", 0]
    first.pass_time(302)
    assert [first.read(URL).contact, second.read(URL).contact] == ["conditional", "none"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_is_written(
    kind: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(folder)
    client = make_client(kind, Scripted(*policy("max-age=300")))
    contacts(client, 0, 10, 310)
    assert list(folder.iterdir()) == []


def test_importing_the_room_does_not_import_hishel() -> None:
    program = (
        "import sys, conformance.clients as room; room.CLIENTS;"
        " print({'hishel', 'httpx', 'redis', 'sqlite3'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'proxy' is no client cache; there are private-cache, shared-cache"):
        make_client("proxy", Scripted())
