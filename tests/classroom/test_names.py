"""Names of students in the names of folders, in cells and on pages: nothing of them is obeyed."""

from __future__ import annotations

import os
import re

import pytest

from conformance.classroom.names import cell, pseudonyms, shown, slugs


def test_a_plain_name_is_its_folder() -> None:
    assert slugs(["ada", "bob.b", "c_d-e"]) == {"ada": "ada", "bob.b": "bob.b", "c_d-e": "c_d-e"}


def test_any_other_gets_a_folder_of_its_own_that_any_file_system_takes() -> None:
    names = [
        "../up",
        "a/b",
        "a b",
        "a\nb",
        "Zoë",
        "",
        ".",
        "..",
        "x" * 300,
        "CON",
        "nul.txt",
        os.fsdecode(b"\xff"),
    ]
    found = slugs(names)
    assert len({slug.lower() for slug in found.values()}) == len(names)
    for slug in found.values():
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,60}", slug), slug


def test_names_that_differ_by_case_alone_have_different_folders() -> None:
    found = slugs(["Ada", "ada"])
    assert len({slug.lower() for slug in found.values()}) == 2
    assert found == slugs(["ada", "Ada"])


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "|cmd", "%x"])
def test_a_formula_is_no_formula_in_a_cell(formula: str) -> None:
    assert cell(formula)[0] in "'\\"


def test_a_cell_is_one_line_and_numbers_stay_numbers() -> None:
    assert cell("two\nlines") == "two\\nlines"
    assert (cell(7), cell(-1), cell(0.5)) == ("7", "-1", "0.5")


def test_a_name_is_shown_on_one_line_and_without_what_a_terminal_obeys() -> None:
    assert shown("a\x1b[31m\nb\u202e") == "a\\x1b[31m\\nb\\u202e"
    assert shown(os.fsdecode(b"\xff")) == "\\udcff"


def test_pseudonyms_tell_nothing_differ_and_stay() -> None:
    names = [f"student {number}" for number in range(500)]
    first = pseudonyms(names, {})
    assert len(set(first.values())) == len(names)
    assert not any(name in drawn for name, drawn in first.items())
    again = pseudonyms([*names, "new"], first)
    assert {name: again[name] for name in names} == first
    assert again["new"] not in first.values()
