"""A document as JSON: in ASCII, and the same when it is read again."""

from __future__ import annotations

import json

import pytest

from conformance.report.jsontext import json_bytes


@pytest.mark.parametrize("text", ["\x1b[0m", "\x7f\x9b", "\u202e", "\ud800", "\U0001f600", '"\\'])
def test_what_a_terminal_would_obey_is_an_escape(text: str) -> None:
    made = json_bytes({"x": text})
    assert all(0x20 <= byte < 0x7F or byte == 0x0A for byte in made)
    assert json.loads(made) == {"x": text}


def test_what_is_no_number_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"x": float("nan")})
