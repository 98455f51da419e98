"""conformance.looking.asking: GET and HEAD, ten at most."""

from __future__ import annotations

import ssl

import pytest
from helpers.hostile import answers, serve, unused_port
from helpers.student import Student, reply
from helpers.wires import OK
from wire.test_tls import certificate, tls

from conformance.errors import UsageError
from conformance.looking.asking import ask

__all__ = ["certificate", "tls"]  # fixtures


def test_a_few_safe_requests_are_made_and_no_other() -> None:
    fields = {"ETag": '"a"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
    student = Student(lambda *_: reply(200, [1, 2, 3], fields))
    with serve(student) as server:
        made = ask(server.url, "/items/?page=2", (("X-Team", "blue"),))
        sent = server.requests
    assert {method for method, _ in student.asked} == {"GET", "HEAD"}
    assert {path for _, path in student.asked} == {"/items/?page=2"}
    assert len(student.asked) == len(made) == 9
    assert all(b"X-Team: blue" in each for each in sent)


def test_of_an_answer_that_is_no_resource_little_is_asked() -> None:
    student = Student(lambda *_: reply(401, {}))
    with serve(student) as server:
        assert list(ask(server.url, "/", ())) == ["plain", "again"]


def test_where_nobody_listens_one_line_says_what_to_do() -> None:
    says = r"nothing listens on .*\. Start your server first, and look at the port"
    with pytest.raises(UsageError, match=says):
        ask(f"http://127.0.0.1:{unused_port()}", "/", ())


def test_tls_to_a_plain_port_is_told_with_the_url_to_give() -> None:
    says = "It speaks plain HTTP there: give http://"
    with serve(lambda peer: peer.send(OK)) as server, pytest.raises(UsageError, match=says):
        ask(server.url.replace("http:", "https:"), "/", ())


@pytest.mark.processes
def test_plain_http_to_a_port_of_tls_is_told_with_the_url_to_give(tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server, pytest.raises(UsageError, match="It speaks TLS there"):
        ask(server.url.replace("https:", "http:"), "/", ())
