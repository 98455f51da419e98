"""What RFC 9110 13.2.2 calls for, in words; and in answer to a request before any server is known. Pure.

The oracle is asked of an example: a resource that has a tag and a date of change. So a page names the status
that is accepted, and not a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.fields import EntityTag, field_value, field_values, parse_entity_tag, parse_http_date
from conformance.language import captures
from conformance.language.values import lines_of, listed
from conformance.model import Body, Exchange, Json, Request, Response
from conformance.oracle.preconditions import Answer, Outcome, ResourceState, precondition_outcome

__all__ = ["SAYS", "of_read", "reply_of_write", "resource_state", "state_of_write"]

SAYS: Final[Mapping[Answer, str]] = {
    "perform": "the ordinary answer",
    "2xx": "success",
    "206": "206 Partial Content",
    "304": "304 Not Modified",
    "400": "400",
    "412": "412 Precondition Failed",
    "416": "416",
}
"""What is due, in words."""
_TAGS: Final = ('"a1b2"', 'W/"a1b2"')  # weak where what is sent is made of a weak one
_CHANGED, _NOW = "Sun, 06 Nov 1994 08:49:37 GMT", "Mon, 07 Nov 1994 12:00:00 GMT"
_LENGTH: Final = 1000
_OK: Final = 200
_ANOTHER: Final = EntityTag("c3d4", weak=False)


def resource_state(plain: Exchange) -> ResourceState:
    """What the server has, as its plain answer shows it."""
    tags = field_values(plain.headers, "etag")
    return ResourceState(
        exists=plain.status is not None and plain.status < 300,  # noqa: PLR2004
        etag=parse_entity_tag(tags[0]) if tags else None,
        last_modified=parse_http_date(field_value(plain.headers, "last-modified") or ""),
        now=parse_http_date(field_value(plain.headers, "date") or ""),
        length=plain.response.body.length if plain.response else None,
    )


def of_read(args: Mapping[str, Json]) -> str:
    """The status of a read, and why; "" where that goes by more than its fields."""
    if "of" in args:  # another resource, of which nobody knows what it has
        return ""
    outcome = _outcome(args, str(args.get("method", "GET")))
    return "" if outcome is None else f"{_statuses(outcome)} ({outcome.why})"


def state_of_write(args: Mapping[str, Json]) -> str:
    """What becomes of the item."""
    outcome = _outcome(args, str(args.get("method", "PUT")))
    if outcome is None:
        return ""
    if outcome.held:
        return "the item as it was"
    return "the item as the write leaves it" + ("" if outcome.performed else ", or as it was")


def reply_of_write(args: Mapping[str, Json]) -> str:
    """The status of a write, and why."""
    outcome = _outcome(args, str(args.get("method", "PUT")))
    if outcome is None:
        return ""
    says: Mapping[Answer, str] = {**SAYS, "perform": "2xx", "2xx": "2xx"}
    wanted = dict.fromkeys(says[each] for each in sorted(outcome.acceptable))
    return f"{listed(list(wanted), 'or')} ({outcome.why})"


def _statuses(outcome: Outcome) -> str:
    """What follows each SHOULD, and what else breaks no MUST."""
    says: Mapping[Answer, str] = {**SAYS, "perform": f"{SAYS['perform']}, {_OK}"}
    right = [outcome.expected, *sorted(outcome.as_good - {outcome.expected})]
    rest = sorted(outcome.acceptable - set(right))
    warned = f"; {listed([says[each] for each in rest], 'or')} is taken with a warning" if rest else ""
    return listed([says[each] for each in right], "or") + warned


def _outcome(args: Mapping[str, Json], method: str) -> Outcome | None:
    for tag in _TAGS:
        plain = _example(tag)
        try:
            headers = lines_of(captures.fill(dict(args.get("headers") or {}), _always(plain), {}))
        except captures.MissingError:
            continue
        state = _state(str(args.get("item", "")), plain)
        applied = args.get("body") == "same"
        return precondition_outcome(method, headers, state, plain_status=_OK, already_applied=applied)
    return None


def _always(plain: Exchange) -> Callable[[str], Exchange]:
    return lambda _: plain


def _example(tag: str) -> Exchange:
    fields: Any = (("ETag", tag), ("Last-Modified", _CHANGED), ("Date", _NOW))
    return Exchange(Request(), Response(_OK, headers=fields, body=Body(_LENGTH, "")))


def _state(item: str, plain: Exchange) -> ResourceState:
    """What is there when the write comes: what somebody else has changed has another tag, a later date."""
    if item == "removed":
        return ResourceState(exists=False)
    shown = resource_state(plain)
    if item != "changed":
        return shown
    return ResourceState(exists=True, etag=_ANOTHER, last_modified=shown.now, now=shown.now, length=_LENGTH)
