"""The moved clock: every clock of the app moves, and nothing that waits does."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

import httpx
import pytest
from apps.writing import submission, until

from conformance.servers import AppSpec, Server, start

APPS = Path(__file__).parents[1] / "apps"
TTL = 30.0


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Server, httpx.Client]]:
    loop: Literal["asyncio", "uvloop"] = request.param
    pytest.importorskip(loop)
    with (
        start(AppSpec("clocks:app", APPS, loop=loop)) as server,
        httpx.Client(base_url=server.url, timeout=10) as client,
    ):
        yield server, client


def test_every_clock_hits_until_the_ttl_and_misses_after_it(served: tuple[Server, httpx.Client]) -> None:
    server, client = served
    paths = [f"/{how}/{clock}" for how in ("sync", "async") for clock in client.get("/clocks").json()]
    assert len(paths) == 32
    server.move(1000)

    def cached() -> dict[str, bool]:
        return {path: client.get(path).json()["cached"] for path in paths}

    assert cached() == dict.fromkeys(paths, False)
    server.move(TTL - 2)  # the clocks of whole seconds need one more
    assert cached() == dict.fromkeys(paths, True)
    server.move(3)
    assert cached() == dict.fromkeys(paths, False)


@pytest.mark.parametrize("clock", ["time.time", "from-time-import-monotonic", "cachetools", "datetime.now"])
@pytest.mark.parametrize("how", ["sync", "async"])
def test_half_a_second_on_either_side(served: tuple[Server, httpx.Client], how: str, clock: str) -> None:
    server, client = served
    path = f"/{how}/{clock}"
    server.move(1000)
    first = client.get(path).json()
    server.move(TTL - 0.5)
    assert client.get(path).json() == {"value": first["value"], "cached": True}
    server.move(1)
    later = client.get(path).json()
    assert (later["cached"], later["value"] != first["value"]) == (False, True)


def test_what_waits_keeps_real_time(served: tuple[Server, httpx.Client]) -> None:
    server, client = served
    names = client.get("/waits").json()

    def wait(name: str) -> tuple[int, float]:
        begun = time.monotonic()
        return client.get(f"/wait/{name}").status_code, time.monotonic() - begun

    with ThreadPoolExecutor(len(names)) as pool:
        futures = {name: pool.submit(wait, name) for name in names}
        assert until(lambda: client.get("/waiting").json() > 0)
        while not all(future.done() for future in futures.values()):
            server.move(100)
    results = {name: future.result() for name, future in futures.items()}
    assert dict.fromkeys(names, 200) == {name: status for name, (status, _) in results.items()}
    assert [name for name, (_, seconds) in results.items() if seconds < 0.29] == []


def test_each_of_a_hundred_moves_ends_what_was_kept(served: tuple[Server, httpx.Client]) -> None:
    server, client = served
    for _ in range(100):
        server.move(40)
        assert [client.get("/async/time.time").json()["cached"] for _ in range(2)] == [False, True]


def test_the_date_follows_at_once(served: tuple[Server, httpx.Client]) -> None:
    server, client = served

    def date() -> float:
        return parsedate_to_datetime(client.get("/clocks").headers["date"]).timestamp()

    before = date()
    server.move(3600)
    assert date() - before in {3600, 3601}


def test_wall_time_starts_where_ours_is(tmp_path: Path) -> None:
    submission(tmp_path, "from time import time\ndef handle(path): return time()")
    with start(AppSpec(app_dir=tmp_path)) as server:
        before = time.time()
        theirs = float(httpx.get(server.url).text)
        assert before - 0.001 <= theirs <= time.time() + 0.001
        server.move(86400)
        assert 86399 < float(httpx.get(server.url).text) - theirs < 86405


def test_two_workers_move_together(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return f'{os.getpid()} {time.time()} {time.monotonic()}'")
    with start(AppSpec(app_dir=tmp_path, workers=2)) as server:
        assert len(server.pids) == 2
        server.move(500)
        moved: dict[int, tuple[float, float]] = {}

        def both() -> bool:
            answers = [httpx.get(server.url).text.split() for _ in range(4)]
            moved.update({int(pid): (float(wall), float(mono)) for pid, wall, mono in answers})
            return len(moved) == 2

        assert until(both, 10)
        assert set(moved) == set(server.pids)
        for wall, mono in moved.values():
            assert (round((wall - time.time()) / 20), round((mono - time.monotonic()) / 20)) == (25, 25)


def test_a_clock_that_is_not_wanted_stays(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return time.monotonic.__class__.__name__, int(time.time())")
    with start(AppSpec(app_dir=tmp_path, clock=False)) as server:
        server.move(1000)
        assert not server.moves
        assert httpx.get(server.url).text.startswith("('builtin_function_or_method', 1")
        assert abs(int(httpx.get(server.url).text.split()[1][:-1]) - time.time()) < 10


def test_an_app_that_does_not_look_for_it_is_not_disturbed(tmp_path: Path) -> None:
    submission(
        tmp_path,
        """
        import copy, pickle, inspect
        def handle(path):
            timer = time.monotonic
            assert pickle.loads(pickle.dumps(timer)) is timer and copy.deepcopy(timer) is timer
            assert isinstance(timer(), float) and isinstance(time.perf_counter_ns(), int)
            assert time.get_clock_info("monotonic").monotonic
            return repr(timer), timer.__name__, timer.__module__, inspect.getmodule(timer).__name__
        """,
    )
    with start(AppSpec(app_dir=tmp_path)) as server:
        expected = "('<built-in function monotonic>', 'monotonic', 'time', 'time')"
        assert httpx.get(server.url).text == expected


def test_an_app_that_replaces_time_itself_fakes_its_own_answers_only(tmp_path: Path) -> None:
    submission(
        tmp_path,
        """
        time.time = time.monotonic = time.time_ns = lambda: 0
        time.sleep = lambda seconds: None
        import json
        json.dumps = json.loads = None
        def handle(path): return time.time()
        """,
    )
    with start(AppSpec(app_dir=tmp_path)) as server:
        before = parsedate_to_datetime(httpx.get(server.url).headers["date"]).timestamp()
        server.move(100)
        answer = httpx.get(server.url)
        assert answer.text == "0"
        assert parsedate_to_datetime(answer.headers["date"]).timestamp() - before in {100, 101}


def test_the_clock_moves_while_the_event_loop_is_blocked(tmp_path: Path) -> None:
    submission(
        tmp_path,
        """
        def handle(path):
            before = time.time()
            print("blocking", flush=True)
            for _ in range(900):
                time.sleep(0.01)  # blocks the loop
                if time.time() - before > 500:
                    return "moved"
            return "did not move"
        """,
    )
    with start(AppSpec(app_dir=tmp_path)) as server, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx.get, server.url, timeout=10)
        assert until(lambda: "blocking" in server.output)
        server.move(1000)
        assert answer.result().text == "moved"


def test_threads_may_move_it_together(served: tuple[Server, httpx.Client]) -> None:
    server, client = served
    before = parsedate_to_datetime(client.get("/clocks").headers["date"]).timestamp()
    threads = [threading.Thread(target=server.move, args=(10,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = parsedate_to_datetime(client.get("/clocks").headers["date"]).timestamp()
    assert 200 <= after - before <= 203
