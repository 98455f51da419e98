"""How twists are named, listed and served: in a thread, by their command, and by other servers."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from reference_impl.settings import Settings
from reference_impl.twisted import __main__ as command
from reference_impl.twisted import app
from reference_impl.twisted.serve import start
from reference_impl.twisted.twists import AS_IS


@pytest.mark.parametrize("variant", ["slow", "empty-reason"])
def test_dates_are_those_of_the_clock_that_is_passed(variant: str) -> None:
    with start(Settings(clock=lambda: 1_750_000_000.0), variant=variant) as running:
        answer = httpx.get(f"{running.url}/items/")
    assert answer.headers["date"] == answer.headers["last-modified"] == "Sun, 15 Jun 2025 15:06:40 GMT"


def test_a_name_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no flaw is called 'no-etags'; did you mean 'no-etag'\?"):
        start(flaw="no-etags")
    with pytest.raises(ValueError, match=r"no variant is called 'zzz'$"):
        start(variant="zzz")
    with pytest.raises(ValueError, match="not both"):
        app.choose("no-etag", "slow")


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({}, ""),
        ({"REFERENCE_FLAW": "", "REFERENCE_VARIANT": ""}, ""),
        ({"REFERENCE_FLAW": "no-etag"}, "no-etag"),
        ({"REFERENCE_VARIANT": "slow"}, "slow"),
    ],
)
def test_the_environment_names_what_other_servers_serve(env: Mapping[str, str], name: str) -> None:
    twist = app.choose_from_env(env)
    assert (twist.name, twist is AS_IS) == (name, not name)


def test_a_twist_on_the_wire_is_not_served_by_other_servers() -> None:
    for flaw, variant, option in (
        ("body-on-304", "", "--flaw body-on-304"),
        ("", "http10", "--variant http10"),
    ):
        refusing = app.for_any_server(Settings(), app.choose(flaw, variant))
        with pytest.raises(RuntimeError, match=f"run python -m reference_impl.twisted {option}"):
            asked(refusing)
    assert "etag" not in asked(app.for_any_server(Settings(), app.choose("no-etag"))).headers


def asked(asgi: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://x") as client:
            return await client.get("/items/")

    return asyncio.run(ask())


# ------------------------------------------------------------------ the command


@pytest.mark.processes
@pytest.mark.parametrize(
    ("args", "env"),
    [
        (("--flaw", "no-etag"), {}),
        (("--flaw", "no-etag", "--workers", "2"), {}),
        ((), {"REFERENCE_FLAW": "no-etag"}),
    ],
)
def test_the_command_serves_what_it_is_told(args: Sequence[str], env: Mapping[str, str]) -> None:
    call = [sys.executable, "-W", "error", "-m", "reference_impl.twisted", "--port", "0", *args]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=os.environ | env) as server:
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("listening on ").strip()
        try:
            answer = httpx.get(f"{url}/items/")
        finally:
            server.send_signal(signal.SIGTERM)
        assert (answer.status_code, "etag" in answer.headers) == (200, False)


def test_the_command_lists_what_it_can_serve(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list"]) == 0
    out = capsys.readouterr().out
    assert "no-etag " in out
    assert "weak-tags " in out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "name a flaw or a variant; --list shows them"),
        (("--flaw", "lesson-simple"), "did you mean 'lesson-sample'?"),
        (("--flaw", "no-etag", "--variant", "slow"), "not allowed with argument"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(
    args: Sequence[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("REFERENCE_FLAW", raising=False)
    monkeypatch.delenv("REFERENCE_VARIANT", raising=False)
    with pytest.raises(SystemExit):
        command.main(args)
    assert says in capsys.readouterr().err
