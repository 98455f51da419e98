"""Apps graded by more than their verdicts: by how long they take, and by a second look in real time."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps.grading import shop
from helpers.embedded import judged
from msgspec.structs import replace

from conformance import api, cli
from conformance.clocks import CLOCKS
from conformance.commands.assigning import Chosen, choose
from conformance.grading.opening import default_assignment
from conformance.options.run import Asked, Serving
from conformance.report.write import read
from conformance.servers.specs import AppSpec


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own."""
    monkeypatch.chdir(tmp_path)


SLOWLY = """
import asyncio

whole = app

async def app(scope, receive, send):
    if scope["type"] == "http":
        await asyncio.sleep(1.2)
    await whole(scope, receive, send)
"""


@pytest.mark.processes
def test_a_server_that_stalls_until_its_time_is_up_is_graded(tmp_path: Path) -> None:
    Path("brief.yaml").write_text('name: brief\nchecks: {in: ["*::items::*"]}\nbudget: {seconds: 6}\n')
    out = shop(tmp_path, SLOWLY) / "r.json"
    words = ["--app", "main:app", "--app-dir", str(tmp_path), "--assignment", "brief.yaml"]
    assert cli.command(["run", *words, "--report", str(out)]) == 2
    made = read(out)
    assert made.grade is not None
    assert (made.overran, made.grade.status, made.grade.points) == (True, "graded", 0)
    assert choose("brief.yaml").regraded(made).grade == made.grade


# ------------------------------------------------------------------ judged again in real time


@pytest.mark.parametrize(
    ("text", "audit", "times"),
    [("import gc\n", 0.0, 1), ("import gc\n", 1e-12, 2), ("import json\n", 1e-12, 1), ("", 1.0, 2)],
)
def test_who_is_drawn_or_imports_what_finds_the_clock_is_judged_again_in_real_time(
    text: str, audit: float, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "main.py").write_text(text)
    rows = default_assignment(started=False).rows
    chosen = Chosen(replace(choose("lesson").assignment, audit=audit, rows=rows), Path())
    good, other = (replace(judged(each), server="app") for each in ("", "sliding-ttl"))
    asked: list[Asked] = []

    def unmoved(wanted: Asked) -> Asked:
        asked.append(wanted)
        return wanted

    monkeypatch.setattr(api, "unmoved", unmoved)
    monkeypatch.setattr(api, "conduct", lambda _options, _progress: other)
    wanted = chosen.asked(Asked(serving=Serving(app="main:app", app_dir=tmp_path)), {})
    made = chosen.graded(good, wanted)
    assert len(asked) == times - 1
    assert all(each.selected is None for each in asked)
    assert made.grade is not None
    assert made.grade.status == ("graded" if times == 1 else "withheld")
    assert chosen.regraded(made).grade == made.grade


def test_it_is_judged_again_with_nothing_in_its_process_that_could_move_its_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    specs: list[AppSpec] = []
    monkeypatch.setattr("conformance.servers.server.start", specs.append)
    made = api.unmoved(Asked(serving=Serving(app="main:app"), deadline=3.0))
    assert made.start is not None
    made.start()
    assert (made.clock, made.deadline, made.server) == (CLOCKS["real"], None, "app")
    assert [each.clock for each in specs] == [False]


def test_what_cannot_be_judged_in_real_time_is_refused_before_it_is_graded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("living.yaml").write_text(LIVING.replace("ttl: 4", "ttl: 2"))
    Path("audit.yaml").write_text("name: audit\ntarget: living.yaml\naudit: 0.05\n")
    assert cli.command(["run", "--app", "main:app", "--assignment", "audit.yaml"]) == 2
    assert "has a TTL of 2 s, too short for real time" in capsys.readouterr().err


FOLLOWS = """
import gc, os

START = now() - os.times().elapsed

class Life(float):
    def __gt__(self, age):
        return abs(now() - os.times().elapsed - START) <= 1 or age < 4.0

LIFE = Life(4.0)
"""
LIVING = """\
name: living
contract: lesson
resources:
  cached-time: {read: GET /cached-time/, ttl: 4, value: /time, hit: /cached}
"""


@pytest.mark.processes
@pytest.mark.slow
def test_an_app_that_ends_its_entries_only_where_its_clock_is_moved_has_no_grade(tmp_path: Path) -> None:
    Path("living.yaml").write_text(LIVING)
    Path("audit.yaml").write_text("name: audit\ntarget: living.yaml\naudit: 0.000001\n")
    words = ["--app", "main:app", "--app-dir", str(shop(tmp_path, FOLLOWS)), "--assignment", "audit.yaml"]
    assert cli.command(["run", *words, "--report", "r.json"]) == 0
    made = read("r.json")
    assert made.grade is not None
    assert made.audit is not None
    assert made.audit.because == ("main.py imports gc",)
    assert "specs/server-cache.yaml::cached-time::ttl-ends" in made.audit.differing
    assert (made.grade.status, made.grade.cause) == ("withheld", "policy")
    assert choose("audit.yaml").regraded(made).grade == made.grade
