"""What comes through a client cache, what it sends, and the time that passes in it."""

from __future__ import annotations

import time

import pytest
from helpers.origins import GONE, KINDS, URL, Scripted, contacts, policy

from conformance.clients import NoAnswer, Origin, make_client
from conformance.errors import UsageError
from conformance.fields import field_value, field_values
from conformance.model import Headers


def test_a_stored_answer_is_the_one_that_came() -> None:
    client = make_client("private-cache", Scripted(*policy("max-age=300")))
    first = client.read(URL)
    client.pass_time(10.5)
    second = client.read(URL)
    assert (first.status, first.reason, first.contact, first.stored) == (200, "Fine", "full", True)
    assert (second.status, second.reason, second.contact, second.stored) == (200, "OK", "none", None)
    assert first.content == second.content == b'{"a": 1}'
    assert (first.at, second.at, client.age) == (0, 10.5, 10.5)
    assert (len(first.seen), len(second.seen)) == (1, 0)
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
    assert len(client.seen) == 1


def test_a_304_with_stray_bytes_and_a_coding_is_used_all_the_same() -> None:
    def origin(_method: str, _url: str, headers: Headers, _body: bytes) -> Origin:
        fields = (("ETag", '"\xe9"'), ("Content-Encoding", "gzip"), *policy("no-cache"))
        if field_value(headers, "if-none-match") == '"\xe9"':
            return Origin(304, "Not Modified", fields, b"stray")
        return Origin(200, "OK", fields, b"whole")

    client = make_client("private-cache", origin)
    client.read(URL)
    through = client.read(URL)
    assert (through.contact, through.content, len(client.seen)) == ("conditional", b"whole", 2)


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
    assert len(client.read(URL).seen) == 1
    client.pass_time(302)
    origin.fault = GONE
    with pytest.raises(NoAnswer):
        client.read(URL)
    origin.fault = None
    assert client.read(URL).contact == "conditional"
    assert (len(origin.requests), len(client.seen)) == (4, 2)


def test_a_defect_of_the_sender_passes_through_too() -> None:
    def broken(*_: object) -> Origin:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_client("private-cache", broken).read(URL)


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


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'proxy' is no client cache; there are private-cache, shared-cache"):
        make_client("proxy", Scripted())
