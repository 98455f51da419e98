"""conformance.matchers.written: whether a write was carried out, and how it was answered."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from typing import Any

import pytest
from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange
from msgspec.structs import replace

from conformance.model import Effect, Exchange, ItemFacts, Request, StepRecord

OLD, NEW, GONE = ItemFacts(True, "old"), ItemFacts(True, "new"), exchange(404)
BEFORE = exchange(body=b"old", etag='"1"', item=OLD)
HELD = exchange(body=b"old", etag='"1"', item=OLD)
CHANGED = exchange(body=b"new", etag='"2"', item=NEW)
CURRENT, OTHER = ("If-Match", '"1"'), ("If-Match", '"x"')
STAR, NONE = ("If-Match", "*"), ("If-None-Match", "*")
REFUSED = 'no tag of If-Match is, by strong comparison, the current "1"'
GOES_ON = "no precondition stands against it"
REPEATED = Effect("write", 1, "name", "old", "old")
CHANGING = Effect("write", 1, "name", "old", "new")


def wrote(
    status: int | None,
    *sent: tuple[str, str],
    before: Exchange = BEFORE,
    after: tuple[Exchange, ...] = (HELD,),
    method: str = "PUT",
    effect: Effect = CHANGING,
    **more: Any,
) -> tuple[StepRecord, ...]:
    """A write, and the records of what was seen before and after it."""
    looks = done("before a", before), done("after a", *after)
    return *looks, done("a", exchange(status, sent=sent, method=method, **more), do="write", effect=effect)


def bytes_of(steps: tuple[StepRecord, ...], body: bytes) -> tuple[StepRecord, ...]:
    """The same, where the write has sent these bytes."""
    *looks, write = steps
    sent = [replace(each, request=Request("PUT", "/items/1", body=body)) for each in write.exchanges]
    return *looks, replace(write, exchanges=tuple(sent))


def at_once(*statuses: int, tags: str = "1111") -> StepRecord:
    """Writes that were sent at once, each with its tag."""
    some = [
        exchange(s, method="PUT", sent=[("If-Match", tag)]) for s, tag in zip(statuses, tags, strict=True)
    ]
    return done("a", *some, do="compete")


EXAMPLES = [
    # What is refused leaves the item as it was.
    holds("state", "due", *wrote(412, OTHER)),
    holds("state", "due", *wrote(200, OTHER)),
    fails("state", "due", *wrote(412, OTHER, after=(CHANGED,)), says=(f"the item as it was ({REFUSED})", "'new' where 'old' was")),
    fails("state", "due", *wrote(412, OTHER, after=(GONE,)), says=(f"the item as it was ({REFUSED})", "an item that is gone now")),
    fails("state", "due", *wrote(412, STAR, before=GONE, after=(CHANGED,)), says=("the item as it was (* matches nothing)", "an item that is there now")),
    fails("state", "due", *wrote(412, OTHER, after=(exchange(body=b"old2", etag='"1"', item=OLD),)), says=(f"the item as it was ({REFUSED})", "another body")),
    fails("state", "due", *wrote(412, OTHER, after=(exchange(body=b"old", etag='"2"', item=OLD),)), says=(f"the item as it was ({REFUSED})", 'the same body under another ETag, "2"')),
    # A body that is another one at each look moves by itself.
    holds("state", "due", *wrote(412, OTHER, after=(exchange(body=b"at 1", etag='"1"', item=OLD), exchange(body=b"at 2", etag='"1"', item=OLD)))),
    # What is let through is carried out.
    holds("state", "due", *wrote(200, CURRENT, after=(CHANGED,))),
    holds("state", "due", *wrote(204, CURRENT, method="DELETE", after=(GONE,))),
    holds("state", "due", *wrote(204, CURRENT, method="DELETE", after=(exchange(item=ItemFacts(True, gone=True)),))),
    holds("state", "due", *wrote(201, NONE, before=GONE, after=(CHANGED,))),
    fails("state", "due", *wrote(200, CURRENT), says=(f"that it is carried out ({GOES_ON})", "the item as it was")),
    fails("state", "due", *wrote(204, CURRENT, method="DELETE"), says=(f"that it is carried out ({GOES_ON})", "the item as it was")),
    fails("state", "due", *wrote(201, NONE, before=GONE, after=(GONE,)), says=(f"that it is carried out ({GOES_ON})", "the item as it was")),
    # The same once more leaves what it has left before.
    holds("state", "due", *wrote(200, effect=REPEATED)),
    fails("state", "due", *wrote(200, effect=REPEATED, after=(CHANGED,)), says=("the item as the same write has left it before", "'new'")),
    fails("state", "due", done("a", exchange(412, method="PUT")), says=("a look at the item before and after", "none")),
    fails("state", "due", *wrote(None, OTHER), says=("an answer", "no answer within 10 s")),
    holds("state", "held", *wrote(428)),
    fails("state", "held", *wrote(428, after=(CHANGED,)), says=("the item as it was", "'new' where 'old' was")),
    holds("state", "one-write", at_once(412, 200, 412, 412)),
    holds("state", "one-write", at_once(412, 200, 204, 412, tags="1122")),
    fails("state", "one-write", at_once(412, 200, 200, 412), says=("one of 4 writes at once carried out, and no other", "200, 200, 412 and 412 in round 1"), index=2),
    fails("state", "one-write", at_once(200, 412, 412, 412, tags="1122"), says=("one of 2 writes at once carried out, and no other", "412 and 412 in round 2"), index=2),
    holds("state", "one-write", at_once(200, 409, 503, tags="111")),
    fails("state", "one-write", at_once(412, 429, tags="11"), says=("one of 2 writes at once carried out, and no other", "412 and 429 in round 1"), index=1),
    fails("state", "one-write", done("a", exchange(412, method="PUT"), exchange(None, method="PUT"), do="compete"), says=("an answer", "no answer within 10 s"), index=1),
    holds("reply", "due", *wrote(412, OTHER)),
    holds("reply", "due", *wrote(202, OTHER)),
    holds("reply", "due", *wrote(204, CURRENT)),
    holds("reply", "due", *wrote(200, OTHER, effect=REPEATED)),
    fails("reply", "due", *wrote(200, OTHER), says=(f"412 Precondition Failed ({REFUSED})", "200")),
    fails("reply", "due", *wrote(409, OTHER, effect=REPEATED), says=(f"412 Precondition Failed or success ({REFUSED})", "409")),
    fails("reply", "due", *wrote(412, CURRENT), says=(f"success ({GOES_ON})", "412")),
    fails("reply", "due", *wrote(200, OTHER, method="DELETE", effect=Effect("write")), says=(f"412 Precondition Failed ({REFUSED})", "200")),
    holds("reply", "own-tag", *wrote(200, after=(CHANGED,))),
    holds("reply", "own-tag", *wrote(200, after=(CHANGED,), etag='"2"')),
    fails("reply", "own-tag", *wrote(200, after=(CHANGED,), etag='"1"'), says=('no ETag, or that of the next GET, "2"', 'ETag: "1"')),
    holds("reply", "tag-as-sent", *bytes_of(wrote(200, after=(CHANGED,)), b"other")),
    holds("reply", "tag-as-sent", *bytes_of(wrote(200, after=(CHANGED,), etag='"2"'), b"new")),
    fails("reply", "tag-as-sent", *bytes_of(wrote(200, after=(CHANGED,), etag='"2"'), b"other"), says=("no ETag, unless what was sent was stored to the byte, and then its own", 'ETag: "2"')),
    fails("reply", "tag-as-sent", *bytes_of(wrote(200, after=(CHANGED,), etag='"1"'), b"new"), says=("no ETag, unless what was sent was stored to the byte, and then its own", 'ETag: "1"')),
]  # fmt: skip


@each(EXAMPLES)
def test_a_write_is_held_against_what_its_conditions_call_for(example: Example) -> None:
    example.check()


@pytest.mark.parametrize("status", [412, 200])
def test_where_no_sentence_binds_nothing_is_claimed_of_the_state(status: int) -> None:
    """A field that is no list of tags, and has the current one in it, may be read either way."""
    for after in (HELD, CHANGED):
        holds("state", "due", *wrote(status, ("If-Match", "1"), after=(after,))).check()
