"""What a source means, and what a row of a table of flaws rests on."""

from __future__ import annotations

import pytest

from tools.matrix.sources import Room, meaning, meaning_of_row

SOURCE = '''
"""A module."""
LIMIT = 3


def f(x: int) -> str:
    """Do it."""
    return f"{x:>{LIMIT}} times"
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another sentence."""'),
        ('    """Do it."""\n', ""),
        ("LIMIT = 3", "LIMIT = (  # characters\n    3\n)"),
        ("LIMIT = 3", "LIMIT = 0x3"),
        ("\n\n\n", "\n"),
    ],
)
def test_what_is_only_said_or_laid_out_means_nothing(old: str, new: str) -> None:
    assert old in SOURCE
    assert meaning(SOURCE.replace(old, new)) == meaning(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", 'LIMIT = "3"'),
        ("def f(", "async def f("),
        ("x: int", "x: int = 1"),
        (" times", " Times"),
        (">{", "<{"),
    ],
)
def test_what_a_program_does_means_something(old: str, new: str) -> None:
    assert old in SOURCE
    assert meaning(SOURCE.replace(old, new)) != meaning(SOURCE)


TAGS = """
from reference.parts import Parts
LIST = "/items/"

def _quiet(answer):
    return answer.without(NAME)

NAME = "etag"

def _loud(answer):
    return answer

FLAWS = (
    Flaw("no-etag", "there is no ETag", answering(_quiet), breaks=("A1",)),
    Flaw("loud", "it is loud", answering(_loud), breaks=("A2",)),
    *(Flaw(name, name, says(name), breaks=()) for name in ("made-1", "made-2")),
)

def says(name):
    return name
"""
TTL = """
from flaws.tags import LIST, _loud as louder
import flaws.tags as tags

FLAWS = (
    Flaw("late", "it is late", at(LIST), breaks=("B1",)),
    Flaw("later", "it is later", tags.says(1), breaks=("B2",)),
    Flaw("loudest", "it is louder", louder, breaks=("B3",)),
)
"""


def of(flaw: str, tags: str = TAGS, ttl: str = TTL) -> str:
    return meaning_of_row(
        flaw,
        {
            "flaws.tags": Room("flaws.tags", tags, {"no-etag", "loud", "made-1", "made-2"}),
            "flaws.ttl": Room("flaws.ttl", ttl, {"late", "later", "loudest"}),
        },
    )


ALL = ("no-etag", "loud", "made-1", "late", "later", "loudest")


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        (
            "there is no ETag",
            "the tag is missing",
            {"made-1", "later"},
        ),  # they rest on the table, on the room
        ('("A1",)', '("A1", "A2")', {"made-1", "later"}),
        ("answering(_quiet)", "answering_with(_quiet)", {"no-etag", "made-1", "later"}),
        ('NAME = "etag"', 'NAME = "age"', {"no-etag", "made-1", "later"}),
        ("    return answer\n", "    return None\n", {"loud", "made-1", "later", "loudest"}),
        ('LIST = "/items/"', 'LIST = "/things/"', {"late", "later"}),
        ("    return name", "    return name + name", {"made-1", "later"}),
    ],
)
def test_a_flaw_rests_on_its_row_and_what_that_refers_to(old: str, new: str, touched: set[str]) -> None:
    assert old in TAGS
    assert {name for name in ALL if of(name) != of(name, tags=TAGS.replace(old, new))} == touched


def test_a_new_neighbour_with_a_helper_touches_no_row_that_can_be_read() -> None:
    row = '    Flaw("deaf", "it is deaf", _deaf, breaks=()),\n'
    more = "def _deaf():\n    pass\n" + TTL.replace("FLAWS = (\n", f"FLAWS = (\n{row}")
    assert all(of(name, ttl=more) == of(name) for name in ("late", "later", "loudest"))
