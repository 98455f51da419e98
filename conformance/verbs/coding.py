"""`codings`: in which content codings, besides the plain one, a resource is to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.content.codings import codings_of
from conformance.language.values import NAMES, listed
from conformance.model import Exchange, Step, StepRecord
from conformance.verbs.base import Argument, Verb, before, done, not_offered

if TYPE_CHECKING:
    from conformance.sending.context import Context


def _codings(step: Step, context: Context) -> StepRecord:
    """Ask for each alone: of several a server chooses one. What comes plain all the same is told apart."""
    resource = context.resource
    if resource.name in context.shared.lacking:
        return not_offered(step, context.shared.lacking[resource.name])
    coded, plain = list[Exchange](), list[Exchange]()
    for name in step.args["of"]:
        sent = context.send("GET", resource.read, (("Accept-Encoding", str(name)),))
        (coded if sent.response is None or codings_of(sent.headers) else plain).append(sent)
        if sent.response is None:
            break
    if plain:
        before(step, context, plain)
    none = "" if coded else f"none in {listed(list(step.args['of']), 'or')}"
    return done(step, coded, says=none)


VERBS: Final = (
    Verb(
        "codings",
        _codings,
        "GET the resource once in each of the codings {of}, and look at those that it has",
        (Argument("of", NAMES, "{}", required=True),),
    ),
)
