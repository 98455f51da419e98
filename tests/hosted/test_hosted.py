"""Whole runs on servers that the suite starts: a TTL of 30 s in no time, and real time where it has to be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apps.grading import LESSON, bad, children, failed, grade, on, shop
from apps.writing import until

import conformance
from conformance.api import exit_code
from conformance.model import Report
from conformance.options import Serving
from conformance.report.text import summary_lines
from conformance.servers import AppSpec, CommandSpec

APPS = Path(__file__).parents[1] / "apps"
OF_TTL = {"miss-says-so", "hit-within-ttl", "hit-until-ttl", "ttl-ends", "reads-do-not-prolong"}
SHARED = "several workers each have a cache of their own"
TIME = "::cached-time::"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each test there is no process more than before."""
    before = children()
    yield
    assert until(lambda: children() <= before)


def passes(report: Report) -> None:
    """Nothing is worse than a warning, and the clock was moved."""
    assert bad(report) == {}
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert (report.clock, dict(report.why_real), exit_code(report)) == ("virtual", {}, 0)


# ------------------------------------------------------------------ what passes


def test_the_reference_passes_a_ttl_of_thirty_seconds_in_no_time() -> None:
    report = conformance.run(serving=Serving(app="reference_impl.app:app"), seed=1)
    passes(report)
    assert failed(report) == set()
    assert report.seconds < 15
    assert report.workers == 1
    assert report.base_url.startswith("http://127.0.0.1:")
    assert on(report, "memory-is-bounded").outcome == "pass"
    assert on(report, "memory-is-bounded", "reports").outcome == "pass"
    assert on(report, "workers-agree").outcome == "untestable"


def test_the_lesson_done_right_in_one_file_gets_no_fail_and_no_warning() -> None:
    report = conformance.run(serving=Serving(app="reference_impl.lesson:app"), seed=1)
    passes(report)
    assert failed(report) == set()
    given = {verdict for verdict, number in report.counts.items() if number}
    assert given <= {"pass", "info", "not-applicable", "untestable"}
    by_event = {
        "create-shows",
        "change-shows",
        "change-shows-on-item",
        "remove-shows",
        "remove-shows-on-item",
    }
    assert {on(report, check, "items").outcome for check in by_event} == {"pass"}
    assert on(report, "clear-empties").outcome == "pass"


def test_the_lessons_own_code_gets_warnings_only(tmp_path: Path) -> None:
    report = conformance.run(serving=Serving(app="main:app", app_dir=shop(tmp_path, LESSON, plain=False)))
    passes(report)
    assert failed(report) == {"etag-quoted", "cache-control-present"}
    assert exit_code(report, strict=True) == 1


SUBMISSIONS = {
    "a factory": Serving(app="starlette_app:create", app_dir=APPS, factory=True),
    "Flask": Serving(app="flask_app:create_app", app_dir=str(APPS), factory=True),
    "Django": Serving(app="django_app:application", app_dir=APPS),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_apps_of_other_frameworks_are_judged_on_the_route_they_have(name: str) -> None:
    if name in ("Flask", "Django"):
        pytest.importorskip(name.lower(), reason=f"{name} is not installed")
    report = conformance.run(serving=SUBMISSIONS[name], seed=1)
    assert report.clock == "virtual"
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert on(report, "etag-present", "items").message.startswith("the route is missing: ")


def test_a_wsgi_function_passes(tmp_path: Path) -> None:
    text = """
    def wsgi(environ, start_response):
        asked = {"if-none-match": environ.get("HTTP_IF_NONE_MATCH")}
        found = {"/items/": lambda: items(asked), "/cached-time/": lambda: (200, None, {})}
        status, body, fields = found.get(environ["PATH_INFO"], lambda: (404, b"{}", {}))()
        if environ["REQUEST_METHOD"] != "GET":
            status = 405
        body = json.dumps(cached_time()).encode() if body is None else body
        fields = fields if status == 304 else fields | {"Content-Type": "application/json"}
        start_response(f"{status} Said", list(fields.items()))
        return [body]
    """
    shop(tmp_path, text)
    report = grade(AppSpec("main:wsgi", tmp_path))
    passes(report)
    assert failed(report) == set()


def test_an_app_runs_in_its_folder_whatever_the_current_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data.txt").write_text("30")
    shop(tmp_path, "LIFE = float(open('data.txt').read())")
    monkeypatch.chdir(tmp_path / "elsewhere")
    passes(conformance.run(serving=Serving(app="main:app", app_dir="..")))


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
    assert report.seconds < 15


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
    "never ends": "LIFE = 1e9",
    "time replaced": "frozen = time.time()\ntime.time = time.monotonic = lambda: frozen\n"
    "now = lambda: time.time()\nLIFE = 4",
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
    with ThreadPoolExecutor(len(cases)) as pool:
        return dict(zip(cases, pool.map(judge, cases.values()), strict=True))


@pytest.mark.parametrize("name", ["the loop's clock", "a clock in C"])
def test_a_cache_by_another_clock_is_judged_in_real_time_and_that_is_told(
    waited: Mapping[str, Report], name: str
) -> None:
    report = waited[name]
    assert dict(report.why_real) == {
        "cached-time": "its value outlived 20 TTLs of moved time, so real time was waited for"
    }
    assert bad(report) == {}
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert clocks_of(report) == {"real"}
    assert "cached-time in real time: its value outlived" in "\n".join(summary_lines(report))


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


def clocks_of(report: Report) -> set[str]:
    """The clocks by which the life of an entry was judged."""
    return {report.records[e.work].clock for e in report.judged if e.id in OF_TTL and e.work}


@pytest.mark.parametrize("name", ["never ends", "time replaced"])
def test_a_value_that_never_ends_fails_for_that_in_real_time(waited: Mapping[str, Report], name: str) -> None:
    report = waited[name]
    assert set(report.why_real) == {"cached-time"}
    assert set(bad(report)) == {"specs/server-cache.yaml::cached-time::ttl-ends"}
    assert on(report, "hit-until-ttl").outcome == "pass"
    assert clocks_of(report) == {"real"}
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


# ------------------------------------------------------------------ memory and workers


def test_a_cache_that_only_grows_is_warned_of() -> None:
    reference = AppSpec("reference_impl.twisted.app:app", env={"REFERENCE_FLAW": "unbounded-cache"})
    report = grade(reference, target="reference", only="memory-is-bounded")
    verdict = on(report, "memory-is-bounded")
    assert (verdict.outcome, verdict.verdict) == ("fail", "warn")
    assert verdict.message.startswith("expected memory that stops growing, found ")
    bounded = grade(AppSpec("reference_impl.app:app"), target="reference", only="memory-is-bounded")
    assert on(bounded, "memory-is-bounded").outcome == "pass"


KEPT = {
    "8 KiB for each query": ("kept[asked] = os.urandom(8192)", "fail"),
    "the latest 5000 queries": (
        "kept[asked] = 1\n    while len(kept) > 5000: kept.pop(next(iter(kept)))",
        "untestable",
    ),
    "the latest 200 queries": (
        "kept[asked] = 1\n    while len(kept) > 200: kept.pop(next(iter(kept)))",
        "pass",
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_of_a_cache_that_is_bounded_nothing_is_claimed_beyond_the_keys_that_were_sent(
    tmp_path: Path, name: str
) -> None:
    text, expected = KEPT[name]
    keep = f"queries = {{}}\ndef keep(asked, kept=queries):\n    {text}\n"
    answer = "    keep(scope.get('query_string'))\n    await app(scope, receive, send)\n"
    shop(tmp_path, f"{keep}async def keeping(scope, receive, send):\n{answer}")
    verdict = on(grade(AppSpec("main:keeping", tmp_path), only="memory-is-bounded"), "memory-is-bounded")
    assert verdict.outcome == expected
    assert ("was not seen to stop growing within " in verdict.message) is (expected == "untestable")


SALTED = {
    "hash()": "str(hash(body))",
    "str() of a set": "hashlib.md5(str({item['name'] for item in ITEMS}).encode() + body).hexdigest()",
    "drawn at the start": "hashlib.md5(DRAWN + body).hexdigest()",
}
TAGGED = """
DRAWN = os.urandom(8)
def items(asked):
    body = json.dumps(ITEMS).encode()
    fields = {"etag": '"' + %s + '"', "cache-control": "no-cache"}
    return (304, b"", fields) if asked.get("if-none-match") == fields["etag"] else (200, body, fields)
"""


@pytest.mark.parametrize("name", SALTED)
def test_a_tag_that_is_another_after_each_start_is_warned_of_each_time(tmp_path: Path, name: str) -> None:
    shop(tmp_path, TAGGED % SALTED[name])
    report = grade(AppSpec(app_dir=tmp_path), only="::items::")
    verdict = on(report, "tag-outlives-restart", "items")
    assert (verdict.outcome, verdict.verdict) == ("fail", "warn")
    assert verdict.message.startswith("the ETag is another after each restart: ")
    assert bad(report) == {}


def test_a_fresh_start_can_be_left_out(tmp_path: Path) -> None:
    report = grade(shop(tmp_path), only="tag-outlives-restart", options={"restarts": False})
    verdict = on(report, "tag-outlives-restart", "items")
    assert verdict.message == "not applicable: not asked for: a fresh start was left out (--no-restart)"


def test_a_body_that_is_another_after_a_start_says_nothing_of_tags(tmp_path: Path) -> None:
    shop(tmp_path, "import os\nITEMS[0]['name'] = os.urandom(8).hex()")
    report = grade(AppSpec(app_dir=tmp_path), only="tag-outlives-restart")
    assert on(report, "tag-outlives-restart", "items").outcome == "not-applicable"


# Each takes a while to answer: of requests that cost nothing, one worker may happen to take all twenty.
WORKERS = {"busy": "def before(path, asked): time.sleep(0.01)", "FastAPI": LESSON}


@pytest.mark.parametrize("name", WORKERS)
def test_a_cache_in_each_worker_is_warned_of_and_no_other_check_fails(tmp_path: Path, name: str) -> None:
    shop(tmp_path, WORKERS[name], plain=name != "FastAPI")
    report = grade(AppSpec(app_dir=tmp_path, workers=2), only=TIME)
    assert bad(report, "inconclusive") == {}
    doubted = {e.verdict.cause for e in report.judged if e.verdict.outcome == "inconclusive"}
    assert doubted <= {SHARED}
    assert on(report, "workers-agree").verdict == "warn"
    assert on(report, "workers-agree").message.startswith("each worker has a cache of its own: ")
    assert on(report, "members-present").outcome == "pass"
    assert report.workers == 2
    assert exit_code(report) in (0, 7)  # nothing fails; what met both workers could not be judged


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
    "no mark, a constant": ("MARK = False\nTEXT = lambda: 1", "ttl: 30, value: /v", set(), "untestable"),
    "spread": (
        "SPREAD = lambda: random.uniform(27, 33)",
        "ttl: [27, 33], value: /v, hit: {header: X-Cache}",
        set(),
        "pass",
    ),
    "stale": ("STALE = 10", "ttl: 30, stale: 10, value: /v, hit: {header: X-Cache}", set(), "pass"),
    "stale, not declared": ("STALE = 10", "ttl: 30, value: /v, hit: {header: X-Cache}", {"ttl-ends"}, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", OFTEN)
def test_a_hit_is_told_in_many_ways(tmp_path: Path, name: str) -> None:
    text, declared, wrong, hits = OFTEN[name]
    usual = "MARK, STALE = True, 0\nTEXT, SPREAD = (lambda: time.strftime('%H:%M:%S')), (lambda: 30)\n"
    shop(tmp_path, f"items = lambda asked: answer()\n{usual}{MARKED}\n{text}\n")
    target = tmp_path / "target.yaml"
    target.write_text(f"name: case\nresources:\n  r: {{read: GET /items/, json: object, {declared}}}\n")
    report = conformance.run(serving=Serving(app="main:app", app_dir=tmp_path), target=str(target), seed=1)
    assert {e.id for e in report.judged if e.verdict.outcome == "fail"} == wrong
    assert not hits or on(report, "hit-within-ttl", "r").outcome == hits
    if hits == "untestable":
        assert "declare `hit`, or a value that moves" in on(report, "hit-within-ttl", "r").message
