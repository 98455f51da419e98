"""conformance.matchers.body: its presence, its bytes, its JSON, and what it shows of a write."""

from __future__ import annotations

from typing import Any

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource, timed
from msgspec.structs import replace

from conformance.model import Effect, Exchange, ItemFacts, StepRecord

OBJECT = timed(members={"time": "string", "cached": "any"})
ITEMS = resource(item="/items/{id}")
CHANGE = Effect("change", 7, "name", "old", "new")
CREATE = Effect("create", 8)
REMOVE = Effect("remove", 8)


def json(kind: str = "array", media: str = "application/json", **facts: Any) -> Exchange:
    """An answer with JSON of that type in it."""
    return exchange(json=kind, media=media, **facts)


def item(there: bool = True, status: int = 200, **value: Any) -> Exchange:
    """An answer in which the item that a write was about is there or not."""
    return exchange(status, item=ItemFacts(there, **value))


def wrote(effect: Effect) -> StepRecord:
    return done("w", exchange(), do="change", effect=effect)


def reads(*bodies: str) -> StepRecord:
    """A step of several reads, with these bodies."""
    return done("a", *(exchange(body=body.encode()) for body in bodies))


NO_BODY = exchange(204, b"")
HTML = exchange(media="text/html", json="none")
PLAIN = json(media="text/plain")
NO_TYPE = json(media="")

EXAMPLES = [
    # ---- body
    holds("body", "absent", done("a", NO_BODY)),
    holds("body", "present", done("a", exchange())),
    holds("body", "names-a-condition", done("a", exchange(428, wants=("if-match",)))),
    fails(
        "body",
        "names-a-condition",
        done("a", exchange(428, b"No")),
        says=("a body that names the condition to send", "2 bytes that name none"),
    ),
    fails(
        "body",
        "names-a-condition",
        done("a", exchange(428, b"")),
        says=("a body that names the condition to send", "no body"),
    ),
    holds("body", {"at-least": 2}, done("a", exchange(body=b"[]"))),
    holds("body", {"same-as": "b"}, done("b", exchange()), done("a", exchange(), exchange())),
    holds("body", {"differs-from": "b"}, done("b", exchange()), done("a", exchange(body=b"[1]"))),
    fails(
        "body",
        {"differs-from": "b"},
        done("b", exchange()),
        done("a", exchange()),
        says=("another body than before (b)", "the same body"),
    ),
    holds("body", {"unlike": ["b", "c"]}, done("b", exchange()), done("a", exchange(body=b"[1]"))),
    holds("body", {"unlike": ["b"]}, done("b", NO_BODY), done("a", NO_BODY)),
    fails(
        "body",
        {"unlike": ["b"]},
        done("b", exchange(body=b"[1]"), exchange()),
        done("a", exchange()),
        says=("another body than that of b", "the same one"),
    ),
    fails("body", "absent", done("a", exchange(body=b"null")), says=("no body", "4 bytes")),
    fails("body", "present", done("a", NO_BODY), says=("a body", "none")),
    fails("body", {"at-least": 3}, done("a", exchange()), says=("a body of 3 bytes or more", "2 bytes")),
    fails(
        "body",
        {"same-as": "b"},
        done("b", exchange()),
        done("a", exchange(), exchange(body=b"[1]")),
        says=("the same body as before (b)", "another: the list had 0 entries, and has 1"),
        index=1,
    ),
    fails(
        "body",
        {"same-as": "b"},
        done("b", exchange(None)),
        done("a", exchange()),
        says=("an answer to compare with (b)", "none"),
    ),
    # ---- bodies that come back, and that do not
    holds("body", "repeats", reads("1", "2", "1")),
    fails(
        "body", "repeats", reads("1", "2"), says=("two answers with the same body", "2 with other ones each")
    ),
    fails("body", "repeats", done("a"), says=("two answers with the same body", "0 with other ones each")),
    holds("body", "drifting", reads("1", "1", "2", "2", "3")),
    fails(
        "body", "drifting", reads("1", "1"), says=("a body that changes now and then", "the same each time")
    ),
    fails(
        "body",
        "drifting",
        reads("1", "2", "2", "1", "1"),
        says=("bodies that do not come back", "an earlier one that came back after another"),
    ),
    fails(
        "body", "drifting", reads("1", "2", "3"), says=("a body that stays for a while", "3 that all differ")
    ),
    fails("body", "absent", done("a", exchange(None)), says=("an answer", "no answer within 10 s")),
    fails("body", "present", done("a"), says=("an answer", "none: nothing was asked")),
    # ---- json
    holds("json", "declared", done("a", json(media="application/problem+json"))),
    holds("json", "declared", done("a", json("array"))),
    holds("json", "declared", done("a", json("object", items=2))),  # in an envelope
    holds("json", "declared", done("a", json("object")), on=timed()),
    holds("json", "declared", done("a", json("number")), on=resource(json="any")),
    holds("json", "declared", done("a", json("number")), on=resource(json=None)),
    holds("json", "declared", done("a", HTML), on=resource(json=None)),  # nothing is said of it
    fails("json", "declared", done("a", HTML), says=("a JSON body", "a body that is not JSON (text/html)")),
    fails(
        "json",
        "declared",
        done("a", exchange(json="none", media="")),
        says=("a JSON body", "a body that is not JSON (no Content-Type)"),
    ),
    fails("json", "declared", done("a", exchange(204, b"", json="none")), says=("a JSON body", "no body")),
    fails("json", "declared", done("a", PLAIN), says=("Content-Type: application/json", "text/plain")),
    fails("json", "declared", done("a", NO_TYPE), says=("Content-Type: application/json", "none")),
    fails("json", "declared", done("a", json("object")), says=("a JSON list", "a JSON object")),
    fails("json", "declared", done("a", json("array")), on=timed(), says=("a JSON object", "a JSON array")),
    # ---- members
    holds(
        "members",
        "declared",
        done("a", json("object", members={"time": "string", "cached": "boolean"})),
        on=OBJECT,
    ),
    fails(
        "members",
        "declared",
        done("a", json("object", members={"time": "string"})),
        on=OBJECT,
        says=("a member 'cached'", "members 'time'"),
    ),
    fails(
        "members",
        "declared",
        done("a", json("object", members={})),
        on=OBJECT,
        says=("a member 'time'", "members none at all"),
    ),
    fails(
        "members",
        "declared",
        done("a", json("object", members={"time": "number", "cached": "null"})),
        on=OBJECT,
        says=("'time' to be a string", "a number"),
    ),
    fails(
        "members",
        "declared",
        done("a", json("array")),
        on=OBJECT,
        says=("a JSON object", "a JSON array"),
    ),
    fails(
        "members",
        "declared",
        done("a", HTML),
        on=OBJECT,
        says=("a JSON body", "a body that is not JSON (text/html)"),
    ),
    # ---- shows
    holds("shows", {"of": "w"}, wrote(CHANGE), done("a", item(value="new"))),
    holds("shows", {"not-of": "w"}, wrote(CHANGE), done("a", item(value="old"))),
    holds("shows", {"of": "w"}, wrote(CREATE), done("a", item())),
    holds("shows", {"of": "w"}, wrote(REMOVE), done("a", item(there=False))),
    holds("shows", {"of": "w"}, wrote(REMOVE), done("a", exchange(404), exchange(410))),
    fails(
        "shows",
        {"of": "w"},
        wrote(CHANGE),
        done("a", item(value="new"), item(value="old")),
        says=("'name' of item 7 to be 'new'", "'old'"),
        index=1,
    ),
    fails(
        "shows",
        {"of": "w"},
        wrote(CHANGE),
        done("a", item(there=False, status=404)),
        says=("'name' of item 7 to be 'new'", "status 404 without it"),
    ),
    fails(
        "shows",
        {"not-of": "w"},
        wrote(CHANGE),
        done("a", item(value="new")),
        says=("not 'name' of item 7 to be 'new'", "it is so"),
    ),
    fails(
        "shows",
        {"of": "w"},
        wrote(CREATE),
        done("a", item(there=False)),
        says=("the new item 8 to be there", "it is not there"),
    ),
    fails(
        "shows",
        {"of": "w"},
        wrote(REMOVE),
        done("a", item()),
        says=("item 8 to be gone", "it is still there"),
    ),
    fails(
        "shows",
        {"of": "w"},
        wrote(CHANGE),
        done("a", exchange(None)),
        says=("an answer", "no answer within 10 s"),
    ),
    fails(
        "shows",
        {"of": "w"},
        wrote(CHANGE),
        done("a"),
        says=("an answer", "none: nothing was asked"),
    ),
    # another value than any before is the effect: a server may write it down in its own way
    holds("shows", {"of": "w"}, wrote(CHANGE), done("a", item(value="New"))),
    fails(
        "shows",
        {"of": "w"},
        wrote(replace(CHANGE, earlier=("older",))),
        done("a", item(value="older")),
        says=("'name' of item 7 to be 'new'", "'older'"),
    ),
    holds("shows", {"of": "w"}, wrote(REMOVE), done("a", item(gone=True))),  # a soft delete
    holds("shows", {"without": "w"}, wrote(CHANGE), done("a", item(there=False))),
    fails(
        "shows",
        {"without": "w"},
        wrote(CHANGE),
        done("a", item(value="old")),
        says=("a list without item 7", "it is there"),
    ),
    fails(
        "shows",
        {"without": "w"},
        wrote(CHANGE),
        done("a"),
        says=("an answer", "none: nothing was asked"),
    ),
    # ---- items
    holds("items", {"not-more-than": "b"}, done("b", json(items=3)), done("a", json(items=3), json(items=2))),
    fails(
        "items",
        {"not-more-than": "b"},
        done("b", json(items=3)),
        done("a", json(items=4)),
        says=("3 items at most", "4"),
    ),
    fails(
        "items",
        {"not-more-than": "b"},
        done("b", HTML),
        done("a", json(items=4)),
        says=("a list to compare with (b)", "none"),
    ),
    # ---- taken
    holds("taken", True, done("a", exchange(), effect=CHANGE)),
    fails(
        "taken",
        True,
        done("a", exchange(), effect=replace(CHANGE, ignored=True)),
        says=("'name' to be 'new' in the answer to the write", "'old', as before"),
    ),
    # ---- echoed
    holds("echoed", False, done("a")),
    holds("echoed", False, done("a", effect=Effect("change"))),
    fails(
        "echoed",
        False,
        done("a", effect=Effect("change", echoed=True)),
        says=("an answer that does not show the write", "one that does"),
    ),
    # ---- item-known
    holds("item-known", True, done("a", effect=Effect("change", 0)), on=ITEMS),
    holds("item-known", False, done("a", effect=Effect("change", None)), on=ITEMS),
    holds("item-known", False, done("a", effect=Effect("change", 7))),
    fails(
        "item-known",
        True,
        done("a", effect=Effect("change", 7)),
        says=("an item with a route of its own", "none"),
    ),
    fails(
        "item-known",
        False,
        done("a", effect=Effect("change", 7)),
        on=ITEMS,
        says=("none", "an item with a route of its own"),
    ),
]


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()
