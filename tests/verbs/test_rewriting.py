"""conformance.verbs.rewriting: what was shown is written once, and put back where it was not refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, put_back_all
from helpers.student import Student, reply

from conformance.fields import field_value
from conformance.model import StepRecord
from conformance.sending.context import Context

DOCUMENT = {"text": "now", "version": 1}


class Document(Student):
    """A document that is written as the test wants it: by these statuses, one after the other."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.shown: dict[str, Any] = dict(DOCUMENT)
        self.written: list[tuple[str, Any]] = []
        super().__init__(self._answers)

    def _answers(self, method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if not path.startswith("/versioned/"):
            return None
        if method == "PUT":
            status = self.statuses.pop(0) if self.statuses else 200
            self.written.append((path, json.loads(body)))
            if status == 200:
                self.shown = json.loads(body)
            return reply(status, self.shown)
        return reply(200, self.shown, {"ETag": '"now"'})


@contextmanager
def at(document: Document) -> Iterator[Context]:
    with serve(document) as server, context(server.url, "versioned") as made:
        done(made, "read", "old")
        document.shown = {"text": "later", "version": 2}
        done(made, "read", "new")
        yield made


def rewritten(made: Context, **args: Any) -> StepRecord:
    return done(made, "rewrite", "it", **{"as-in": "old", "back": "new"} | args)


def test_what_is_refused_has_changed_nothing_and_is_not_put_back() -> None:
    document = Document(412)
    with at(document) as made:
        record = rewritten(made, headers={"If-Match": "{old.etag}"})
        assert (record.status, record.exchanges[0].status) == ("done", 412)
        assert field_value(record.exchanges[0].request.headers, "if-match") == '"now"'
        assert put_back_all(made) == []
    assert document.written == [("/versioned/", DOCUMENT)]


@pytest.mark.parametrize("status", [200, 500])
def test_what_may_have_been_carried_out_is_put_back_as_it_was_shown_last(status: int) -> None:
    document = Document(status)
    with at(document) as made:
        record = rewritten(made)
        assert record.status == ("done" if status == 200 else "failed")
        assert put_back_all(made) == []
    assert document.written == [("/versioned/", DOCUMENT), ("/versioned/", {"text": "later", "version": 2})]


def test_what_is_there_already_needs_no_way_back() -> None:
    document = Document()
    with at(document) as made:
        assert done(made, "rewrite", "it", **{"as-in": "new"}).status == "done"
        assert put_back_all(made) == []
    assert len(document.written) == 1


def test_under_a_new_key_the_same_is_written_elsewhere() -> None:
    document = Document(412)
    with at(document) as made:
        rewritten(made, under="new-key")
    ((path, body),) = document.written
    assert path.startswith("/versioned/?key=")
    assert body == DOCUMENT


@pytest.mark.parametrize("status", [400, 404, 405, 422])
def test_a_refusal_for_another_reason_than_a_condition_decides_nothing(status: int) -> None:
    with at(Document(status)) as made:
        record = rewritten(made)
        assert record.status == "not-offered"
        assert f"PUT /versioned/ was answered {status}" in record.says


def test_what_is_no_json_object_is_not_written() -> None:
    with serve(Student(lambda *_: reply(200, []))) as server, context(server.url, "versioned") as made:
        done(made, "read", "old")
        record = done(made, "rewrite", "it", **{"as-in": "old"})
    assert (record.status, record.says) == ("not-offered", "old shows no JSON object to write")


def test_nothing_is_written_elsewhere_without_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.execute.engine.is_remote", lambda _: True)
    document = Document()
    with at(document) as made:
        assert rewritten(made).status == "not-asked"
    assert document.written == []
