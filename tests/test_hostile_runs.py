"""Servers that are broken, hostile or not there: the run waits little, says once why, and keeps the rest."""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import Peer, Script, serve, unused_port
from helpers.names import no_names
from helpers.runs import (
    bad,
    counts,
    exchanges,
    judged,
    on,
    only,
    options,
    quick,
    record_of,
    reference,
    run,
    wrapped,
)
from helpers.student import HOLD, Student, reply

from conformance.clocks import VirtualClock
from conformance.execute.options import Options
from conformance.model import Report
from conformance.report.formats import FORMATS
from conformance.report.sheet import Sheet
from conformance.report.summary import summary_lines
from conformance.report.text import entry_text
from conformance.wire import Limits
from reference_impl.serve import start

DEADLINE = 0.3  # of an exchange, where none is to be answered
PATIENCE = 1.0  # where others are


def ended(given: Options, *, waits: int = 0) -> Report:
    """A run that comes to its end, without a traceback in any verdict.

    How long that takes is how often it waits for an answer that does not come: so many times at most.
    """
    result = run(given)
    waited = [
        e.request.target for e in exchanges(result) if e.fault is not None and e.fault.kind == "timeout"
    ]
    assert len(waited) <= waits, waited
    assert bad(result, "error") == {}
    for each in result.judged:
        assert "Traceback" not in each.verdict.message
        assert each.verdict.message
    return result


def diagnosis(result: Report) -> str:
    """The one sentence that stands for every check, where nothing can be judged."""
    assert set(counts(result)) <= {"unreachable", "not-applicable"}
    (says,) = set(bad(result, "unreachable").values())
    return says


def moved(given: Options) -> Options:
    """The same without waits: what answers is nobody's cache."""
    return replace(given, clock=lambda: VirtualClock(lambda _: None))


# ------------------------------------------------------------------ nobody there


def test_a_port_on_which_nothing_listens() -> None:
    port = unused_port()
    says = diagnosis(ended(quick(f"http://127.0.0.1:{port}")))
    assert says.startswith(f"the server at http://127.0.0.1:{port} can't be reached: ")
    assert "refused" in says


def test_a_host_that_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    no_names(monkeypatch)
    says = diagnosis(ended(quick("http://no-such-host.invalid", 2.0)))
    assert "no-such-host.invalid" in says


def test_tls_to_a_plain_port() -> None:
    with serve(Student()) as server:
        url = server.url.replace("http:", "https:")
        says = diagnosis(ended(quick(url, 1.0)))
    assert says.startswith(f"the server at {url} can't be reached: ")


def test_plain_http_to_a_tls_port(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without a certificate no handshake succeeds
    with serve(Student(), tls=context) as server:
        result = ended(quick(server.url.replace("https:", "http:")))
    assert set(counts(result)) <= {"unreachable", "not-applicable"}


# ------------------------------------------------------------------ where it is


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_base_url_with_a_path_prefix(slash: str) -> None:
    def mounted(app: Any) -> Any:
        async def outer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                path = scope["path"]
                # What is outside the mount is not there.
                scope = {**scope, "path": path.removeprefix("/api") if path.startswith("/api/") else "/404"}
            await app(scope, receive, send)

        return outer

    with wrapped(mounted) as server:
        given = server.options(selected=only("inm-current-is-304", "change-shows", "create-shows"))
        result = run(replace(given, base_url=f"{server.url}/api{slash}"))
    assert {e.verdict.outcome for e in result.judged} == {"pass"}
    record = record_of(result, "change-shows")
    assert "/api/items/4" in {x.request.target for s in record.steps for x in s.exchanges}


def test_a_final_slash_of_the_base_url_is_none() -> None:
    with reference() as server:
        given = server.options(selected=only("inm-current-is-304"))
        result = run(replace(given, base_url=f"{server.url}/"))
    assert on(result, "inm-current-is-304").outcome == "pass"


def _ipv6() -> bool:
    try:
        with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not _ipv6(), reason="this machine has no IPv6")
def test_an_address_of_ipv6() -> None:
    with serve(Student(), host="::1") as server:
        given = quick(f"http://[::1]:{server.port}", 5.0, selected=only("inm-current-is-304"))
        result = ended(given)
    assert on(result, "inm-current-is-304").outcome == "pass"
    assert result.remote is False


# ------------------------------------------------------------------ hangs


def test_a_server_that_hangs_on_everything() -> None:
    with serve(Student(lambda *_: HOLD)) as server:
        says = diagnosis(ended(quick(server.url, DEADLINE)))
        assert server.connections == 2
    assert "can't be reached" in says


def test_such_a_server_has_all_its_verdicts_within_25_seconds() -> None:
    assert 2 * Limits().deadline + 5 <= 25


def test_a_server_that_hangs_on_one_route_loses_that_lane_alone() -> None:
    student = Student(lambda _method, path, *_: HOLD if path == "/cached-time/" else None)
    with serve(student) as server:
        result = ended(moved(quick(server.url, PATIENCE)), waits=3)
    assert 1 <= student.asked.count(("GET", "/cached-time/")) <= 2
    assert on(result, "members-present", "cached-time").outcome == "unreachable"
    assert on(result, "inm-current-is-304").outcome == "pass"
    assert on(result, "create-shows").outcome == "pass"
    assert bad(result, "fail") == {}


def test_a_condition_that_hangs_costs_one_time_out_for_each_check_and_leaves_the_others() -> None:
    student = Student(lambda _method, _path, headers, _body: HOLD if "if-none-match" in headers else None)
    with serve(student) as server:
        result = ended(moved(quick(server.url, PATIENCE)), waits=6)
    silent = {e.id for e in result.judged if e.verdict.outcome == "unreachable"}
    assert {"inm-current-is-304", "inm-other-is-200"} <= silent
    for check in silent:
        assert re.match(r'GET /items/ with If-None-Match: ".*" was not answered', on(result, check).message)
    assert "find what it waits for there" in on(result, "inm-current-is-304").mend
    assert {on(result, check).outcome for check in ("etag-present", "etag-repeats", "change-shows")} == {
        "pass"
    }


def test_a_write_that_hangs_leaves_the_reads() -> None:
    student = Student(lambda method, *_: HOLD if method in ("PUT", "POST") else None)
    with serve(student) as server:
        result = ended(moved(quick(server.url, PATIENCE)), waits=6)
    # An item of our own is asked for before anything is changed, once; then each write is tried as ever.
    assert len([m for m, _ in student.asked if m in ("PUT", "POST")]) <= 5
    assert on(result, "inm-current-is-304").outcome == "pass"
    assert on(result, "change-shows").outcome == "unreachable"


def test_the_runs_deadline_ends_it() -> None:
    """A warm cache is being waited out when the time is over."""
    with start() as server:
        given = options(server.url, deadline=2.5)  # a TTL of 30 s, in real time
        result = ended(given)
    assert result.stopped == "the run's deadline has passed"
    assert not result.partial
    left = [e.verdict for e in result.judged if e.verdict.outcome == "inconclusive"]
    assert left
    assert all("stopped" in v.cause or "deadline" in v.cause for v in left)
    assert on(result, "inm-current-is-304").outcome == "pass"


# ------------------------------------------------------------------ nonsense on the wire


def after_request(*pieces: bytes) -> Script:
    def script(peer: Peer) -> None:
        if peer.request():
            for piece in pieces:
                peer.send(piece)

    return script


def dripping(peer: Peer) -> None:
    if peer.request():
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        peer.drip(b"x", 0.02)


def resetting(peer: Peer) -> None:
    if peer.request():
        peer.reset()


def interim_for_ever(peer: Peer) -> None:
    if peer.request():
        peer.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n", 0)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
NOBODY: Mapping[str, Script] = {
    "drips": dripping,
    "resets": resetting,
    "closes": after_request(),
}
NONSENSE: Mapping[str, Script] = {
    "1xx for ever": interim_for_ever,
    "no HTTP at all": after_request(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "binary": after_request(bytes(range(256)) * 8),
    "two Content-Lengths": after_request(OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n[]"),
    "a header of 1 MiB": after_request(OK + b"X: " + b"a" * 1048576 + b"\r\nContent-Length: 2\r\n\r\n[]"),
}


@pytest.mark.parametrize("script", NOBODY.values(), ids=NOBODY)
def test_a_server_that_never_answers_is_one_diagnosis(script: Script) -> None:
    with serve(script) as server:
        diagnosis(ended(quick(server.url, DEADLINE)))
        assert server.connections <= 3  # and then nobody is asked any more


@pytest.mark.parametrize("script", NONSENSE.values(), ids=NONSENSE)
def test_a_server_that_speaks_no_http_is_one_diagnosis(script: Script) -> None:
    with serve(script) as server:
        says = diagnosis(ended(quick(server.url, 2.0)))
        assert server.connections <= 3  # and then nobody is asked any more
    assert len(says) < 400
    assert says.isprintable()


@pytest.mark.parametrize("script", [*NOBODY.values(), *NONSENSE.values()], ids=[*NOBODY, *NONSENSE])
def test_one_such_route_costs_its_own_verdicts_and_no_others(script: Script) -> None:
    student = Student()

    def mixed(peer: Peer) -> None:
        begin = peer.sock.recv(64, socket.MSG_PEEK)
        (script if b" /cached-time/ " in begin else student)(peer)

    with serve(mixed) as server:
        result = ended(moved(quick(server.url, PATIENCE)), waits=3)
    assert on(result, "members-present", "cached-time").outcome in ("unreachable", "fail")
    assert on(result, "inm-current-is-304").outcome == "pass"
    assert on(result, "change-shows").outcome == "pass"
    assert {e.resource for e in result.judged if e.verdict.verdict == "fail"} <= {"cached-time"}


@pytest.mark.parametrize("evil", ['"\x1b[31m"', '"</script><script>"', '"::error::x"', '"\x9b31m"'])
def test_what_a_server_says_is_shown_and_not_obeyed(evil: str) -> None:
    tags = iter([evil, '"b"'] * 1000)  # another at each read, so that it stands in the message

    def answer(*_: Any) -> bytes:
        return reply(200, [{"id": 1, "name": "Pen"}], {"ETag": next(tags)})

    with serve(Student(answer)) as server:
        result = ended(quick(server.url, 2.0, selected=only("etag-repeats")))
    assert on(result, "etag-repeats").outcome in ("fail", "blocked")
    printed = [*summary_lines(result), entry_text(result, judged(result, "etag-repeats"))]
    assert all(line.isprintable() for text in printed for line in text.split("\n"))
    assert FORMATS["json"].write(Sheet(result)).isascii()


# ------------------------------------------------------------------ memory

_JUDGE = textwrap.dedent("""
    import json, re, sys
    from pathlib import Path
    from conformance.clocks import VirtualClock
    from conformance.execute.engine import Engine
    from conformance.execute.options import Options
    from conformance.load.specs import load
    from conformance.load.target import load_target

    clock = lambda: VirtualClock(lambda seconds: None)
    engine = Engine(Options(sys.argv[1], load(), load_target("lesson"), clock=clock))
    engine.start()
    assert engine.wait(60)
    engine.close()
    verdicts = [each.verdict.verdict for each in engine.report().judged]
    # Not getrusage: that counts what the process was before it became this one, too.
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
    print(json.dumps({"MiB": peak / 1024, "verdicts": verdicts}))
""")


@cache
def _bomb(size: int = 1024 * 1024) -> bytes:
    """A million bytes that unpack to a thousand million."""
    return gzip.compress(bytes(64 * 1024 * 1024)) * (size // 65_000)


def _body(content: bytes, *lines: bytes) -> bytes:
    return OK + b"".join((*lines, b"Content-Length: %d\r\n\r\n" % len(content), content))


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda: _body(_bomb(), b'ETag: "x"\r\nContent-Encoding: gzip\r\n'), id="gzip bomb"),
        pytest.param(lambda: _body(b"[" * 4_000_000, b'ETag: "x"\r\n'), id="deep JSON"),
        pytest.param(
            lambda: _body(b'[{"id":1,"a":"' + b"x" * 4_900_000 + b'"}]', b'ETag: "x"\r\n'), id="5 MiB"
        ),
        pytest.param(lambda: _body(b"x" * 8_000_000), id="8 MiB"),
    ],
)
def test_memory_stays_bounded(answer: Callable[[], bytes]) -> None:
    made = answer()
    with serve(Student(lambda *_: made)) as server:
        command = [sys.executable, "-c", _JUDGE, server.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    # How many lanes hold 5 MiB at once is chance (the peak was 115 to 139 MiB); all 97 of a run would be 470.
    assert found["MiB"] < 250
    assert "error" not in found["verdicts"]
