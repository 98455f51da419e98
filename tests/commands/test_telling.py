"""What the command tells of a run: what a student may see, and all of it to who asks for that."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from helpers.embedded import judged
from helpers.grading import assignment, nodeid, report, verdict, worth
from msgspec.structs import replace

from conformance.commands.telling import Teller
from conformance.errors import UsageError
from conformance.grading.points import grade
from conformance.model import Report
from conformance.options.run import Telling
from conformance.report.document import encode, rescored
from conformance.report.write import read


def run(until: str) -> Report:
    """A run of which a check that fails is hidden."""
    held = report({"secret": verdict("fail"), "a": verdict("pass")})
    by = assignment(worth("secret", hidden_until=until), worth("a"))
    return rescored(replace(held, grade=grade(held, by)))


def told(held: Report, *, verbose: bool = True, **how: object) -> tuple[str, int]:
    """What is said of it, and the exit code."""
    lines, code = Teller(Telling(**how), verbose=verbose).tell(held)  # type: ignore[arg-type]
    return "\n".join(lines), code


@pytest.mark.parametrize("until", ["due", "published", "9999-12-31"])
def test_what_is_hidden_is_told_to_nobody_and_neither_is_its_exit_code(until: str) -> None:
    text, code = told(run(until))
    assert "secret" not in text
    assert text.startswith("Passed: ")
    assert code == 0


def test_from_its_date_on_it_is_told() -> None:
    text, code = told(run("2020-01-31"))
    assert nodeid("secret") in text
    assert code == 1


def test_who_asks_for_it_is_told_all(tmp_path: Path) -> None:
    text, code = told(run("published"), show_hidden=True, reports=(str(tmp_path / "r.md"),))
    assert nodeid("secret") in text
    assert code == 1
    assert "secret" in (tmp_path / "r.md").read_text("utf-8")


def test_the_reports_that_students_get_are_without_it(tmp_path: Path) -> None:
    told(run("published"), reports=(str(tmp_path / "r.md"), str(tmp_path / "r.json")))
    assert "secret" not in (tmp_path / "r.md").read_text("utf-8")
    assert nodeid("secret") in [each.nodeid for each in read(tmp_path / "r.json").entries]


def test_a_baseline_that_is_none_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("{}")
    with pytest.raises(UsageError, match="is no report of this suite"):
        Teller(Telling(baseline=str(tmp_path / "r.json")))


@pytest.mark.parametrize(
    ("before", "now", "says", "code"),
    [
        (
            "old-tag-304",
            "old-tag-304",
            r"Passed: nothing got worse since the baseline; without it: \d+ checks? ",
            0,
        ),
        ("", "old-tag-304", r"Failed: \d+ checks? got worse since the baseline; without it: \d+ check", 1),
        ("old-tag-304", "", r"Passed: nothing got worse since the baseline; without it: all \d+ checks ", 0),
    ],
)
def test_the_first_line_says_what_the_exit_code_says_of_a_baseline_too(
    before: str, now: str, says: str, code: int, tmp_path: Path
) -> None:
    path = tmp_path / "report.json.gz"  # as a class has them
    path.write_bytes(gzip.compress(encode(judged(before))))
    text, exits = told(judged(now), verbose=False, baseline=str(path))
    assert re.match(says, text)
    assert exits == code
