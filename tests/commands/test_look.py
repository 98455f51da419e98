"""`conformance look`: a URL is read, and no verdict is given; what goes wrong is one sentence."""

from __future__ import annotations

import json

import pytest
from helpers.hostile import serve
from helpers.student import Student, reply

from conformance import cli


def shop() -> Student:
    return Student(lambda *_: reply(200, [1], {"ETag": "abc", "Cache-Control": "max-age=60"}))


def test_a_server_with_mistakes_is_remarked_on_and_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(shop()) as server:
        assert cli.command(["look", f"{server.url}/items/"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "Any cache" in out
    assert "Remarks, not verdicts" in out


def test_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(shop()) as server:
        assert cli.command(["look", f"{server.url}/items/?a=b#c", "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["url"] == f"{server.url}/items/?a=b"
    assert told["browser"] == {**told["browser"], "how": "fresh", "seconds": 60, "source": "max-age"}


def test_who_asks_is_said_by_a_header_from_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "t0p-s3cret")
    with serve(shop()) as server:
        assert cli.command(["look", server.url, "-H", "Authorization: Bearer ${TOKEN}"]) == 0
        assert all(b"Authorization: Bearer t0p-s3cret" in each for each in server.requests)
    assert "t0p-s3cret" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["localhost:8000/items/"], "has no scheme: did you mean 'http://localhost:8000/items/'?"),
        (["ftp://h/"], "has the scheme 'ftp'"),
        (["http://["], "can't be read"),
        (["http://h/", "--format", "xml"], "there is no format 'xml' of a look; accepted: text, json"),
        (["http://h/", "-H", "broken"], "a header is given as 'Name: value'"),
        (["http://h/", "--ca", "/no/such", "--insecure"], "exclude each other"),
    ],
)
def test_what_can_not_be_asked_is_one_line(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["look", *words]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
