"""Whatever was met, each check of the suite comes to a verdict that can be written down."""

from __future__ import annotations

from hashlib import sha256
from typing import get_args

import msgspec
import pytest
from helpers.texts import TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.content.facts import facts
from conformance.judge.before import before
from conformance.judge.court import Court
from conformance.judge.verdicts import judge
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import (
    Body,
    CacheRead,
    Effect,
    Exchange,
    OutcomeName,
    Record,
    Request,
    Resource,
    Response,
    StepRecord,
    Verdict,
    WireFault,
)
from conformance.model.exchanges import FaultKind
from conformance.model.runs import EffectKind, Round, StepStatus
from conformance.plan.lanes import Plan, Work, plan

SUITE = load()
PLANS = {
    name: plan(SUITE, load_target(name), "strict", explored=True)
    for name in ("lesson", "reference", "whole", "behind")
}
STATUSES = (
    100,
    200,
    200,
    200,
    201,
    202,
    204,
    206,
    301,
    304,
    304,
    404,
    412,
    416,
    428,
    429,
    500,
    503,
    504,
    599,
)
TAGS = ('"a"', '"b"', 'W/"a"', '"a', "a", "*")
DATES = ("Thu, 01 Jan 2026 12:00:00 GMT", "Thursday, 01-Jan-26 12:00:00 GMT", "soon")
CHOSEN = {
    "ETag": TAGS,
    "If-None-Match": TAGS,
    "If-Match": TAGS,
    "Last-Modified": DATES,
    "If-Modified-Since": DATES,
    "Date": DATES,
    "Expires": (*DATES, "0"),
    "Age": ("0", "5", "-1", "99999999999999999999"),
    "Cache-Control": ("max-age=60", "no-store, max-age=1", "private, public", "max-age=99999999999999999999"),
    "Vary": ("*", "Accept-Language, ", "accept-encoding"),
    "Content-Type": ("application/json", "multipart/byteranges; boundary=b", "/"),
    "Content-Encoding": ("gzip", "identity", "nobodys"),
    "Content-Range": ("bytes 0-1/2", "bytes 5-1/*", "lines"),
    "Range": ("bytes=0-1", "bytes=-1,0-0", "bytes"),
    "Content-Length": ("0", "2", "-1"),
    "X-Cache": ("HIT", "MISS"),
    "Location": ("/items/1", "//", ":"),
    "Retry-After": ("1", "soon"),
}
BODIES = (
    b"",
    b"[]",
    b"{}",
    b"null",
    b'[{"id": 1, "name": "a"}]',
    b'{"time": "12:00", "cached": true}',
    b'{"report": {}, "cached": "yes"}',
    b"\x1f\x8b\x08broken",
    b"--b\r\nContent-Range: bytes 0-0/2\r\n\r\na\r\n--b--",
    b"\xff" * 9,
)
LINES = st.lists(
    st.one_of(
        st.sampled_from([(name, value) for name, values in CHOSEN.items() for value in values]),
        st.tuples(st.sampled_from(list(CHOSEN)), TEXTS),
    ),
    max_size=6,
).map(tuple)
TIMES = st.sampled_from([0.0, 0.5, 29.0, 31.0, 1e6])
FAULTS = st.sampled_from(get_args(FaultKind))


@st.composite
def exchanges(draw: st.DrawFn, resource: Resource) -> Exchange:
    method = draw(st.sampled_from(["GET", "GET", "GET", "HEAD", "PUT", "POST", "DELETE"]))
    target = draw(st.sampled_from([resource.read, resource.read, "/items/1", "/elsewhere"]))
    request = Request(method, target, draw(LINES), draw(st.sampled_from([b"", b'{"name": "a"}', b"{"])))
    sent, took = draw(TIMES), draw(st.sampled_from([0.0, 0.01, 12.0]))
    if draw(st.booleans()) and draw(st.booleans()):
        return Exchange(request, None, WireFault(draw(FAULTS), "it did not answer"), sent, sent + took)
    status, headers, content = draw(st.sampled_from(STATUSES)), draw(LINES), draw(st.sampled_from(BODIES))
    response = Response(
        status, draw(TEXTS), headers, Body(len(content), sha256(content).hexdigest()[:16], content), 300
    )
    known = facts(resource, headers, content, None, status)
    return Exchange(request, response, None, sent, sent + took, facts=known)


@st.composite
def records(draw: st.DrawFn, of: Plan, work: Work) -> Record:
    steps = []
    for step in draw(st.sampled_from([work.steps, work.steps[:1], ()])):
        status = draw(st.sampled_from(["done", "done", "done", "done", *get_args(StepStatus)]))
        made = draw(st.lists(exchanges(work.resource), max_size=3).map(tuple))
        effect = cache = None
        if step.do != "read":
            kind, value = draw(st.sampled_from(get_args(EffectKind))), draw(st.sampled_from(["a", 1, None]))
            effect = draw(st.sampled_from([None, Effect(kind, 1, "name", value, "b", path="/items/1")]))
        if "through" in step.args:
            cache = CacheRead(draw(TIMES), "a client cache", draw(st.booleans()), (draw(TIMES),), (None,))
        rounds = (Round(60, 60_000, draw(st.sampled_from([0, 10**7]))),) * 3 if step.do == "flood" else ()
        steps.append(StepRecord(step.name, step.do, status, "", made, effect, cache, rounds))
    crash = draw(st.sampled_from(["", "", "", "the server has ended"]))
    return Record(work.id, tuple(steps), {}, clock=draw(st.sampled_from(["real", "virtual"])), crash=crash)


@pytest.mark.parametrize("name", PLANS)
@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(st.data())
def test_whatever_was_met_each_check_comes_to_a_verdict(name: str, data: st.DataObject) -> None:
    of, target = PLANS[name], load_target(name)
    work = of.works[data.draw(st.sampled_from(sorted(of.works)))]
    record = data.draw(records(of, work))
    remote, workers = data.draw(st.booleans()), data.draw(st.sampled_from([None, 1, 2]))
    court = Court(SUITE, target, "strict", of.runs, {}, remote, "", workers, records={work.id: record})
    for run in (each for each in of.runs if each.work == work.id):
        verdict = judge(run, record, court)
        assert verdict.outcome in get_args(OutcomeName)
        assert verdict.message
        assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict
        waiting = before(run, court)
        assert waiting is None or waiting.message
