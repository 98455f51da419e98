"""conformance.report.httplint: another program's notes on the answers, which decide nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from helpers.records import done, exchange
from helpers.sheets import graded, made
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.model import Exchange, Record
from conformance.report import httplint
from conformance.report.sheet import Sheet


class Linter:
    """What it is called as; it has a bad word for each field that is called X-Bad."""

    def __init__(self) -> None:
        self.notes: list[Any] = []
        self.is_head_response = False
        self.fed = b""

    def process_response_topline(self, version: bytes, status: bytes, phrase: bytes) -> None:
        assert (version, status, type(phrase)) == (b"HTTP/1.1", b"200", bytes)

    def process_headers(self, fields: list[tuple[bytes, bytes]]) -> None:
        for name, value in fields:
            if name == b"X-Raises":
                raise KeyError(name)
            below = [note("warning", value.decode())] if name == b"X-Below" else []
            self.notes.append(note("bad" if name == b"X-Bad" else "good", value.decode(), below))

    def feed_content(self, content: bytes) -> None:
        assert not self.is_head_response
        self.fed += content

    def finish_content(self, whole: bool) -> None:
        assert whole
        if self.fed:
            self.notes.append(note("warning", f"{len(self.fed)} bytes"))


def note(level: str, says: str, below: Any = ()) -> Any:
    return SimpleNamespace(level=SimpleNamespace(value=level), summary=says, subnotes=below)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httplint, "_linter", lambda: Linter)


def sheet(*exchanges: Exchange, hidden: str = "") -> Sheet:
    whole = made("items", hidden=hidden)
    report = replace(whole.report, records={"w": Record(steps=(done("a", *exchanges),))})
    return Sheet(report)


def answer(*fields: tuple[str, str], **more: Any) -> Exchange:
    return exchange(headers=list(fields), **{"body": b""} | more)


def lines(of: Sheet) -> list[str]:
    return httplint.write(of).decode().splitlines()[1:]


@pytest.mark.usefixtures("there")
def test_each_note_stands_once_the_bad_ones_first_with_the_first_answer_that_it_is_about() -> None:
    told = lines(
        sheet(answer(("X-Below", "deep")), answer(("X-Bad", "worst")), answer(("X-Bad", "worst"), ("X", "y")))
    )
    assert told[0] == "Notes by httplint on 3 kinds of answers; they are information, and decide nothing."
    assert [line.partition(" (")[0] for line in told[1:]] == ["bad: worst", "warning: deep"]
    assert "(2 kinds of answers, the first: GET " in told[1]
    assert "kinds of answers" not in told[2]


@pytest.mark.usefixtures("there")
def test_answers_alike_but_for_their_moment_are_looked_at_once() -> None:
    told = lines(sheet(answer(("Date", "1")), answer(("Date", "2")), answer(("date", "3"), ("Age", "9"))))
    assert told == ["Notes by httplint on 1 kinds of answers; they are information, and decide nothing."]


@pytest.mark.usefixtures("there")
def test_content_is_looked_at_where_it_was_kept_and_is_not_coded() -> None:
    kept = sheet(answer(body=b"items"), answer(("Content-Encoding", "gzip"), body=b"items"))
    digest = next(iter(kept.report.records["w"].steps[0].exchanges)).digest
    report = replace(kept.report, bodies={digest: kept.report.bodies["d1"]})
    assert [line.partition(" (")[0] for line in lines(Sheet(report))[1:]] == ["warning: 5 bytes"]
    assert lines(kept)[1:] == []  # it was not kept


@pytest.mark.usefixtures("there")
def test_what_it_can_not_bear_costs_nobody_a_report() -> None:
    told = lines(sheet(answer(("X-Raises", "1"))))
    assert told[1].startswith("warning: httplint could not read it: KeyError (GET ")


@pytest.mark.usefixtures("there")
def test_what_only_a_hidden_check_has_met_is_not_shown() -> None:
    whole = sheet(answer(("X-Bad", "worst")))
    assert len(lines(whole)) == 2
    hidden = graded(whole, made("items", hidden="due").whole.grade)
    entries = tuple(e for e in hidden.whole.entries if e.verdict.verdict == "fail")
    assert len(lines(Sheet(replace(hidden.whole, entries=entries)))) == 1


def test_where_it_is_not_there_that_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httplint, "_linter", lambda: None)
    with pytest.raises(UsageError, match=r"pip install 'cache-conformance\[httplint\]'"):
        httplint.check({})
    assert "is not installed here" in lines(sheet())[0]


def test_the_real_one_is_asked_as_it_wants_to_be() -> None:
    pytest.importorskip("httplint")
    told = lines(sheet(answer(("Cache-Control", "max-age=x"), ("Set-Cookie", "a"), ("Via", "x y z"))))
    assert len(told) > 1
    assert not [line for line in told if "could not read" in line]
