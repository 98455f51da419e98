"""The verb `refuse`: a write that the server has to refuse, since it is no JSON, or not of the right type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from conformance.content import edits
from conformance.content.differences import changed
from conformance.language.values import choice
from conformance.model import Effect, Exchange, Json, Step, StepRecord, Write
from conformance.sending.ledger import SUCCESS, Undo
from conformance.verbs.base import Argument, Verb, done, not_offered, untestable
from conformance.verbs.subjects import Subject, find, unreplaceable
from conformance.verbs.writes import (
    BROKEN_OFF,
    CLIENT_ERROR,
    JSON,
    barred,
    put_back_by,
    seen_at,
    send_write,
    token,
)

if TYPE_CHECKING:
    from conformance.sending.context import Context

_NOT_ASKED_FOR: Final = (401, 403, 404, 405, 415, 501)


def _refuse(step: Step, context: Context) -> StepRecord:
    kind = "change" if "change" in context.resource.writes else "create"
    bar = barred(step, context, kind)
    if bar is not None:
        return bar
    write = context.resource.writes[kind]
    subject = find(context) if kind == "change" else None
    if isinstance(subject, str):
        return not_offered(step, subject)
    if "how" in step.args:
        return _invalid(step, context, write, subject)
    if subject is not None and not subject.replaceable:
        return untestable(step, unreplaceable(write))  # who takes it after all may empty the item
    return _malformed(step, context, write, subject)


def _malformed(step: Step, context: Context, write: Write, subject: Subject | None) -> StepRecord:
    """What is no JSON at all."""
    path, key = (subject.path, subject.key) if subject is not None else (write.path, write.path)
    _owe(context, write, subject)
    exchange = context.send(write.method, path, JSON, BROKEN_OFF)
    _settle(context, write, subject, exchange)
    if exchange.status in _NOT_ASKED_FOR:
        says = f"{write.method} {path} was answered {exchange.status}"
        return not_offered(step, says, [exchange], declared=not write.ask)
    if exchange.status in SUCCESS:
        if subject is None:
            says = f"{write.method} {path} has taken malformed JSON, and what it made of it stays there"
            context.shared.ledger.regret(says)
        record = not_offered(step, "malformed JSON is taken, so nothing is refused", [exchange])
        return replace(record, effect=Effect("refuse", key=key))
    return done(step, [exchange], effect=Effect("refuse", key=key))


def _invalid(step: Step, context: Context, write: Write, subject: Subject | None) -> StepRecord:
    """Well-formed JSON with a value of another type, beside others that could be taken.

    Many servers take anything: then there is no refusal to be looked at, and the step is left out.
    """
    body = None if subject is None or not subject.replaceable else _wrong(context, subject.item)
    if subject is None or body is None:
        return StepRecord(step.name, step.do, "skipped")
    _owe(context, write, subject)
    exchange = send_write(context, write, subject.path, body)
    _settle(context, write, subject, exchange)
    effect = Effect("refuse", key=subject.key)
    if exchange.status is None or exchange.status // 100 != CLIENT_ERROR or exchange.status in _NOT_ASKED_FOR:
        return StepRecord(step.name, step.do, "skipped", effect=effect)
    return done(step, [exchange], effect=effect)


def _wrong(context: Context, item: Mapping[str, Any]) -> dict[str, Json] | None:
    """The item with each field changed, and one of them to what it can't be."""
    fields = edits.kinds(item)
    if not fields:
        return None
    numbers = [n for n in fields if not isinstance(item[n], str)]
    changed = {n: edits.edited(item[n], token(context)) for n in fields}
    wrong: Json = "nobodys" if numbers else {"nobodys": []}
    return {**item, **changed, (numbers or fields)[-1]: wrong}


def _undo(write: Write, subject: Subject) -> Undo:
    whole = json.dumps(dict(subject.item)).encode()
    says = f"put {subject.path} back as it was"
    before = None if subject.ours else subject.item
    return Undo(write.method, subject.path, JSON, whole, says, before, subject.look, subject.id)


def _owe(context: Context, write: Write, subject: Subject | None) -> None:
    """Before it is sent: a server that takes it after all may have emptied the item."""
    if subject is not None and not subject.ours:
        context.shared.ledger.owe(subject.key, _undo(write, subject))


def _settle(context: Context, write: Write, subject: Subject | None, exchange: Exchange) -> None:
    """Where it was refused, and nothing of it is to be seen, nothing is owed; else ours is put back now."""
    if subject is None:
        return
    refused = exchange.status is not None and exchange.status // 100 == CLIENT_ERROR
    if subject.ours:
        if not refused and exchange.response is not None:
            put_back_by(context, _undo(write, subject))
    elif refused and not changed(subject.item, seen_at(context, subject.look, subject.id)):
        context.shared.ledger.settled(subject.key)


VERBS: Final = (
    Verb(
        "refuse",
        _refuse,
        "send a write with {how}, which has to be refused",
        (
            Argument(
                "how",
                choice("wrong-type"),
                lambda _: "a value of the wrong type",
                absent="malformed JSON",
            ),
        ),
        phase="write",
        subject=True,
    ),
)
