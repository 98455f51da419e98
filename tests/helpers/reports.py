"""What tests do to reports and ask of what is printed of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from conformance.model import Report, Verdict
from conformance.report.document import encode
from helpers.embedded import judged

__all__ = ["assert_tame", "document_of", "spoilt", "with_outcome"]


def document_of(report: Report) -> Any:
    """The JSON of a report, as any program reads it."""
    return json.loads(encode(report))


def spoilt(change: Callable[[Any], object]) -> bytes:
    """A good report after something has been done to its JSON."""
    document = document_of(judged("unquoted-etag"))
    change(document)
    return json.dumps(document).encode()


def with_outcome(entry: Any, name: Any) -> Verdict:
    """The verdict of an entry, but for what came out."""
    verdict: Verdict = replace(entry.verdict, outcome=name, verdict=name)
    return verdict


def assert_tame(text: str) -> None:
    """Nothing in it that a terminal or a CI runner would obey."""
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "##[" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)
