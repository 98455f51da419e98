"""Matchers on Cache-Control: its lines are one list of directives, in any order and any case."""

from __future__ import annotations

from typing import Final

from conformance.fields import CacheControl, contradictions, field_values, parse_cache_control
from conformance.matchers.base import STEP_NAME, Case, Matcher, for_each, shown
from conformance.model import Exchange, Json


def of(exchange: Exchange) -> CacheControl:
    """All Cache-Control lines of an answer, as one."""
    return parse_cache_control(field_values(exchange.headers, "cache-control"))


def _as_set(cc: CacheControl) -> frozenset[tuple[str, str | None]]:
    return frozenset((d.name, d.argument) for d in cc.directives)


def _cache_control(wanted: Json, exchange: Exchange, case: Case) -> tuple[str, str] | None:
    if isinstance(wanted, str):
        return _FORMS[wanted](exchange)
    cc = of(exchange)
    if "same-as" in wanted:
        other = case.last(wanted["same-as"])
        if other is None or _as_set(of(other)) != _as_set(cc):
            due = shown(other, "cache-control") if other else "none"
            return f"the same Cache-Control as with the 200 ({due})", _sent(exchange)
    for name in wanted.get("has", ()):
        if name not in cc:
            return f"Cache-Control with {name}", _sent(exchange)
    for name in wanted.get("lacks", ()):
        if name in cc:
            return f"Cache-Control without {name}", _sent(exchange)
    least = wanted.get("lifetime-from")
    if least is not None and (cc.seconds("max-age") or 0) < least:
        return f"Cache-Control with a max-age of {least} s or more", _sent(exchange)
    return None


def _sent(exchange: Exchange) -> str:
    value = shown(exchange, "cache-control")
    return value if value == "none" else f"Cache-Control: {value}"


def _present(exchange: Exchange) -> tuple[str, str] | None:
    return None if field_values(exchange.headers, "cache-control") else ("a Cache-Control field", "none")


def _valid(exchange: Exchange) -> tuple[str, str] | None:
    problems = of(exchange).problems
    return ("valid Cache-Control directives", f"{_sent(exchange)} ({problems[0].says})") if problems else None


def _consistent(exchange: Exchange) -> tuple[str, str] | None:
    problems = contradictions(of(exchange))
    return ("directives that agree", f"{_sent(exchange)} ({problems[0].says})") if problems else None


_FORMS: Final = {"present": _present, "valid": _valid, "consistent": _consistent}


_NAMES: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1}

MATCHERS: Final = (
    Matcher(
        "cache-control",
        {
            "anyOf": [
                {"enum": ["present", "valid", "consistent"]},
                {
                    "type": "object",
                    "properties": {
                        "same-as": STEP_NAME,
                        "has": _NAMES,
                        "lacks": _NAMES,
                        "lifetime-from": {"type": "integer"},
                    },
                    "minProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        for_each(_cache_control),
        "present, valid by the grammar, free of contradictions, the same set of directives as "
        "another step's, with and without some, or with a max-age from so many seconds",
    ),
)
