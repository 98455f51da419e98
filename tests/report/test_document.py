"""report.json: what stands in it, that it fits its schema, and that nothing is lost on the way."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from helpers.embedded import dead_port, judged, judging, stopped
from helpers.hostile import Peer, serve
from helpers.reports import document_of, with_outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import conformance
from conformance.errors import UsageError
from conformance.execute.again import judge_again
from conformance.load.specs import load
from conformance.model import (
    VERSION,
    Body,
    Content,
    Effect,
    Entry,
    Exchange,
    Facts,
    ItemFacts,
    Record,
    Report,
    Request,
    Response,
    StepRecord,
    Verdict,
    WireFault,
)
from conformance.report.document import compose, decode, encode, report_schema
from conformance.report.score import VERDICTS

FLAWS = ("", "unquoted-etag", "ignores-inm", "items-500", "sliding-ttl", "body-on-304", "cached-time-404")
HIDDEN = "specs/not-modified.yaml::items::not-modified-has-etag"


BROKEN = """\
name: broken
resources:
  fine: {read: GET /fine, json: array, etag: true}
  garbage: {read: GET /garbage, etag: true}
  silent: {read: GET /silent, etag: true}
  torn: {read: GET /torn, etag: true}
  twice: {read: GET /twice, etag: true}
  early: {read: GET /early, json: any, etag: true}
"""
ANSWERS = {
    b"/fine": b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Type: text/json\r\nContent-Length: 2\r\n\r\n[]',
    b"/garbage": b"\x16\x03\x01\xff no HTTP at all\r\n\r\n",
    b"/silent": b"",
    b"/torn": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    b"/twice": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"/early": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff[NaN",
}


@functools.cache
def breaking() -> Report:
    """A run against a server of which each route is broken in another way."""

    def script(peer: Peer) -> None:
        while request := peer.request():
            answer = ANSWERS.get(request.split(b" ")[1], b"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n")
            peer.send(answer)
            if not answer.startswith(b"HTTP") or b"torn" in request or b"twice" in request:
                return

    with tempfile.TemporaryDirectory() as folder, serve(script) as server:
        path = Path(folder) / "broken.yaml"
        path.write_text(BROKEN)
        return conformance.run(server.url, target=str(path), seed=1)


@functools.cache
def deselecting() -> Report:
    """A run of one check, blocked by a prerequisite that nobody asked for."""
    return judging("ignores-inm", selected=[HIDDEN])


MAKERS: dict[str, Callable[[], Report]] = {
    **{flaw or "reference": partial(judged, flaw) for flaw in FLAWS},
    "dead port": dead_port,
    "stopped": stopped,
    "deselecting": deselecting,
    "breaking": breaking,
}


@pytest.fixture(params=MAKERS)
def report(request: pytest.FixtureRequest) -> Report:
    made: Report = MAKERS[request.param]()
    return made


def through_json(report: Report) -> Report:
    return decode(encode(report))


# ------------------------------------------------------------------ whole runs


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


def test_every_document_fits_the_schema(report: Report) -> None:
    jsonschema.validate(document_of(report), report_schema())


def test_nothing_is_lost_in_json(report: Report) -> None:
    assert through_json(report) == report


def test_judging_again_gives_the_same_verdicts(report: Report) -> None:
    again = judge_again(through_json(report))
    assert [e.verdict for e in again.entries] == [e.verdict for e in report.entries]
    assert again == report


def test_every_outcome_is_judged_again() -> None:
    seen = {e.verdict.outcome for make in MAKERS.values() for e in make().entries}
    wanted = {"pass", "fail", "blocked", "not-applicable", "untestable", "inconclusive", "unreachable"}
    assert wanted | {"deselected"} <= seen


def test_the_verdict_comes_from_the_exchanges() -> None:
    """A report whose verdicts were forged is judged by what was sent and what came."""
    report = judged("ignores-inm")
    forged = replace(
        report,
        entries=tuple(replace(e, verdict=with_outcome(e, "pass")) if e.work else e for e in report.entries),
    )
    assert [e.verdict for e in judge_again(forged).entries] == [e.verdict for e in report.entries]


@functools.cache
def lint() -> tuple[Report, Entry]:
    """A run, and its lint that was broken by an answer of another work than its own."""
    report = judging("vary-not-on-304", tier="full")
    return report, next(e for e in report.judged if e.verdict.verdict == "fail" and e.verdict.work)


def test_a_lint_keeps_the_record_of_the_answer_that_broke_it() -> None:
    """Also where the report has nothing else of that work, as a plugin's of a single item."""
    report, entry = lint()
    alone = compose(load(), report.target, report.tier, [entry], report.records)
    assert {entry.verdict.work, entry.work} == set(alone.records)
    record = alone.record(entry)
    assert record is not None
    assert record.steps == report.records[entry.verdict.work].steps


def test_a_lint_that_is_judged_again_shows_the_same_answer() -> None:
    report, entry = lint()
    assert judge_again(through_json(report)).entry(entry.nodeid).verdict == entry.verdict


def test_what_was_blocked_and_is_not_any_more_was_never_sent() -> None:
    report = judged("ignores-inm")
    good = judged()
    swapped = replace(report, records={work: good.records[work] for work in report.records})
    entry = judge_again(swapped).entry(HIDDEN)
    assert (entry.verdict.outcome, entry.work) == ("inconclusive", "")
    assert "inm-current-is-304" in entry.verdict.message


def test_what_a_search_has_added_to_a_sentence_stays() -> None:
    report = judged("ignores-inm")
    records = {work: replace(record, remark="found n=2") for work, record in report.records.items()}
    again = judge_again(replace(report, records=records))
    failed = [e.verdict.message for e in again.entries if e.verdict.outcome == "fail"]
    assert failed
    assert all(message.endswith("; found n=2") for message in failed)


def test_other_specs_are_refused_unless_asked_for() -> None:
    report = replace(judged(), specs_sha256="0" * 64)
    with pytest.raises(UsageError, match="000000000000"):
        judge_again(report)
    again = judge_again(report, other_specs=True)
    assert again.specs_sha256 == load().sha256
    assert again.counts == judged().counts


# ------------------------------------------------------------------ what stands in it


def test_the_document_says_how_it_was_made() -> None:
    document = document_of(judged("unquoted-etag"))
    assert document["version"] == VERSION == 2
    assert document["suite_version"]
    assert document["specs_sha256"] == load().sha256
    assert document["target"]["name"] == "lesson"
    assert (document["tier"], document["clock"], document["seed"]) == ("lesson", "virtual", 1)
    assert document.keys().isdisjoint({"stopped", "problems", "remote"}), "defaults are left out"
    assert document["base_url"].startswith("http://127.0.0.1:")


def test_a_check_has_its_exchanges_whole() -> None:
    document = document_of(judged("unquoted-etag"))
    entry = next(e for e in document["checks"] if e["nodeid"].endswith("::items::inm-current-is-304"))
    first, again = document["records"][entry["work"]]["steps"][:2]
    assert (first["name"], again["name"]) == ("first", "again")
    (sent,), (back,) = first["exchanges"], again["exchanges"]
    assert (sent["response"]["status"], back["response"]["status"]) == (200, 304)
    tag = next(value for name, value in sent["response"]["headers"] if name == "etag")
    assert ["If-None-Match", tag] in back["request"]["headers"]
    assert document["bodies"][sent["response"]["body"][1]]["text"].startswith("[{")
    asked = document["explained"]["inm-current-is-304"]
    assert document["requirements"][asked["requirement"]]["id"] == "LES06"
    assert document["requirements"][asked["also"][0]]["url"].startswith("https://www.rfc-editor.org/")


def test_the_message_of_a_pass_is_left_to_its_title() -> None:
    report = judged()
    titles = {report.about(e).title for e in report.entries if e.verdict.verdict == "pass"}
    verdicts = [e["verdict"] for e in document_of(report)["checks"]]
    assert not titles & {v.get("message") for v in verdicts if v["verdict"] == "pass"}
    assert decode(encode(report)).entries == report.entries


def test_checks_that_share_a_timeline_share_its_record() -> None:
    report = judged()
    works = [e.work for e in report.judged if e.work]
    assert works.count("life-of-an-entry@cached-time") > 3
    assert set(works) == set(report.records)
    assert {r.work for r in report.records.values()} == set(works)


def test_no_body_stands_in_a_record() -> None:
    report = judged("unquoted-etag")
    answered = [e for r in report.records.values() for s in r.steps for e in s.exchanges if e.response]
    bodies = [(e.through, e.response.body) for e in answered if e.response]
    assert {body.content for _, body in bodies} == {None}
    assert all(report.content(body.digest) for through, body in bodies if body.length and through is None)
    assert report.content("of-no-body") is None


def test_a_record_says_its_work_by_its_key_alone() -> None:
    report = judged()
    records = document_of(report)["records"]
    assert records.keys() == report.records.keys()
    assert not any("work" in each for each in records.values())
    assert {work: each.work for work, each in decode(encode(report)).records.items()} == {
        w: w for w in records
    }


def compact(report: Report) -> int:
    return len(msgspec.json.encode(report))


def test_a_report_is_small() -> None:
    """Each record, each body and each requirement stands once, and what is as ever is left out.

    Measured as it is written: `encode` leaves out what `decode` knows.
    """
    whole = judged()
    assert len(encode(whole)) < 250_000
    of_timeline = [e for e in whole.judged if e.work == "life-of-an-entry@cached-time"]
    record = whole.records[of_timeline[0].work]
    many = (of_timeline * 29)[:29]
    while sum(len(s.exchanges) for s in record.steps) < 36:
        record = replace(record, steps=(*record.steps, record.steps[0]))
    one = replace(whole, entries=tuple(many), records={record.work: record})
    assert compact(one) < 100_000


def test_what_was_left_out_is_listed() -> None:
    report = deselecting()
    assert report.partial
    assert [e.nodeid for e in report.judged] == [HIDDEN]
    assert report.entry(HIDDEN).verdict.outcome == "blocked"
    assert report.counts["deselected"] == len(report.entries) - 1 > 50
    with pytest.raises(KeyError):
        report.entry("nothing")


def test_counts_have_every_verdict() -> None:
    counts = judged("ignores-inm").counts
    assert list(counts) == list(VERDICTS)
    assert sum(counts.values()) == len(judged().entries)


# ------------------------------------------------------------------ JSON and back


@pytest.mark.parametrize(
    "data", [b"", b"text", "\u00e9\u202e\x00\x1b\x7f".encode(), b"\xff\xfe", bytes(range(256))]
)
def test_bytes_come_back(data: bytes) -> None:
    kept = replace(judged(), bodies={"one": Content.of(data)})
    assert through_json(kept).content("one") == data


def test_a_body_full_of_control_characters_is_packed() -> None:
    """As text it would take six times its size, and a report of them could not be read again."""
    kept = replace(judged(), bodies={})
    size = len(encode(kept))
    kept = replace(kept, bodies={"one": Content.of(bytes(10) * 10_000)})
    assert len(encode(kept)) - size < 150_000


@pytest.mark.parametrize("sent", ["\x1b[31m\x9b\u202e\U0001f600\x7f", "\x7f", "\x1b"])
def test_text_that_a_terminal_would_obey_is_escaped(sent: str) -> None:
    kept = replace(judged(), output=sent)
    assert encode(kept).isascii()
    assert not any((c < 32 and c != 10) or c == 127 for c in encode(kept))
    assert through_json(kept).output == sent


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(value=_JSON, text=st.text(), raw=st.binary(), name=st.text())
def test_whatever_a_server_sends_comes_back(value: Any, text: str, raw: bytes, name: str) -> None:
    facts = Facts(members={name: "null"}, value=value, item=ItemFacts(there=True, value=value))
    answer = Response(200, text, ((name, text),), Body(3, "x", raw), 5, text, (103,), raw)
    sent = Exchange(Request("PUT", text, ((name, text),), raw), answer, facts=facts)
    fault = Exchange(Request("GET", text, ()), None, WireFault("malformed", text, raw))
    step = StepRecord("a", "read", says=text, exchanges=(sent, fault), effect=Effect("change", value, name))
    record = Record("w", (step,), {name: value}, log=text)
    good = judged()
    entry = replace(good.entries[0], work="w", verdict=Verdict("fail", "fail", text, actual=text))
    made = compose(load(), good.target, "lesson", [entry], {"w": record}, output=text)
    assert through_json(made) == made
