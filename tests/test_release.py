"""A release: version, CHANGELOG and tag say the same; what is promised and needed is written down."""

from __future__ import annotations

import re
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from helpers.rules import none_of

from conformance.version import __version__

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CHANGELOG: Final = (ROOT / "CHANGELOG.md").read_text("utf-8")
HEADING: Final = re.compile(r"## (?P<version>\d+\.\d+\.\d+) \((?P<date>unreleased|\d{4}-\d{2}-\d{2})\)")
SECTIONS: Final = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
RELEASES: Final = [
    match.groups() if (match := HEADING.fullmatch(line)) else (line, "")
    for line in CHANGELOG.splitlines()
    if line.startswith("## ")
]


def number(version: str) -> tuple[int, ...]:
    """A version, to be compared."""
    return tuple(map(int, version.split(".")))


def tags(*args: str) -> list[str]:
    """Tags of versions in this checkout."""
    try:
        done = subprocess.run(
            ["git", "tag", *args, "v*"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return []
    return done.stdout.split()


def test_each_release_has_a_heading_with_its_date() -> None:
    none_of(version for version, date in RELEASES if not date)


def test_the_newest_release_stands_first_and_is_this_version() -> None:
    assert RELEASES[0][0] == __version__
    none_of(f"{a} before {b}" for (a, _), (b, _) in pairwise(RELEASES) if number(a) <= number(b))
    dates = ["9999" if date == "unreleased" else date for _, date in RELEASES]
    assert dates == sorted(dates, reverse=True)
    assert "unreleased" not in [date for _, date in RELEASES[1:]]


def test_a_release_tells_what_changed_under_the_headings_of_keep_a_changelog() -> None:
    none_of(each for each in re.findall(r"(?m)^### (.*)$", CHANGELOG) if each not in SECTIONS)


@pytest.mark.processes
def test_a_tag_names_a_release_and_the_commit_that_has_it_is_that_version() -> None:
    dated = {version for version, date in RELEASES if date != "unreleased"}
    none_of(tag for tag in tags("--list") if tag.removeprefix("v") not in dated)
    here = tags("--points-at", "HEAD", "--list")
    assert here in ([], [f"v{__version__}"])


def test_each_python_that_is_promised_is_one_that_may_install_it() -> None:
    lowest = PROJECT["requires-python"].removeprefix(">=")
    promised = [
        each.rpartition(" ")[2]
        for each in PROJECT["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", each)
    ]
    first = int(lowest.partition(".")[2])
    assert promised == [f"3.{first + n}" for n in range(len(promised))]


def test_each_dependency_of_a_user_has_a_lower_bound_and_is_explained() -> None:
    """The bound is what `lowest` of noxfile.py installs; what it is for is a row in CONTRIBUTING.md."""
    extras = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *(each for name in extras if name != "dev" for each in extras[name])]
    named = {re.match(r"[\w-]+", each)[0]: each for each in asked}  # type: ignore[index] # each has a name
    none_of(each for each in asked if not re.search(r"[>=]=\d", each))
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("| dependency |")[2].partition("\n\n")[0]
    explained = [
        name for row in re.findall(r"(?m)^\| (`.*?) \|", table) for name in re.findall(r"`(.*?)`", row)
    ]
    assert sorted(explained) == sorted(named)
