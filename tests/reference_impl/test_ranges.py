"""reference_impl.ranges: which part of a body is sent, and for which If-Range."""

from __future__ import annotations

import email
import email.policy

import pytest
from helpers.inprocess import Client

from reference_impl.caching import Validators, http_date
from reference_impl.ranges import Part, if_range, select, wanted

CHANGED = 1_750_000_000.5
NOW = CHANGED + 60
BODY = b"0123456789"
CURRENT = Validators('"v1"', CHANGED)


def asked(range_: str, condition: str = "", now: Validators = CURRENT) -> Part | None:
    fields = {"range": [range_]} | ({"if-range": [condition]} if condition else {})
    return select(fields, BODY, "text/plain", now, NOW)


@pytest.mark.parametrize(
    ("field", "spans"),
    [
        ("bytes=0-4", [(0, 4)]),
        ("BYTES=5-", [(5, 9)]),
        ("bytes=0-99", [(0, 9)]),
        ("bytes=-3", [(7, 9)]),
        ("bytes=-30", [(0, 9)]),
        (f"bytes=8-{'9' * 5000}", [(8, 9)]),
        ("bytes=-1, 0-1", [(9, 9), (0, 1)]),
        ("bytes=0-1,10-", [(0, 1)]),
        ("bytes=10-", []),
        ("bytes=-0", []),
        (f"bytes={'9' * 5000}-", []),
        ("bytes=9-5", None),
        ("bytes=0-1,9-5", None),
        ("bytes=first", None),
        ("bytes=", None),
        ("bytes", None),
        ("lines=0-1", None),
        ("", None),
        ("bytes=0-4,4-6", None),
        ("bytes=" + ",".join(f"{n}-{n}" for n in range(9)), None),
    ],
)
def test_the_spans_that_a_range_asks_for(field: str, spans: list[tuple[int, int]] | None) -> None:
    assert wanted(field, len(BODY)) == spans


def test_of_nothing_no_span_can_be_asked_for() -> None:
    assert wanted("bytes=0-,-1", 0) == []


@pytest.mark.parametrize(
    ("condition", "now", "holds"),
    [
        ('"v1"', CURRENT, True),
        ('"v2"', CURRENT, False),
        ('W/"v1"', CURRENT, False),
        ('W/"v1"', Validators('W/"v1"'), False),
        ('"v1", "v2"', CURRENT, False),
        ('"v1"', Validators(None), False),
        (http_date(CHANGED), CURRENT, True),
        (http_date(CHANGED + 1), CURRENT, False),
        (http_date(CHANGED - 1), CURRENT, False),
        (http_date(CHANGED), Validators('"v1"'), False),
        ("v1", CURRENT, False),
    ],
)
def test_if_range_is_an_exact_match(condition: str, now: Validators, holds: bool) -> None:
    assert if_range(condition, now, NOW) is holds
    assert (asked("bytes=0-4", condition, now) is not None) is holds


def test_a_date_tells_nothing_within_its_own_second() -> None:
    assert not if_range(http_date(CHANGED), CURRENT, CHANGED + 0.4)
    assert if_range(http_date(CHANGED), CURRENT, CHANGED + 0.6)


def test_one_range_is_sent_as_it_is() -> None:
    assert asked("bytes=2-4") == Part(206, {"Content-Range": "bytes 2-4/10"}, b"234")


def test_what_describes_the_content_is_known_to_whoever_sends_if_range() -> None:
    one, several = asked("bytes=2-4", '"v1"'), asked("bytes=0-0,9-", '"v1"')
    assert one is not None
    assert several is not None
    assert (one.described, several.described) == (False, False)


def test_what_is_beyond_the_end_is_refused_with_the_length() -> None:
    assert asked("bytes=10-") == Part(416, {"Content-Range": "bytes */10"})


def test_several_ranges_are_parts_of_a_message_that_any_reader_of_mail_reads() -> None:
    found = asked("bytes=-1,0-1")
    assert found is not None
    head = "".join(f"{name}: {value}\r\n" for name, value in found.fields.items())
    message = email.message_from_bytes(head.encode() + b"\r\n" + found.body, policy=email.policy.HTTP)
    assert message.get_content_type() == "multipart/byteranges"
    assert message.defects == []
    parts = [
        (part["Content-Range"], part["Content-Type"], part.get_content()) for part in message.iter_parts()
    ]
    assert parts == [("bytes 9-9/10", "text/plain", "9"), ("bytes 0-1/10", "text/plain", "01")]


def test_without_a_range_the_whole_is_sent_whatever_if_range_says() -> None:
    assert select({"if-range": ['"v2"']}, BODY, "text/plain", CURRENT, NOW) is None


# ---- served


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize("path", ["/items/", "/items/1", "/versioned/", "/policies/no-store"])
def test_parts_of_what_has_a_strong_tag_are_served(client: Client, path: str) -> None:
    whole = client.get(path)
    part = client.get(path, range="bytes=1-4")
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status_code, part.content) == (206, whole.content[1:5])
    assert part.headers["content-range"] == f"bytes 1-4/{len(whole.content)}"
    assert part.headers["content-length"] == "4"
    for name in ("etag", "cache-control", "last-modified", "content-type"):
        assert part.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", ["/reports/", "/cached-time/"])
def test_of_what_has_no_strong_tag_the_whole_is_served(client: Client, path: str) -> None:
    client.get(path)
    whole, asked = client.get(path), client.get(path, range="bytes=1-4", if_range='"x"')
    assert (asked.status_code, asked.content) == (200, whole.content)
    assert "accept-ranges" not in whole.headers


def test_a_condition_comes_before_the_range(client: Client) -> None:
    etag = client.get("/items/").headers["etag"]
    assert client.get("/items/", range="bytes=0-4", if_none_match=etag).status_code == 304
    assert client.get("/items/", range="bytes=0-4", if_match='"x"').status_code == 412
    assert client.get("/items/", range="bytes=0-4", if_none_match='"x"', if_range=etag).status_code == 206


def test_with_if_range_only_what_is_news_is_sent(client: Client) -> None:
    etag = client.get("/items/").headers["etag"]
    part = client.get("/items/", range="bytes=0-4", if_range=etag)
    assert part.headers["etag"] == etag
    assert not {"content-type", "last-modified"} & part.headers.keys()


def test_head_and_writes_take_no_notice_of_a_range(client: Client) -> None:
    assert client.ask("HEAD", "/items/", {"range": "bytes=0-4"}).status_code == 200
    assert client.ask("DELETE", "/items/1", {"range": "bytes=0-4"}).status_code == 204


def test_what_is_beyond_the_end_is_answered_416(client: Client) -> None:
    whole = client.get("/items/")
    refused = client.get("/items/", range="bytes=9999-")
    assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")
