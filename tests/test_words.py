"""Words: each has a phrase, is seen to hold and to fail, and is known to nothing but its row."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from helpers.imports import House, within
from helpers.records import exchange, resource, timed, writes
from helpers.rules import none_of

import conformance
from conformance.language import durations
from conformance.language.captures import CAPTURES, in_words
from conformance.language.values import listed, said
from conformance.matchers import MATCHERS
from conformance.model import BENCHES, CAPABILITIES, Exchange, Hook, Json, Resource
from conformance.verbs import VERBS

DATE = "Thu, 01 Jan 2026 12:00:00 GMT"

# ---- captures: what an answer has, and an answer that lacks it

GIVES: dict[str, tuple[Exchange, str]] = {
    "etag": (exchange(etag='W/"aB"'), 'W/"aB"'),
    "strong-etag": (exchange(etag='"aB"'), '"aB"'),
    "weak-etag": (exchange(etag='W/"aB"'), 'W/"aB"'),
    "opaque": (exchange(etag='W/"aB"'), "aB"),
    "opaque-cut": (exchange(etag='"aB"'), "a"),
    "opaque-swapped": (exchange(etag='"aB"'), "Ab"),
    "length": (exchange(body=b"12345"), "5"),
    "bytes-apart": (exchange(body=b"12345"), "0-0,2-2,4-4"),
    "last-modified": (exchange(headers=[("Last-Modified", DATE)]), DATE),
    "last-modified-later": (exchange(headers=[("Last-Modified", DATE)]), "Thu, 01 Jan 2026 13:00:00 GMT"),
    "last-modified-earlier": (exchange(headers=[("Last-Modified", DATE)]), "Wed, 31 Dec 2025 12:00:00 GMT"),
    "last-modified-rfc850": (exchange(headers=[("Last-Modified", DATE)]), "Thursday, 01-Jan-26 12:00:00 GMT"),
    "last-modified-asctime": (exchange(headers=[("Last-Modified", DATE)]), "Thu Jan  1 12:00:00 2026"),
    "date": (exchange(headers=[("Date", DATE)]), DATE),
    "date-next-year": (
        exchange(headers=[("Date", "Thu, 29 Feb 2024 12:00:00 GMT")]),
        "Fri, 28 Feb 2025 12:00:00 GMT",
    ),
    "date-forty-years-ago": (
        exchange(headers=[("Date", DATE)]),
        "Wednesday, 01-Jan-86 12:00:00 GMT",
    ),
    "last-modified-iso": (exchange(headers=[("Last-Modified", DATE)]), "2026-01-01T12:00:00Z"),
}


def test_every_capture_has_a_phrase_and_is_seen_to_give_and_to_lack() -> None:
    at = "conformance/language/captures.py"
    none_of(f"{at}: {name} has no example" for name in CAPTURES if name not in GIVES)
    none_of(f"{at}: {name} has no phrase" for name, row in CAPTURES.items() if "{}" not in row.phrase)
    none_of(f"{at}: {name}" for name, (answer, due) in GIVES.items() if CAPTURES[name].take(answer) != due)
    none_of(f"{at}: {name}" for name, row in CAPTURES.items() if row.take(exchange(body=b"")) is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"x", {first.etag}', '"x", <the ETag of first>'),
        ("W/{a.opaque} {n}", "W/<the ETag of a without its quotes> <n>"),
        ("plain", "plain"),
    ],
)
def test_captures_are_told_in_english(text: str, expected: str) -> None:
    assert in_words(text) == expected


# ---- durations


def test_every_name_in_a_duration_has_a_phrase_and_is_known_to_be_one() -> None:
    at = "conformance/language/durations.py"
    none_of(f"{at}: {name} has no phrase" for name, phrase in durations.NAMES.items() if not phrase)
    none_of(f"{at}: {name}" for name in durations.NAMES if durations.seconds(f"2{name}", {name: 3.0}) != 6)
    with pytest.raises(ValueError, match="'x' is no quantity"):
        durations.parse("2x")


# ---- capabilities: a resource that offers it; the plainest offers none but `read`

OFFERS: dict[str, Resource] = {
    "read": resource(),
    "etag": resource(etag=True),
    "ttl": timed(),
    "value": timed(),
    "hit": timed(),
    "policy": resource(policy="public"),
    "policies": resource(policies={"404": "no-store"}),
    "version": resource(version=True),
    "distinct": resource(distinct_from=("other",)),
    "two-keys": resource(keys="/x/{key}?y={more}"),
    "http-cache": resource(http_cache=True),
    "users": resource(users={"ada": (("X-User", "ada"),), "bob": (("X-User", "bob"),)}),
    "per-user": resource(per_user=True),
    "variants": resource(variants={"Accept-Language": ("de", "en")}),
    "item": resource(item="/items/{id}"),
    "stale": timed(stale=10.0),
    "protected": resource(protected="/account/"),
    "members": resource(members={"time": "string"}),
    **{kind: resource(writes=writes(kind)) for kind in ("create", "change", "remove", "clear")},
    **{
        row.verb: resource(hooks={row.name: Hook("POST", "/"), "mend": Hook("POST", "/")})
        for row in BENCHES.values()
        if row.verb
    },
    "policy-no-store": resource(policy="no-store, max-age=5"),
    "policy-no-cache": resource(policy="no-cache, private"),
    "policy-private": resource(policy="private, max-age=5"),
    "policy-max-age": resource(policy="public, max-age=50"),
}


def test_every_capability_has_a_phrase_and_is_seen_to_be_there_and_to_be_missing() -> None:
    at = "conformance/model/targets.py"
    none_of(f"{at}: {name} has no example" for name in CAPABILITIES if name not in OFFERS)
    none_of(f"{at}: {name} has no phrase" for name, row in CAPABILITIES.items() if not row.phrase)
    none_of(f"{at}: {name}" for name, on in OFFERS.items() if name not in on.capabilities)
    assert resource().capabilities == {"read"}


# ---- phrases


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "5"),
        ("a", "a"),
        (True, "true"),
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        ([1, "b", False], "1, b and false"),
    ],
)
def test_a_value_stands_in_a_phrase(value: Json, expected: str) -> None:
    assert listed(value) == expected
    assert said("with {}", value) == f"with {expected}"
    assert said(lambda given: f"{given!r}", value) == repr(value)


# ---- verbs, arguments, matchers: only their rows know them

ROWS = {*VERBS, *MATCHERS, *(argument.name for verb in VERBS.values() for argument in verb.arguments)}
_LOADERS = ("classes", "givens", "lints", "mixtures", "parts", "reader", "tables")
READ_STEPS: tuple[str, ...] = (
    "conformance.execute",
    "conformance.plan",
    "conformance.judge",
    "conformance.commands.explain",
)
READ_STEPS += tuple(f"conformance.load.{name}" for name in _LOADERS)
MEANT_OTHERWISE = {
    "read": "a phase, and a capability",
    "wait": "a phase",
    "write": "a phase, and what a table does to an item of ours",
    "create": "a capability",
    "change": "a capability, and the target's own way to write",
    "remove": "a capability",
    "item": "a capability, and a key of a mixture",
    "status": "the code of a finding",
    "after": "a key of a check",
    "why": "a key of a check",
    "json": "a part of a media type",
    "value": "a key of a target",
    "hit": "a key of a target",
    "cache-control": "a field",
    "due": "what each cell of a table expects",
    "headers": "what a cell sends",
    "range": "a field of the request",
}


def written(house: House, names: Iterable[str]) -> Iterator[tuple[str, ast.AST]]:
    """Each node of these modules, with its place."""
    for name in names:
        for node in ast.walk(house.trees[name]):
            yield f"{house.file(name)}:{getattr(node, 'lineno', 0)}", node


def looks_into(node: ast.AST) -> bool:
    """Whether a step's verb is compared, or one of its arguments looked up by its name."""
    match node:
        case ast.Compare(left=left, comparators=others):
            return any(isinstance(each, ast.Attribute) and each.attr == "do" for each in (left, *others))
        case ast.Subscript(value=ast.Attribute(attr="args"), slice=ast.Constant(value=str())):
            return True
        case ast.Attribute(value=ast.Attribute(attr="args"), attr="get" | "pop"):
            return True
    return False


def test_no_one_but_its_row_knows_a_word() -> None:
    house = House(Path(conformance.__file__).parent)
    outside = [name for name in house.modules if house.room(name) != "verbs"]
    none_of(f"{at} looks into a step" for at, node in written(house, outside) if looks_into(node))
    reading = [name for name in house.modules if within(name, READ_STEPS)]
    texts = [(at, n.value) for at, n in written(house, reading) if isinstance(n, ast.Constant)]
    none_of(f"{at} knows {text!r}" for at, text in texts if text in ROWS and text not in MEANT_OTHERWISE)
    none_of(f"{word} needs no excuse" for word in MEANT_OTHERWISE if word not in {text for _, text in texts})
