"""What people read: sentences for a student, and nothing that a terminal would obey."""

from __future__ import annotations

import re
import shlex
from typing import Any

from helpers.embedded import judged
from helpers.hostile import answers, serve
from helpers.reports import assert_tame
from helpers.runs import reference
from msgspec.structs import replace

import conformance
from conformance.model import (
    Body,
    Content,
    Entry,
    Exchange,
    Record,
    Report,
    Request,
    Response,
    StepRecord,
    Verdict,
    WireFault,
)
from conformance.report.text import curl, entry_text, summary_lines
from conformance.report.write import write

STALE = "specs/http-cache.yaml::asked::no-cache-while-down"
HOSTILE = "\x1b[31mred\x07\x9b2J\u202egnol\u2066x\u200b\ud800\r\n::error::x ##[add-mask]y"


# ------------------------------------------------------------------ one verdict


def told(report: Report, nodeid: str) -> str:
    """The text of an entry."""
    return entry_text(report, report.entry(nodeid))


def failed() -> Entry:
    return judged("ignores-inm").entry("specs/if-none-match.yaml::items::inm-current-is-304")


def test_the_first_line_is_the_whole_verdict() -> None:
    assert entry_text(judged("ignores-inm"), failed()).split("\n")[0] == failed().verdict.message


def test_a_failure_says_what_was_asked_what_came_and_what_to_do() -> None:
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", entry_text(judged("ignores-inm"), failed()))
    tag = '"e9e444c970f896fbdfc469fda51dd747"'
    for part in (
        "Requirement: LES06 (MUST): If-None-Match with the current ETag is answered 304 Not Modified",
        "             from the lesson, Conditional Requests with If-None-Match",
        "https://www.rfc-editor.org/rfc/rfc9110.html#section-13.1.2",
        "Expected:    status 304\nActual:      200\n",
        "   first, 0.0",
        "=> again, 0.0",
        "<- this one decides",
        (
            "     > GET /items/ HTTP/1.1\n"
            f"     > If-None-Match: {tag}\n     < HTTP/1.1 200 OK\n     < cache-control: no-cache\n"
        ),
        (f"Reproduce:   curl -si -H 'If-None-Match: {tag}' http://HOST/items/"),
        "Why:         The client keeps its copy and saves the transfer.",
        "Next:        Compare the header with the ETag",
        "More:        conformance explain inm-current-is-304",
    ):
        assert part in text
    assert len(max(text.split("\n"), key=len)) < 400


def test_what_a_hook_has_done_stands_between_the_exchanges() -> None:
    with reference(flaw="whole-stale-while-down", admin=True) as server:
        report = server.judge(tier="strict", target="behind", selected=frozenset({STALE}))
    text = told(report, STALE)
    assert "   (the hook `break` of asked, POST /admin/break, was done)\n=> down, " in text


def test_of_many_exchanges_a_few_are_shown() -> None:
    text = told(judged("sliding-ttl"), "specs/server-cache.yaml::cached-time::reads-do-not-prolong")
    assert text.count("> GET /cached-time/ HTTP/1.1") == 4
    assert re.search(r"\(\d+ not shown: soon /cached-time/: 200", text)
    assert re.search(r"=> later \d of 8, \d+\.\d\d s after the start", text)
    assert "What was sent (>) and what came (<), in moved time:" in text
    assert "later exchanges left out" in text


def test_a_client_cache_in_between_is_told_and_curl_asks_the_server() -> None:
    text = told(judged("no-cache-is-max-age"), "specs/cache-control.yaml::policy-no-cache::no-cache")
    assert "through a private client cache" in text
    assert "without asking the server" in text
    assert "curl -si" in text


def test_blocked_and_not_applicable_need_no_exchange() -> None:
    report = judged("ignores-inm")
    for outcome in ("blocked", "not-applicable"):
        entry = next(e for e in report.judged if e.verdict.outcome == outcome)
        assert entry_text(report, entry).startswith(entry.verdict.message)


def test_what_a_started_server_has_printed_is_shown() -> None:
    report, entry = judged("ignores-inm"), failed()
    log = "\n".join(f"line {n}" for n in range(40)) + f"\n{HOSTILE}"
    kept = replace(report.records[entry.work], log=log)
    text = entry_text(replace(report, records={entry.work: kept}), entry)
    assert "Printed by the server meanwhile:\n" in text
    assert "     | line 39" in text
    assert "line 3\n" not in text
    assert_tame(text)


# ------------------------------------------------------------------ hostile servers


def with_record(verdict: Verdict, exchange: Exchange, content: bytes = b"") -> Report:
    """A report of one check, which rests on that exchange."""
    entry = replace(failed(), verdict=verdict, work="w")
    record = Record("w", (StepRecord("a", says=HOSTILE, exchanges=(exchange,)),))
    return replace(
        judged("ignores-inm"), entries=(entry,), records={"w": record}, bodies={"d": Content.of(content)}
    )


def hostile() -> Report:
    exchange = Exchange(
        Request("GET", f"/{HOSTILE}", (("X", HOSTILE),), HOSTILE.encode("utf-8", "replace")),
        Response(
            200,
            HOSTILE,
            ((HOSTILE, HOSTILE),),
            Body(3, "d"),
            1,
            HOSTILE,
            (103,),
            b"\x1b\xff",
        ),
        WireFault("malformed", HOSTILE, b"\x1b]0;title\x07\xff"),
        0.0,
        1.0,
    )
    verdict = Verdict("fail", "fail", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    return with_record(verdict, exchange, HOSTILE.encode("utf-8", "replace"))


def test_nothing_that_a_server_sent_reaches_the_terminal_raw() -> None:
    (entry,) = hostile().entries
    assert_tame(entry_text(hostile(), entry))
    names = (
        "fail",
        "warn",
        "inconclusive",
        "error",
        "unreachable",
        "blocked",
        "not-applicable",
        "untestable",
    )
    for name in names:
        odd: Any = replace(entry.verdict, outcome=name, verdict=name)
        report = replace(
            hostile(),
            entries=(replace(entry, verdict=odd),),
            stopped=HOSTILE,
            problems=(HOSTILE,),
            base_url=HOSTILE,
        )
        assert_tame("\n".join(summary_lines(report)))


def test_a_server_that_sends_such_things_is_judged_and_shown(tmp_path: Any) -> None:
    fields = 'ETag: "\x1b]0;owned\x07"\r\nX: \u009b31m</script>\r\nContent-Length: 2'
    head = f"HTTP/1.1 200 \x1b[2JOK\r\n{fields}\r\n\r\n[]"
    target = tmp_path / "t.yaml"
    target.write_text("name: t\nresources: {items: {read: GET /items/, json: array, etag: true}}")
    with serve(answers(head.encode("latin-1"))) as server:
        report = conformance.run(server.url, target=str(target), seed=1)
    assert_tame("\n".join(summary_lines(report)))
    for entry in report.entries:
        assert_tame(entry_text(report, entry))
    write(report, tmp_path / "r.json")
    assert all(0x20 <= b < 0x7F or b == 0x0A for b in (tmp_path / "r.json").read_bytes())


def test_long_things_are_cut() -> None:
    long = "x" * 100_000
    exchange = Exchange(
        Request("GET", "/", (("X", long),)),
        Response(200, long, (("X", long),) * 200, Body(100_000, "d"), 1),
        None,
        0.0,
        1.0,
    )
    report = with_record(Verdict("fail", "fail", long, long, long, step="a"), exchange, long.encode())
    text = entry_text(report, report.entries[0])
    assert "(170 more fields)" in text
    assert len(re.sub("Reproduce.*", "", text)) < 15_000


def test_curl_sends_what_was_sent() -> None:
    request = Request(
        "PUT",
        "/items/1",
        (
            ("Host", "[::1]:1"),
            ("User-Agent", "x"),
            ("X", ""),
            ("Content-Length", "2"),
            ("Content-Type", "a/b"),
        ),
        b'{"a": "it\'s"}',
    )
    ipv6 = "http://[::1]:1/of/its/own"
    assert shlex.split(curl(Exchange(request, None, None, 0.0, 1.0), ipv6)) == [
        "curl", "-si", "-X", "PUT", "-g", "-H", "User-Agent: x", "-H", "X;", "-H", "Content-Type: a/b",
        "--data-binary", '{"a": "it\'s"}', "http://[::1]:1/items/1",
    ]  # fmt: skip
    head = Exchange(Request("HEAD", "/", ()), None, None, 0.0, 1.0)
    assert curl(head, "http://h") == "curl -si -I http://h/"
    big = Exchange(Request("POST", "/", (), b"x" * 3000), None, None, 0.0, 1.0)
    assert curl(big, "http://h") == curl(None, "http://h") == ""
