"""Markdown: words of ours as they are, all else as code; and never longer than GitHub takes."""

from __future__ import annotations

import pytest
from helpers.embedded import judged
from helpers.sheets import made
from msgspec.structs import replace

from conformance.report import markdown
from conformance.report.sheet import Sheet


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("An ETag is sent (items)", "An ETag is sent (items)"),
        ("all 90 checks hold; 1 warning.", "all 90 checks hold; 1 warning."),
        ("Send Cache-Control: no-cache", "Send Cache-Control: no-cache"),
        (":tada:", "`:tada:`"),
        ("a :tada: b", "`a :tada: b`"),
        ("a_b", "`a_b`"),
        ("a*b*", "`a*b*`"),
        ("<b>", "`<b>`"),
        ("www.evil.example", "`www.evil.example`"),
        ("see https", "`see https`"),
        ("@all", "`@all`"),
        ("# h", "`# h`"),
        ("- x", "`- x`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        (" x ", "`  x  `"),
        ("", "` `"),
    ],
)
def test_plain_words_are_shown_as_they_are_and_all_else_as_code(text: str, shown: str) -> None:
    assert markdown.plain(text) == shown


def test_a_cell_does_not_end_within_its_text() -> None:
    sheet = made("a|b")
    table = [line for line in markdown.write(sheet).decode().split("\n") if line.startswith("|")]
    assert table[2] == "| `a\\|b 0` | 15 of 60 |"


def test_a_topic_s_points_are_without_those_of_a_hidden_check() -> None:
    text = markdown.write(made(hidden="due")).decode()
    assert "| items 1 | 10 of 30 |" in text
    assert "| shown later | 10 more |" in text
    assert "check-fail" not in text


def test_without_a_grade_it_tells_what_passed() -> None:
    text = markdown.write(Sheet(judged("ignores-inm"))).decode()
    assert text.startswith("# HTTP caching: Failed: ")
    assert (
        "\n## Mend this first\n\n- **If-None-Match with the current ETag is answered 304 (items)**\n" in text
    )
    assert "| topic | MUST | SHOULD | failed |" in text


@pytest.mark.parametrize("word", ["x" * 2000, "\u4e2d" * 2000, "`" * 2000])
def test_what_is_too_long_tells_less(word: str) -> None:
    report = made(word).report
    entries = tuple(
        replace(entry, nodeid=f"{entry.file}::{number}::{entry.id}")
        for number in range(200)
        for entry in report.entries
    )
    made_of_it = markdown.write(Sheet(replace(report, entries=entries, grade=None)))
    assert len(made_of_it) <= markdown.MOST_BYTES
    assert b"## Failed (400)" in made_of_it
