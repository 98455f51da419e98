"""grades.csv, and what is said of a class."""

from __future__ import annotations

import csv
import io

from helpers.rolls import HOSTILE, roll, row, standing

from conformance.classroom.roll import as_csv


def test_nothing_in_the_spreadsheet_is_a_formula_or_has_two_lines() -> None:
    bad = standing(3, found=HOSTILE, left_out=(HOSTILE,), down=HOSTILE, why=HOSTILE)
    made = roll(0, row(HOSTILE, bad), row("-1", None), row("\t=1", standing(0)))
    data = as_csv(made)
    lines = data.decode().split("\r\n")
    assert len(lines) == 1 + 3 + 1
    for cells in csv.reader(io.StringIO(data.decode())):
        assert not any(each.startswith(("=", "+", "@", "\t", "\r")) for each in cells)
        assert not any(each.startswith("-") for each in cells)


def test_a_withheld_grade_has_no_points_and_its_range() -> None:
    one = standing(1, status="withheld", cause="noise", points=None, low=60, high=80)
    (found,) = csv.DictReader(io.StringIO(as_csv(roll(0, row("eve", one))).decode()))
    assert (found["status"], found["points"], found["low"], found["high"]) == ("withheld", "", "60", "80")


def test_points_and_topics_are_numbers() -> None:
    (found,) = csv.DictReader(io.StringIO(as_csv(roll(1)).decode()))
    assert found["points"] == "100"
    assert sum(int(value) for name, value in found.items() if name.startswith("topic: ")) == 100


def test_the_median_is_of_what_stands() -> None:
    made = roll(0, *(row(f"s{n}", standing(0, points=n)) for n in (1, 2, 4)), row("x", None))
    assert made.median == 2
    assert roll(0, row("a", standing(0, points=1)), row("b", standing(0, points=4))).median == 2.5
    assert roll(0).median is None


def test_every_grade_is_in_one_bar() -> None:
    for points in (0, 9, 10, 99, 100):
        assert sum(count for *_, count in roll(0, row("a", standing(0, points=points))).bins) == 1


def test_what_is_open_is_missed_by_nobody() -> None:
    one = standing(0)
    open_ = standing(0, rows=tuple(type(c)(0, c.of, "inconclusive", open=True) for c in one.rows))
    assert all((each.missed, each.of) == (0, 1) for each in roll(1, row("x", open_)).missed)
