"""Which exchanges show a verdict, and how each is sent again."""

from __future__ import annotations

import shlex

from helpers.embedded import judged
from msgspec.structs import replace

from conformance.model import Exchange, Record, Request, Response, StepRecord, Verdict
from conformance.report.evidence import (
    Evidence,
    came,
    curl,
    evidence,
    left_out,
    once_more,
    sent,
    server_of,
)


def asked(name: str, *targets: str) -> StepRecord:
    """A step with an exchange for each path."""
    return StepRecord(
        name, exchanges=tuple(Exchange(Request(target=each), Response(200), sent_at=5.0) for each in targets)
    )


def shown(found: Evidence) -> list[tuple[str, int, bool]]:
    return [(each.name, each.number, each.decisive) for each in found.shown]


STEPS = (asked("a", "/1", "/2"), asked("b", "/3"), asked("c", "/4"), asked("d", "/5", "/6"), asked("e", "/7"))


def test_the_decisive_one_is_shown_after_the_first_and_what_came_just_before() -> None:
    found = evidence(Record("w", STEPS, started_at=2.0), Verdict("fail", "fail", step="d"))
    assert shown(found) == [("a", 2, False), ("b", 1, False), ("c", 1, False), ("d", 1, True)]
    assert found.rest == 2
    assert found.last == STEPS[3].exchanges[0]
    assert [each.after for each in found.shown] == [3.0] * 4
    assert [each.times for each in found.shown] == [2, 1, 1, 2]
    assert left_out(found.shown[0]) == "1 not shown: a /1: 200"
    assert left_out(found.shown[1]) == ""


def test_where_none_decides_the_last_one_is_shown() -> None:
    found = evidence(Record("w", STEPS), Verdict("pass", "pass"))
    assert shown(found)[-1] == ("e", 1, False)
    assert found.rest == 0


def test_what_was_seen_after_a_write_is_shown_but_not_sent_again() -> None:
    steps = (asked("first", "/1"), asked("write", "/2"), asked("after write", "/3"))
    found = evidence(Record("w", steps), Verdict("fail", "fail", step="write"))
    assert [name for name, _, _ in shown(found)] == ["first", "write", "after write"]
    assert found.last == steps[1].exchanges[0]


def test_nothing_was_sent() -> None:
    assert evidence(Record("w"), Verdict("pass", "pass")) == Evidence()


def test_what_a_client_cache_answered_is_told_as_that_and_the_server_is_asked_again() -> None:
    behind = Exchange(Request(target="/1"), Response(200))
    through = Exchange(Request(target="/1"), Response(200), through="private-cache", contact="none")
    found = evidence(Record("w", (StepRecord("a", exchanges=(behind, through)),)), Verdict("pass", "pass"))
    assert found.last == behind
    assert list(sent(through)) == ["GET /1, through a private client cache"]
    assert list(came(judged(), through)) == ["200, without asking the server"]


def test_a_server_that_was_started_for_the_run_has_to_be_started_again() -> None:
    assert server_of(judged()) == (judged().base_url, False)


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


def timed(*instants: float, target: str = "/cached-time/") -> Evidence:
    """Reads at these instants, of which the last one decides."""
    reads = tuple(
        Exchange(Request(target=target), Response(200), sent_at=each, received_at=each) for each in instants
    )
    step = StepRecord("reads", exchanges=reads)
    return evidence(Record("w", (step,)), Verdict("fail", "fail", step="reads", index=len(reads) - 1))


def test_where_time_is_the_point_two_requests_are_sent_with_the_wait_between() -> None:
    steps = tuple(
        StepRecord(name, exchanges=(timed(at).shown[0].exchange,))
        for name, at in (("fresh", 0.0), ("nearly", 28.5))
    )
    seen = evidence(Record("w", steps), Verdict("fail", "fail", step="nearly"))
    request = f"curl -si {judged().base_url}/cached-time/"
    assert once_more(judged(), seen) == (request, "sleep 28.5", request)
    assert once_more(judged(), timed(0.5)) == (request,)
    assert once_more(judged(), Evidence()) == ()


def test_a_server_that_ended_with_the_run_is_started_first() -> None:
    ended = replace(judged(), server="app", workers=1, starts="uvicorn main:app --port 8000")
    start, request = once_more(ended, timed(0.5))
    assert start == "uvicorn main:app --port 8000   # in another terminal, or as you start it"
    assert request == "curl -si http://127.0.0.1:8000/cached-time/"


def test_who_sends_it_again_is_told_which_credentials_to_put_in() -> None:
    request = Request(headers=(("Authorization", "redacted"), ("Accept", "*/*")))
    seen = Evidence((), 0, Exchange(request, Response(200)))
    told, command = once_more(judged(), seen)
    assert told == "# put your own Authorization in the place of 'redacted'"
    assert command.startswith("curl -si -H 'Authorization: redacted'")
