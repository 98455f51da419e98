"""Cases of Schemathesis, of the lesson's routes, and servers that answer them oddly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from schemathesis import Case
from schemathesis.errors import FailureGroup

from conformance.fuzz import CHECKS
from conformance.fuzz import schemathesis_checks as module
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.serve import start
from reference_impl.twisted.twists import answering

__all__ = ["api", "case", "failure", "odd", "odd_server"]

SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "paths": {
        "/items/": {
            "get": {"responses": {"200": {"description": "OK"}}},
            "post": {"responses": {"201": {"description": "Created"}}},
        },
        "/items/{item}": {
            "get": {
                "parameters": [
                    {"name": "item", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {"200": {"description": "OK"}},
            }
        },
    },
}


def case(url: str, method: str = "GET", **headers: str) -> Case[Any]:
    schema = schemathesis.openapi.from_dict(SCHEMA)
    schema.config.update(base_url=url)
    return schema["/items/"][method].Case(headers=headers)


def failure(asking: Case[Any], check: str = CHECKS[0], **how: Any) -> str:
    """What a check says of an exchange, or ""."""
    try:
        asking.call_and_validate(checks=[getattr(module, check)], **how)
    except FailureGroup as failures:
        return str(failures.exceptions[0].message)
    return ""


@contextmanager
def odd(monkeypatch: pytest.MonkeyPatch, status: int = 304, key: str = "", **fields: str) -> Iterator[str]:
    """The reference, with other fields on its list, answers 304 under another status, and asks for a key."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/items/" or asked.method != "GET":
            return answer
        if key and asked.get("x-key") != key:
            return Answer(401).carrying(b"null")
        for name, value in fields.items():
            answer = answer.having(name.replace("_", "-"), value)
        return replace(answer, status=status) if answer.status == 304 else answer

    monkeypatch.setitem(FLAWS, "odd", Flaw("odd", "a defect of this test", answering(edit), breaks=()))
    with start(flaw="odd") as running:
        yield running.url


def odd_server(monkeypatch: pytest.MonkeyPatch, edit: Any) -> Any:
    monkeypatch.setitem(FLAWS, "odd", Flaw("odd", "a defect of this test", answering(edit), breaks=()))
    return start(flaw="odd")


def api(url: str) -> Any:
    schema = schemathesis.openapi.from_dict(SCHEMA)
    schema.config.update(base_url=url)
    return schema
