"""report.json: what stands in it, that it fits its schema, and that nothing is lost on the way."""

from __future__ import annotations

import functools
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from helpers.embedded import dead_port, judged, judging, stopped
from helpers.hostile import Peer, serve
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
from conformance.report.document import compose, decode, encode, report_schema, rescored
from conformance.report.formats import FORMATS
from conformance.report.score import VERDICTS
from conformance.report.write import check_path, read, write

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
    return decode(encode(report))


def document_of(report: Report) -> Any:
    """The JSON of a report, as any program reads it."""
    return json.loads(encode(report))


def spoilt(change: Callable[[Any], object]) -> bytes:
    """A good report after something has been done to its JSON."""
    document = document_of(judged("unquoted-etag"))
    change(document)
    return json.dumps(document).encode()


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
        entries=tuple(replace(e, verdict=_outcome(e, "pass")) if e.work else e for e in report.entries),
    )
    assert [e.verdict for e in judge_again(forged).entries] == [e.verdict for e in report.entries]


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
    entry = next(e for e in document["entries"] if e["nodeid"].endswith("::items::inm-current-is-304"))
    first, again = document["records"][entry["work"]]["steps"][:2]
    assert (first["name"], again["name"]) == ("first", "again")
    (sent,), (back,) = first["exchanges"], again["exchanges"]
    assert (sent["response"]["status"], back["response"]["status"]) == (200, 304)
    tag = next(value for name, value in sent["response"]["headers"] if name == "etag")
    assert ["If-None-Match", tag] in back["request"]["headers"]
    assert document["bodies"][sent["response"]["body"]["digest"]]["text"].startswith("[{")
    asked = document["checks"]["inm-current-is-304"]
    assert document["requirements"][asked["requirement"]]["id"] == "LES06"
    assert document["requirements"][asked["also"][0]]["url"].startswith("https://www.rfc-editor.org/")


def test_checks_that_share_a_timeline_share_its_record() -> None:
    report = judged()
    works = [e.work for e in report.judged if e.work]
    assert works.count("life-of-an-entry@cached-time") > 3
    assert set(works) == set(report.records)
    assert {r.work for r in report.records.values()} == set(works)


def test_no_body_stands_in_a_record() -> None:
    report = judged("unquoted-etag")
    answers = [
        e.response for r in report.records.values() for s in r.steps for e in s.exchanges if e.response
    ]
    assert {a.body.content for a in answers} == {None}
    came = [a.body for a in answers if a.body.digest.startswith("sha256:")]  # not through a client cache
    assert all(report.content(body.digest) for body in came)
    assert report.content("sha256:of-no-body") is None


def compact(report: Report) -> int:
    return len(msgspec.json.encode(report))


def test_a_report_is_small() -> None:
    """Each record, each body and each requirement stands once, and what is as ever is left out."""
    whole = judged()
    assert compact(whole) < 250_000
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
    report = judged("ignores-inm")
    entries = [e for e in report.entries if report.explained(e).level == "MUST"]
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
    doubtful = [replace(e, verdict=_outcome(e, "inconclusive")) for e in good.entries[:1]]
    noisy = rescored(replace(good, entries=(*doubtful, *good.entries[1:])))
    assert noisy.score.withheld == "1 of the checks could not be judged"
    broken = [replace(e, verdict=_outcome(e, "error")) for e in good.entries[:1]]
    failed = rescored(replace(good, entries=(*broken, *good.entries[1:])))
    assert failed.score.withheld == "the suite itself failed in 1 of the checks"


def _outcome(entry: Any, name: Any) -> Any:
    return replace(entry.verdict, outcome=name, verdict=name)


# ------------------------------------------------------------------ JSON and back


@pytest.mark.parametrize(
    "data", [b"", b"text", "\u00e9\u202e\x00\x1b\x7f".encode(), b"\xff\xfe", bytes(range(256))]
)
def test_bytes_come_back(data: bytes) -> None:
    kept = replace(judged(), bodies={"one": Content.of(data)})
    assert through_json(kept).content("one") == data


def test_text_that_a_terminal_would_obey_is_escaped() -> None:
    sent = "\x1b[31m\x9b\u202e\U0001f600\x7f"
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
    answer = Response(200, text, ((name, text),), Body(3, "sha256:x", raw), 5, text, (103,), raw)
    sent = Exchange(Request("PUT", text, ((name, text),), raw), answer, facts=facts)
    fault = Exchange(Request("GET", text, ()), None, WireFault("malformed", text, raw))
    step = StepRecord("a", "read", says=text, exchanges=(sent, fault), effect=Effect("change", value, name))
    record = Record("w", (step,), {name: value}, log=text)
    good = judged()
    entry = replace(good.entries[0], work="w", verdict=Verdict("fail", "fail", text, actual=text))
    made = compose(load(), good.target, "lesson", [entry], {"w": record}, output=text)
    assert through_json(made) == made


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
        (b"5", "is no report"),
        (b"{}", "is no report"),
        (b'{"version": "2"}', "is no report"),
        (b'{"version": 1, "checks": []}', "format version 1; this program reads version 2"),
        (b'{"version": 3}', "format version 3; this program reads version 2"),
        (b'{"version": 2}', r"does not fit its format: its top: .*`suite_version`"),
        (b'{"version": 2, "version": 2}', "the key 'version' twice"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"version": 2, "x": ' + b"[" * 100_000, "nested too deep"),
        (b"[" + b"1," * 3_000_001, "values; a report has at most"),
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


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(UsageError, match="is larger than"):
        read(path)


def test_a_report_that_was_cut_off_is_no_report() -> None:
    whole = encode(judged())
    for length in (1, 100, len(whole) // 2, len(whole) - 3):
        with pytest.raises(UsageError, match="holds no JSON"):
            decode(whole[:length])


def _deep(document: Any) -> None:
    inner: Any = []
    for _ in range(400):
        inner = [inner]
    work = next(iter(document["records"]))
    document["records"][work]["bound"] = {"x": inner}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda d: d["entries"][3]["verdict"].update(outcome="perhaps"),
            r"\$\.entries\[3\]\.verdict\.outcome",
        ),
        (lambda d: d["entries"][3].update(more=1), r"\$\.entries\[3\]: .*unknown field `more`"),
        (lambda d: d["entries"].append(None), r"does not fit its format: \$\.entries\[\d+\]"),
        (lambda d: d.update(records=[]), r"\$\.records: Expected `object`"),
        (lambda d: d.update(seconds="long"), r"\$\.seconds: Expected `float`"),
        (
            lambda d: d["entries"][0].update(work="nowhere"),
            "contradicts itself: .*rests on the record 'nowhere'",
        ),
        (lambda d: d["entries"][0].update(nodeid="a"), "contradicts itself: 'a' is no node id"),
        (
            lambda d: d["entries"][0].update(nodeid="a::b::c"),
            "contradicts itself: nothing tells what a::b::c asks",
        ),
        (
            lambda d: d["checks"]["etag-present"].update(requirement="X1"),
            "contradicts itself: .*etag-present names the requirement 'X1'",
        ),
        (
            lambda d: d["records"].update(other=next(iter(d["records"].values()))),
            "contradicts itself: the record 'other' calls itself",
        ),
    ],
)
def test_a_document_that_will_not_do_is_said_with_the_place(
    change: Callable[[Any], object], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        decode(spoilt(change))


def test_a_document_nested_as_json_may_be_is_read() -> None:
    decode(spoilt(_deep))
