"""The badge: two words that tell what the run comes to, and none of anybody else's."""

from __future__ import annotations

import re

import pytest
from helpers.embedded import judged, stopped
from helpers.sheets import grade_of, graded, made, pending, withheld
from msgspec.structs import replace

from conformance.model import Later
from conformance.report import badge
from conformance.report.sheet import Sheet


def says(sheet: Sheet) -> str:
    match = re.search(r"<title>HTTP caching: (.*)</title>", badge.write(sheet).decode())
    assert match
    return match[1]


@pytest.mark.parametrize(
    ("sheet", "word"),
    [
        (made("<script>"), "25/100"),
        (withheld(made()), "no grade"),
        (pending(), "no grade"),
        (pending(None), "not judged"),
        (graded(made(), None), "not judged"),
    ],
)
def test_it_tells_the_points_or_that_there_are_none(sheet: Sheet, word: str) -> None:
    assert says(sheet).partition(", ")[0] == word


def test_without_a_grade_it_tells_the_result() -> None:
    found = [says(Sheet(report)) for report in (judged(), judged("ignores-inm"), stopped())]
    assert found == ["passed", "failed", "not judged"]


@pytest.mark.parametrize(("later", "word"), [(Later(2, 20), "shown later"), (Later(), "no points")])
def test_nothing_of_nothing_is_neither_good_nor_bad(later: Later, word: str) -> None:
    sheet = made()
    none = graded(sheet, replace(grade_of(sheet), points=0, of=0, rows=(), later=later))
    assert says(none).partition(", ")[0] == word
    assert b"#57606a" in badge.write(none)


def test_the_colour_says_no_more_than_the_words() -> None:
    colours = {
        says(Sheet(r)): badge.write(Sheet(r)).count(b"#176f2c") for r in (judged(), judged("ignores-inm"))
    }
    assert colours == {"passed": 1, "failed": 0}
