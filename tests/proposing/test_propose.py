"""conformance.proposing.propose: a stranger's API, judged at once; and bad input of all kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import serve, unused_port
from helpers.runs import counts, reference
from helpers.student import HOLD, Student, reply

import conformance
from conformance.clocks import VirtualClock
from conformance.errors import UsageError
from conformance.load.targetfile import read_target
from conformance.proposing import asking
from conformance.proposing.propose import Wanted, propose, sent_headers, write
from conformance.wire import Limits

OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Stranger"},
    "paths": {
        "/items/": {"get": {}, "post": {}},
        "/items/{id}": {"get": {}, "put": {}, "delete": {}},
        "/cached-time/": {"get": {}},
    },
}


class Stranger(Student):
    """A student's server that lists its routes, and keeps what it was asked with."""

    def __init__(self, before: Any = None, document: Any = OPENAPI, at: str = "/openapi.json") -> None:
        self.sent: list[Mapping[str, str]] = []

        def answer(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
            self.sent.append(headers)
            if before is not None and (found := before(method, path, headers, body)) is not None:
                return found
            return reply(200, document) if path == at else None

        super().__init__(answer)


def names(text: str) -> list[str]:
    return re.findall(r"^  ([a-z0-9-]+):$", text, re.MULTILINE)


def test_a_strangers_api_is_judged_at_tier_full_without_editing_anything(tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    with reference() as server:
        before = server.state()
        made = propose(server.url, Wanted(move=server.clock.move))
        assert server.state() == before
        write(path, made.text, force=False)
        clock = lambda: VirtualClock(server.clock.move)  # noqa: E731
        report = conformance.run(server.url, target=str(path), tier="full", clock=clock, seed=1)
    target = read_target(path)
    assert {"items", "items-one", "cached-time", "reports", "versioned"} <= {*made.resources}
    assert (target.resource("cached-time").ttl, target.resource("reports").value) == (30, "/report")
    found = counts(report)
    assert found["pass"] > 200
    assert not {"fail", "warn", "error", "inconclusive", "unreachable", "blocked"} & found.keys()


def test_nothing_but_plain_gets_is_sent() -> None:
    student = Stranger()
    with serve(student) as server:
        made = propose(server.url, Wanted())
    assert {method for method, _ in student.asked} == {"GET"}
    assert made.asked == len(student.asked) <= 9
    assert {name for sent in student.sent for name in sent} == {"host", "user-agent"}
    assert names(made.text) == ["items", "items-one", "cached-time"] == list(made.resources)


def test_paths_by_hand_need_no_openapi() -> None:
    student = Stranger(document=None)
    with serve(student) as server:
        made = propose(server.url, Wanted(paths=("/items/", "/items/{id}", "/gone")))
    assert made.resources == ("items", "items-one")
    assert ("GET", "/openapi.json") not in student.asked
    assert "GET /gone: 404" in made.text


def test_a_prefix_is_found_out_by_asking() -> None:
    document = {**OPENAPI, "servers": [{"url": "/api/v1"}]}
    below = {f"/api/v1{path}": path for path in ("/items/", "/cached-time/")}

    def moved(method: str, path: str, headers: Any, body: bytes) -> Any:
        return student._answer(method, below[path], headers, body) if path in below else reply_gone(path)  # noqa: SLF001

    def reply_gone(path: str) -> Any:
        return None if path == "/openapi.json" else reply(404, {})

    student = Stranger(moved, document)
    with serve(student) as server:
        made = propose(server.url, Wanted())
    assert "base: /api/v1" in made.text
    assert "read: GET /items/" in made.text
    student = Stranger(None, document)
    with serve(student) as server:
        assert "base:" not in propose(server.url, Wanted()).text


def test_an_openapi_at_the_root_tells_of_what_lies_below_the_base_url() -> None:
    paths = {f"/api{path}": item for path, item in OPENAPI["paths"].items()} | {"/other": {"get": {}}}

    def below(method: str, path: str, headers: Any, body: bytes) -> Any:
        if path == "/openapi.json":
            return None
        found = path.startswith("/api/") and path != "/api/openapi.json"
        return student._answer(method, path.removeprefix("/api"), headers, body) if found else reply(404, {})  # noqa: SLF001

    student = Stranger(below, {"paths": paths})
    with serve(student) as server:
        made = propose(f"{server.url}/api", Wanted())
    assert made.resources == ("items", "items-one", "cached-time")
    assert "read: GET /items/" in made.text


@pytest.mark.parametrize("wrong", ["/docs", "/openapi.json"])
def test_a_url_of_the_documentation_is_told_apart_from_that_of_the_server(wrong: str) -> None:
    def documented(_method: str, path: str, *_: Any) -> Any:
        return reply(404, {}) if path.startswith(f"{wrong}/") else None

    with serve(Stranger(documented)) as server, pytest.raises(UsageError) as caught:
        propose(f"{server.url}{wrong}", Wanted())
    where = f"{server.url}/openapi.json"
    says = (
        f"nothing that the OpenAPI at {where} lists can be read below {wrong}: give {server.url} as the URL"
    )
    assert str(caught.value) == says


def test_an_openapi_elsewhere_is_named_in_the_file() -> None:
    with serve(Stranger(at="/v3/api-docs")) as server:
        assert "openapi: /v3/api-docs\n" in propose(server.url, Wanted(openapi="/v3/api-docs")).text
        with pytest.raises(UsageError, match="there is no OpenAPI at"):
            propose(server.url, Wanted())


def test_a_slash_that_is_missing_is_added_in_the_file() -> None:
    def slash(_method: str, path: str, *_: Any) -> Any:
        return reply(307, None, {"Location": "/items/"}) if path == "/items" else None

    with serve(Stranger(slash)) as server:
        assert "read: GET /items/" in propose(server.url, Wanted(paths=("/items",))).text


def login(_method: str, path: str, headers: Mapping[str, str], _body: bytes) -> Any:
    known = headers.get("authorization") == "Bearer t0-secret"
    return None if known else reply(401, {}, {"WWW-Authenticate": "Bearer"})


def test_a_login_is_given_by_a_variable_which_the_file_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0-secret")
    with serve(Stranger(login)) as server:
        made = propose(server.url, Wanted(headers=("Authorization: Bearer ${TOKEN}", "Accept: text/json")))
        typed = propose(server.url, Wanted(headers=("authorization: Bearer t0-secret",)))
        with pytest.raises(UsageError, match=r"it wants a login \(401, Bearer\): give what it wants with -H"):
            propose(server.url, Wanted())
        with pytest.raises(UsageError, match=r"no route can be read.*GET /items/ and 1 more: 401"):
            propose(server.url, Wanted(paths=("/items/", "/cached-time/")))
    assert '  Authorization: "Bearer ${TOKEN}"\n  Accept: text/json\n' in made.text
    assert "t0-secret" not in made.text + typed.text
    assert (made.unset, typed.unset) == ((), ("AUTHORIZATION",))


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("Authorization", "a header is given as 'Name: value'"),
        ("A b: c", "a header is given as 'Name: value'"),
        ("A: b\r\nC: d", "a header is given as 'Name: value'"),
        ("A: ${NO_SUCH}", "A needs the variable NO_SUCH of the environment, which is not set"),
    ],
)
def test_a_header_that_is_none_is_refused(header: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        sent_headers((header,))


def html(_method: str, path: str, *_: Any) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"


HUGE = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{"


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (html, "a page of HTML, and no OpenAPI in JSON: name the paths to judge"),
        (lambda *_: HUGE, "the body is longer than 16777216 bytes"),
        (lambda *_: reply(404, {}), "there is no OpenAPI at"),
        (lambda *_: reply(302, None, {"Location": "/login"}), "a redirect to /login (302)"),
        (lambda *_: b"SSH-2.0-OpenSSH\r\n", "GET http"),
        (lambda *_: reply(200, {"paths": {"/a": {"post": {}}}}), "lists no GET"),
        (lambda *_: reply(200, {"paths": {"/a": {"get": {}}}, "swagger": "1.2"}), "is of version 1.2"),
    ],
)
def test_what_can_not_be_read_is_one_sentence(before: Any, says: str) -> None:
    with serve(Stranger(before)) as server, pytest.raises(UsageError) as caught:
        propose(server.url, Wanted())
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_is_down_is_one_sentence() -> None:
    for wanted in (Wanted(), Wanted(paths=("/items/",))):
        with pytest.raises(UsageError, match="nothing listens"):
            propose(f"http://127.0.0.1:{unused_port()}", wanted)


def test_a_server_that_falls_silent_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_LIMITS", Limits(deadline=0.1))
    paths: dict[str, Any] = {f"/r{n}": {"get": {}} for n in range(40)} | {"/items/": {"get": {}}}
    student = Stranger(lambda _m, path, *_: HOLD if path.startswith("/r") else None, {"paths": paths})
    with serve(student) as server, pytest.raises(UsageError, match="no route can be read"):
        propose(server.url, Wanted())
    assert len(student.asked) == 4


def test_a_document_of_many_routes_costs_no_more() -> None:
    paths: dict[str, Any] = {f"/r{n}/{{x}}": {"get": {}} for n in range(20_000)}
    with serve(Stranger(document={"paths": paths | {"/items/": {"get": {}}}})) as server:
        made = propose(server.url, Wanted())
    assert (made.resources, made.asked) == (("items",), 3)
    assert len(made.text) < 10_000


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(base="api"), "the base path 'api' is none"),
        (Wanted(openapi="openapi.json"), "'openapi.json' is no path"),
        (Wanted(paths=("items",)), "'items' is no path"),
    ],
)
def test_wrong_options_are_told_before_anything_is_sent(wanted: Wanted, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        propose(f"http://127.0.0.1:{unused_port()}", wanted)


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    path.write_text("mine")
    with pytest.raises(UsageError, match="is there already: --force writes over it, --out names another"):
        write(path, "yours", force=False)
    assert path.read_text() == "mine"
    write(path, "yours", force=True)
    assert path.read_text() == "yours"
    with pytest.raises(UsageError, match="can't be written: No such file"):
        write(tmp_path / "no" / "target.yaml", "", force=False)
