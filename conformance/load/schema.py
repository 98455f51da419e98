"""The spec language as a JSON Schema, put together from the rooms, and the check of a file against it.

One source for three readers: the loader, editors (`conformance schema`), and the reference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import jsonschema

from conformance.claims import CLAIMS
from conformance.guesses import did_you_mean, guess
from conformance.language.doubts import DOUBTS
from conformance.language.strategies import STRATEGIES
from conformance.language.values import FIELD_NAME, HEADERS, STEP_NAME, closed
from conformance.language.yamlfile import YamlFile
from conformance.matchers import MATCHERS
from conformance.model import CAPABILITIES, LEVELS, TIERS
from conformance.verbs import VERBS

_ID: Final = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 60}
_TEXT: Final = {"type": "string", "minLength": 1}
_LEVEL: Final = {"enum": list(LEVELS)}
_TIER: Final = {"enum": list(TIERS)}
_NEEDS: Final = {"type": "array", "items": {"enum": list(CAPABILITIES)}, "uniqueItems": True}
_REF: Final = {
    name: {"$ref": f"#/$defs/{name}"} for name in ("matchers", "condition", "conditions", "step", "steps")
}
_KINDS: Final = {
    "checks": "the check",
    "lints": "the lint",
    "cells": "the cell",
    "mixtures": "the mixture",
    "steps": "the step",
    "requirements": "the row",
}
COMMON: Final[Mapping[str, Any]] = {
    "do": {"enum": list(VERBS)},
    "as": STEP_NAME,
    "given": _REF["matchers"],
    "only-if": _REF["matchers"],
    "expect": _REF["matchers"],
    "when": _REF["conditions"],
}
"""What every step may have besides the arguments of its verb."""
ARGUMENTS: Final = ("method", "item", "body")
"""The arguments of its verb that a cell may give, besides the fields that it sends."""
JUDGED: Final = ("state", "reply")
"""What is judged of a cell of writes, by matchers, in this order."""


def _either(one: Mapping[str, Any]) -> dict[str, Any]:
    """One, or a list of alternatives."""
    return {
        "if": {"type": "array"},
        "then": {"type": "array", "items": one, "minItems": 1},
        "else": one,
    }


_CELLS_OR_MIXTURES: Final = [{"required": ["cells"]}, {"required": ["mixtures"]}]


def _table(check: Mapping[str, Any]) -> dict[str, Any]:
    """A table: classes of values by field, and cells that send them, by reads or by writes to our item."""
    read, write = VERBS["read"].schemas, VERBS["write"].schemas
    send = {"type": "object", "minProperties": 1, "propertyNames": FIELD_NAME, "additionalProperties": _TEXT}
    cell = {name: check[name] for name in ("id", "title", "requirement", "also", "after", "why", "hint")}
    cell["send"] = _either(send)
    judged = {"type": "array", "items": {"enum": list(JUDGED)}, "minItems": 1, "uniqueItems": True}
    written = {**cell, **{name: write[name] for name in ARGUMENTS}, "judge": judged}
    cell |= {"only-if": _REF["matchers"], "expect": _REF["matchers"], "where": _REF["matchers"]}
    mixture = {name: check[name] for name in ("id", "title", "requirement", "after", "why", "hint")}
    mixture |= {
        "mix": {
            "type": "object",
            "minProperties": 2,
            "propertyNames": FIELD_NAME,
            "additionalProperties": {"type": "array", "items": STEP_NAME, "minItems": 1, "uniqueItems": True},
        },
        "beside": send,
    }

    def mixed(methods: Iterable[str], **more: Any) -> dict[str, Any]:
        some = {"type": "array", "items": {"enum": [*methods]}, "minItems": 1, "uniqueItems": True}
        return rows({**mixture, "methods": some, **more}, ("id", "title", "requirement", "mix"))

    keys = {
        "needs": _NEEDS,
        "after": check["after"],
        "why": _TEXT,
        "hint": _TEXT,
        "values": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": FIELD_NAME,
            "additionalProperties": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": STEP_NAME,
                "additionalProperties": HEADERS.schema["additionalProperties"],
            },
        },
    }

    def rows(of: Mapping[str, Any], required: Iterable[str]) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "items": closed(of, required)}

    required, due = ("values", "why", "hint"), ("id", "requirement", "send")
    writes = {**keys, "subject": {"enum": ["item"]}, "cells": rows(written, due)}
    writes["mixtures"] = mixed(("change", *write["method"]["enum"]), item=write["item"])
    keys |= {"only-if": _REF["condition"], "expect": _REF["matchers"]}
    reads = {**keys, "cells": rows({**cell, "method": read["method"]}, due)}
    reads["mixtures"] = mixed(("GET", "HEAD"))
    return {
        "if": {"type": "object", "required": ["subject"]},
        "then": closed(writes, required, anyOf=_CELLS_OR_MIXTURES),
        "else": closed(reads, required, anyOf=_CELLS_OR_MIXTURES),
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a spec file."""
    check = {
        "id": _ID,
        "title": {"type": "string", "minLength": 8, "maxLength": 90},
        "requirement": _TEXT,
        "also": {"type": "array", "items": _TEXT, "minItems": 1},
        "level": _LEVEL,
        "tier": _TIER,
        "needs": _NEEDS,
        "without": _NEEDS,
        "after": {"type": "array", "items": _ID, "uniqueItems": True},
        "on": _ID,
        "steps": _REF["steps"],
        "explore": {"enum": list(CLAIMS)},
        "expect": _REF["conditions"],
        "only-if": _REF["condition"],
        "unseen": _TEXT,
        "forall": {
            "type": "object",
            "propertyNames": STEP_NAME,
            "minProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/forall"},
        },
        "doubts": {"type": "array", "items": {"enum": list(DOUBTS)}, "minItems": 1, "uniqueItems": True},
        "why": _TEXT,
        "hint": _TEXT,
    }
    required = ("id", "title", "requirement", "level", "tier", "why", "hint")
    lint = {name: check[name] for name in ("id", "title", "requirement", "also", "needs", "why", "hint")}
    lint |= {"after": check["after"], "answers": _REF["matchers"]}
    lint["expect"] = {**_either(_REF["matchers"]), "description": "of each answer: matchers, or alternatives"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A spec file of cache-conformance",
        **closed(
            {
                "title": _TEXT,
                "timelines": {
                    "type": "object",
                    "propertyNames": _ID,
                    "additionalProperties": closed(
                        {"needs": _NEEDS, "without": _NEEDS, "steps": _REF["steps"]}, ("needs", "steps")
                    ),
                },
                "checks": {"type": "array", "items": {"$ref": "#/$defs/check"}, "minItems": 1},
                "tables": {
                    "type": "object",
                    "propertyNames": _ID,
                    "additionalProperties": {"$ref": "#/$defs/table"},
                },
                "lints": {"type": "array", "items": {"$ref": "#/$defs/lint"}, "minItems": 1},
            },
            ("title",),
        ),
        "$defs": {
            "check": closed(check, required),
            "table": _table(check),
            "lint": closed(lint, ("id", "title", "requirement", "expect", "why", "hint")),
            "matchers": closed({m.name: m.schema for m in MATCHERS.values()}, minProperties=1),
            "condition": {
                "type": "object",
                "propertyNames": STEP_NAME,
                "additionalProperties": _REF["matchers"],
                "minProperties": 1,
            },
            "conditions": _either(_REF["condition"]),
            "forall": closed(
                {
                    "strategy": {"enum": list(STRATEGIES)},
                    "examples": {"type": "array", "minItems": 1},
                },
                ("strategy", "examples"),
            ),
            "steps": {"type": "array", "items": _REF["step"], "minItems": 1},
            "step": {
                "type": "object",
                "properties": {"do": COMMON["do"]},
                "required": ["do"],
                "allOf": [
                    {
                        "if": {"properties": {"do": {"const": verb.name}}, "required": ["do"]},
                        "then": closed({**COMMON, **verb.schemas}, ("do", *verb.required)),
                    }
                    for verb in VERBS.values()
                ],
            },
        },
    }


def check_file(file: YamlFile, against: Mapping[str, Any]) -> None:
    """Hold a file against a JSON Schema.

    Raises:
        SpecError: at the first thing in the file that is wrong.
    """
    errors = jsonschema.Draft202012Validator(against).iter_errors(file.data)

    def place(error: jsonschema.ValidationError) -> tuple[int, int, bool]:
        # Of a key that is unknown and one that is missing, the unknown one says more: it is misspelt.
        where = error.absolute_path
        return file.line(where) or 0, -len(where), error.validator == "required"

    first = min(errors, key=place, default=None)
    if first is not None:
        says, path = _sentence(first)
        raise file.fail(says, path)


def _sentence(error: jsonschema.ValidationError) -> tuple[str, tuple[str | int, ...]]:
    path = tuple(error.absolute_path)
    where = next((str(p) for p in reversed(path) if isinstance(p, str)), "the file")
    found, rule = error.instance, error.validator
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    if rule == "additionalProperties" and isinstance(found, dict):
        accepted = schema.get("properties", {})
        unknown = next(key for key in found if key not in accepted)
        return f"unknown key {unknown!r}; {did_you_mean(unknown, accepted)}", (*path, unknown)
    if rule == "required":
        has = found if isinstance(found, dict) else {}
        missing = next(name for name in schema["required"] if name not in has)
        return f"{_kind(path)} lacks {missing!r}", path
    accepted_text = "; ".join(dict.fromkeys(_accepted(schema)))
    if rule == "uniqueItems":
        accepted_text += " without repetitions"
    near = guess(found, map(str, schema["enum"])) if rule == "enum" and isinstance(found, str) else ""
    accepted_text = f"{near} accepted: {accepted_text}".lstrip()
    return f"{where}: found {_short(found)}; {accepted_text}", path


def _kind(path: tuple[str | int, ...]) -> str:
    names = [p for p in path if isinstance(p, str)]
    return _KINDS.get(names[-1], repr(names[-1])) if names else "the file"


def _accepted(schema: Mapping[str, Any]) -> Iterator[str]:
    if "description" in schema:
        yield schema["description"]
    elif "enum" in schema:
        yield ", ".join(map(str, schema["enum"]))
    elif "const" in schema:
        yield str(schema["const"])
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _accepted(each)
    elif "pattern" in schema:
        yield f"text like {schema['pattern']}" + (
            f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
        )
    elif "maxLength" in schema:
        yield f"text of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    else:
        size = schema.get("minItems") or schema.get("minProperties")
        kind = str(schema.get("type", "that"))
        words = {"array": "a list", "object": "a mapping", "string": "text", "boolean": "true or false"}
        yield words.get(kind, kind) + (f" with at least {size} entry" if size else "")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004
