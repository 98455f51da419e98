"""Classes of small submissions, and `conformance grade` on them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from apps.grading import SHOP

from conformance import cli

__all__ = ["ASSIGNMENT", "GOOD", "NO_TAG", "Class"]

GOOD = SHOP
NO_TAG = SHOP.replace('asked.get("if-none-match") == fields["etag"]', "False")
"""It answers 200 to any condition."""
# No TTL, so that nothing is waited for.
TARGET = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""
ASSIGNMENT = """\
name: week 7
target: small.yaml
server: SERVER
checks: {in: [contract, if-none-match]}
points: {total: 40}
retries: 0
"""


class Class:
    """A class in a folder of its own: student -> main.py, or all files."""

    def __init__(
        self, folder: Path, submissions: Mapping[str, str | Mapping[str, str]], server: str = "app"
    ) -> None:
        self.folder = folder
        self.out = folder / "results"
        (folder / "submissions").mkdir()
        (folder / "week.yaml").write_text(ASSIGNMENT.replace("SERVER", server))
        (folder / "small.yaml").write_text(TARGET)
        for student, files in submissions.items():
            self.hand_in(student, {"main.py": files} if isinstance(files, str) else files)

    def hand_in(self, student: str, files: Mapping[str, str]) -> Path:
        """A folder of a student."""
        place = self.folder / "submissions" / student
        place.mkdir(exist_ok=True)
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        return place

    @property
    def words(self) -> list[str]:
        """The command, without isolation: what is tested is the class."""
        options = ["--assignment", str(self.folder / "week.yaml"), "--out", str(self.out), "--no-isolation"]
        return ["grade", str(self.folder / "submissions"), *options]

    def grade(self, *words: str) -> int:
        """Grade it; the exit code."""
        return cli.command([*self.words, *words])

    def rows(self) -> dict[str, dict[str, str]]:
        """Student -> the row of grades.csv."""
        text = (self.out / "grades.csv").read_text("utf-8")
        return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}

    def points(self) -> dict[str, str]:
        """Student -> points, or how it stands."""
        return {name: row["points"] or row["status"] for name, row in self.rows().items()}
