"""conformance.verbs.coding: each coding is asked for alone, and what comes plain is told apart."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from helpers.hostile import answers, serve
from helpers.runs import context, done
from helpers.student import Student, reply

from conformance.fields import field_value
from conformance.model.runs import before_of


def deflating(_method: str, path: str, headers: Mapping[str, str], _body: bytes) -> bytes | None:
    if path != "/items/" or headers.get("accept-encoding") != "deflate":
        return None
    body = zlib.compress(b"[]")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_each_coding_is_asked_for_alone_and_those_that_there_are_are_kept() -> None:
    with serve(Student(deflating)) as server, context(server.url) as made:
        record = done(made, "codings", "others", of=["br", "deflate"])
        plain = made.steps[before_of("others")]
    assert [field_value(e.request.headers, "accept-encoding") for e in record.exchanges] == ["deflate"]
    assert [field_value(e.request.headers, "accept-encoding") for e in plain.exchanges] == ["br"]


def test_a_resource_that_the_server_lacks_is_not_asked_for() -> None:
    with serve(Student(lambda *_: reply(404, {}))) as server, context(server.url) as made:
        made.shared.lacking["items"] = "it is not there"
        record = done(made, "codings", "others", of=["br"])
    assert (record.status, record.says, server.requests) == ("not-offered", "it is not there", [])


def test_where_nobody_answers_no_more_is_asked() -> None:
    with serve(answers(b"", close=True)) as server, context(server.url) as made:
        record = done(made, "codings", "others", of=["br", "zstd"])
    assert [each.response for each in record.exchanges] == [None]
