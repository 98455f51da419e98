"""The matcher on Vary: which fields of the request choose the answer.

Field names are compared without case, and the lines of Vary are one list.
"""

from __future__ import annotations

from typing import Final

from conformance.content.variants import asked_for
from conformance.fields import field_values, parse_cache_control, parse_vary
from conformance.language.values import FIELDS, STEP, STEPS, listed
from conformance.matchers.base import Case, Form, Found, Matcher, each_answer, no_answer, shown
from conformance.model import Exchange, Finding, Json, StepRecord
from conformance.model.specs import PLAIN

_WHOLE: Final = (200, 206)
_CONFIRMED: Final = 304


def names(exchange: Exchange) -> frozenset[str]:
    """The fields that Vary names, in lower case; of an asterisk that alone."""
    found = parse_vary(field_values(exchange.headers, "vary"))
    return frozenset(found)


def covers(exchange: Exchange, name: str) -> bool:
    """Whether Vary says that a field of the request may choose the answer."""
    return not names(exchange).isdisjoint((name.lower(), "*"))


def _sent(exchange: Exchange) -> str:
    value = shown(exchange, "vary")
    return value if value == "none" else f"Vary: {value}"


@each_answer
def _names(wanted: Json, exchange: Exchange, _case: Case) -> Found:
    lacking = next((name for name in wanted if not covers(exchange, name)), None)
    return None if lacking is None else (f"a Vary that names {lacking}", _sent(exchange))


@each_answer
def _without(unwanted: Json, exchange: Exchange, _case: Case) -> Found:
    there = next((name for name in unwanted if name.lower() in names(exchange)), None)
    return None if there is None else (f"a Vary without {there}", _sent(exchange))


@each_answer
def _star(_: Json, exchange: Exchange, _case: Case) -> Found:
    return None if "*" in names(exchange) else ("Vary: *", _sent(exchange))


@each_answer
def _chosen(_: Json, exchange: Exchange, case: Case) -> Found:
    """The field by which a variant was asked for; what no cache may keep need not say so.

    What comes by default as well was not chosen: that it varies is asked of the default itself.
    """
    pair = asked_for(exchange, case.resource) if case.resource else None
    kept = "no-store" not in parse_cache_control(field_values(exchange.headers, "cache-control"))
    default = case.last(PLAIN)
    if default is not None and default.digest == exchange.digest:
        return None
    if pair is None or not kept or exchange.status not in _WHOLE or covers(exchange, pair[0]):
        return None
    return f"a Vary that names {pair[0]}, which has chosen the answer", _sent(exchange)


@each_answer
def _declared(_: Json, exchange: Exchange, case: Case) -> Found:
    kept = "no-store" not in parse_cache_control(field_values(exchange.headers, "cache-control"))
    fields = case.resource.variants if case.resource and kept else {}
    lacking = next((name for name in fields if not covers(exchange, name)), None)
    return None if lacking is None else (f"a Vary that names {lacking}", _sent(exchange))


@each_answer
def _tells(name: Json, exchange: Exchange, case: Case) -> Found:
    """One at least of the fields that the plain request lacks; what no cache may keep need not say so."""
    plain = case.last(name)
    kept = "no-store" not in parse_cache_control(field_values(exchange.headers, "cache-control"))
    if plain is None or plain.digest == exchange.digest or not kept or exchange.status != _WHOLE[0]:
        return None
    before = {field.lower() for field, _ in plain.request.headers}
    chosen = [field for field, _ in exchange.request.headers if field.lower() not in before]
    if any(covers(exchange, field) for field in chosen):
        return None
    return f"a Vary that names {listed(chosen, 'or')}, since another body came", _sent(exchange)


def _alike(others: Json, step: StepRecord, case: Case) -> Finding | None:
    """The same names on each whole or partial answer, and on a 304 that has any: it may lack them all."""
    if not step.exchanges:
        return no_answer(step)
    steps = [s for name in others if (s := case.steps.get(name)) is not None]
    placed = [(each.name, i, e) for each in (*steps, step) for i, e in enumerate(each.exchanges)]
    whole = [e for _, _, e in placed if e.status in _WHOLE]
    for name, index, exchange in placed:
        bare = exchange.status == _CONFIRMED and not names(exchange)
        judged = exchange.status in (*_WHOLE, _CONFIRMED) and not bare
        if judged and whole and names(exchange) != names(whole[0]):
            expected = f"the same Vary on every answer ({shown(whole[0], 'vary')})"
            return Finding(expected, _sent(exchange), name, index)
    return None


MATCHERS: Final = (
    Matcher(
        "vary",
        "Vary",
        (
            Form("names", _names, lambda wanted: f"a Vary that names {listed(wanted)}", FIELDS),
            Form("without", _without, lambda unwanted: f"a Vary without {listed(unwanted, 'or')}", FIELDS),
            Form("star", _star, "Vary: *"),
            Form("chosen", _chosen, "a Vary that names the field which has chosen the answer"),
            Form("declared", _declared, "a Vary that names each field that chooses among variants"),
            Form("tells", _tells, "a Vary that names what has chosen another body than that of {}", STEP),
            Form("alike", _alike, "the same Vary as {}", STEPS),
        ),
    ),
)
