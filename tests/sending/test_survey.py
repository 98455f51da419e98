"""What the server says of itself before anything is judged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.hostile import answers, serve, unused_port
from helpers.student import HOLD, Student, reply
from msgspec.structs import replace

from conformance.clocks import RealClock
from conformance.load.target import load_target
from conformance.sending.survey import Survey, survey
from conformance.wire import Limits, Wire

OPENAPI: dict[str, Any] = {
    "paths": {"/items/": {"get": {}, "post": {}}, "/items/{item_id}": {"put": {}, "x-note": {}}}
}


def surveyed(url: str, deadline: float = 0.3, *, kept: bool = False) -> Survey:
    """What is known of a server; `kept`: of which only resources with a TTL are declared."""
    target = load_target("lesson")
    if kept:
        target = replace(target, resources=tuple(each for each in target.resources if each.ttl))
    with Wire(url, RealClock(), limits=Limits(deadline=deadline)) as wire, wire.lane() as lane:
        return survey(lane, target, wire.prefix)


def of(document: Any, prefix: str = "") -> Survey:
    with serve(answers(reply(200, document))) as server:
        return surveyed(server.url + prefix)


def test_openapi_tells_what_is_offered() -> None:
    found = of(OPENAPI)
    assert found.fault is None
    assert found.offers("POST", "/items/") is True
    assert found.offers("PUT", "/items/{id}") is True  # whatever the parameter is called
    assert found.offers("GET", "/items") is True  # to the slash
    assert found.offers("GET", "/items/?page=1") is True
    assert found.offers("DELETE", "/items/{id}") is False
    assert found.offers("DELETE", "/cache/") is False


def test_a_prefix_of_the_base_url_is_taken_off() -> None:
    found = of({"paths": {"/api/items/": {"post": {}}}}, "/api")
    assert found.offers("POST", "/items/") is True


def test_it_is_asked_for_where_the_target_says_and_with_its_login() -> None:
    def protected(_method: str, path: str, headers: Any, _body: bytes) -> Any:
        return reply(200, OPENAPI) if (path, headers.get("x-key")) == ("/docs.json", "k") else reply(401)

    given = load_target("lesson")
    resources = tuple(replace(each, headers=(("X-Key", "k"),)) for each in given.resources)
    target = replace(given, openapi="/docs.json", resources=resources)
    with serve(Student(protected)) as server, Wire(server.url, RealClock()) as wire, wire.lane() as lane:
        assert survey(lane, target, "").offers("POST", "/items/") is True


@pytest.mark.parametrize(
    "document",
    [None, [], "text", 7, {}, {"paths": None}, {"paths": []}, {"paths": {"/": None}}, {"paths": {"/": 3}}],
)
def test_what_is_no_openapi_tells_nothing(document: Any) -> None:
    found = of(document)
    assert (found.fault, found.routes) == (None, None)
    assert found.offers("GET", "/items/") is None


def test_deep_nesting_is_no_crash() -> None:
    deep = b"[" * 200_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(deep)
    with serve(answers(head + deep)) as server:
        assert surveyed(server.url, deadline=5) == Survey(None, None)


@pytest.mark.parametrize("status", [404, 401, 500, 302])
def test_a_server_without_openapi_answers(status: int) -> None:
    with serve(answers(reply(status, OPENAPI))) as server:
        assert surveyed(server.url) == Survey(None, None)


def test_a_silent_route_is_no_silent_server() -> None:
    student = Student(lambda _method, path, *_: HOLD if path == "/openapi.json" else None)
    with serve(student) as server:
        assert surveyed(server.url) == Survey(None, None)
    assert student.asked == [("GET", "/openapi.json"), ("GET", "/items/")]


def test_two_silences_are_one_diagnosis() -> None:
    with serve(Student(lambda *_: HOLD)) as server:
        found = surveyed(server.url)
    assert found.fault is not None
    assert found.fault.kind == "timeout"


def test_no_cache_is_warmed() -> None:
    """Where only resources with a TTL are declared, none of them is read."""
    student = Student(lambda *_: HOLD)
    with serve(student) as server:
        assert surveyed(server.url, kept=True).fault is not None
    assert student.asked == [("GET", "/openapi.json")]


def test_a_refusal_is_hopeless_at_once() -> None:
    found = surveyed(f"http://127.0.0.1:{unused_port()}")
    assert found.fault is not None
    assert found.fault.kind == "refused"


def test_the_document_is_read_as_it_came() -> None:
    body = json.dumps(OPENAPI).encode()
    with serve(answers(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body, close=True)) as server:
        assert surveyed(server.url).offers("POST", "/items/") is True
