"""`conformance init`: a file is written, and what to do next is said; what goes wrong is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.hostile import serve
from helpers.student import Student, reply

from conformance import cli
from conformance.load.targetfile import read_target

PATHS = {"/items/": {"get": {}}, "/gone": {"get": {}}}


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
