"""Servers with ranges of their own: right in another way, wrong in one way, and without any sense."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest
from helpers.hostile import serve
from helpers.runs import SUITE, bad, quick, run
from helpers.student import Student

from conformance.clocks import VirtualClock
from conformance.execute.again import judge_again
from conformance.load.target import load_target
from conformance.model import Report, Verdict
from conformance.plan.lanes import plan
from conformance.report.document import decode, encode

BODY = b'["%s"]' % b"0123456789abcdef" * 8
LENGTH = len(BODY)
Fields = Mapping[str, str]
Serve = Callable[[str, Fields], bytes]
"""A Range that was asked for, and the fields of the request -> the answer."""


@cache
def chosen() -> frozenset[str]:
    """The checks on reads of the list that are about ranges."""
    ids = {
        c.id for file in SUITE.files if "range" in file.name for c in file.checks if "change" not in c.needs
    }
    runs = plan(SUITE, load_target("lesson"), "strict").runs
    return frozenset(r.id for r in runs if r.resource and r.resource.name == "items" and r.check.id in ids)


def answer(status: int, body: bytes = BODY, **fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def judged(ranged: Serve, whole: Callable[[], bytes] = lambda: answer(200)) -> Report:
    """A run on a list that is answered so where a Range is sent, and else whole."""

    def before(method: str, path: str, headers: Fields, _body: bytes) -> bytes | None:
        if path != "/items/" or method != "GET":
            return None
        return ranged(headers["range"], headers) if "range" in headers else whole()

    with serve(Student(before)) as server:
        given = quick(server.url, 5.0, selected=chosen(), tier="strict")
        return run(replace(given, clock=lambda: VirtualClock(lambda _: None)))


def outcomes(report: Report, *wanted: str) -> dict[str, str]:
    """Check -> message, of those with one of these outcomes."""
    found = ((e.nodeid.rpartition("::")[2], e.verdict) for e in report.judged)
    return {check: verdict.message for check, verdict in found if verdict.outcome in wanted}


def verdict_of(report: Report, check: str) -> Verdict:
    (found,) = (e.verdict for e in report.judged if e.nodeid.endswith(f"::{check}"))
    return found


def span(text: str, length: int = LENGTH) -> tuple[int, int] | None:
    """One range in bytes, as a student reads it."""
    found = re.fullmatch("bytes=([0-9]*)-([0-9]*)", text)
    if found is None or found.groups() == ("", ""):
        return None
    if not found[1]:
        return max(0, length - int(found[2])), length - 1
    return int(found[1]), min(int(found[2] or length), length - 1)


def right(text: str, headers: Fields, body: bytes = BODY, most: int = LENGTH) -> bytes:
    """Single ranges, without validators: what many a tutorial builds, and right."""
    wanted = span(text, len(body))
    if wanted is None or "if-range" in headers or wanted[1] < wanted[0] < len(body):
        return answer(200, body)
    first, last = wanted
    if first >= len(body):
        return answer(416, b"", Content_Range=f"bytes */{len(body)}")
    last = min(last, first + most - 1)
    return answer(206, body[first : last + 1], Content_Range=f"bytes {first}-{last}/{len(body)}")


def test_who_serves_no_ranges_breaks_nothing() -> None:
    report = judged(lambda *_: answer(200))
    assert outcomes(report, "fail", "error", "blocked", "inconclusive", "unreachable") == {}
    assert verdict_of(report, "range-is-served").outcome == "not-applicable"
    assert verdict_of(report, "whole-where-range-is-ignored").outcome == "pass"


def test_ranges_without_validators_are_right_where_the_body_stays() -> None:
    report = judged(right)
    assert outcomes(report, "fail", "error", "blocked", "inconclusive", "unreachable") == {}
    for check in (
        "range-is-served",
        "part-is-what-it-says",
        "range-to-the-end",
        "range-beyond",
        "range-huge",
    ):
        assert verdict_of(report, check).outcome == "pass"


def test_of_a_body_that_moves_by_itself_nothing_is_claimed() -> None:
    count = iter(range(10**6))

    def moving() -> bytes:
        return b"%09d" % next(count) + BODY

    report = judged(lambda text, fields: right(text, fields, moving()), lambda: answer(200, moving()))
    assert outcomes(report, "fail", "error", "blocked", "inconclusive", "unreachable") == {}
    assert verdict_of(report, "part-is-what-it-says").outcome == "not-applicable"


def test_some_of_what_was_asked_for_is_a_warning_at_most() -> None:
    report = judged(lambda text, fields: right(text, fields, most=20))
    assert bad(report, "fail", "error") == {}
    assert verdict_of(report, "range-to-the-end").verdict == "warn"
    assert verdict_of(report, "part-is-what-it-says").outcome == "pass"


@pytest.mark.parametrize(("cut", "outcome"), [(0, "pass"), (1, "fail")])
def test_a_body_that_is_too_large_to_be_kept_is_compared_all_the_same(cut: int, outcome: str) -> None:
    body = bytes(n % 251 for n in range(200_000))

    def ranged(text: str, headers: Fields) -> bytes:
        return right(text, headers, body[cut:] + b"x" * cut)

    report = judged(ranged, lambda: answer(200, body))
    assert verdict_of(report, "part-is-what-it-says").outcome == outcome


TAGGED = {"ETag": '"a"', "Accept_Ranges": "bytes"}


def tagged(text: str, headers: Fields, body: bytes) -> bytes:
    """Single ranges with a tag, and If-Range compared with it."""
    holds = headers.get("if-range", '"a"') == '"a"'
    served = right(text, {}, body) if holds else answer(200, body)
    fields = b'\r\nETag: "a"\r\nAccept-Ranges: bytes\r\n'
    return served.replace(b"\r\n", fields, 1)


@pytest.mark.parametrize("body", [BODY, b"12", b"1"])
def test_of_a_body_that_is_shorter_than_the_range_no_more_is_wanted(body: bytes) -> None:
    report = judged(lambda text, headers: tagged(text, headers, body), lambda: answer(200, body, **TAGGED))
    assert outcomes(report, "fail", "error", "inconclusive", "unreachable") == {}
    assert verdict_of(report, "if-range-current").outcome == "pass"
    assert verdict_of(report, "if-range-other").outcome == "pass"


def test_the_whole_that_begins_where_the_part_would_is_seen() -> None:
    """Squid 5.7 goes on to the range in what it has kept, and sends all from there where If-Range fails."""

    def ranged(text: str, headers: Fields) -> bytes:
        if headers.get("if-range", '"a"') == '"a"':
            return tagged(text, headers, BODY)
        first, _ = span(text) or (0, 0)
        return answer(200, BODY[first:] + BODY[LENGTH - first :], **TAGGED)

    report = judged(ranged, lambda: answer(200, BODY, **TAGGED))
    assert set(outcomes(report, "fail")) == {"if-range-other", "if-range-weakened"}


WHOLE_FLOOD = b"--b\r\nContent-Range: bytes 0-0/128\r\n\r\n[\r\n" * 2000
SENSELESS: dict[str, tuple[Serve, set[str]]] = {
    "a Content-Range of nonsense": (
        lambda *_: answer(206, BODY[:5], Content_Range="bytes five-one/\xffmany"),
        {"content-range-rises", "part-is-what-it-says"},
    ),
    "a Content-Range that falls": (
        lambda *_: answer(206, BODY[:5], Content_Range="bytes 4-0/128"),
        {"content-range-rises", "part-is-what-it-says"},
    ),
    "no Content-Range at all": (
        lambda *_: answer(206, BODY[:5]),
        {"part-is-what-it-says", "parts-can-be-read"},
    ),
    "a part of nothing": (
        lambda *_: answer(206, b"", Content_Range="bytes 0-4/128"),
        {"part-has-its-own-length"},
    ),
    "a wrong boundary": (
        lambda *_: answer(206, b"--x\r\n\r\n[\r\n--x--", Content_Type="multipart/byteranges; boundary=y"),
        {"one-range-in-one-part", "parts-can-be-read"},
    ),
    "no boundary": (
        lambda *_: answer(206, b"--x\r\n\r\n[\r\n--x--", Content_Type="multipart/byteranges"),
        {"one-range-in-one-part", "parts-can-be-read"},
    ),
    "parts without end": (
        lambda *_: answer(206, WHOLE_FLOOD, Content_Type="multipart/byteranges; boundary=b"),
        {"one-range-in-one-part", "parts-can-be-read"},
    ),
    "an error": (lambda *_: answer(500, b"Internal Server Error"), set()),
}


@pytest.mark.parametrize("name", SENSELESS)
def test_what_makes_no_sense_is_told_and_nothing_more(name: str) -> None:
    ranged, due = SENSELESS[name]
    report = judged(ranged)
    assert outcomes(report, "error", "unreachable") == {}
    assert due <= set(outcomes(report, "fail"))


def test_a_206_to_a_plain_request_is_no_whole_to_compare_with() -> None:
    report = judged(right, lambda: answer(206, BODY[:5], Content_Range=f"bytes 0-4/{LENGTH}"))
    assert outcomes(report, "error", "unreachable") == {}
    assert verdict_of(report, "part-is-what-it-says").outcome == "not-applicable"


@pytest.mark.parametrize("shift", [0, 1])
def test_a_saved_report_is_judged_alike_since_the_digests_are_in_it(shift: int) -> None:
    report = judged(lambda text, fields: right(text, fields, BODY[shift:] + b"x" * shift))
    again = judge_again(decode(encode(report)))
    verdicts = {e.nodeid: (e.verdict.outcome, e.verdict.message) for e in report.judged}
    assert {e.nodeid: (e.verdict.outcome, e.verdict.message) for e in again.judged} == verdicts
    assert (verdict_of(again, "part-is-what-it-says").outcome == "fail") is bool(shift)
