"""The matcher on what a real client cache did: whether it asked the server.

The oracle judges, on the server's own Date and Age; the cache (hishel) shows. Only where the
cache differs from the oracle on the input that the cache itself saw, something is wrong with
the suite, and then it is an error and never the server's fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.fields import field_values
from conformance.matchers.base import Case, Matcher
from conformance.model import Finding, Headers, Json, StepRecord
from conformance.oracle import Contact, allowed_contacts

_WORDS: Final = {
    "none": "answered from the client's cache, without asking the server",
    "conditional": "asked with a condition",
    "full": "asked without a condition",
}


def _contact(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    accepted = frozenset([wanted] if isinstance(wanted, str) else wanted)
    shown = step.exchanges[-1].contact if step.exchanges else None
    if shown is None:
        fault = step.exchanges[-1].fault if step.exchanges else None
        return Finding("an answer through a client cache", fault.says if fault else "none", step.name)
    history = _history(step, case)
    if not history:  # the first read: there is nothing to decide yet
        return None
    due = _due(history, step, "came")
    on_its_input = _due(history, step, "seen")
    if shown not in on_its_input:
        expected = f"the client cache to have {_words(on_its_input)}, as the oracle says of the same input"
        return Finding(expected, f"it {_WORDS[shown]}", step.name, ours=True)
    if due & accepted:
        return None
    sent = field_values(_fields(history[0]["came"]), "cache-control")
    said = f"Cache-Control: {', '.join(sent)}" if sent else "no Cache-Control"
    expected = f"a read {step.notes['at']:g} s after the first to be {_words(accepted)}"
    return Finding(expected, f"it is {_words(due)} ({said})", step.name)


def _words(contacts: frozenset[Contact]) -> str:
    return " or ".join(_WORDS[c] for c in sorted(contacts, reverse=True))


def _history(step: StepRecord, case: Case) -> list[Mapping[str, Json]]:
    """The answers that this client cache had got from the server before this step."""
    before: list[Mapping[str, Json]] = []
    for other in case.steps.values():
        if other.name == step.name:
            break
        if other.notes.get("client") == step.notes.get("client"):
            before.extend(other.notes.get("origins", ()))
    return before


def _due(history: list[Mapping[str, Json]], step: StepRecord, which: str) -> frozenset[Contact]:
    """What a correct cache does at this step, having seen that history."""
    first = history[0]
    allowed = allowed_contacts(
        _fields(first[which]),
        first["status"],
        step.notes["shared"],
        step.notes["reads"],
        received=first["received"] if which == "came" else None,
    )
    return frozenset(allowed[-1])


def _fields(pairs: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)


MATCHERS: Final = (
    Matcher(
        "contact",
        {
            "anyOf": [
                {"enum": ["none", "conditional", "full"]},
                {"type": "array", "items": {"enum": ["none", "conditional", "full"]}, "minItems": 1},
            ]
        },
        _contact,
        "whether the client's cache asked the server: none, conditional or full",
    ),
)
