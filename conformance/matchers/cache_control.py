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
    sent = f"Cache-Control: {shown(exchange, 'cache-control')}"
    there = bool(field_values(exchange.headers, "cache-control"))
    if wanted == "present":
        return None if there else ("a Cache-Control field", "none")
    cc = of(exchange)
    if wanted == "valid":
        return (
            None if not cc.problems else ("valid Cache-Control directives", f"{sent} ({cc.problems[0].says})")
        )
    if wanted == "consistent":
        problems = contradictions(cc)
        return None if not problems else ("directives that agree", f"{sent} ({problems[0].says})")
    if "same-as" in wanted:
        other = case.last(wanted["same-as"])
        if other is not None and _as_set(of(other)) == _as_set(cc):
            return None
        due = shown(other, "cache-control") if other else "none"
        return f"the same Cache-Control as with the 200 ({due})", sent if there else "none"
    for name in wanted.get("has", ()):
        if name not in cc:
            return f"Cache-Control with {name}", sent
    for name in wanted.get("lacks", ()):
        if name in cc:
            return f"Cache-Control without {name}", sent
    return None


_NAMES: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1}

MATCHERS: Final = (
    Matcher(
        "cache-control",
        {
            "anyOf": [
                {"enum": ["present", "valid", "consistent"]},
                {
                    "type": "object",
                    "properties": {"same-as": STEP_NAME, "has": _NAMES, "lacks": _NAMES},
                    "minProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        for_each(_cache_control),
        "present, valid by the grammar, free of contradictions, the same set of directives as "
        "another step's, or with and without some",
    ),
)
