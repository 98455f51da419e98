"""Every row of the table of formats: valid for whoever reads it, whatever words stand in a run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.rules import none_of
from helpers.sheets import ASSIGNMENT, ENV, GOLDEN, graded, made, names, pending, redacted, withheld
from helpers.sinks import SINKS
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.model import Assignment
from conformance.report.formats import FORMATS, Format, by_suffix
from conformance.report.sheet import Sheet

PAGE = Path(__file__).parents[2] / "docs" / "reports.md"
ROWS = pytest.mark.parametrize("row", FORMATS.values(), ids=FORMATS)

HOSTILE = (
    "::error title=x::y",
    "x\n::add-mask::y",
    "##[error]x",
    "\x1b[31mred\x1b]8;;http://evil\x07",
    "\x9b2J",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></failure><failure>",
    "<!--",
    "-->",
    "&lt;&#x3c;&amp;",
    "`````",
    "` x ``",
    "x`<img src=x>`y",
    "x``<img src=x>` ``[a](http://evil)`y",
    "``` \n# heading",
    "[x](javascript:alert(1)) ![y](http://evil/z.png)",
    "| a | b |\n|---|---|",
    "</summary></details><h1>x",
    "@everyone #1 www.evil.example http://evil.example GH-1",
    "\x00\x01\x08\x0b\x0c\x1f\x7f\ufffe\uffff",
    "\ud800 \udfff",
    "\u202egnp.exe\u2066",
    "=cmd|'/c calc'!A0",
    "%0A::error::x%25",
    "\r\n\x85\u2028\u2029",
    "- [ ] x\n1. y\n> z\n    code",
    "***bold*** __x__ ~~y~~",
    "\U0001f600 \U000e0001",
    "",
    " ",
    "x" * 20_000,
)
WORDS = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE[:-1]), max_size=3).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=40),
)


def written(row: Format, sheet: Sheet) -> bytes:
    """JSON can hold no half of a pair, and redaction, which every report has been through, leaves none."""
    return row.write(redacted(sheet) if row.name == "json" else sheet)


def in_ours(word: str, row: Format) -> str:
    """The word as a text of our own may hold it, which redaction passes over."""
    return word.encode("utf-8", "backslashreplace").decode() if row.name == "json" else word


def test_every_format_has_somebody_who_reads_it() -> None:
    assert SINKS.keys() == FORMATS.keys()


@ROWS
@settings(max_examples=25, deadline=None)
@given(word=WORDS, strict=st.booleans(), hidden=st.sampled_from(["", "due", "published"]), data=st.data())
def test_whatever_stands_in_a_run_is_shown_and_not_obeyed(
    row: Format, word: str, strict: bool, hidden: str, data: st.DataObject
) -> None:
    whole = made(in_ours(word, row), hidden=hidden, strict=strict)
    sheet = data.draw(st.sampled_from([whole, withheld(whole, in_ours(word, row)), graded(whole, None)]))
    SINKS[row.name](written(row, sheet))


@ROWS
def test_each_known_attack_is_shown_and_not_obeyed(row: Format) -> None:
    for word in HOSTILE:
        SINKS[row.name](written(row, made(in_ours(word, row))))


@ROWS
@pytest.mark.parametrize("assignment", [ASSIGNMENT, None], ids=["graded", "ungraded"])
def test_what_stands_there_before_a_run_is_valid_and_no_grade(
    row: Format, assignment: Assignment | None
) -> None:
    document = row.write(pending(assignment))
    SINKS[row.name](document)
    assert re.search(rb"not come to its end|no grade|not judged", document)


@ROWS
def test_what_is_written_of_the_same_run_is_the_same(row: Format) -> None:
    assert row.write(made()) == row.write(made())


@ROWS
def test_by_which_level_a_server_was_isolated_stands_in_each(row: Format) -> None:
    whole = made().whole
    assert re.search(rb"(?i)isolat(ed by|ion).*namespaces", row.write(Sheet(whole, env=ENV)), re.DOTALL)
    none = row.write(Sheet(replace(whole, isolation="none"), env=ENV))
    assert re.search(rb"(?i)not isolated|isolation\W.*none", none, re.DOTALL)
    given = row.write(Sheet(replace(whole, isolation="", server="url"), env=ENV))
    assert not re.search(rb"(?i)isolated by|not isolated|isolation\W", given)


def test_a_format_is_written_as_its_golden_files_show() -> None:
    """After a change that is meant: `python tests/helpers/sheets.py`, and look at the difference."""
    wanted = names()
    none_of(path.name for path, made in wanted.items() if not path.is_file() or path.read_bytes() != made)
    assert set(GOLDEN.iterdir()) == set(wanted)


# ------------------------------------------------------------------ the table


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("r.json", "json"),
        ("R.JSON", "json"),
        ("r.ctrf.json", "ctrf"),
        ("r.xml", "junit"),
        ("r.md", "markdown"),
        ("r.svg", "badge"),
        ("r.pdf", None),
        ("json", None),
    ],
)
def test_a_suffix_means_a_format(name: str, format_: str | None) -> None:
    found = by_suffix(name)
    assert (found.name if found else None) == format_


def test_a_suffix_means_one_format_only() -> None:
    suffixes = [end for row in FORMATS.values() for end in row.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    none_of(end for end in suffixes if not end.startswith("."))


def test_the_page_lists_the_formats_as_the_table_has_them() -> None:
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| (.*?) \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert rows == [
        (row.name, ", ".join(f"`{end}`" for end in row.suffixes) or "-", row.says) for row in FORMATS.values()
    ]
