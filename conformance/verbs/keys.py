"""Keys of a resource that nobody has asked for yet, where a cache has nothing to answer with; `read-keys`."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from conformance.language.values import Kind
from conformance.model import Step, StepRecord
from conformance.verbs.base import Argument, Verb, done, not_offered

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["VERBS", "keyed", "letters"]

_DRAWN: Final = 20  # letters of a key


def keyed(context: Context, key: str, more: str = "") -> str:
    """The path of the resource under a key: as the target says, else with one more part of the query."""
    resource = context.resource
    path = resource.keys or f"{resource.read}{'&' if '?' in resource.read else '?'}key={{key}}"
    return path.replace("{key}", quote(key, safe="")).replace("{more}", quote(more, safe=""))


def letters(context: Context, length: int = _DRAWN) -> str:
    """A key that nobody has had: its end is drawn, the rest makes it long."""
    return "".join(context.random.choices(ascii_lowercase, k=_DRAWN)).rjust(length, "k")


def _read_keys(step: Step, context: Context) -> StepRecord:
    """Each of them once, behind letters that make them new and leave alike what is alike."""
    name = context.resource.name
    if name in context.shared.lacking:
        return not_offered(step, context.shared.lacking[name])
    if "{more}" not in (context.resource.keys or ""):
        return not_offered(step, "the target declares no keys of two parts")
    new = letters(context)
    pairs = [(new + key, more) for key, more in context.fill(step.args["of"])]
    return done(step, [context.send("GET", keyed(context, key, more)) for key, more in pairs], other=name)


_KEYS: Final = Kind(
    "KEYS",
    {"type": ["array", "string"], "description": "keys of two parts, or a variable that holds them"},
)

VERBS: Final = (
    Verb(
        "read-keys",
        _read_keys,
        "GET the resource once under each of some keys that nobody has asked for yet{of}",
        (Argument("of", _KEYS, lambda keys: "" if isinstance(keys, str) else f": {keys}", required=True),),
        needs="two-keys",
    ),
)
