"""The matcher on what a real client cache did: whether it asked the server.

The oracle judges, on the server's own Date and Age; the cache (hishel) shows. Where it differs from the
oracle on the input that the cache itself saw, the oracle's verdict stands, and `otherwise` says so.
"""

from __future__ import annotations

from typing import Final

from conformance.fields import field_values
from conformance.language.values import Kind, listed
from conformance.matchers.base import ANSWER, Case, Form, Matcher
from conformance.model import CacheRead, Exchange, Finding, Headers, Json, StepRecord
from conformance.oracle import Contact, allowed_contacts

_ONE: Final = {"enum": ["none", "conditional", "full"]}
_CONTACT: Final = Kind(
    "none, conditional or full, or a list of what is acceptable",
    {"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}]},
)
_WORDS: Final = {
    "none": "answered from the client's cache, without asking the server",
    "conditional": "asked with a condition",
    "full": "asked without a condition",
}
_ASKS: Final = {
    "none": "does not ask the server",
    "conditional": "asks the server with a condition",
    "full": "asks the server without a condition",
}


def _contact(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    accepted = frozenset([wanted] if isinstance(wanted, str) else wanted)
    shown = step.exchanges[-1].contact if step.exchanges else None
    if shown is None:
        fault = step.exchanges[-1].fault if step.exchanges else None
        expected = "an answer through a client cache"
        return Finding(expected, fault.says if fault else "none", step.name, code=ANSWER)
    read, first = step.cache, _first_answer(step, case)
    if read is None or first is None:  # the first read: there is nothing to decide yet
        return None
    answer, _ = first
    due = _due(answer, answer.headers, read, None if read.wall is None else read.wall + answer.received_at)
    if due & accepted:
        return None
    sent = field_values(answer.headers, "cache-control")
    said = f"Cache-Control: {', '.join(sent)}" if sent else "no Cache-Control"
    moved = " of moved time" if case.moved else ""
    expected = f"a read {read.at:g} s{moved} after the first to be {_words(accepted)}"
    return Finding(expected, f"it is {_words(due)} ({said})", step.name)


def otherwise(step: StepRecord, case: Case) -> str:
    """How the client cache did otherwise than the oracle says of the same input, as a sentence, or ""."""
    shown = step.exchanges[-1].contact if step.exchanges else None
    read, first = step.cache, _first_answer(step, case)
    if shown is None or read is None or first is None:
        return ""
    answer, seen = first
    due = _due(answer, answer.headers if seen is None else seen, read, None)
    if shown in due:
        return ""
    return f"{step.name}: the client cache was to be {_words(due)}, and {_WORDS[shown]}"


def _words(contacts: frozenset[Contact]) -> str:
    return " or ".join(_WORDS[c] for c in sorted(contacts, reverse=True))


def _first_answer(step: StepRecord, case: Case) -> tuple[Exchange, Headers | None] | None:
    """What the server answered this client cache first, before this step, and what the cache saw of it."""
    if step.cache is None:
        return None
    for other in case.steps.values():
        if other.name == step.name:
            break
        if other.cache is not None and other.cache.client == step.cache.client:
            answers = [e for e in other.exchanges if e.through is None and e.response is not None]
            for answer, seen in zip(answers, other.cache.seen, strict=False):
                return answer, seen
    return None


def _due(answer: Exchange, fields: Headers, read: CacheRead, received: float | None) -> frozenset[Contact]:
    """What a correct cache does at this read, having got that answer first, with these fields."""
    allowed = allowed_contacts(fields, answer.status or 0, read.shared, list(read.reads), received=received)
    return frozenset(allowed[-1])


def _said(wanted: Json) -> str:
    accepted = [wanted] if isinstance(wanted, str) else wanted
    if set(accepted) == set(_ASKS):
        return "the client's cache asks the server or not"
    if set(accepted) == {"conditional", "full"}:
        return "the client's cache asks the server"
    return f"the client's cache {listed([_ASKS[each] for each in accepted], 'or')}"


MATCHERS: Final = (
    Matcher(
        "contact",
        "whether the client's cache asked the server",
        (Form("", _contact, _said, _CONTACT),),
    ),
)
