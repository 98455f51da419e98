"""conformance.report.coverage: every row is told with its checks or a reason; the document is not stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.records import check, step
from msgspec.structs import replace

from conformance.load.specs import load
from conformance.model import Check, Requirement, SpecFile, Suite
from conformance.report.coverage import WIDTH, listing, markdown, rows, summary

DOCUMENT = Path(__file__).parents[2] / "docs" / "coverage.md"
LES01 = Requirement("LES01", "MUST", "it holds", "the lesson", "", rfc=("A01",), tier="lesson", topic="tags")
A01 = Requirement("A01", "MUST", "a tag | holds", "RFC 1", "http://a", tier="core", topic="tags")
A02 = Requirement("A02", "SHOULD", "it is kept", "RFC 1", "http://a", tier="core", topic="dates")
A03 = Requirement(
    "A03", "MAY", "it was", "RFC 1", "http://a", tier="info", topic="dates", unchecked="nobody saw it"
)


def of(*checks: Check) -> Suite:
    """A suite with these rows and checks."""
    register = {row.id: row for row in (A03, LES01, A01, A02)}
    return Suite((SpecFile("specs/tags.yaml", "Tags", checks),), {}, register, "", ("tags", "dates"))


def judging(name: str, requirement: Requirement, *also: Requirement) -> Check:
    return check(name, step("a", expect={"status": 200}), requirement=requirement, also=also)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((), {"LES01": "not yet", "A01": "not yet", "A02": "not yet", "A03": "nobody saw it"}),
        ((judging("x", LES01),), {"LES01": "x", "A01": "x (LES01)", "A02": "not yet"}),
        ((judging("x", LES01, A01),), {"LES01": "x", "A01": "x"}),
        ((judging("x", LES01), judging("y", A01, A02)), {"LES01": "x", "A01": "y, x (LES01)", "A02": "y"}),
    ],
)
def test_a_row_has_the_checks_that_cite_it_or_a_row_of_the_lesson_that_says_the_same(
    checks: tuple[Check, ...], expected: dict[str, str]
) -> None:
    told = {row.requirement.id: row.by() for row in rows(of(*checks))}
    assert {id_: told[id_] for id_ in expected} == expected


def test_rows_are_in_the_order_of_the_topics() -> None:
    assert [row.requirement.id for row in rows(of())] == ["LES01", "A01", "A03", "A02"]


def test_the_summary_counts_by_topic_and_tier() -> None:
    lines = list(summary(of(judging("x", LES01))))
    assert [line.split() for line in lines[1:9]] == [
        ["tags", "lesson", "1", "1", "0", "0"],
        ["core", "1", "1", "0", "0"],
        ["dates", "core", "1", "0", "1", "0"],
        ["info", "1", "0", "0", "1"],
        ["all", "lesson", "1", "1", "0", "0"],
        ["core", "2", "1", "1", "0"],
        ["info", "1", "0", "0", "1"],
        ["all", "4", "2", "1", "1"],
    ]
    assert "Of the 2 judged rows a check cites 1; a row of the lesson stands for the others." in lines
    assert lines[-2:] == ["  A03   it was", "        because nobody saw it"]


def test_the_listing_tells_every_row_with_its_source() -> None:
    lines = list(listing(of(judging("x", LES01))))
    assert lines[:4] == [
        "",
        "tags",
        "  LES01  MUST    lesson  it holds (the lesson)",
        "                         x",
    ]
    assert "  A02    SHOULD  core    it is kept (RFC 1)" in lines


def test_a_derived_row_is_marked_and_counted() -> None:
    derived = replace(A02, source="derived from RFC 1")
    made = replace(of(), requirements={row.id: row for row in (A03, LES01, A01, derived)})
    for lines in (list(summary(made)), list(listing(made))):
        assert (
            "1 rows, marked *, are derived: they follow from their source, and no sentence says it." in lines
        )
    assert "  A02*   SHOULD  core    it is kept (derived from RFC 1)" in listing(made)
    assert "| A02\\* | SHOULD | core | it is kept | [derived from RFC 1](http://a) | not yet |" in markdown(
        made
    )
    marked = [line.split()[0] for line in listing(load()) if line[2:3].isupper() and "*" in line[:8]]
    assert marked == [f"{row.requirement.id}*" for row in rows(load()) if row.requirement.derived]


def test_what_stands_in_a_cell_of_the_document_ends_no_cell() -> None:
    assert r"| A01 | MUST | core | a tag \| holds | [RFC 1](http://a) | `x` (LES01) |" in markdown(
        of(judging("x", LES01))
    )


def test_every_row_of_the_specs_is_told_once() -> None:
    suite = load()
    told = [row.requirement.id for row in rows(suite)]
    assert sorted(told) == sorted(suite.requirements)
    assert max(map(len, [*summary(suite), *listing(suite)])) <= WIDTH


def test_the_document_is_not_stale() -> None:
    assert DOCUMENT.read_text("utf-8") == markdown(load()), "run make docs"
