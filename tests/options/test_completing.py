"""conformance.options.completing: what a shell completes."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.options.completing import COMPLETED, check_names
from conformance.options.others import Looking, Printing, Proposing
from conformance.options.run import Asked, Serving, Telling, options


def test_names_are_completed_by_what_they_begin_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").touch()
    assert COMPLETED["tier"]("l") == ["lesson"]
    assert COMPLETED["format"]("ju") == ["junit"]
    assert {"lesson", "shop.yaml"} <= set(COMPLETED["target"](""))
    assert check_names("inm-current") == ["inm-current-is-304"]
    assert "LES06" in check_names("LES")


def test_of_a_list_the_last_word_is_completed() -> None:
    assert COMPLETED["only"]("MUST,if-none") == ["MUST,if-none-match"]


def test_what_is_completed_is_an_option() -> None:
    known = {each.field for each in options(Asked, Serving, Telling, Looking, Printing, Proposing)}
    assert COMPLETED.keys() <= known
