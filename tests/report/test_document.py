"""report.json: what stands in it, that it fits its schema, and that nothing is lost on the way."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helpers.embedded import dead_port, judged, judging, stopped
from helpers.hostile import Peer, serve

import conformance
from conformance.errors import UsageError
from conformance.execute.again import judge_again
from conformance.load.specs import load
from conformance.model import Body, Record
from conformance.report import FORMATS, Report, check_path, codec, read, write
from conformance.report.document import report_schema
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


MAKERS = {
    **{flaw or "reference": lambda flaw=flaw: judged(flaw) for flaw in FLAWS},
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
    return Report.from_json(json.loads(json.dumps(report.to_json(), allow_nan=False)))


# ------------------------------------------------------------------ whole runs


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


def test_every_document_fits_the_schema(report: Report) -> None:
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    jsonschema.validate(document, report_schema())


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
    forged = dataclasses.replace(
        report,
        entries=tuple(
            dataclasses.replace(e, verdict=dataclasses.replace(e.verdict, outcome="pass", verdict="pass"))
            if e.record
            else e
            for e in report.entries
        ),
    )
    assert [e.verdict for e in judge_again(forged).entries] == [e.verdict for e in report.entries]


def test_what_was_blocked_and_is_not_any_more_was_never_sent() -> None:
    report = judged("ignores-inm")
    good = judged()
    swapped = dataclasses.replace(
        report,
        entries=tuple(
            dataclasses.replace(e, record=good.entry(e.nodeid).record) if e.record else e
            for e in report.entries
        ),
    )
    entry = judge_again(swapped).entry(HIDDEN)
    assert (entry.verdict.outcome, entry.record) == ("inconclusive", None)
    assert "inm-current-is-304" in entry.verdict.message


def test_what_a_search_has_added_to_a_sentence_stays() -> None:
    report = judged("ignores-inm")
    entries = tuple(
        dataclasses.replace(e, record=dataclasses.replace(e.record, remark="found n=2")) if e.record else e
        for e in report.entries
    )
    again = judge_again(dataclasses.replace(report, entries=entries))
    failed = [e.verdict.message for e in again.entries if e.verdict.outcome == "fail"]
    assert failed
    assert all(message.endswith("; found n=2") for message in failed)


def test_other_specs_are_refused_unless_asked_for() -> None:
    report = dataclasses.replace(judged(), specs_sha256="0" * 64)
    with pytest.raises(UsageError, match="000000000000"):
        judge_again(report)
    again = judge_again(report, other_specs=True)
    assert again.specs_sha256 == load().sha256
    assert again.counts == judged().counts


# ------------------------------------------------------------------ what stands in it


def test_the_document_says_how_it_was_made() -> None:
    document = judged("unquoted-etag").to_json()
    assert document["version"] == 1
    assert document["suite"]["version"]
    assert document["specs"]["sha256"] == load().sha256
    assert document["target"]["name"] == "lesson"
    assert (document["tier"], document["clock"], document["seed"]) == ("lesson", "virtual", 1)
    assert (document["partial"], document["stopped"], document["problems"]) == (False, "", [])
    assert document["base_url"].startswith("http://127.0.0.1:")


def test_a_check_has_its_exchanges_whole() -> None:
    document = judged("unquoted-etag").to_json()
    check = next(c for c in document["checks"] if c["nodeid"].endswith("::items::inm-current-is-304"))
    first, again = check["exchanges"][:2]
    assert (first["step"], first["status"], again["step"], again["status"]) == ("first", 200, "again", 304)
    tag = next(value for name, value in first["headers"] if name == "etag")
    assert ["If-None-Match", tag] in again["request_headers"]
    assert document["bodies"][first["body"]["digest"]]["text"].startswith("[{")
    assert check["requirement"]["id"] == "LES06"
    assert check["also"][0]["url"].startswith("https://www.rfc-editor.org/")


def test_checks_that_share_a_timeline_have_its_exchanges_each() -> None:
    checks = [c for c in judged().to_json()["checks"] if c["work"] == "life-of-an-entry@cached-time"]
    assert len(checks) > 3
    assert all(c["exchanges"] == checks[0]["exchanges"] for c in checks)


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


# ------------------------------------------------------------------ the score


def test_the_reference_has_all() -> None:
    total = judged().score.total
    assert total.must_passed == total.must_of > 50
    assert total.should_passed == total.should_of > 10
    assert not judged().score.withheld


def test_blocked_stays_in_the_denominator_and_not_applicable_leaves_it() -> None:
    good, bad = judged().score.total, judged("ignores-inm").score.total
    lost = bad.counts["not-applicable"] - good.counts["not-applicable"]
    assert bad.must_of + bad.should_of == good.must_of + good.should_of - lost
    entries = [e for e in judged("ignores-inm").entries if e.level == "MUST"]
    missing = sum(e.verdict.outcome in ("fail", "blocked") for e in entries)
    assert bad.must_of - bad.must_passed == missing > 10


def test_nobody_there_earns_nothing_of_all() -> None:
    total = dead_port().score.total
    assert (total.must_passed, total.should_passed) == (0, 0)
    assert total.must_of > 50


def test_topics_add_up() -> None:
    score = judged("ignores-inm").score
    assert sum(t.tally.must_of for t in score.topics) == score.total.must_of
    assert [t.file for t in score.topics] == [f.name for f in load().files]


def test_what_was_stopped_or_could_not_be_judged_is_no_grade() -> None:
    assert "enough is known" in stopped().score.withheld
    good = judged()
    doubtful = [dataclasses.replace(e, verdict=_outcome(e, "inconclusive")) for e in good.entries[:1]]
    noisy = dataclasses.replace(good, entries=(*doubtful, *good.entries[1:]))
    assert noisy.score.withheld == "1 of the checks could not be judged"
    broken = [dataclasses.replace(e, verdict=_outcome(e, "error")) for e in good.entries[:1]]
    failed = dataclasses.replace(good, entries=(*broken, *good.entries[1:]))
    assert failed.score.withheld == "the suite itself failed in 1 of the checks"


def _outcome(entry: Any, name: Any) -> Any:
    return dataclasses.replace(entry.verdict, outcome=name, verdict=name)


# ------------------------------------------------------------------ JSON and back


@pytest.mark.parametrize(
    "data", [b"", b"text", "\u00e9\u202e\x00\x1b".encode(), b"\xff\xfe", bytes(range(256))]
)
def test_bytes_come_back(data: bytes) -> None:
    assert codec.content_in(json.loads(json.dumps(codec.content_out(data)))) == data


def test_floats_that_are_no_numbers_come_back() -> None:
    value = {"a": [math.inf, -math.inf, {"b": 1.5}], "$float": "nan?"}
    assert codec.value_in(json.loads(json.dumps(codec.value_out(value), allow_nan=False))) == value
    assert math.isnan(codec.value_in(codec.value_out(math.nan)))


def test_no_record_is_no_record() -> None:
    assert codec.record_in(codec.record_out(None, {}), {}) is None
    empty = Record("work", (), {}, 1.0, 2.0, "real", 1, "broken off")
    assert codec.record_in(codec.record_out(empty, {}), {}) == empty


def test_a_body_stands_once_under_its_digest() -> None:
    exchange = next(
        e for entry in judged().judged if entry.record for s in entry.record.steps for e in s.exchanges
    )
    assert exchange.response is not None
    bodies: codec.Bodies = {}
    codec.exchange_out("one", exchange, bodies)
    codec.exchange_out("two", exchange, bodies)
    assert list(bodies) == [exchange.response.body.digest]
    unkept = dataclasses.replace(
        exchange, response=dataclasses.replace(exchange.response, body=Body(9, "sha256:x", None))
    )
    assert codec.exchange_in(codec.exchange_out("big", unkept, bodies), bodies) == unkept


# ------------------------------------------------------------------ files


def test_a_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(judged("unquoted-etag"), path)
    assert read(path) == judged("unquoted-etag")
    assert path.read_bytes().isascii()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        write(judged(), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_a_file_as_they_may_any(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(judged(), tmp_path / "report.json")
    finally:
        os.umask(before)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["report.txt", "report", "report.json/"])
def test_a_suffix_or_a_folder_that_will_not_do_is_said_before_the_run(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(UsageError, match=r"accepted: \.json|it is a folder"):
        check_path(tmp_path / name)


def test_a_folder_that_is_not_there_or_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        check_path(tmp_path / "no" / "report.json")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="may not be written to"):
        check_path(tmp_path / "report.json")


def test_the_table_of_formats() -> None:
    assert all(suffix == f.suffix and suffix.startswith(".") for suffix, f in FORMATS.items())
    assert FORMATS[".json"].name == "json"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no JSON"),
        (b"\xff", "holds no JSON"),
        (b"[]", "is no report"),
        (b'{"version": 2, "checks": []}', "format version 2; this program reads version 1"),
        (b'{"version": 1, "checks": []}', "does not fit its format at its top"),
        (b"[" * 100_000, "holds no JSON"),
    ],
)
def test_what_is_no_report_is_said_in_a_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read(path)


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        read(tmp_path / "r.json")


def test_a_place_that_does_not_fit_is_named() -> None:
    document = judged().to_json()
    document["checks"][3]["outcome"] = "perhaps"
    with pytest.raises(UsageError, match=r"checks\[3\]\.outcome"):
        Report.from_json(document)


def test_a_document_that_contradicts_itself() -> None:
    document = judged().to_json()
    check = next(c for c in document["checks"] if c["exchanges"])
    check["exchanges"] = [{**check["exchanges"][0], "step": "nowhere"}]
    with pytest.raises(UsageError, match="contradicts itself"):
        Report.from_json(document, "r.json")
