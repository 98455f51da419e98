"""The matcher that holds an answer to RFC 9110 13.2.2: what is due of a request with preconditions.

What the server has is known from a plain answer; what follows is the oracle's.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from conformance.fields import Headers, field_value
from conformance.language.values import STEP, listed
from conformance.matchers.base import COMPARISON, Case, Form, Found, Matcher, each_answer
from conformance.matchers.beforehand import SAYS, of_read, resource_state
from conformance.model import Exchange, Finding, Json
from conformance.oracle.preconditions import Answer, precondition_outcome

_OF_ORIGINS: Final = frozenset({"if-match", "if-unmodified-since"})
_NOT_MODIFIED: Final = 304
_TOLD: Final = frozenset({206, 304, 400, 412, 416})


@each_answer
def _by_the_rules(name: Json, exchange: Exchange, case: Case) -> Found:
    plain = case.last(name)
    if plain is None or plain.status is None:
        return Finding("a plain answer to go by", "none", code=COMPARISON)
    sent = exchange.request.headers
    found = _against(sent, exchange, plain)
    without = tuple((field, value) for field, value in sent if field.lower() not in _OF_ORIGINS)
    if found is not None and without != sent and _by_a_cache(exchange, case):
        # It "MAY ignore" what only an origin needs (9110 13.1.1, 13.1.4).
        ignoring = _against(without, exchange, plain)
        return found if ignoring is not None and ignoring.at_most is None else None
    return found


def _by_a_cache(exchange: Exchange, case: Case) -> bool:
    """Whether a cache has answered, by its Age; or, where one is declared, by a 304, which needs none."""
    whole = case.resource is not None and case.resource.http_cache
    return field_value(exchange.headers, "age") is not None or (whole and exchange.status == _NOT_MODIFIED)


def _against(sent: Headers, exchange: Exchange, plain: Exchange) -> Finding | None:
    """What is wrong with the answer to these preconditions."""
    status = exchange.status
    method = exchange.request.method
    outcome = precondition_outcome(method, sent, resource_state(plain), plain_status=plain.status)
    kind = str(status) if status in _TOLD and status != plain.status else "perform"
    right = kind in outcome.acceptable and (kind != "perform" or status == plain.status)
    if right and (kind == outcome.expected or kind in outcome.as_good):
        return None
    wanted: tuple[Answer, ...] = (outcome.expected,) if right else tuple(sorted(outcome.acceptable))
    expected = f"{listed([_answer(each, plain) for each in wanted], 'or')} ({outcome.why})"
    found = Finding(expected, f"{status}")
    return replace(found, at_most="SHOULD") if right else found


def _answer(due: Answer, plain: Exchange) -> str:
    return f"{SAYS[due]}, {plain.status}" if due == "perform" else SAYS[due]


MATCHERS: Final = (
    Matcher(
        "due",
        "what the preconditions of the request call for (RFC 9110 13.2.2)",
        (
            Form(
                "after",
                _by_the_rules,
                "the answer that RFC 9110 13.2.2 calls for, {} being the plain one",
                STEP,
                beforehand=of_read,
            ),
        ),
    ),
)
