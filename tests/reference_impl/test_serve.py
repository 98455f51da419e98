"""The reference over real HTTP: in a thread, and by its command with one worker and with two."""

import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from helpers.clocks import StandingClock

from reference_impl import __main__ as command
from reference_impl.serve import accept_no_more, listen, start
from reference_impl.settings import Settings


@contextmanager
def commanded(*args: str, **env: str) -> Iterator[str]:
    """The URL of a server started by its command."""
    command = [sys.executable, "-W", "error", "-m", "reference_impl", "--port", "0", *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | env) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        try:
            yield line.removeprefix("listening on ").strip()
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(10) in {0, 130, -signal.SIGINT}


def test_a_server_in_a_thread_answers_and_ends() -> None:
    before = set(threading.enumerate())
    with start(Settings(ttl=5)) as running:
        assert running.url == f"http://127.0.0.1:{running.port}"
        answer = httpx.get(f"{running.url}/items/")
        assert answer.status_code == 200
        assert len(answer.headers.get_list("date")) == 1
    running.close()
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith("reference:")]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{running.url}/items/")


def test_a_client_that_stays_is_let_go_at_the_end() -> None:
    with start() as running, socket.create_connection(("127.0.0.1", running.port)) as client:
        client.sendall(b"GET /items/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200")
        running.close()
        client.settimeout(5)
        while client.recv(1 << 16):
            pass


@pytest.mark.parametrize("turns", range(4))
def test_a_client_that_comes_at_the_end_leaves_no_socket_open(turns: int) -> None:
    """Whatever the loop has done of accepting it; an unclosed one would be a warning, which is an error."""

    async def end() -> None:
        sock = listen("127.0.0.1", 0)
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), sock=sock)
        with socket.create_connection(sock.getsockname()):
            for _ in range(turns):
                await asyncio.sleep(0)
            await accept_no_more(server)
            server.close()
            await asyncio.sleep(0)

    asyncio.run(end())
    gc.collect()


def test_a_clock_that_is_passed_moves_everything() -> None:
    clock = StandingClock()
    with start(Settings(clock=clock)) as running, httpx.Client(base_url=running.url) as client:
        first = client.get("/cached-time/").json()
        clock.now += 31
        second = client.get("/cached-time/")
        assert (second.json()["cached"], second.json()["time"] > first["time"]) == (False, True)
        client.patch("/items/1", json={"price": 1})
        item = client.get("/items/1")
        assert item.headers["date"] == item.headers["last-modified"] == "Sun, 15 Jun 2025 15:07:11 GMT"


def test_two_servers_in_one_process_are_apart() -> None:
    with start() as one, start() as other:
        httpx.delete(f"{one.url}/items/1")
        assert len(httpx.get(f"{other.url}/items/").json()) == 3


def test_a_server_that_cannot_start_says_so() -> None:
    with pytest.raises(RuntimeError, match="did not start: CACHE_URL"):
        start(Settings(cache_url="nonsense:"))
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        start(port=taken.getsockname()[1])


@pytest.mark.processes
def test_the_command_serves() -> None:
    with commanded("--ttl", "2") as url:
        assert httpx.get(f"{url}/items/").status_code == 200


def test_settings_travel_by_the_environment() -> None:
    settings = Settings(ttl=2.5, cache_url="redis://x", database="y", max_entries=7, cost=0, conditions=True)
    settings = replace(settings, admin=True)
    assert Settings.from_env(settings.to_env()) == settings
    assert Settings.from_env({}) == Settings()


@pytest.mark.parametrize(
    ("value", "on"),
    [("", False), ("0", False), ("False", False), ("off", False), ("1", True), ("required", True)],
)
def test_what_is_switched_off_by_the_environment_is_off(value: str, on: bool) -> None:
    assert Settings.from_env({"REFERENCE_CONDITIONS": value}).conditions is on


def test_the_command_tells_of_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit):
        command.main(["--port", str(taken.getsockname()[1])])
    assert "python -m reference_impl: error: [Errno" in capsys.readouterr().err
