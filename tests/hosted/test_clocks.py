"""Which clocks of a cache are moved, how a hit is told, and real time where it has to be waited for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apps.grading import OF_TTL, TIME, bad, failed, grade, on, passes, shop

import conformance
from conformance.api import exit_code
from conformance.model import Report
from conformance.options.run import Serving
from conformance.report.text import summary_lines
from conformance.servers import AppSpec, CommandSpec

# ------------------------------------------------------------------ clocks of caches

CLOCKS = {
    "time.time": "now = lambda: time.time()",
    "from time import time": "from time import time as now",
    "datetime.now": "from datetime import datetime\nnow = lambda: datetime.now().timestamp()",
    "time.monotonic": "from time import monotonic as now",
    "perf_counter": "now = lambda: time.perf_counter()",
    "strftime": "now = lambda: time.mktime(time.strptime(time.strftime('%Y%m%d %H%M%S'), '%Y%m%d %H%M%S'))",
    "cachetools.TTLCache": """
from cachetools import TTLCache
cache = TTLCache(10, 30)
def cached_time():
    global cache
    if cache.ttl != LIFE:
        cache = TTLCache(10, LIFE)
    hit = "time" in cache
    value = cache["time"] if hit else str(time.time_ns())
    if SLIDES or not hit:
        cache["time"] = value
    return {"time": value, "cached": hit}
""",
}
DEFECTS = {
    "": None,
    "LIFE = 15": "hit-until-ttl",
    "LIFE = 60": "ttl-ends",
    "SLIDES = True": "reads-do-not-prolong",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=["none", "half", "double", "sliding"])
@pytest.mark.parametrize("clock", CLOCKS)
def test_every_clock_of_a_cache_is_moved_and_every_defect_found(
    tmp_path: Path, clock: str, defect: str
) -> None:
    report = grade(shop(tmp_path, f"{CLOCKS[clock]}\n{defect}\n"), only=TIME)
    wrong = DEFECTS[defect]
    assert (report.clock, dict(report.why_real)) == ("virtual", {})
    assert failed(report) == ({wrong} if wrong else set())
    # Where entries die early, a burst that came too late for them tells nothing of workers.
    others = set(bad(report)) - {"specs/server-cache.yaml::cached-time::workers-agree"}
    assert others == ({f"specs/server-cache.yaml::cached-time::{wrong}"} if wrong else set())


# ------------------------------------------------------------------ how a hit is told, and for how long

MARKED = """
import random
def answer():
    made, at, life = kept.get("r", ("", 0.0, 0.0))
    hit = time.time() - at < life
    stale = not hit and STALE and time.time() - at < life + STALE
    if not hit:
        kept["r"] = str(TEXT()), time.time(), SPREAD()
        made, hit = (made, True) if stale else (kept["r"][0], False)
    return (200, json.dumps({"v": made}).encode(), {"x-cache": "HIT" if hit else "MISS"} if MARK else {})
"""
OFTEN: Mapping[str, tuple[str, str, set[str], str]] = {
    "a field": ("", "ttl: 30, value: /v, hit: {header: X-Cache, is: HIT}", set(), "pass"),
    "a field, too long": (
        "SPREAD = lambda: 60", "ttl: 30, value: body, hit: {header: X-Cache}", {"ttl-ends"}, "",
    ),
    "no mark": ("MARK = False", "ttl: 30, value: /v", set(), "pass"),
    "no mark, too long": ("MARK = False\nSPREAD = lambda: 60", "ttl: 30, value: /v", {"ttl-ends"}, ""),
    "no mark, minutes": (
        "MARK = False\nTEXT = lambda: time.strftime('%H:%M')", "ttl: 30, value: /v", set(), "untestable",
    ),
    "no mark, a constant": (
        "MARK = False\nTEXT = lambda: 1\nSPREAD = lambda: 4", "ttl: 4, value: /v", set(), "untestable",
    ),
    "spread": (
        "SPREAD = lambda: random.uniform(27, 33)",
        "ttl: [27, 33], value: /v, hit: {header: X-Cache}",
        set(),
        "pass",
    ),
    "stale": ("STALE = 10", "ttl: 30, stale: 10, value: /v, hit: {header: X-Cache}", set(), "pass"),
    "stale, not declared": ("STALE = 10", "ttl: 30, value: /v, hit: {header: X-Cache}", {"ttl-ends"}, ""),
}  # fmt: skip


CONSTANT = "no mark, a constant"
"""By which clock it ends no answer shows, so it is waited for."""


def told(folder: Path, name: str) -> Report:
    """A run on a server that tells hits in this way."""
    text, declared, _, _ = OFTEN[name]
    usual = "MARK, STALE = True, 0\nTEXT, SPREAD = (lambda: time.strftime('%H:%M:%S')), (lambda: 30)\n"
    shop(folder, f"items = lambda asked: answer()\n{usual}{MARKED}\n{text}\n")
    target = folder / "target.yaml"
    target.write_text(f"name: case\nresources:\n  r: {{read: GET /items/, json: object, {declared}}}\n")
    return conformance.run(serving=Serving(app="main:app", app_dir=folder), target=str(target), seed=1)


def is_told(report: Report, name: str) -> None:
    _, _, wrong, hits = OFTEN[name]
    assert {e.id for e in report.judged if e.verdict.outcome == "fail"} == wrong
    assert not hits or on(report, "hit-within-ttl", "r").outcome == hits
    if hits == "untestable":
        assert "declare `hit`, or a value that moves" in on(report, "hit-within-ttl", "r").message


@pytest.mark.parametrize("name", [name for name in OFTEN if name != CONSTANT])
def test_a_hit_is_told_in_many_ways(tmp_path: Path, name: str) -> None:
    is_told(told(tmp_path, name), name)


# ------------------------------------------------------------------ real time, where it has to be

NODE = """
const kept = {at: -1e9, value: ""};
require("http").createServer((request, response) => {
  const found = request.method === "GET" && request.url === "/cached-time/";
  const hit = Date.now() - kept.at < 4000;
  if (found && !hit) Object.assign(kept, {at: Date.now(), value: String(process.hrtime.bigint())});
  response.writeHead(found ? 200 : 404, {"Content-Type": "application/json"});
  response.end(JSON.stringify(found ? {time: kept.value, cached: hit} : {}));
}).listen(Number(process.argv[2]), "127.0.0.1");
"""
ENDED = """
def cached_time():
    hit = "time" in kept
    if not hit:
        kept["time"] = time.strftime("%H:%M:%S")
        end()
    return {"time": kept["time"], "cached": hit}
"""
FOR_EVER = """
import time
kept = {}
@app.get("/cached-time/")
def cached_time():
    hit = "time" in kept
    return {"time": kept.setdefault("time", time.strftime("%H:%M:%S")), "cached": hit}
"""
UNMOVED = {
    "the loop's clock": "LIFE = 4\nnow = lambda: asyncio.get_running_loop().time()",
    "a clock in C": """
import ctypes
class Spec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanos", ctypes.c_long)]
LIBC = ctypes.CDLL(None)
def now():
    spec = Spec()
    LIBC.clock_gettime(0, ctypes.byref(spec))
    return spec.seconds + spec.nanos / 1e9
LIFE = 4
""",
    "SQLite's clock": """
import sqlite3
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table entry (value text, ends real)")
def cached_time():
    found = db.execute("select value from entry where ends > julianday('now') * 86400").fetchone()
    if not found:
        value = time.strftime("%H:%M:%S")
        db.execute("delete from entry")
        db.execute("insert into entry values (?, julianday('now') * 86400 + 4)", (value,))
    return {"time": found[0] if found else value, "cached": bool(found)}
""",
    "a timer of the loop": ENDED + "end = lambda: asyncio.get_running_loop().call_later(4, kept.pop, 'time')",
    "a task that sleeps": ENDED
    + """
async def later():
    await asyncio.sleep(4)
    del kept["time"]
def end():
    kept["task"] = asyncio.create_task(later())
""",
    "a timer in a thread": ENDED
    + """
import threading
def end():
    timer = threading.Timer(4, kept.pop, ("time",))
    timer.daemon = True
    timer.start()
""",
    "a worker of a pool": ENDED
    + """
from concurrent.futures import ThreadPoolExecutor
pool, waiting = ThreadPoolExecutor(1), __import__("threading").Event()
end = lambda: pool.submit(lambda: (waiting.wait(4), kept.pop("time")))
""",
}
"""Right servers whose values end by a clock that is not moved, though their text follows the one that is."""
ENDLESS = {
    "never ends": (True, "LIFE = 1e9"),
    "time replaced": (
        True,
        "frozen = time.time()\ntime.time = time.monotonic = lambda: frozen\nnow = lambda: time.time()",
    ),
    "under FastAPI": (False, f"from fastapi import FastAPI\napp = FastAPI()\n{FOR_EVER}"),
    "under Flask": (False, f"from flask import Flask\napp = Flask('main')\n{FOR_EVER}"),
}

KEPT = """
kept = {}
def cached_time():
    hit = "time" in kept and time.time() - kept["time"][1] < LIFE
    if not hit:
        kept["time"] = told(), time.time()
    return {"time": kept["time"][0], "cached": hit}
"""
BY_C = (
    f"import sqlite3\n{KEPT}\n"
    """
told = lambda: sqlite3.connect(":memory:").execute("select CURRENT_TIMESTAMP").fetchone()[0]
"""
)
BY_FILE = """
import tempfile
place = os.path.join(tempfile.mkdtemp(), "kept")
def cached_time():
    hit = os.path.exists(place) and time.time() - os.stat(place).st_mtime < LIFE
    if not hit:
        with open(place, "w") as file:
            file.write(time.strftime("%H:%M:%S"))
    with open(place) as file:
        return {"time": file.read(), "cached": hit}
"""
MIXED = {
    "SQLite's time": (f"{BY_C}\nLIFE = 4", "though computed anew"),
    "a constant": (f"{KEPT}\ntold = lambda: 'noon'\nLIFE = 4", "though computed anew"),
    "a date": (f"{KEPT}\ntold = lambda: time.strftime('%Y-%m-%d')\nLIFE = 4", "though computed anew"),
    "a file's time": (f"{BY_FILE}\nLIFE = 4", "its hits ended when the clock was moved"),
}
"""Right servers whose values do not follow the moved clock, or not alone; and what is said of the clock."""
MOVED = {
    "ctime": "time.ctime()",
    "asctime": "time.asctime()",
    "minutes": "time.strftime('%H:%M')",
}

IN_REDIS = """
from redis import Redis
server = Redis.from_url(os.environ["REDIS_URL"])
def cached_time():
    made = str(time.time_ns())
    hit = not server.set("time", made, ex=4, nx=True)
    return {"time": server.get("time").decode() if hit else made, "cached": hit}
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        assert not os.environ.get("CI"), "redis-server is not installed, and CI has to run these tests"
        yield ""
        return
    path = tmp_path_factory.mktemp("redis") / "socket"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent)]
    with subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("ready to accept connections" in line.lower() for line in server.stdout)
            yield f"unix://{path}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def waited(redis: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Report]:
    """Runs that wait, a TTL of 4 s each, side by side."""
    cases: dict[str, AppSpec | CommandSpec] = {}
    constant = tmp_path_factory.mktemp("app")
    for name, text in UNMOVED.items():
        cases[name] = AppSpec(app_dir=shop(tmp_path_factory.mktemp("app"), text))
    for name, (text, _) in MIXED.items():
        cases[name] = AppSpec(app_dir=shop(tmp_path_factory.mktemp("app"), text))
    if redis:
        folder = shop(tmp_path_factory.mktemp("app"), IN_REDIS)
        cases["Redis"] = AppSpec(app_dir=folder, workers=2, env={"REDIS_URL": redis})
    if shutil.which("node"):
        folder = tmp_path_factory.mktemp("node")
        (folder / "server.js").write_text(NODE)
        cases["node"] = CommandSpec("node server.js {port}", folder)
    judge: Callable[[AppSpec | CommandSpec], Report] = lambda spec: grade(spec, ttl=4, only=TIME)  # noqa: E731
    with ThreadPoolExecutor(len(cases) + 1) as pool:
        beside = pool.submit(told, constant, CONSTANT)
        found = dict(zip(cases, pool.map(judge, cases.values()), strict=True))
        return found | {CONSTANT: beside.result()}


@pytest.mark.parametrize("name", UNMOVED)
def test_a_cache_by_another_clock_is_judged_in_real_time_and_that_is_told(
    waited: Mapping[str, Report], name: str
) -> None:
    report = waited[name]
    assert dict(report.why_real) == {"cached-time": "it kept its value although 90 s were moved"}
    assert bad(report) == {}
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert clocks_of(report) == {"real"}
    assert "cached-time in real time: it kept its value although 90 s" in "\n".join(summary_lines(report))


@pytest.mark.parametrize("name", MIXED)
def test_a_value_that_does_not_follow_the_moved_clock_is_no_lie(
    waited: Mapping[str, Report], name: str
) -> None:
    report = waited[name]
    assert MIXED[name][1] in report.why_real["cached-time"]
    assert bad(report) == {}
    assert {on(report, check).outcome for check in (*OF_TTL, "flag-is-true")} == {"pass"}
    assert clocks_of(report) == {"real"}


@pytest.mark.parametrize("name", MOVED)
def test_a_time_of_any_text_follows_the_moved_clock(tmp_path: Path, name: str) -> None:
    report = grade(shop(tmp_path, f"{KEPT}\ntold = lambda: {MOVED[name]}\n"), only=TIME)
    assert dict(report.why_real) == {}
    assert bad(report) == {}
    assert {on(report, check).outcome for check in (*OF_TTL, "flag-is-true")} == {"pass"}


def test_a_constant_without_a_mark_tells_no_hit(waited: Mapping[str, Report]) -> None:
    report = waited[CONSTANT]
    is_told(report, CONSTANT)
    assert set(report.why_real) == {"r"}


def clocks_of(report: Report) -> set[str]:
    """The clocks by which the life of an entry was judged."""
    return {report.records[e.work].clock for e in report.judged if e.id in OF_TTL and e.work}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_value_that_never_ends_fails_for_that_without_being_waited_for(tmp_path: Path, name: str) -> None:
    plain, text = ENDLESS[name]
    report = grade(shop(tmp_path, text, plain=plain), only=TIME)
    assert dict(report.why_real) == {}
    assert set(bad(report)) == {"specs/server-cache.yaml::cached-time::ttl-ends"}
    assert on(report, "hit-until-ttl").outcome == "pass"
    assert clocks_of(report) == {"virtual"}
    assert exit_code(report) == 1


def test_a_cache_in_redis_is_waited_for_and_two_workers_agree_by_it(waited: Mapping[str, Report]) -> None:
    if "Redis" not in waited:
        pytest.skip("redis-server is not installed")
    report = waited["Redis"]
    assert set(report.why_real) == {"cached-time"}
    assert bad(report) == {}
    assert on(report, "workers-agree").outcome == "pass"
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert (clocks_of(report), report.workers) == ({"real"}, 2)


def test_the_reference_asks_its_own_clock_beside_that_of_redis(redis: str) -> None:
    if not redis:
        pytest.skip("redis-server is not installed")
    report = grade(AppSpec("reference_impl.app:app", workers=2, env={"CACHE_URL": redis}), only=TIME)
    passes(report)
    assert on(report, "workers-agree").outcome == "pass"
    assert report.workers == 2


def test_a_server_in_another_language_is_waited_for(waited: Mapping[str, Report]) -> None:
    if "node" not in waited:
        pytest.skip("node is not installed")
    report = waited["node"]
    assert (report.clock, dict(report.why_real), report.workers) == ("real", {}, None)
    assert bad(report) == {}
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
