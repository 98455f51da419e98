"""`conformance init`: a file is written, and what to do next is said; what goes wrong is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from apps.grading import bad
from helpers.hostile import serve
from helpers.student import Student, reply

import conformance
from conformance import cli
from conformance.load.targetfile import read_target
from conformance.options.run import Serving

PATHS: dict[str, Any] = {"/items/": {"get": {}}, "/gone": {"get": {}}}


def student() -> Student:
    return Student(lambda _m, path, *_: reply(200, {"paths": PATHS}) if path == "/openapi.json" else None)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_target_file_is_written_and_the_run_by_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(student()) as server:
        assert cli.command(["init", server.url]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "target.yaml: 1 resource (items); 1 route left out, and why; 4 GETs",
        f"next:  conformance run {server.url} --target target.yaml --tier full",
    ]
    assert read_target("target.yaml").resource("items").etag


def test_its_schema_lies_beside_it_where_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(student()) as server:
        assert cli.command(["init", server.url, "--schema"]) == 0
    assert "target.yaml: its first line names target.schema.json beside it" in capsys.readouterr().out
    assert Path("target.schema.json").exists()
    assert read_target("target.yaml").resource("items").etag


def test_a_credential_is_asked_for_again_and_not_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(student()) as server:
        assert cli.command(["init", server.url, "-H", "X-Api-Key: s3cret", "--out", "mine.yaml"]) == 0
    assert (
        "first: export X_API_KEY=...   (a credential is not written into the file)" in capsys.readouterr().out
    )
    assert "s3cret" not in Path("mine.yaml").read_text()


def test_a_file_that_is_there_is_neither_written_over_nor_asked_for_in_vain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("target.yaml").write_text("mine")
    with serve(student()) as server:
        assert cli.command(["init", server.url]) == 2
        assert server.requests == []
        assert cli.command(["init", server.url, "--force"]) == 0
    assert "is there already: --force writes over it" in capsys.readouterr().err
    assert read_target("target.yaml").name


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "one server is asked: give its URL, or start it with --app"),
        (["http://127.0.0.1:1", "--app", "m:a"], "and not both"),
        (["http://127.0.0.1:1", "--most", "0"], "0 resources are none"),
        (["http://127.0.0.1:1", "--out", "no/target.yaml"], "there is no folder 'no'"),
        (["http://127.0.0.1:1", "--ca", "no.pem"], "there is no file 'no.pem'"),
        (["http://127.0.0.1:1", "--path", "items"], "'items' is no path"),
        (["127.0.0.1:1"], "has no scheme"),
        (["http://127.0.0.1:1"], "nothing listens"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_no_file(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["init", *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert not Path("target.yaml").exists()


@pytest.mark.processes
def test_an_app_is_started_and_its_clock_tells_its_ttl(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["init", "--app", "reference_impl.app:app", "--env", "REDIS_URL=", "--out", "it.yaml"]
    assert cli.command(words) == 0
    run = "conformance run --app reference_impl.app:app --env REDIS_URL --target it.yaml --tier full"
    assert capsys.readouterr().out.splitlines()[-1] == f"next:  {run}"
    assert read_target("it.yaml").resource("cached-time").ttl == 30
    assert (
        Path("it.yaml")
        .read_text()
        .startswith("# What Items, cached as HTTP says (reference_impl.app:app) offers")
    )


POLICIES = (
    *("max-age=0, must-revalidate", "max-age=5", "public, max-age=300", "public, max-age=60, s-maxage=600"),
    *("max-age=60, s-maxage=0", "private", "private, max-age=5", "private, max-age=0, must-revalidate"),
    *("private, max-age=300", 'private="Set-Cookie", max-age=300', "no-cache", "private, no-cache"),
    *("no-store", "no-store, no-cache, must-revalidate, max-age=0", "public, max-age=31536000, immutable"),
    *("public", "must-revalidate, max-age=600, stale-while-revalidate=60", "no-store, must-understand"),
)
APP = f"""
from fastapi import FastAPI, Response

app = FastAPI()
POLICIES = {POLICIES!r}

@app.get("/policy/{{number}}")
async def policy(number: int, response: Response):
    response.headers["Cache-Control"] = POLICIES[number]
    return {{"policy": number}}
"""


@pytest.mark.processes
def test_what_is_written_down_of_a_server_fails_none_for_its_policy() -> None:
    """Declaring what a right server does judges more of it, and nothing of it wrongly."""
    Path("policies.py").write_text(APP)
    paths = [word for number in range(len(POLICIES)) for word in ("--path", f"/policy/{number}")]
    assert cli.command(["init", "--app", "policies:app", *paths, "--most", str(len(POLICIES))]) == 0
    target = read_target("target.yaml")
    assert {each.policy for each in target.resources} == set(POLICIES)
    report = conformance.run(serving=Serving(app="policies:app"), target=target, tier="full")
    assert bad(report) == {}
