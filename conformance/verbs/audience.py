"""Who asks, and how: `variants`, which reads each representation, and the users that `read` asks as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.content.variants import asked_for
from conformance.fields import field_values
from conformance.language.values import STEP, choice
from conformance.model import Exchange, Headers, Resource, Step, StepRecord, as_user
from conformance.sending.ask import How
from conformance.verbs.base import Argument, Verb, done, not_offered

if TYPE_CHECKING:
    from conformance.sending.context import Context

USERS: Final[Mapping[str, tuple[str, int | None]]] = {
    "first": ("the first user", 0),
    "second": ("the second user", 1),
    "nobody": ("nobody in particular", None),
}
"""As whom something may be asked: how he is called, and his number among the target's users."""


def asked_by(resource: Resource, user: str) -> Resource:
    """The resource, with the fields of such a user in all its requests."""
    return replace(resource, headers=as_user(resource.headers, resource.users, USERS[user][1]))


def _variants(step: Step, context: Context) -> StepRecord:
    """Each value of each field, one after the other; with the tags that another step found, where it did."""
    resource, exchanges = context.resource, list[Exchange]()
    if resource.name in context.shared.lacking:
        return not_offered(step, context.shared.lacking[resource.name])
    if not resource.variants:
        return not_offered(step, "the target declares no variants")
    most = 1 if step.args.get("only") else None
    pairs = [(name, value) for name, values in resource.variants.items() for value in values[:most]]
    if step.args.get("order") == "reversed":
        pairs.reverse()
    found = context.steps.get(str(step.args.get("confirming", "")))
    for pair in pairs:
        tags = _tags_of(pair, found, resource) if found else ()
        if found and not tags:
            continue
        conditions: Headers = tuple(("If-None-Match", tag) for tag in tags)
        others = tuple(each for each in resource.headers if each[0].lower() != pair[0].lower())
        how = How(of=replace(resource, headers=others))
        exchanges.append(context.send("GET", resource.read, (pair, *conditions), how=how))
        if exchanges[-1].response is None:
            break
    return done(step, exchanges, other=resource.name)


def _tags_of(pair: tuple[str, str], found: StepRecord, resource: Resource) -> list[str]:
    """The tag of a variant, as another step has read it."""
    for each in found.exchanges:
        if asked_for(each, resource) == pair:
            return field_values(each.headers, "etag")[:1]
    return []


VERBS: Final = (
    Verb(
        "variants",
        _variants,
        "GET the resource once for each declared variant{only}{order}{confirming}",
        (
            Argument("only", choice("first"), ", but only the {} of each field"),
            Argument("order", choice("reversed"), ", the last first", manner=True),
            Argument("confirming", STEP, ", each with the ETag that {} has found"),
        ),
        needs="variants",
    ),
)
