"""The checks for Schemathesis: by themselves, and in the processes that they are meant for."""

import gzip
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.cases import api, case, failure, odd, odd_server

from conformance.fuzz import CHECKS
from conformance.fuzz import schemathesis_checks as module
from conformance.fuzz.schemathesis_checks import ConformanceEtagCoverage
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.serve import start

HOOKS = "conformance.fuzz.schemathesis_checks"
BOTH = "conformance_etag_revalidation,ConformanceEtagCoverage"
# ------------------------------------------------------------------ the check


@pytest.mark.parametrize("check", CHECKS)
def test_the_reference_has_no_failure(check: str) -> None:
    with start() as running:
        assert failure(case(running.url), check) == ""
        assert failure(case(running.url, "POST"), check) == ""


@pytest.mark.parametrize(
    ("flaw", "check", "says"),
    [
        ("ignores-inm", "conformance_etag_revalidation", ", expected 304, got 200"),
        (
            "no-etag-on-304",
            "conformance_not_modified_is_bare",
            ", expected 304 with the ETag, got a 304 without one",
        ),
        (
            "other-etag-on-304",
            "conformance_not_modified_is_bare",
            ', expected 304 with that ETag, got a 304 with ETag: "not-modified"',
        ),
    ],
)
def test_a_revalidation_that_fails_is_named(flaw: str, check: str, says: str) -> None:
    with start(flaw=flaw) as running:
        said = {each: failure(case(running.url), each) for each in CHECKS}

    assert re.search(rf"sent If-None-Match: \S+{re.escape(says)}\n", said[check]), said
    assert [each for each, text in said.items() if text] == [check]


@pytest.mark.parametrize("status", [500, 304])
@pytest.mark.parametrize("field", module._ODD)  # noqa: SLF001
def test_an_odd_field_that_is_too_much_or_matches_is_named(
    field: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(asked: Asked, answer: Answer) -> Answer:
        return replace(answer, status=status) if asked.get("if-none-match") == field.strip() else answer

    monkeypatch.setattr(module, "_by", lambda _tag, _ways: field)
    with odd_server(monkeypatch, edit) as running:
        assert f"expected no {status}" in failure(case(running.url), "conformance_odd_fields")


def test_a_near_miss_that_matches_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_by", lambda _tag, ways: ways[0])
    with start(flaw="inm-substring") as running:
        said = failure(case(running.url), "conformance_near_misses")
    assert "What does not match is answered 304" in said


def test_a_cache_control_that_can_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd(monkeypatch, cache_control="max-age=ten") as url:
        assert "Cache-Control: max-age=ten: " in failure(case(url), "conformance_cache_control")


def test_a_cache_control_that_contradicts_itself_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd(monkeypatch, cache_control="public, private") as url:
        assert "Cache-Control: public, private: " in failure(case(url), "conformance_coherent_cache_control")
        assert failure(case(url), "conformance_cache_control") == ""


@pytest.mark.parametrize(("vary", "named"), [("", True), ("Accept-Language", False), ("*", False)])
@pytest.mark.parametrize("by", ["Accept-Language", "Accept-Encoding"])
def test_what_was_chosen_and_is_not_told_in_vary_is_named(
    by: str, vary: str, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(asked: Asked, answer: Answer) -> Answer:
        if by == "Accept-Encoding":
            told = answer.carrying(gzip.compress(answer.body)).having("content-encoding", "gzip")
        else:
            told = answer.having("content-language", "de" if asked.get("accept-language") == "de" else "en")
        return told.having("vary", vary.replace("Accept-Language", by)) if vary else told.without("vary")

    with odd_server(monkeypatch, edit) as running:
        said = failure(case(running.url), "conformance_vary")
    assert bool(said) is named
    assert not named or f"was chosen by {by}, and Vary is none" in said


def test_a_language_that_is_the_same_whatever_is_asked_for_was_not_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with odd(monkeypatch, status=200, content_language="en") as url:
        assert failure(case(url), "conformance_vary") == ""


def test_a_write_that_is_answered_304_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def edit(asked: Asked, answer: Answer) -> Answer:
        return Answer(304) if asked.method == "POST" else answer

    with odd_server(monkeypatch, edit) as running:
        assert "POST was answered 304" in failure(case(running.url, "POST"), "conformance_unsafe_methods")


def test_one_strong_tag_with_two_bodies_is_named() -> None:
    with start(flaw="nonce-under-tag") as running:
        schema = api(running.url)
        said = [failure(schema["/items/"]["GET"].Case(), "conformance_strong_tags") for _ in range(2)]
    assert said[0] == ""
    assert "two answers with ETag:" in said[1]


def test_a_tag_without_quotes_is_sent_as_it_came_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd(monkeypatch, status=200, etag="abc") as url:
        said = failure(case(url))

    assert "sent If-None-Match: abc, expected 304, got 200 (the ETag is not in double quotes" in said


def test_weak_tags_are_no_failure() -> None:
    with start(variant="weak-tags") as running:
        assert failure(case(running.url)) == ""


@pytest.mark.parametrize("flaw", ["random-etag", "no-etag", "items-500"])
def test_a_tag_that_has_moved_or_is_not_there_is_no_failure(flaw: str) -> None:
    with start(flaw=flaw) as running:
        assert failure(case(running.url)) == ""


@pytest.mark.parametrize(
    ("fields", "fails"),
    [
        ({"vary": "*"}, False),
        ({"vary": "accept"}, True),
        ({"cache_control": "private, no-store"}, False),
        ({"cache_control": "private"}, True),
    ],
)
def test_what_no_cache_may_ask_about_is_left_alone(
    fields: dict[str, str], fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with odd(monkeypatch, status=200, **fields) as url:
        assert bool(failure(case(url))) == fails


@pytest.mark.parametrize("name", ["If-None-Match", "if-match", "If-Modified-Since", "Range"])
def test_a_request_that_is_conditional_itself_is_left_alone(name: str) -> None:
    with start(flaw="ignores-inm") as running:
        assert failure(case(running.url, **{name: "*"})) == ""


@pytest.mark.parametrize("how", ["of the case", "of the call"])
def test_the_headers_of_the_first_request_are_sent_again(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them the second would be a 401, and nothing would be found."""
    key = {"X-Key": "hush"}
    with odd(monkeypatch, status=200, key="hush") as url:
        said = failure(case(url), headers=key) if how == "of the call" else failure(case(url, **key))

    assert "expected 304, got 200" in said


def test_the_base_url_of_the_call_is_asked_again() -> None:
    with start(flaw="ignores-inm") as running:
        assert "expected 304, got 200" in failure(case("http://127.0.0.1:9"), base_url=running.url)


def test_a_failure_shows_both_requests_and_no_secret() -> None:
    with start(flaw="ignores-inm") as running:
        said = failure(case(running.url), headers={"Authorization": "Bearer hush", "X-Kind": "a b"})
        where = f"{running.url}/items/"

    found = re.search(r"ETag: (\S+), and", said)
    assert found is not None
    first = "    curl -i -H 'Authorization: [Filtered]' -H 'X-Kind: a b'"
    assert f"{first} {where}\n" in said
    assert f"{first} -H 'If-None-Match: {found[1]}' {where}\n" in said
    assert "hush" not in said


# ------------------------------------------------------------------ the guard


def guarded(url: str, require: list[str] | None, method: str = "GET") -> str:
    """What the guard says of a run of one exchange."""
    guard = ConformanceEtagCoverage(require=require)
    asked = case(url, method)
    nothing: Any = None  # the guard looks at no context
    guard.after_response(nothing, asked.call(), asked)
    try:
        guard.after_run(nothing)
    except AssertionError as said:
        return str(said)
    return ""


@pytest.mark.parametrize(
    ("flaw", "require", "says"),
    [
        ("", None, ""),
        ("", ["GET /items/"], ""),
        ("", ["GET /a", "GET /items/"], "never answered 200 with an ETag, so not revalidated: GET /a"),
        ("no-etag", None, "so nothing was revalidated; asked were: GET /items/"),
        ("items-missing", None, "so nothing was revalidated; asked were: GET /items/"),
    ],
)
def test_a_run_that_has_revalidated_nothing_fails(flaw: str, require: list[str] | None, says: str) -> None:
    with start(flaw=flaw) as running:
        said = guarded(running.url, require)

    assert said.endswith(says)
    assert bool(said) == bool(says)


def test_a_run_without_any_get_has_nothing_to_revalidate() -> None:
    with start() as running:
        assert guarded(running.url, None, "POST") == ""


# ------------------------------------------------------------------ st run, st replay and pytest


def ran(command: list[str], folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "CI" and "SCHEMATHESIS" not in name}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=clean | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def st_run(url: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    fast = ["--max-examples", "5", "--seed", "1", "--phases", "fuzzing", "--include-path", "/items/"]
    return ran(["-m", "schemathesis.cli", "run", f"{url}/openapi.json", "-c", BOTH, *fast], folder, **env)


@pytest.mark.processes
def test_st_run_passes_the_reference(tmp_path: Path) -> None:
    with start() as running:
        done = st_run(running.url, tmp_path, SCHEMATHESIS_HOOKS=HOOKS)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.processes
def test_st_run_finds_a_server_that_ignores_if_none_match(tmp_path: Path) -> None:
    with start(flaw="ignores-inm") as running:
        done = st_run(running.url, tmp_path, SCHEMATHESIS_HOOKS=HOOKS)

    assert done.returncode == 1
    assert "Custom check failed: `conformance_etag_revalidation`" in done.stdout
    assert "expected 304, got 200" in done.stdout


@pytest.mark.processes
def test_st_replay_tries_what_was_found_again(tmp_path: Path) -> None:
    with start(flaw="ignores-inm") as flawed, start() as good:
        st_run(flawed.url, tmp_path, SCHEMATHESIS_HOOKS=HOOKS)
        replay = ["-m", "schemathesis.cli", "replay", "--keep"]
        again = ran(replay, tmp_path, SCHEMATHESIS_HOOKS=HOOKS)
        elsewhere = ["--url", good.url, "--schema-location", f"{good.url}/openapi.json"]
        mended = ran([*replay, *elsewhere], tmp_path, SCHEMATHESIS_HOOKS=HOOKS)
    assert again.returncode == 1, again.stdout + again.stderr
    assert "expected 304, got 200" in again.stdout
    assert mended.returncode == 0, mended.stdout + mended.stderr


@pytest.mark.processes
def test_st_run_takes_the_checks_and_the_guard_from_a_configuration_too(tmp_path: Path) -> None:
    config = f'hooks = "{HOOKS}"\n[checks.ConformanceEtagCoverage]\nrequire = ["GET /nowhere/"]\n'
    (tmp_path / "schemathesis.toml").write_text(config)
    with start() as running:
        done = st_run(running.url, tmp_path)

    assert done.returncode == 1
    assert "never answered 200 with an ETag, so not revalidated: GET /nowhere/" in done.stdout


@pytest.mark.processes
def test_pytest_takes_the_checks_from_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(f'hooks = "{HOOKS}"\n[generation]\nmax-examples = 5\n')
    (tmp_path / "pytest.ini").touch()
    with start() as good, start(flaw="ignores-inm") as flawed:
        for name, url in (("good", good.url), ("flawed", flawed.url)):
            (tmp_path / f"test_{name}.py").write_text(f"""
import schemathesis

schema = schemathesis.openapi.from_url("{url}/openapi.json")

@schema.include(method="GET", path="/items/").parametrize()
def test_api(case):
    case.call_and_validate()
""")
        done = ran(["-m", "pytest", "-p", "no:cacheprovider", "-q"], tmp_path)

    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    assert "FAILED test_flawed.py::test_api" in done.stdout
    assert "expected 304, got 200" in done.stdout
