"""A target that declares `etag` beside `ttl`: nothing is judged less for it, and nothing wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apps.grading import failed, on, shop

import conformance
from conformance.model import Report
from conformance.options.run import Serving

HEAD = """
import hashlib, itertools, json, time
from fastapi import FastAPI, HTTPException, Request, Response

app = FastAPI()
kept = {}

def matches(asked, tag):
    bare = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") == bare for each in (asked or "").split(","))

def strongly(asked, tag):
    return asked is None or asked == "*" or tag in [e.strip() for e in asked.split(",") if "W/" not in e]

def answered(request, text, tag, fields):
    fields = {"ETag": tag, **fields}
    if not strongly(request.headers.get("if-match"), tag):
        raise HTTPException(412)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=fields)
    return Response(text, headers=fields, media_type="application/json")
"""
# As fastapi-cache2 does: the mark is a field, and max-age is what is left.
RATES = """
def tag_of(text, value):
    return 'W/"' + hashlib.sha256(value.encode()).hexdigest()[:12] + '"'
def body_of(value, hit):
    return json.dumps({"EUR": value})
def policy_of(left, hit):
    return {"Cache-Control": f"max-age={int(left)}"}

@app.get("/rates")
async def rates(request: Request):
    at, value = kept.get("rates", (0, ""))
    hit = time.time() - at < TTL
    if not hit:
        at, value = kept["rates"] = time.time(), time.strftime("%H:%M:%S")
    text = body_of(value, hit)
    fields = {**policy_of(at + TTL - time.time(), hit), "X-FastAPI-Cache": "HIT" if hit else "MISS"}
    return answered(request, text, tag_of(text, value), fields)
"""
LIST = """
ITEMS = {1: {"id": 1, "name": "Pen"}, 2: {"id": 2, "name": "Cup"}}
numbers, INVALIDATES = itertools.count(3), True

def written():
    if INVALIDATES:
        kept.clear()

def unconditional(request: Request):
    match, none = (request.headers.get(f"if-{name}match") for name in ("", "none-"))
    if match not in (None, "*") or none == "*":  # items have no tags
        raise HTTPException(412)

def there(number):
    if number not in ITEMS:
        raise HTTPException(404)
    return ITEMS[number]

@app.get("/items")
async def read_items(request: Request):
    at, value = kept.get("items", (0, ""))
    hit = time.time() - at < TTL
    if not hit:
        at, value = kept["items"] = time.time(), json.dumps(list(ITEMS.values()))
    text = json.dumps({"items": json.loads(value), "cached": hit})
    tag = '"' + hashlib.sha256(text.encode()).hexdigest()[:12] + '"'
    return answered(request, text, tag, {"Cache-Control": "no-cache"})

@app.get("/items/{number}")
async def read_item(number: int):
    return there(number)

@app.post("/items", status_code=201)
async def create(item: dict):
    number = next(numbers)
    ITEMS[number] = {**item, "id": number}
    written()
    return ITEMS[number]

@app.put("/items/{number}")
async def change(number: int, item: dict, request: Request):
    there(number)
    unconditional(request)
    if not isinstance(item.get("name"), str):
        raise HTTPException(422)
    ITEMS[number] = {**item, "id": number}
    written()
    return ITEMS[number]

@app.delete("/items/{number}", status_code=204)
async def remove(number: int, request: Request):
    there(number)
    unconditional(request)
    del ITEMS[number]
    written()
"""
OF_RATES = """
  of:
    read: GET /rates
    json: object
    etag: true
    ttl: {ttl}
    value: /EUR
    hit: {header: X-FastAPI-Cache, is: HIT}
"""
OF_LIST = """
  of:
    read: GET /items
    item: GET /items/{id}
    etag: true
    ttl: {ttl}
    value: /items
    hit: /cached
    repeats: true
    create: {request: POST /items, from: list}
    change: {request: "PUT /items/{id}", from: list, edit: auto}
    remove: DELETE /items/{id}
"""
WITH_FLAG = """
def body_of(value, hit):
    return json.dumps({"EUR": value, "cached": hit})
def tag_of(text, value):
    return '"' + hashlib.sha256(text.encode()).hexdigest()[:12] + '"'
"""


def judge(folder: Path, text: str, *, ttl: int = 30, clock: str = "auto", **target: str) -> Report:
    """A run on a server of that text, up to the tier core; its target may have more, at `top` or `end`."""
    of = OF_LIST if "/items" in text else OF_RATES
    shop(folder, f"{HEAD}\nTTL = {ttl}\n{text}", plain=False)
    file = folder / "target.yaml"
    top, end = target.get("top", ""), target.get("end", "")
    file.write_text(f"name: case\n{top}resources:{of.replace('{ttl}', str(ttl))}{end}")
    serving = Serving(app="main:app", app_dir=folder)
    return conformance.run(serving=serving, target=str(file), tier="core", clock=clock, seed=1)


def doubtful(report: Report) -> dict[str, str]:
    """What was neither judged nor left out: check -> message."""
    return {
        e.id: e.verdict.message
        for e in report.judged
        if e.verdict.outcome in ("blocked", "inconclusive", "error")
    }


RIGHT: Mapping[str, str] = {
    "the mark is a field": RATES,
    "the tag stands for the mark of a hit, too": f"{RATES}\n{WITH_FLAG}",
    "a list that writes invalidate": LIST,
    "a list that is old for its TTL": f"{LIST}\nINVALIDATES = False\n",
}
TAG = {
    "etag-present",
    "list-stands-still",
    "etag-repeats",
    "etag-lasts",
    "inm-current-is-304",
    "not-modified-has-etag",
}
WRITES = {
    *("change-shows", "change-shows-on-item", "create-shows", "remove-shows", "body-and-tag-move-together"),
    *("etag-changes-with-content", "old-tag-is-200", "refused-write-changes-nothing"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_server_passes_all_that_it_declares(tmp_path: Path, name: str) -> None:
    text = RIGHT[name]
    report = judge(tmp_path, text)
    assert (failed(report), doubtful(report), report.clock) == (set(), {}, "virtual")
    due = {*TAG, "hit-until-ttl", "cache-control-valid", *(WRITES if text.startswith(LIST) else ())}
    assert {check for check in due if on(report, check, "of").outcome != "pass"} == set()


FAULTY: Mapping[str, tuple[str, str, set[str]]] = {
    "a tag of the second": ("tag_of = lambda *_: '\"%d\"' % time.time()", "", {"etag-lasts"}),
    "a tag of the minute": ("tag_of = lambda *_: '\"%d\"' % (time.time() // 60)", "", {"etag-lasts"}),
    "one tag for ever": ("tag_of = lambda *_: 'W/\"rates\"'", "", {"expired-tag-is-200"}),
    "no 304": ("matches = lambda *_: False", "", {"inm-current-is-304"}),
    "a policy out of form": (
        "policy_of = lambda *_: {'Cache-Control': 'max-age=ten'}",
        "",
        {"cache-control-valid-on-hit"},
    ),
    "a hit without its policy": (
        "policy_of = lambda left, hit: {} if hit else {'Cache-Control': 'max-age=30'}",
        "    policy: max-age=30\n",
        {"policy-on-hits"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_found_beside_a_ttl_that_is_right(tmp_path: Path, name: str) -> None:
    text, end, wrong = FAULTY[name]
    report = judge(tmp_path, f"{RATES}\n{text}\n", end=end)
    # Two lives may begin in one minute, and between a read and what is asked by its tag a second may end.
    by_chance = {"expired-tag-is-200"} if "60" in text else {"if-match-list"} if "time" in text else set()
    assert failed(report) - by_chance == wrong
    assert on(report, "hit-until-ttl", "of").outcome == "pass"


def test_what_comes_of_a_cache_that_keeps_nothing_is_told_once(tmp_path: Path) -> None:
    report = judge(tmp_path, f"{RATES}\nTTL = 0\n")
    assert failed(report) == {"hit-within-ttl"}
    assert on(report, "list-stands-still", "of").message.startswith("blocked by hit-within-ttl")
    assert on(report, "etag-present", "of").outcome == "pass"


def test_where_the_lesson_is_claimed_a_write_shows_at_once(tmp_path: Path) -> None:
    report = judge(tmp_path, f"{LIST}\nINVALIDATES = False\n", top="contract: lesson\n")
    assert failed(report) == {"change-shows", "create-shows"}


@pytest.mark.slow
def test_in_real_time_too(tmp_path: Path) -> None:
    cases = {"rates": RATES, "list": LIST, "late": f"{LIST}\nINVALIDATES = False\n"}
    for name in cases:
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor(len(cases)) as pool:
        found = {
            name: pool.submit(judge, tmp_path / name, text, ttl=6, clock="real")
            for name, text in cases.items()
        }
    reports = {name: each.result() for name, each in found.items()}
    assert {name for name, report in reports.items() if failed(report)} == set()
    assert {name: doubtful(reports[name]) for name in ("rates", "list")} == {"rates": {}, "list": {}}
    late = reports["late"]
    assert {on(late, check, "of").outcome for check in ("create-shows", "change-shows")} == {"pass"}
    assert "shows only once its TTL has ended" in on(late, "etag-changes-with-content", "of").message
