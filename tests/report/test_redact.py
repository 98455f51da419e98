"""No credential leaves a run, whichever way it takes."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from helpers.hostile import Peer, serve

import conformance
from conformance.execute.again import judge_again
from conformance.model import Body, Exchange, Record, Request, Response, StepRecord, Verdict, WireFault
from conformance.report import Report, write
from conformance.report.redact import REDACTED, Redactor, credentials, is_sensitive, without_userinfo
from conformance.report.text import entry_text, summary_lines

TOKEN = "s3cr3t-t0ken-0f-mine"  # noqa: S105 - made up
SESSION = "c00kie-0f-mine"
PASSWORD = "pa55word-0f-mine"  # noqa: S105 - made up
OURS = (TOKEN, SESSION, PASSWORD)
THEIRS = "session-0f-the-server"

TARGET = f"""\
name: private
headers:
  Authorization: Bearer {TOKEN}
  Cookie: session={SESSION}; theme=dark
  X-Api-Key: {PASSWORD}
resources:
  items:
    read: GET /items/
    json: array
    etag: true
  broken:
    read: GET /broken
    json: object
"""


def echoing(peer: Peer) -> None:
    """Answers with all that it was sent, in its ETag, its Location and its body, and sets cookies."""
    while request := peer.request():
        seen = request.decode("latin-1")
        path = seen.split(" ")[1]
        if path == "/broken":
            peer.send(
                f"HTTP/1.1 200 OK\r\nSet-Cookie: a={THEIRS}\r\nBad Name: {TOKEN}\r\n"
                "Content-Length: 1\r\nContent-Length: 2\r\n\r\n".encode()
            )
            return
        body = json.dumps([{"id": 1, "you sent": seen, "at": f"http://me:{PASSWORD}@host/"}]).encode()
        head = [
            "HTTP/1.1 200 OK",
            f'ETag: "{TOKEN}"',
            f"Set-Cookie: id={THEIRS}; Path=/",
            f"Link: <https://me:{PASSWORD}@host/x>",
            f"X-Seen: {SESSION}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        peer.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("target") / "private.yaml"
    path.write_text(TARGET)
    with serve(echoing) as server:
        return conformance.run(server.url, target=str(path), seed=1)


def test_the_server_was_sent_them_and_answered(report: Report) -> None:
    statuses = {x.status for e in report.judged if e.record for s in e.record.steps for x in s.exchanges}
    assert 200 in statuses
    sent = [x for e in report.judged if e.record for s in e.record.steps for x in s.exchanges]
    assert all(("Authorization", REDACTED) in x.request.headers for x in sent)


@pytest.mark.parametrize("secret", [*OURS, THEIRS])
def test_no_output_holds_a_credential(report: Report, secret: str, tmp_path: Path) -> None:
    write(report, tmp_path / "r.json")
    assert secret not in (tmp_path / "r.json").read_text()
    assert secret not in repr(report)
    assert secret not in "\n".join(summary_lines(report))
    assert all(secret not in entry_text(entry) for entry in report.entries)


def test_without_them_the_verdicts_are_the_same(report: Report) -> None:
    assert judge_again(Report.from_json(report.to_json())) == report


# ------------------------------------------------------------------ the parts


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "COOKIE", "Set-Cookie", "X-API-Key", "apikey", "X-Auth-Token"],
)
def test_fields_that_carry_credentials(name: str) -> None:
    assert is_sensitive(name)


@pytest.mark.parametrize(
    "name", ["ETag", "Cache-Control", "WWW-Authenticate", "Idempotency-Key", "Vary", "Host"]
)
def test_fields_that_do_not(name: str) -> None:
    assert not is_sensitive(name)


def test_a_credential_is_known_without_its_scheme_too() -> None:
    headers = (("Authorization", f"Basic {TOKEN}"), ("Cookie", f"a=b; s={SESSION}"), ("Accept", "everything"))
    assert {f"Basic {TOKEN}", TOKEN, SESSION} <= credentials(headers)
    assert "everything" not in credentials(headers)
    assert "b" not in credentials(headers)


def test_words_that_stand_everywhere_are_no_credentials() -> None:
    assert credentials((("Cookie", "a=public; b=no-store; c=short; d=1"), ("X-Api-Key", "private"))) == {
        "a=public; b=no-store; c=short; d=1",
        "b=no-store;",
        "c=short;",
    }


def test_basic_authentication_is_opened() -> None:
    basic = base64.b64encode(b"me:" + PASSWORD.encode()).decode()
    assert {basic, f"me:{PASSWORD}", PASSWORD} <= credentials((("Authorization", f"Basic {basic}"),))
    assert credentials((("Authorization", "Basic \u00e4\u00f6\u00fc-no-base64"),))


def test_a_credential_is_found_in_any_coding() -> None:
    odd = "\u00fcber-gehe1m?"
    redactor = Redactor([odd])
    for data in (odd.encode(), odd.encode("latin-1")):
        assert redactor.raw(b"<" + data + b">") == b"<redacted>"


@pytest.mark.parametrize("text", ["a" * 300_000, "://" * 100_000, "cookie" * 400, "x://" + "u:" * 150_000])
def test_long_texts_take_no_long_time(text: str) -> None:
    """A pattern that looks back would take minutes here."""
    redactor = Redactor([TOKEN])
    assert redactor.text(text) == text
    assert redactor.raw(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a:b@h/p", "http://redacted@h/p"),
        (
            "see https://a@h and http://c:d@e@h:1/x?y=a@b",
            "see https://redacted@h and http://redacted@h:1/x?y=a@b",
        ),
        ("http://h/p@q", "http://h/p@q"),
        ("a@b", "a@b"),
    ],
)
def test_user_names_and_passwords_in_urls(url: str, shown: str) -> None:
    assert without_userinfo(url) == shown


def test_bytes_that_are_no_http_lose_their_credentials() -> None:
    raw = b"HTTP/1.1 200 OK\r\nset-cookie : a=b\r\nX: 1\r\n Authorization: c\n\nhttp://u:p@h/"
    assert Redactor().raw(raw) == (
        b"HTTP/1.1 200 OK\r\nset-cookie : redacted\r\nX: 1\r\n Authorization: redacted\n\nhttp://redacted@h/"
    )


def test_every_part_of_a_record_is_gone_through() -> None:
    redactor = Redactor([TOKEN])
    exchange = Exchange(
        Request("PUT", f"http://h/?t={TOKEN}", (("X", TOKEN),), TOKEN.encode()),
        Response(
            200,
            TOKEN,
            "HTTP/1.1",
            (("X", TOKEN), ("Set-Cookie", "x")),
            Body(3, "d", TOKEN.encode()),
            1,
            (),
            TOKEN.encode(),
        ),
        WireFault("malformed", TOKEN, TOKEN.encode()),
        0.0,
        1.0,
        facts={"value": [TOKEN, {TOKEN: TOKEN}]},
    )
    notes = {"came": [["Set-Cookie", "x"], ["ETag", TOKEN]], "raw": TOKEN.encode(), "what": (1, {2: None})}
    step = StepRecord("a", "read", "done", TOKEN, (exchange,), notes)
    record = redactor.record(Record("w", (step,), {"n": TOKEN}, 0.0, 1.0, "real", 1, TOKEN, TOKEN))
    assert TOKEN not in repr(record)
    assert record.steps[0].notes["came"] == [["Set-Cookie", REDACTED], ["ETag", REDACTED]]
    assert record.steps[0].notes["what"] == [1, {"2": None}]
    verdict = Verdict("fail", "fail", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN)
    assert TOKEN not in repr(redactor.verdict(verdict))


def test_a_packed_body_is_not_kept_where_credentials_were_sent() -> None:
    """They might be in it, unseen."""
    response = Response(200, "", "HTTP/1.1", (("Content-Encoding", "gzip"),), Body(2, "d", b"\x1f\x8b"), 1)
    exchange = Exchange(Request("GET", "http://h/", ()), response, None, 0.0, 1.0)
    record = Record("w", (StepRecord("a", "read", "done", "", (exchange,)),), {}, 0.0, 1.0, "real")
    kept = Redactor().record(record).steps[0].exchanges[0].response
    dropped = Redactor([TOKEN]).record(record).steps[0].exchanges[0].response
    assert kept is not None
    assert dropped is not None
    assert (kept.body.content, dropped.body.content) == (b"\x1f\x8b", None)


def test_what_utf_8_can_not_hold_is_replaced() -> None:
    assert Redactor().plain({"\ud800": ["\udfff", b"\xff", object]}) == {
        "\\ud800": ["\\udfff", "\u00ff", "<class 'object'>"]
    }
