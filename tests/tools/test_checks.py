"""tools.checks: docs/checks/ tells every check, and is what is generated."""

from __future__ import annotations

import re

from helpers.records import check, step, suite
from msgspec.structs import replace

from conformance.load.specs import load
from tools.checks import FOLDER, documents


def test_every_check_stands_on_the_page_of_its_topic() -> None:
    made = documents(load())
    for file in load().files:
        text = made[FOLDER / f"{file.name.rpartition('/')[2].removesuffix('.yaml')}.md"]
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [each.id for each in file.checks]


def test_a_derived_row_says_so_on_its_page() -> None:
    text = "\n".join(documents(load()).values())
    for row in (each for file in load().files for c in file.checks for each in (c.requirement, *c.also)):
        assert (f"- **{row.id}**, a derived row: " in text) is row.derived
        assert (f"- **{row.id}**: " in text) is not row.derived


def test_what_markdown_would_take_for_its_own_is_shown() -> None:
    one = check("a-check", step("read", expect={"status": 304}), why="a < b, `<c>` and *", hint="[x](y)")
    text = documents(suite(one))[FOLDER / "by-hand.md"]
    assert "*Why*: a \\< b, `<c>` and \\*\n" in text
    assert "*If it fails*: \\[x\\](y)\n" in text
    assert "*Accepted*:\n\n```text\nstatus 304\n```\n" in text
    bare = documents(suite(replace(one, why="", hint="")))[FOLDER / "by-hand.md"]
    assert "*Why*" not in bare
    assert "*If it fails*" not in bare


def test_the_pages_are_up_to_date() -> None:
    made = documents(load())
    there = {path: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    stale = [path.name for path in made.keys() | there.keys() if made.get(path) != there.get(path)]
    assert not stale, f"run make docs: {sorted(stale)}"
