"""conformance.commands.running: graded by an assignment as the command does, in the report handed back."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.embedded import judging

import conformance
from conformance.commands.running import no_server
from conformance.errors import UsageError

TARGET = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""
WEEK = """\
name: week 7
target: small.yaml
server: url
checks: {in: [contract, if-none-match]}
points: {total: 40}
"""


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """An assignment, with its target beside it."""
    (tmp_path / "small.yaml").write_text(TARGET)
    (tmp_path / "week.yaml").write_text(WEEK)
    return tmp_path / "week.yaml"


@pytest.mark.parametrize(("flaw", "points"), [("", 40), ("ignores-inm", 30)])
def test_the_report_has_a_grade(flaw: str, points: int, week: Path) -> None:
    made = judging(flaw, seed=None, assignment=week)
    assert made.grade is not None
    assert (made.grade.status, made.grade.points, made.target.name) == ("graded", points, "small")


def test_what_the_assignment_says_is_refused_beside_it(week: Path) -> None:
    with pytest.raises(UsageError, match="the assignment says it: leave out --tier, or --assignment"):
        conformance.run("http://127.0.0.1:1", assignment=str(week), tier="core")


def test_it_is_told_with_the_other_parameters() -> None:
    assert "assignment: Grade by this assignment" in str(conformance.run.__doc__)


FLASK = "from flask import Flask\n\n{} = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "give its URL, or start it with --app main:app"),
        ({"shop.py": FLASK.format("api")}, "did you mean --app shop:api, which is in this folder?"),
        (
            {"a.py": FLASK.format("app"), "b.py": FLASK.format("app")},
            "several apps, and nothing says which: a:app, b:app",
        ),
        ({"factory.py": "def create_app():\n    pass\n"}, "did you mean --app factory:create_app --factory"),
    ],
)
def test_who_names_no_server_is_told_of_the_app_that_is_there(
    files: dict[str, str], says: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert says in no_server(tmp_path)
