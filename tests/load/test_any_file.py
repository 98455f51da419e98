"""Any file at all, of specs, of a target, of an assignment: records, or an error that people can read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers.specs import REGISTER, SPEC
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.errors import ConformanceError
from conformance.grading.assignment import read_assignment
from conformance.load.reader import read_suite
from conformance.load.target import load_target, target_text

ASSIGNMENT = """\
name: Caching, week 7
target: lesson
tier: core
server: app
require: [items.create, reports]
optional: [cached-time]
checks: {in: [validators, "etag-*"], out: [etag-quoted], where-offered: true}
points: {total: 50, by: topic, topics: {validators: 30}, checks: {etag-present: 5}}
warnings: 1/3
hidden: {until: published, checks: [etag-lasts]}
retries: 1
budget: {seconds: 90, memory: 2 GiB, processes: 8, disk: 512 KiB}
audit: 0.05
seed: 11
"""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "{",
            "{first.etag}",
            "{raw: x}",
            "*",
            "ttl / 0",
            "9" * 40,
            "GET",
            "/",
            "\x00",
            "x: y",
            '"a"',
            "~",
        ]
    ),
    st.dates(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a document."""
    found = [path] if path else []
    if isinstance(value, dict):
        return [*found, *(p for key, each in value.items() for p in places(each, (*path, key)))]
    if isinstance(value, list):
        return [*found, *(p for index, each in enumerate(value) for p in places(each, (*path, index)))]
    return found


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """A document with a few things in it replaced, taken out or called otherwise."""
    document = yaml.safe_load(text)
    for _ in range(draw(st.integers(1, 3))):
        there = places(document)
        if not there:
            break
        *way, last = draw(st.sampled_from(there))
        parent = document
        for key in way:
            parent = parent[key]
        how = draw(st.sampled_from(["replace", "remove", "rename", "twice"]))
        if how == "replace":
            parent[last] = draw(VALUES)
        elif how == "rename" and isinstance(parent, dict):
            parent[draw(st.text(max_size=6))] = parent.pop(last)
        elif how == "twice" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[last]))
        else:
            del parent[last]
    try:
        return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=draw(st.booleans())))
    except yaml.YAMLError:
        return text


def specs(folder: Path, text: str) -> object:
    (folder / "requirements.yaml").write_text(REGISTER, "utf-8")
    (folder / "a.yaml").write_text(text, "utf-8")
    return read_suite(folder)


def target(folder: Path, text: str) -> object:
    (folder / "target.yaml").write_text(text, "utf-8")
    return load_target(str(folder / "target.yaml"))


def assignment(folder: Path, text: str) -> object:
    (folder / "assignment.yaml").write_text(text, "utf-8")
    return read_assignment(folder / "assignment.yaml")


KINDS: dict[str, tuple[Callable[[Path, str], object], str]] = {
    "specs": (specs, SPEC),
    "target": (target, target_text("lesson")),
    "assignment": (assignment, ASSIGNMENT),
}


def reads(read: Callable[[Path, str], object], folder: Path, text: str) -> None:
    with suppress(ConformanceError):
        read(folder, text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_that_is_changed_is_right_at_first(kind: str, tmp_path: Path) -> None:
    read, text = KINDS[kind]
    assert read(tmp_path, text)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(
    max_examples=120,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_file_that_is_changed_anywhere_is_read_or_refused(
    kind: str, tmp_path: Path, data: st.DataObject
) -> None:
    read, text = KINDS[kind]
    reads(read, tmp_path, data.draw(changed(text)))


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.one_of(st.text(), VALUES.map(lambda value: str(yaml.safe_dump(value)))))
@settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_read_or_refused(kind: str, tmp_path: Path, text: str) -> None:
    reads(KINDS[kind][0], tmp_path, text)
