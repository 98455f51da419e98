"""A frozen assignment as bytes: read back as it was, refused as soon as it is anything else."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from helpers.grading import assignment, worth

from conformance.errors import UsageError
from conformance.grading.document import decode, digest, encode, frozen_schema

GOOD = assignment(worth("a", 10), worth("b", 5, hidden_until="due"), name="Übung 7 \u202e")


def test_it_is_read_back_as_it_was() -> None:
    assert decode(encode(GOOD), "x") == GOOD
    assert encode(GOOD).isascii()
    assert digest(decode(encode(GOOD), "x")) == digest(GOOD)


def test_what_is_equal_has_one_digest() -> None:
    copied = pickle.loads(pickle.dumps(GOOD))  # noqa: S301 - made a moment ago
    assert copied == GOOD
    assert digest(copied) == digest(GOOD) != digest(assignment(worth("a", 10), name=GOOD.name))


def test_it_fits_its_schema() -> None:
    jsonschema.validate(json.loads(encode(GOOD)), frozen_schema())


def change(what: Callable[[Any], object]) -> bytes:
    document = json.loads(encode(GOOD))
    what(document)
    return json.dumps(document).encode()


SPOILT: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is no frozen assignment: `conformance freeze` writes one"),
    "a yaml file": (b"name: x\n", "is no frozen assignment"),
    "another format": (b'{"checks": []}', "is no frozen assignment"),
    "no utf-8": (b'{"version": 2, "name": "\xff"}', "does not fit its format|is no frozen assignment"),
    "nested": (b"[" * 100_000, "is no frozen assignment"),
    "a later version": (
        change(lambda d: d.update(version=1)),
        "format version 1; this program reads version 2",
    ),
    "an unknown key": (change(lambda d: d.update(more=1)), "does not fit its format: .*more"),
    "no points": (change(lambda d: d["rows"][0].pop("points")), "does not fit its format: .*points"),
    "a row twice": (change(lambda d: d["rows"].append(d["rows"][0])), "items::a stands twice"),
    "no node id": (change(lambda d: d["rows"][0].update(nodeid="a")), "'a' is no node id"),
    "more than all": (change(lambda d: d.update(share=[11, 10])), "earns 11/10, which is no share"),
    "no share": (change(lambda d: d.update(share=[0, 0])), "earns 0/0, which is no share"),
    "less than nothing": (change(lambda d: d["rows"][0].update(points=-1)), "earns -1"),
    "nothing to earn": (change(lambda d: d.update(rows=[])), "there is nothing to be earned"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_anything_else_is_refused_in_a_sentence(name: str) -> None:
    document, says = SPOILT[name]
    with pytest.raises(UsageError, match=f"^'week.json' .*({says})"):
        decode(document, "'week.json'")
