"""conformance.matchers.contact: the oracle judges what a client cache asks, on the server's own fields."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from typing import Any

import pytest
from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource, target

from conformance.matchers import Case
from conformance.matchers.contact import otherwise
from conformance.model import CacheRead, Exchange, Headers, StepRecord

TAG = ("ETag", '"a"')


def came(
    cc: str | None = None, *more: tuple[str, str], seen: Headers | None = None, status: int = 200
) -> StepRecord:
    """The first read through a client cache: the server was asked, and this is what it answered."""
    pairs = (*([("Cache-Control", cc)] if cc else []), *more)
    return read("first", "full", 0, (), exchange(status, headers=pairs), seen=(seen,))


def read(
    name: str, contact: str | None, at: float, reads: tuple[float, ...], *beneath: Exchange, **more: Any
) -> StepRecord:
    """One read through a client cache."""
    cache = CacheRead(at, reads=reads, **{"client": "private-cache", **more})
    return done(name, *beneath, exchange(contact=contact, through=cache.client), cache=cache)


def again(contact: str | None, at: float = 10, **more: Any) -> StepRecord:
    return read("a", contact, at, (at,), **more)


def due(
    what: str,
    sent: str,
    at: int = 10,
    wanted: str = "answered from the client's cache, without asking the server",
) -> tuple[str, str]:
    return f"a read {at} s after the first to be {wanted}", f"it is {what} ({sent})"


NO_ASKING = "answered from the client's cache, without asking the server"
CONDITIONAL, FULL = "asked with a condition", "asked without a condition"

EXAMPLES = [
    # the first read: there is nothing to decide yet
    holds("contact", "none", came("no-store")),
    # max-age
    holds("contact", "none", came("public, max-age=300"), again("none", 150)),
    holds("contact", ["conditional", "full"], came("max-age=300", TAG), again("conditional", 302)),
    holds("contact", ["conditional", "full"], came("max-age=300"), again("full", 302)),
    fails("contact", "none", came("max-age=5", TAG), again("conditional"), says=due(CONDITIONAL, "Cache-Control: max-age=5")),
    fails("contact", "none", came("max-age=300", ("Age", "299")), again("full"), says=due(FULL, "Cache-Control: max-age=300")),
    fails("contact", ["conditional", "full"], came("max-age=300"), again("none"), says=due(NO_ASKING, "Cache-Control: max-age=300", wanted=f"{FULL} or {CONDITIONAL}")),
    # private
    holds("contact", "full", came("private, max-age=300"), again("full", shared=True)),
    holds("contact", "none", came("private, max-age=300"), again("none")),
    fails("contact", "full", came("public, max-age=300"), again("none", shared=True), says=due(NO_ASKING, "Cache-Control: public, max-age=300", wanted=FULL)),
    # no-cache, no-store
    holds("contact", ["conditional", "full"], came("no-cache", TAG), again("conditional")),
    fails("contact", "conditional", came("no-cache"), again("full"), says=due(FULL, "Cache-Control: no-cache", wanted=CONDITIONAL)),
    holds("contact", "full", came("no-store"), again("full")),
    fails("contact", "none", came("no-store"), again("full"), says=due(FULL, "Cache-Control: no-store")),
    fails("contact", "none", came(None, TAG, ("Expires", "0")), again("conditional"), says=due(CONDITIONAL, "no Cache-Control")),
    # another client's answers do not count
    holds("contact", "none", came("no-store"), again("none", client="shared-cache", shared=True)),
    # nobody answered
    fails("contact", "none", done("a", exchange(None)), says=("an answer through a client cache", "no answer within 10 s")),
    fails("contact", "none", done("a", exchange()), says=("an answer through a client cache", "none")),
    fails("contact", "none", done("a"), says=("an answer through a client cache", "none")),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()


def test_a_client_cache_that_errs_on_its_own_input_is_told_and_changes_nothing() -> None:
    steps = (came("no-store"), again("none"))
    assert holds("contact", "full", *steps).finding() is None
    case = Case({step.name: step for step in steps}, resource(), target())
    assert otherwise(steps[1], case) == f"a: the client cache was to be {FULL}, and {NO_ASKING}"
    assert otherwise(steps[0], case) == ""
    right = Case({"first": came("no-store"), "a": again("full")}, resource(), target())
    assert otherwise(right.steps["a"], right) == ""


@pytest.mark.parametrize("shown", ["none", "full"])
def test_the_server_is_judged_by_what_it_sent_and_the_client_cache_by_what_it_saw(shown: str) -> None:
    """Where a field was rewritten on the way, each is held to its own."""
    seen = (("Cache-Control", "max-age=300"),) if shown == "none" else (("Cache-Control", "no-store"),)
    assert holds("contact", "none", came("max-age=300", seen=seen), again(shown)).finding() is None
