"""What keeps a grade from standing, and which reason is told where there are several."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.model import Earned, Withheld
from conformance.report.withholding import forbidden


def row(cause: Withheld = "", *, why: str = "why") -> Earned:
    return Earned("x", "x", "It holds", "one", 0, 1, "fail", why, open=bool(cause), cause=cause)


@pytest.mark.parametrize(
    ("rows", "errors", "told"),
    [
        ([row()], 0, ("", "")),
        ([row("noise"), row("policy", why="rule")], 0, ("policy", "2 checks are open (rule)")),
        ([row("noise"), row()], 0, ("noise", "1 check is open (why)")),
        ([row("policy")], 2, ("suite", "the suite itself failed in 2 checks")),
        ([replace(row("noise"), cause="")], 0, ("noise", "1 check is open (why)")),
    ],
    ids=["known", "policy first", "noise", "ours first", "of an older report"],
)
def test_the_first_cause_is_told_with_how_many_are_open(
    rows: list[Earned], errors: int, told: tuple[str, str]
) -> None:
    assert forbidden(rows, errors, "") == told


def test_a_run_that_ended_early_says_so() -> None:
    assert forbidden([row("noise")], 0, "Ctrl-C")[1] == "1 check is open (why; the run ended early: Ctrl-C)"
