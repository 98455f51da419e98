"""No credential leaves a run, whichever way it takes."""
# ruff: noqa: E501 - a table of names

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from helpers.hostile import Peer, serve
from helpers.runs import exchanges, fetch, judged, options, reference, run
from msgspec import inspect

import conformance
from conformance.clocks import VirtualClock
from conformance.execute.again import judge_again
from conformance.model import (
    Body,
    CacheRead,
    Effect,
    Exchange,
    Facts,
    Frozen,
    Headers,
    Json,
    Record,
    Report,
    Request,
    Response,
    Safe,
    StepRecord,
    Verdict,
    WireFault,
)
from conformance.report.document import decode, encode
from conformance.report.redact import REDACTED, Redactor, credentials, is_sensitive, without_userinfo
from conformance.report.text import entry_text, summary_lines
from conformance.report.write import write

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
    sent = [x for r in report.records.values() for s in r.steps for x in s.exchanges]
    assert 200 in {x.status for x in sent}
    assert all(("Authorization", REDACTED) in x.request.headers for x in sent)


@pytest.mark.parametrize("secret", [*OURS, THEIRS])
def test_no_output_holds_a_credential(report: Report, secret: str, tmp_path: Path) -> None:
    write(report, tmp_path / "r.json")
    assert secret not in (tmp_path / "r.json").read_text()
    assert secret not in repr(report)
    assert secret not in "\n".join(summary_lines(report))
    assert all(secret not in entry_text(report, entry) for entry in report.entries)


def test_without_them_the_verdicts_are_the_same(report: Report) -> None:
    assert judge_again(decode(encode(report))) == report


def test_what_a_target_adds_is_a_credential_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(
        TARGET.replace("Authorization: Bearer", "X-Auth:").replace("X-Api-Key", "Tenant")
        + "# and what the suite sends, or whose name says that it is none, is shown\n"
    )
    with serve(echoing) as server:
        made = encode(conformance.run(server.url, target=str(path), seed=1)).decode()
    assert "X-Auth" in made
    assert "cache-conformance/" in made
    assert not [secret for secret in (TOKEN, PASSWORD, SESSION) if secret in made]


def test_what_was_asked_before_a_step_is_redacted_told_and_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(f"""\
name: private
headers: {{X-Api-Key: {PASSWORD}}}
resources:
  cached-time: {{read: GET /cached-time/, ttl: 4, value: /time, hit: /cached, json: object}}
""")
    with reference(ttl=4.0, flaw="failure-kept") as server:
        fetch(server.url, "/cached-time/")
        server.clock.move(5)  # now each second computation is the first that the run asks for
        report = run(options(server.url, target=str(path), clock=lambda: VirtualClock(server.clock.move)))
    entry = judged(report, "failure-is-not-kept", "cached-time")
    text, document = entry_text(report, entry), encode(report).decode()
    assert "=> before fresh 2 of 2" in text
    assert "(1 not shown: before fresh /cached-time/: 500)" in text
    assert PASSWORD not in text + document
    assert all(e.response.body.content is None for e in exchanges(report) if e.response)


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


@pytest.mark.parametrize(
    "form",
    [
        r"q\"uo/te &nd \u00fcber",
        'q\\"uo/te &nd \u00fcber',
        r"q\"uo\/te &nd \u00fcber",
        "q%22uo/te%20%26nd%20%C3%BCber",
        "q%22uo%2Fte%20%26nd%20%C3%BCber",
        "q%22uo%2Fte+%26nd+%C3%BCber",
        "q&quot;uo/te &amp;nd \u00fcber",
    ],
)
def test_a_credential_is_found_in_json_urls_and_html(form: str) -> None:
    redactor = Redactor(['q"uo/te &nd \u00fcber'])
    assert redactor.text(f"<{form}>") == "<redacted>"
    assert redactor.raw(f"<{form}>".encode()) == b"<redacted>"


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
        Request("PUT", f"/?t={TOKEN}", (("X", TOKEN),), TOKEN.encode()),
        Response(
            200,
            TOKEN,
            (("X", TOKEN), ("Set-Cookie", "x")),
            Body(3, "d", TOKEN.encode()),
            1,
            TOKEN,
            (),
            TOKEN.encode(),
        ),
        WireFault("malformed", TOKEN, TOKEN.encode()),
        0.0,
        1.0,
        facts=Facts(members={TOKEN: "null"}, value=[TOKEN, {TOKEN: TOKEN}], redirected=TOKEN),
    )
    came = (("Set-Cookie", "x"), ("ETag", TOKEN))
    step = StepRecord(
        "a",
        "read",
        says=TOKEN,
        exchanges=(exchange,),
        effect=Effect("change", TOKEN, TOKEN, TOKEN, [TOKEN], path=TOKEN, key=TOKEN),
        cache=CacheRead(1.0, seen=(came,)),
    )
    whole = Record("w", (step,), {"n": TOKEN}, error=TOKEN, log=TOKEN, remark=TOKEN, crash=TOKEN)
    record = redactor.record(whole)
    assert TOKEN not in repr(record)
    cache = record.steps[0].cache
    assert cache is not None
    assert cache.seen[0] == (("Set-Cookie", REDACTED), ("ETag", REDACTED))
    verdict = Verdict("fail", "fail", TOKEN, TOKEN, TOKEN, TOKEN, TOKEN)
    assert TOKEN not in repr(redactor.record(verdict))


def test_a_packed_body_is_not_kept_where_credentials_were_sent() -> None:
    """They might be in it, unseen."""
    response = Response(200, "", (("Content-Encoding", "gzip"),), Body(2, "d", b"\x1f\x8b"), 1)
    exchange = Exchange(Request("GET", "/", ()), response, None, 0.0, 1.0)
    record = Record("w", (StepRecord("a", "read", exchanges=(exchange,)),))
    kept = Redactor().record(record).steps[0].exchanges[0].response
    dropped = Redactor([TOKEN]).record(record).steps[0].exchanges[0].response
    assert kept is not None
    assert dropped is not None
    assert (kept.body.content, dropped.body.content) == (b"\x1f\x8b", None)


def test_what_utf_8_can_not_hold_is_replaced() -> None:
    value = {"\ud800": ["\udfff", 1, None]}
    assert Redactor().record(Facts(value=value)).value == {"\\ud800": ["\\udfff", 1, None]}


def test_a_record_without_credentials_stays_as_it_is() -> None:
    record = Record("w", (StepRecord("a", "read", says="fine"),))
    assert Redactor([TOKEN]).record(record) == record
    verdict = Verdict("pass", "pass", "fine")
    assert Redactor([TOKEN]).record(verdict) is verdict


class New(Frozen, frozen=True):
    """A record that somebody will add, with every kind of field."""

    name: Safe
    text: str
    maybe: str | None = None
    raw: bytes = b""
    many: tuple[str, ...] = ()
    by_name: Mapping[str, str] = {}
    by_id: Mapping[Safe, str] = {}
    fields: Headers = ()
    anything: Json = None
    inner: Verdict | None = None
    number: int = 0


def test_a_new_text_field_is_redacted_unless_it_is_named_as_safe() -> None:
    verdict = Verdict("fail", "fail", TOKEN)
    made = New(
        TOKEN,
        TOKEN,
        TOKEN,
        TOKEN.encode(),
        (TOKEN, "x"),
        {TOKEN: TOKEN},
        {TOKEN: TOKEN},
        (("X", TOKEN), ("Cookie", "x")),
        {"a": [TOKEN]},
        verdict,
    )
    assert Redactor([TOKEN]).record(made) == New(
        TOKEN,
        REDACTED,
        REDACTED,
        REDACTED.encode(),
        (REDACTED, "x"),
        {REDACTED: REDACTED},
        {TOKEN: REDACTED},
        (("X", REDACTED), ("Cookie", REDACTED)),
        {"a": [REDACTED]},
        Verdict("fail", "fail", REDACTED),
    )


class Several(Frozen, frozen=True):
    """A kind of field that nobody has said how to redact."""

    either: str | tuple[str, ...] = ""


class Named(Frozen, frozen=True):
    """Another one."""

    names: frozenset[str] = frozenset()


@pytest.mark.parametrize("unknown", [Several(), Named()])
def test_a_kind_of_field_that_is_not_known_is_refused(unknown: Frozen) -> None:
    with pytest.raises(TypeError, match="nobody has said how"):
        Redactor([TOKEN]).record(unknown)


SAFE = {
    "Facts.constant",  # NaN or Infinity, and nothing else
    "Facts.wants",  # words of a list of ours
    "Fuzzing.by", "Fuzzing.cut", "Explained.also", "Explained.hint", "Explained.requirement", "Explained.title", "Explained.why", "Audit.differing", "Audit.open", "Body.digest", "CacheRead.client", "Decoded.digest",
    "Earned.hidden_until", "Earned.id", "Earned.nodeid", "Earned.title", "Earned.topic",
    "Entry.nodeid", "Entry.work", "Exchange.through", "Grade.assignment", "Grade.freeze", "Hook.method", "Record.clock", "Record.work", "Report.bodies", "Report.explained",
    "Report.clock", "Report.isolation", "Report.records", "Report.requirements", "Report.specs_sha256", "Report.started",
    "Report.suite_version", "Report.topics", "Report.why_real", "Request.method", "Requirement.id",
    "Requirement.quote", "Requirement.rfc", "Requirement.says", "Requirement.source", "Requirement.topic", "Requirement.unchecked", "Requirement.url",
    "Resource.name", "Slice.digest", "Slice.due", "Slices.broken", "Slices.of", "StepRecord.do", "StepRecord.lacks", "StepRecord.name", "StepRecord.other", "Target.name", "Target.sha256", "Topic.file", "Topic.title", "TopicPoints.file", "TopicPoints.title",
    "Verdict.code", "Verdict.step", "Verdict.work", "Write.method",
}  # fmt: skip


def _named_safe(kind: inspect.Type, where: str) -> Iterator[str]:
    match kind:
        case inspect.Metadata(extra={"safe": True}):
            yield where
        case inspect.StructType(cls=cls, fields=fields):
            for field in fields:
                yield from _named_safe(field.type, f"{cls.__name__}.{field.name}")
        case inspect.VarTupleType(item_type=inner) | inspect.Metadata(type=inner):
            yield from _named_safe(inner, where)
        case inspect.DictType(key_type=key, value_type=value):
            yield from (*_named_safe(key, where), *_named_safe(value, where))
        case inspect.UnionType(types=types):
            for each in types:
                yield from _named_safe(each, where)


def test_what_is_named_as_safe_was_looked_at() -> None:
    """A field that is added here holds nothing that a server, or a user's credentials, can get into."""
    assert set(_named_safe(inspect.type_info(Report), "Report")) == SAFE
