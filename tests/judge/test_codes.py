"""Each verdict that leaves a check open has a code, and each code says whose doing that is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from helpers.rules import none_of

import conformance
from conformance.judge import codes
from conformance.judge.codes import LATE, NOT_REACHED, OPEN, of_doubt, whose
from conformance.language.doubts import DOUBTS
from conformance.load.specs import load
from conformance.matchers import CODES, MATCHERS

ROOT: Final = Path(conformance.__file__).parent
NAMES: Final = {name for name in codes.__all__ if name.isupper() and name != "OPEN"}
OF_A_FINDING: Final = ("unmet.code",)  # of a matcher: those are looked at below
MAKERS: Final = {"judge/court.py": 1, "judge/unjudged.py": 2}
"""Who writes the word, how often: `unclear`, and what has no record."""


def calls(*rooms: str) -> Iterator[tuple[str, ast.Call]]:
    """All calls in these rooms, with where they stand."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", node


def name_of(call: ast.Call) -> str:
    """What is called."""
    return ast.unparse(call.func).rpartition(".")[2]


def makes_one(call: ast.Call) -> bool:
    """Whether it makes a verdict that leaves a check open, word for word."""
    said = [each.value for each in call.args if isinstance(each, ast.Constant)]
    return name_of(call) in ("Verdict", "made") and "inconclusive" in said


def is_known(code: ast.expr, known: set[str]) -> bool:
    """Whether it is a code of the table, or one that says by itself whose doing it is."""
    text = ast.unparse(code)
    return text in NAMES | known | set(OF_A_FINDING) or text.startswith("of_doubt(")


def test_whatever_leaves_a_check_open_is_made_in_one_way() -> None:
    found: dict[str, int] = {}
    for where, call in calls("judge", "execute", "fuzz", "verbs"):
        if makes_one(call):
            file = where.partition(":")[0]
            found[file] = found.get(file, 0) + 1
    assert found == MAKERS


def test_each_has_a_code_of_the_table() -> None:
    by_hand = [(where, call) for where, call in calls("judge", "execute") if makes_one(call)]
    told = {where: [k.value for k in call.keywords if k.arg == "code"] for where, call in by_hand}
    none_of(
        where
        for where, given in told.items()
        if where.startswith("judge/unjudged") and not any(is_known(each, set()) for each in given)
    )
    # A name that only holds one of them, such as `code`, is one where it is assigned from the table.
    none_of(
        f"{where}: {ast.unparse(call)}"
        for where, call in calls("judge")
        if name_of(call) == "unclear" and not is_known(call.args[3], {"code"})
    )


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_a_matcher_finds_is_the_servers_doing_unless_it_is_about_our_timing(code: str) -> None:
    word = code.partition(".")[0]
    assert whose(code) == ("own" if word in MATCHERS and not MATCHERS[word].ours else "noise")


@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_says_it_itself(name: str) -> None:
    assert whose(of_doubt(name)) == ("own" if DOUBTS[name].own else "noise")


def test_every_doubt_that_a_check_cites_is_in_the_table_of_doubts() -> None:
    cited = {doubt.name for file in load().files for check in file.checks for doubt in check.doubts}
    assert cited <= DOUBTS.keys()


def test_no_code_has_two_meanings() -> None:
    assert {getattr(codes, name) for name in NAMES} <= OPEN.keys()
    assert not {code for code in OPEN if code.partition(".")[0] in MATCHERS}
    assert not [code for code in OPEN if code.startswith(of_doubt(""))]


@pytest.mark.parametrize("code", ["", "of.tomorrow", "doubt.nobody-knows", "ag"])
def test_a_code_that_is_in_no_row_says_nothing(code: str) -> None:
    assert whose(code) == "unknown"


def test_what_is_our_own_timing_is_noise() -> None:
    assert {whose(code) for code in (LATE, NOT_REACHED, "age.surely-past-ttl-of")} == {"noise"}
