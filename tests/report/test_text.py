"""What people read: sentences for a student, and nothing that a terminal would obey."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from helpers.embedded import dead_port, judged, judging, stopped
from helpers.hostile import Peer, answers, serve
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
from conformance.report.document import decode, encode
from conformance.report.safe import safe, safe_bytes, shell
from conformance.report.summary import first_to_mend, roots
from conformance.report.text import curl, entry_text, summary_lines
from conformance.report.write import write

HOSTILE = "\x1b[31mred\x07\x9b2J\u202egnol\u2066x\u200b\ud800\r\n::error::x ##[add-mask]y"


def plain(report: Report) -> str:
    """The summary with what differs from run to run taken out."""
    text = "\n".join(summary_lines(report))
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return re.sub(r"in \d+\.\d s", "in T s", text)


def above_the_table(report: Report) -> list[str]:
    return plain(report).split("\nPassed")[0].split("\n")


# ------------------------------------------------------------------ summaries


def test_the_summary_of_a_good_server() -> None:
    report = judged()
    lines = plain(report).split("\n")
    how = "with the server's clock moved; seed 1"
    assert lines[:4] == [
        f"http://127.0.0.1:PORT, judged as 'lesson', tier lesson, in T s, {how}",
        "",
        "Everything that could be judged holds.",
        "",
    ]
    total = report.score.total
    row = next(line for line in lines if line.startswith("all "))
    assert row.split() == ["all", f"{total.must_of}/{total.must_of}", f"{total.should_of}/{total.should_of}"]
    assert f"{report.counts['pass']} pass, " in lines[-1]
    assert "Failed" not in plain(report)


def test_the_summary_of_a_warning() -> None:
    tag = "e9e444c970f896fbdfc469fda51dd747"
    assert above_the_table(judged("unquoted-etag"))[2:-1] == [
        "First thing to mend: The ETag stands in double quotes (of items)",
        (
            f'  expected an ETag in double quotes, such as "a1b2" or W/"a1b2", found ETag: {tag} '
            "(The ETag stands in double quotes)"
        ),
        """  Next: Send headers={'ETag': f'"{digest}"'}: the quotes are part of the tag.""",
        "  specs/validators.yaml::items::etag-quoted",
    ]
    assert "Warnings (a SHOULD that does not hold): 1\n  specs/validators.yaml::items::etag-quoted" in plain(
        judged("unquoted-etag")
    )


def test_the_summary_of_a_failure_that_blocks_others() -> None:
    report = judged("ignores-inm")
    assert above_the_table(report)[2:-1] == [
        "First thing to mend: If-None-Match with the current ETag is answered 304 (of items)",
        "  expected status 304, found 200 (If-None-Match with the current ETag is answered 304)",
        (
            "  Next: Compare the header with your ETag before you build the body, "
            "and return Response(status_code=304)."
        ),
        "  7 checks wait for this one and can't be judged before.",
        "  specs/if-none-match.yaml::items::inm-current-is-304",
    ]
    assert "  7 x by specs/if-none-match.yaml::items::inm-current-is-304" in plain(report)
    assert plain(report).endswith(
        "What a check is about: conformance explain inm-current-is-304\n"
        "What was sent and what came: write a report (.json), then conformance judge -v report.json"
    )


def test_a_dead_port_is_one_diagnosis() -> None:
    report = dead_port()
    assert plain(report).split("\n") == [
        f"http://127.0.0.1:PORT, judged as 'lesson', tier lesson, in T s, in real time; seed {report.seed}",
        "",
        "First thing to mend: the server has to answer",
        (
            "  the server at http://127.0.0.1:PORT can't be reached: nothing listens on 127.0.0.1:PORT "
            f"(connection refused) ({len(report.judged)} checks)"
        ),
        "  Next: start your server, see that it answers in a browser or with curl, and run this again",
        "",
        f"{len(report.judged)} unreachable",
    ]


def test_a_route_that_does_not_answer_is_no_dead_server(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("name: t\nresources: {a: {read: GET /a, etag: true}, b: {read: GET /b, etag: true}}")

    def script(peer: Peer) -> None:
        while request := peer.request():
            if request.startswith(b"GET /b"):
                return
            peer.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with serve(script) as server:
        text = plain(conformance.run(server.url, target=str(path), seed=1))
    assert (
        "First thing to mend: every route has to answer\n  GET /b was not answered: the server closed" in text
    )
    assert "  Next: look at what your server has printed when these requests came" in text
    assert re.search(r"\n  \d+ x for \d+ other reasons\n", text)


def test_a_run_that_ended_early_says_so_once() -> None:
    text = plain(stopped())
    assert "The run ended early: enough is known. What was not reached is not judged." in text
    assert "This is no grade: the run ended early: enough is known." in text
    assert text.count("could not be judged: enough is known") == 1


def test_a_part_is_called_a_part() -> None:
    one = "specs/validators.yaml::items::etag-quoted"
    text = plain(judging("unquoted-etag", selected=[one]))
    assert re.search(r"A part of the tier: 1 of \d+ checks, \d+ left out\.", text)


def test_nothing_selected_is_no_success() -> None:
    report = judging(selected=[])
    assert "No check was selected, so nothing is known of this server." in plain(report)


def test_what_was_not_put_back_is_said() -> None:
    report = replace(judged(), problems=("could not put 'name' back",))
    assert "Not put back as it was (please look at your data):\n  could not put 'name' back" in plain(report)


def test_what_was_judged_in_real_time_all_the_same_is_told() -> None:
    report = replace(judged(), why_real={"reports": "its value outlived 20 TTLs"}, clock="sundial")
    assert "by the clock sundial; seed 1\n  reports in real time: its value outlived 20 TTLs\n" in plain(
        report
    )


def test_many_failures_are_cut() -> None:
    good = judged()
    entries = tuple(_failing(e, f"fault {n}") for n, e in enumerate(good.entries))
    text = plain(replace(good, entries=entries))
    assert f"  ... and {len(entries) - 40} more" in text


def _failing(entry: Entry, message: str) -> Entry:
    return replace(entry, verdict=Verdict("fail", "fail", message))


def test_roots_are_counted_along_the_chain() -> None:
    good = judged()
    first, second, third = good.entries[:3]
    chain = (
        _failing(first, "broken"),
        replace(second, verdict=Verdict("blocked", "blocked", "", cause=first.nodeid)),
        replace(third, verdict=Verdict("blocked", "blocked", "", cause=second.nodeid)),
    )
    report = replace(good, entries=chain)
    assert roots(report) == {first.nodeid: 2}
    assert first_to_mend(report) == chain[0]
    assert first_to_mend(good) is None


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
    version = conformance.__version__
    for part in (
        "Requirement: LES06 (MUST): If-None-Match with the current ETag is answered 304 Not Modified",
        "             from the lesson, Conditional Requests with If-None-Match",
        "https://www.rfc-editor.org/rfc/rfc9110.html#section-13.1.2",
        "Expected:    status 304\nActual:      200\n",
        "   first, 0.0",
        "=> again, 0.0",
        "<- this one decides",
        (
            "     > GET /items/ HTTP/1.1\n     > Host: HOST\n"
            f"     > User-Agent: cache-conformance/{version}\n"
            f"     > If-None-Match: {tag}\n     < HTTP/1.1 200 OK\n     < server: uvicorn\n"
        ),
        (
            f"Reproduce:   curl -si -H 'User-Agent: cache-conformance/{version}' -H 'If-None-Match: {tag}' "
            "http://HOST/items/"
        ),
        "Why:         The client keeps its copy and saves the transfer.",
        "Next:        Compare the header with your ETag",
        "More:        conformance explain inm-current-is-304",
    ):
        assert part in text
    assert len(max(text.split("\n"), key=len)) < 400


def test_of_many_exchanges_a_few_are_shown() -> None:
    text = told(judged("sliding-ttl"), "specs/server-cache.yaml::cached-time::reads-do-not-prolong")
    assert text.count("> GET /cached-time/ HTTP/1.1") == 4
    assert re.search(r"\(\d+ not shown: soon /cached-time/: 200", text)
    assert re.search(r"=> later \d of 8, 3\d\.\d\d s after the start", text)
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


def assert_tame(text: str) -> None:
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "##[" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)


def with_record(verdict: Verdict, exchange: Exchange, content: bytes = b"") -> Report:
    """A report of one check, which rests on that exchange."""
    entry = replace(failed(), verdict=verdict, work="w")
    record = Record("w", (StepRecord("a", says=HOSTILE, exchanges=(exchange,)),))
    return replace(
        judged("ignores-inm"), entries=(entry,), records={"w": record}, bodies={"d": Content.of(content)}
    )


def hostile() -> Report:
    exchange = Exchange(
        Request("GET", f"http://h/{HOSTILE}", (("X", HOSTILE),), HOSTILE.encode("utf-8", "replace")),
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
        Request("GET", "http://h/", (("X", long),)),
        Response(200, long, (("X", long),) * 200, Body(100_000, "d"), 1),
        None,
        0.0,
        1.0,
    )
    report = with_record(Verdict("fail", "fail", long, long, long, step="a"), exchange, long.encode())
    text = entry_text(report, report.entries[0])
    assert "(170 more fields)" in text
    assert len(re.sub("Reproduce.*", "", text)) < 15_000


# ------------------------------------------------------------------ single words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \u00e4\u4e2d", "plain \u00e4\u4e2d"),
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x1b[0m\x00\x9b", "\\x1b[0m\\x00\\x9b"),
        ("\u202e\u2066\ufeff\u00a0", "\\u202e\\u2066\\ufeff\\xa0"),
        ("\ud800\U000e0001", "\\ud800\\U000e0001"),
        ("##[set-env]", "#\\x23[set-env]"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_safe_cuts() -> None:
    assert safe("abcdef", 3) == "abc[...]"
    assert safe_bytes("\u00e4".encode() * 3, 2) == "\u00e4\u00e4[...]"
    assert safe_bytes(b"\xff\x00a\x1b", 3) == "\\xff\\x00a[...]"


@pytest.mark.processes
@pytest.mark.parametrize(
    "data",
    ["plain", "it's", '"q"', "a b", "\x1b[0m\\ '", "\u00e4\xff", "\u4e2d", b"\x00"[1:], "##[x]", "\n\t"],
)
def test_the_shell_reads_the_same_bytes(data: str) -> None:
    word = shell(data)
    assert_tame(word)
    said = subprocess.run(["/bin/bash", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout
    wanted = (
        data
        if isinstance(data, bytes)
        else data.encode("latin-1" if data.isascii() or max(data) < "\u0100" else "utf-8")
    )
    assert said == wanted


def test_curl_sends_what_was_sent() -> None:
    request = Request(
        "PUT",
        "http://[::1]:1/items/1",
        (
            ("Host", "[::1]:1"),
            ("User-Agent", "x"),
            ("X", ""),
            ("Content-Length", "2"),
            ("Content-Type", "a/b"),
        ),
        b'{"a": "it\'s"}',
    )
    assert shlex.split(curl(Exchange(request, None, None, 0.0, 1.0))) == [
        "curl", "-si", "-X", "PUT", "-g", "-H", "User-Agent: x", "-H", "X;", "-H", "Content-Type: a/b",
        "--data-binary", '{"a": "it\'s"}', "http://[::1]:1/items/1",
    ]  # fmt: skip
    head = Exchange(Request("HEAD", "http://h/", ()), None, None, 0.0, 1.0)
    assert curl(head) == "curl -si -I http://h/"
    big = Exchange(Request("POST", "http://h/", (), b"x" * 3000), None, None, 0.0, 1.0)
    assert curl(big) == curl(None) == ""


def test_the_summary_of_a_saved_report_is_the_same() -> None:
    report = judged("ignores-inm")
    assert summary_lines(decode(encode(report))) == summary_lines(report)
