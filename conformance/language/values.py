"""What a word of the language may take: each kind of value is a row, which loader and schema read. Pure.

A row has all that is to be known of such a value: its JSON Schema, how it is called where it is
asked for, whether it names steps, and what is wrong with it that no schema can say. Phrases, by
which `explain` puts a word and its value into English, are here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.fields import parse_entity_tag_list, parse_http_date
from conformance.language import captures, durations
from conformance.model import Json

Known = Mapping[str, Json]
"""What may be referred to: steps (None), and variables with the list of their examples."""
Offence = tuple[str, tuple[str, ...]]
"""What is wrong, as a sentence, and where below the value."""
Phrase = str | Callable[[Json], str]
"""English for a word; `{}` in a text is the value, a function is given it."""

STEP_NAME: Final = {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}
FIELD_NAME: Final = {
    "type": "string",
    "pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
    "description": "a field name, such as If-None-Match",
}
PATH: Final = r"/(?!/)(?!(?:[^?\s]*/)?(?:\.|%2[eE]){1,2}(?:[/?]|$))\S*"
"""A path below the base URL, as a pattern: it names no other server (//host), and does not climb (..)."""
_TAG_FIELDS: Final = ("if-none-match", "if-match", "if-range")
_VALUE: Final = {"type": "string", "pattern": r"^[^\r\n\0]*$"}


def _nothing(_value: Json, _known: Known) -> Iterator[Offence]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    Args:
        called: its name where it is asked for, such as "STEP".
        schema: its JSON Schema.
        steps: whether it names steps: one, a list of them, or a mapping to such.
        wrong: what no schema can say of a value.
    """

    called: str
    schema: Mapping[str, Any]
    steps: bool = False
    wrong: Callable[[Json, Known], Iterator[Offence]] = _nothing

    def names(self, value: Json) -> tuple[str, ...]:
        """The steps that a value refers to."""
        if not self.steps:
            return ()
        if isinstance(value, Mapping):
            return tuple(name for each in value.values() for name in self.names(each))
        return (value,) if isinstance(value, str) else tuple(value)


def said(phrase: Phrase, value: Json) -> str:
    """A phrase with its value in it."""
    return phrase.format(listed(value)) if isinstance(phrase, str) else phrase(value)


def listed(value: Json, last: str = "and") -> str:
    """A value in words; of a list, the `last` word before its end."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, list):
        return str(value)
    words = [listed(each) for each in value]
    return f" {last} ".join([*filter(None, [", ".join(words[:-1])]), *words[-1:]])


def lines_of(headers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Header fields as they are written in a step, as lines: `{lines: [...]}` are several of one name."""
    return tuple(
        (name, line)
        for name, given in headers.items()
        for line in (given.get("lines", [given.get("raw")]) if isinstance(given, Mapping) else [given])
    )


def with_headers(headers: Mapping[str, Any]) -> str:
    """Header fields that a request has, as the end of a phrase."""
    return " with " + ", ".join(f"{name}: {_shown(value)}" for name, value in lines_of(headers))


def _shown(value: str) -> str:
    """A field's value, in quotes where white space at its ends would not be seen."""
    return value if value == value.strip() else repr(value)


# ------------------------------------------------------------------ what no schema can say


def _wrong_duration(value: Json, _known: Known) -> Iterator[Offence]:
    try:
        durations.parse(str(value))
    except ValueError as problem:
        yield str(problem), ()


def _wrong_headers(value: Json, known: Known) -> Iterator[Offence]:
    """A tag whose quotes YAML has taken: `If-None-Match: "abc"` is the text abc."""
    for name, written in value.items():
        if name.lower() not in _TAG_FIELDS or not isinstance(written, str):
            continue
        whole = captures.PATTERN.fullmatch(written)
        for each in known[whole[1]] if whole and whole[2] is None else (written,):
            if not _is_condition(name, str(each)):
                says = (
                    f"{name}: {each} is no list of entity tags; YAML has taken its quotes? write "
                    f"'\"{each}\"', or {{raw: ...}} to send what is malformed on purpose"
                )
                yield says, (name,)


def _is_condition(name: str, value: str) -> bool:
    """Whether a value is what its field takes, once its captures are filled in."""

    def probe(match: re.Match[str]) -> str:
        bare = value[: match.start()].endswith('"') or (match[2] or "").startswith("opaque")
        return "x" if bare else '"x"'

    filled = captures.PATTERN.sub(probe, value)
    if name.lower() == "if-range" and (parse_http_date(value) or captures.PATTERN.fullmatch(value)):
        return True
    return parse_entity_tag_list(filled) is not None


# ------------------------------------------------------------------ the rows


def closed(properties: Mapping[str, Any], required: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """The JSON Schema of a mapping that has these keys, and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def choice(*words: str) -> Kind:
    """One of these words."""
    return Kind(" or ".join(words), {"enum": list(words)})


STEP: Final = Kind("STEP", STEP_NAME, steps=True)
STEPS: Final = Kind("[STEP, ...]", {"type": "array", "items": STEP_NAME, "minItems": 1}, steps=True)
FLAG: Final = Kind("true or false", {"type": "boolean"})
YES: Final = Kind("true", {"const": True})
NUMBER: Final = Kind("NUMBER", {"type": "number"})
COUNT: Final = Kind("COUNT", {"type": "integer", "minimum": 1})
TEXT: Final = Kind("TEXT", {"type": "string"})
NAMES: Final = Kind("[NAME, ...]", {"type": "array", "items": {"type": "string"}, "minItems": 1})
FIELDS: Final = Kind("[FIELD, ...]", {"type": "array", "items": FIELD_NAME, "minItems": 1})
DURATION: Final = Kind(
    "DURATION",
    {"type": ["string", "number"], "description": "a duration such as 'ttl + 2m' or '1.1 s'"},
    wrong=_wrong_duration,
)
VARIABLE: Final = Kind("'{VARIABLE}'", {"type": "string", "pattern": r"^\{[a-z][a-z0-9-]*\}$"})
HEADERS: Final = Kind(
    "{FIELD: TEXT, ...}",
    {
        "type": "object",
        "minProperties": 1,
        "propertyNames": FIELD_NAME,
        "additionalProperties": {
            "anyOf": [
                _VALUE,
                {
                    "type": "object",
                    "properties": {
                        "raw": _VALUE,
                        "lines": {"type": "array", "items": _VALUE, "minItems": 2},
                    },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ],
            "description": "text, which in YAML an ETag keeps its quotes in only as '\"abc\"'; "
            "{raw: text} for what is malformed on purpose, or {lines: [text, text]} for several lines",
        },
    },
    wrong=_wrong_headers,
)
