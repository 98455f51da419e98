"""A small folder of specs, right in all its parts, for tests to change one of them and load it.

How a text is changed, and how what is wrong with it has to be told, holds for files of targets, too.
"""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.errors import SpecError
from conformance.load import specs as loading
from conformance.model import Suite

__all__ = ["REGISTER", "SPEC", "Loads", "line_of", "loader", "refused_at", "with_"]

REGISTER = """\
topics: [a, b, c]
requirements:
  - {id: LES01, level: MUST, tier: lesson, topic: b, says: it holds, source: "9110 8.8.3", rfc: [A01]}
  - {id: A01, level: MUST, tier: core, topic: b, says: it holds, source: "the lesson, ETags", quote: "It holds."}
"""
SPEC = """\
title: A topic
timelines:
  life:
    needs: [ttl, hit]
    steps:
      - {do: read-miss, as: fresh}
      - {do: wait, for: ttl + 2m, after: fresh}
      - {do: read, as: later}
checks:
  - id: a-check
    title: A GET is answered
    requirement: LES01
    level: SHOULD
    tier: lesson
    after: [b-check]
    forall:
      other: {strategy: entity-tags, examples: ['"{first.opaque}x"']}
    steps:
      - {do: read, as: first, given: {status: 200}}
      - do: read
        as: again
        headers: {If-None-Match: "{other}"}
        expect: {etag: {same-as: first}}
      - {do: read, as: last}
    doubts: [others-write]
    why: Because.
    hint: Mend it.
  - id: b-check
    title: It is gone after its TTL
    requirement: A01
    level: MUST
    tier: lesson
    on: life
    expect: {later: {value: {differs-from: fresh}}}
    why: Because.
    hint: Mend it.
"""
Loads = Callable[..., Suite]


def loader(folder: Path) -> Loads:
    """Load a folder that holds these texts."""

    def of(*texts: str | bytes, register: str = REGISTER) -> Suite:
        loading.load.cache_clear()
        (folder / "requirements.yaml").write_text(register, "utf-8")
        for name, text in zip("abc", texts, strict=False):
            (folder / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return loading.load(folder)

    return of


def with_(old: str, new: str, text: str = SPEC) -> str:
    """The text with something in it replaced."""
    assert old in text
    return text.replace(old, new, 1)


def line_of(part: str, text: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def refused_at(loads: Callable[[str], object], text: str, says: str, at: str, file: str) -> SpecError:
    """Loading a text is refused in a sentence with this beginning, at the line where `at` first stands."""
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert caught.value.says.startswith(says)
    assert (caught.value.file, caught.value.line) == (file, line_of(at, text))
    assert "\n" not in str(caught.value)
    return caught.value
