"""The pages of a class: small, without a script, with what the instructor needs first at the top."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import get_args

import pytest
from helpers.browser import axe, chromium, shown
from helpers.rolls import HOSTILE, roll, row, standing

from conformance.classroom.page import LETTERS, SAYS, pages
from conformance.classroom.roll import Roll
from conformance.model import VerdictName


def page(made: Roll, name: str = "index.html") -> str:
    return pages(made)[name].decode()


def cells(source: str, student: str) -> list[str]:
    """What stands in a student's row, its tags taken out."""
    found = re.split("<tr>|</table>", source.partition(f'">{student}</a>')[2])[0]
    return [re.sub(r"<[^>]*>", "", each).strip() for each in re.split(r"<td[^>]*>", found)[1:]]


def test_both_pages_of_a_hundred_are_below_400_kib() -> None:
    made = roll(
        100, *(row(f"lost-{n}", standing(n, status="withheld", cause="noise", points=None)) for n in range(5))
    )
    sizes = {name: len(data) for name, data in pages(made).items()}
    assert sizes.keys() == {"index.html", "checks.html"}
    assert all(size < 400 * 1024 for size in sizes.values()), sizes


@pytest.mark.parametrize("name", ["index.html", "checks.html"])
def test_a_page_has_no_script_asks_for_nothing_and_allows_its_style_alone(name: str) -> None:
    source = page(roll(3), name)
    style = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert len(style) == 1
    assert f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;" in source
    assert not re.search(r"<(script|img|link|iframe|object|base)\b|\bstyle=|\bon\w+=", source)


@pytest.mark.parametrize("name", ["index.html", "checks.html"])
def test_what_a_submission_had_a_hand_in_does_nothing_on_a_page(name: str) -> None:
    bad = standing(3, found=HOSTILE, left_out=(HOSTILE,), down=HOSTILE)
    also = standing(3, status="withheld", cause="policy", points=None, why=HOSTILE, audit="")
    source = page(roll(1, row(HOSTILE, bad), row("x", also), notes=(HOSTILE,)), name)
    assert "<script" not in source
    assert "\x1b" not in source
    assert "\u202e" not in source


def test_the_first_thing_is_what_the_instructor_is_to_look_at() -> None:
    made = roll(
        2,
        row(
            "eve",
            standing(1, status="withheld", cause="noise", points=None, low=60, high=80, why="3 are open"),
        ),
        row("mal", standing(1, status="withheld", cause="policy", points=None, audit="90 and 12 points")),
        row("cyd", standing(1, down="main.py does not import")),
    )
    source = page(made)
    first = source.partition("Look at these first")[2].partition("</section>")[0]
    assert re.findall(r">(\w+)</a>", first) == ["eve", "mal", "cyd"]
    assert "between 60 and 80 of 100 points, noise" in first
    assert "90 and 12 points" in first
    assert "main.py does not import" in first
    assert "Look at these first" not in page(roll(2))


def test_a_list_that_is_cut_says_how_many_there_are() -> None:
    lost = [row(f"lost-{n}", standing(1, status="withheld", cause="noise", points=None)) for n in range(302)]
    source = page(roll(0, *lost, notes=tuple(f"'{n}.txt' is no folder" for n in range(301))))
    assert 'Withheld <span class="count">302</span>' in source
    assert 'Left out of the folder <span class="count">301</span>' in source
    assert re.findall(r'<li class="dim">and (\d+) more</li>', source) == ["2", "1"]


def test_students_stand_by_topics_with_points_a_letter_and_a_link() -> None:
    source = page(roll(1))
    topics = len(roll(1).assignment.topics)
    found = cells(source, "student-000 of a class")
    assert found[0] == "100"
    assert len(found) == 1 + topics
    assert all(re.fullmatch(r"\d+ A", each) for each in found[1:])
    link = re.escape(roll(1).rows[0].page)
    assert len(re.findall(rf'href="{link}#topics"', source)) == topics
    assert len(re.findall(rf'href="{link}"', source)) == 1


def test_a_letter_tells_the_share() -> None:
    none = standing(0)
    zero = standing(0, topics=tuple(type(t)(t.file, t.title, 0, t.of) for t in none.topics))
    half = standing(0, topics=tuple(type(t)(t.file, t.title, -(-t.of // 2), t.of) for t in none.topics))
    source = page(roll(0, row("zero", zero), row("half", half)))
    assert all(each.endswith(" E") for each in cells(source, "zero")[1:])
    assert all(each.endswith(" C") for each in cells(source, "half")[1:])


def test_the_histogram_says_in_words_what_it_draws() -> None:
    source = page(roll(0, row("a", standing(0)), row("b", standing(0, points=5)), row("c", None)))
    said = re.search(r'role="img" aria-label="([^"]*)"', source)
    assert said is not None
    assert said[1].startswith("0 to 9 points: 1; 10 to 19 points: 0;")
    assert said[1].endswith("90 to 100 points: 1")


def test_the_checks_that_most_miss_come_first() -> None:
    source = page(roll(20)).partition("Most missed")[2].partition("</section>")[0]
    counts = [int(each) for each in re.findall(r"<td>(\d+)<i>", source)]
    assert counts == sorted(counts, reverse=True)
    assert 0 < len(counts) <= 10


def test_every_check_has_a_column_and_a_letter_for_each_verdict() -> None:
    made = roll(12)
    source = page(made, "checks.html")
    count = len(made.assignment.rows)
    assert len(cells(source, "student-003 of a class")) == count
    assert len(re.findall(r'<tr id="c\d+">', source)) == count
    assert {each for n in range(12) for each in cells(source, f"student-{n:03} of a class")} == set(
        "PWFBXNRI"
    )


def test_whoever_is_not_graded_yet_has_a_row() -> None:
    made = roll(1, row("late", None))
    assert "1 not graded yet" in page(made)
    assert "not yet" in page(made).partition(">late</a>")[2]
    assert "not graded yet" in page(made, "checks.html").partition(">late</a>")[2]


def test_what_was_left_out_and_who_handed_in_the_same_is_told() -> None:
    twin = standing(1)
    source = page(roll(0, row("a", twin), row("b", twin), notes=("'x.txt' is neither",)))
    assert "x.txt" in source
    assert "The same, byte for byte" in source


@pytest.mark.processes
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("name", ["index.html", "checks.html"])
def test_axe_finds_nothing_and_what_was_handed_in_does_nothing(
    tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    script = axe()
    down = standing(1, down=HOSTILE, found=HOSTILE, left_out=(HOSTILE,))
    held = standing(1, status="withheld", cause="noise", points=None, why=HOSTILE)
    made = roll(12, row(HOSTILE, down), row("eve", held), row("late", None), notes=(HOSTILE,))
    with chromium() as chrome, shown(chrome, page(made, name), tmp_path, width=width, scheme=scheme) as seen:
        seen.unfold()
        seen.page.evaluate(script)
        found = seen.page.evaluate("axe.run()")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.tried == []


def test_every_verdict_has_a_letter() -> None:
    assert LETTERS.keys() == set(get_args(VerdictName))
    assert set(LETTERS.values()) == SAYS.keys()
