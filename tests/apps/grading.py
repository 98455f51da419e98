"""Students' whole submissions, and a run of the suite on one that it starts itself.

The plain submission has the two routes of the lesson and no defect; it imports nothing, so it starts fast.
"""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from conformance.api import exit_code, make_options
from conformance.execute.again import judge_again
from conformance.execute.engine import Engine
from conformance.model import Report
from conformance.options.run import Asked, Serving
from conformance.plan.lanes import plan
from conformance.servers import AppSpec, CommandSpec, start

__all__ = ["LESSON", "OF_TTL", "TIME", "bad", "children", "failed", "grade", "on", "passes", "shop"]

OF_TTL = {"miss-says-so", "hit-within-ttl", "hit-until-ttl", "ttl-ends", "reads-do-not-prolong"}
TIME = "::cached-time::"  # in the node ids of what is judged of the cached time

# What a test adds may replace `now`, `LIFE`, `cached_time()`, and `before(path)`, which does nothing.
SHOP = """
import asyncio, hashlib, json, os, signal, sys, time

LIFE, SLIDES = 30.0, False
ITEMS = [{"id": 1, "name": "Pen"}, {"id": 2, "name": "Cup"}]
now = time.time
kept = {}

def items(asked):
    body = json.dumps(ITEMS).encode()
    fields = {"etag": '"' + hashlib.sha256(body).hexdigest()[:16] + '"', "cache-control": "no-cache"}
    return (304, b"", fields) if asked.get("if-none-match") == fields["etag"] else (200, body, fields)

def cached_time():
    at, value = kept.get("time", (0.0, ""))
    if value and now() - at < LIFE:
        if SLIDES:
            kept["time"] = now(), value
        return {"time": value, "cached": True}
    kept["time"] = now(), str(time.time_ns())
    return {"time": kept["time"][1], "cached": False}

def before(path, asked):
    pass

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    path, asked = scope["path"], {n.decode(): v.decode() for n, v in scope["headers"]}
    before(path, asked)
    status, body, fields = 404, b'{"detail": "Not Found"}', {}
    if scope["method"] not in ("GET", "HEAD"):
        status = 405
    elif path == "/items/":
        status, body, fields = items(asked)
    elif path == "/cached-time/":
        status, body = 200, json.dumps(cached_time()).encode()
    fields = fields | {"content-type": "application/json"}
    if status != 304:
        fields["content-length"] = str(len(body))
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""

# The lesson's own code, its unquoted ETag and its missing Cache-Control included.
LESSON = """
import hashlib
import time
from datetime import datetime

from fastapi import FastAPI, Request, Response

app = FastAPI()
items = [{"id": 1, "name": "Item 1"}, {"id": 2, "name": "Item 2"}]
cache = {}

@app.get("/items/")
async def get_items(request: Request, response: Response):
    etag = hashlib.md5(str(items).encode()).hexdigest()
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return items

@app.get("/cached-time/")
async def cached_time():
    if "time" in cache and time.time() - cache["time"][1] < 30:
        return {"time": cache["time"][0], "cached": True}
    cache["time"] = (datetime.now().isoformat(), time.time())
    return {"time": cache["time"][0], "cached": False}
"""


def shop(folder: Path, text: str = "", *, plain: bool = True) -> Path:
    """Write the plain submission and what is different in it, or `text` alone; the folder is returned."""
    (folder / "main.py").write_text((SHOP if plain else "") + textwrap.dedent(text))
    return folder


def children() -> set[int]:
    """All processes below this one."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


def grade(
    what: AppSpec | CommandSpec | Path,
    *,
    ttl: float = 30.0,
    target: str = "lesson",
    only: str = "",
    options: Mapping[str, Any] | None = None,
) -> Report:
    """A run on a server that is started for it; judged again from its record, it has to say the same.

    Args:
        what: the server, or the folder of an app main:app.
        only: a part of the node ids of the checks to run.
        options: of the engine.
    """
    spec = AppSpec(app_dir=what) if isinstance(what, Path) else what
    made = make_options(
        Asked(serving=Serving(app="main:app"), target=target, seed=1, overrides=[f"*.ttl={ttl:g}"])
    )
    runs = plan(made.suite, made.target, made.tier).runs
    selected = frozenset(run.id for run in runs if only in run.id)
    made = dataclasses.replace(made, start=lambda: start(spec), selected=selected, **(options or {}))
    engine = Engine(made)
    engine.start()
    engine.wait()
    engine.close()
    report = engine.report()
    again = judge_again(report)
    assert [(e.nodeid, e.verdict) for e in again.entries] == [(e.nodeid, e.verdict) for e in report.entries]
    return report


def on(report: Report, check: str, resource: str = "cached-time") -> Any:
    """The verdict on a check of a resource."""
    return next(e.verdict for e in report.entries if (e.id, e.resource) == (check, resource))


def bad(report: Report, *but: str) -> dict[str, str]:
    """What is worse than a warning, those verdicts excepted: node id -> message."""
    wrong = {"fail", "error", "inconclusive", "unreachable"} - set(but)
    return {e.nodeid: e.verdict.message for e in report.judged if e.verdict.verdict in wrong}


def failed(report: Report) -> set[str]:
    """The ids of the checks that failed, warnings included; times, which are only told, are left out."""
    return {e.id for e in report.judged if e.verdict.verdict in ("fail", "warn")}


def passes(report: Report) -> None:
    """Nothing is worse than a warning, and the clock was moved."""
    assert bad(report) == {}
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert (report.clock, dict(report.why_real), exit_code(report)) == ("virtual", {}, 0)
