"""`conformance freeze`, and `--assignment` of run and judge: what is written, said and refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from apps.grading import shop
from helpers.embedded import judged
from helpers.judging import Serve
from msgspec.structs import replace

from conformance import api, cli
from conformance.commands.assigning import choose
from conformance.execute.options import Options
from conformance.grading.document import decode
from conformance.grading.opening import default_assignment
from conformance.judge.unjudged import LATE
from conformance.model import Report, Verdict
from conformance.options.run import Asked, Serving
from conformance.report.write import read, write
from reference_impl.twisted.serve import start

SMALL = """\
name: week 7
target: small.yaml
server: url
checks: {in: [contract, if-none-match]}
points: {total: 40}
"""
TARGET = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an assignment and its target, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("week.yaml").write_text(SMALL)
    Path("small.yaml").write_text(TARGET)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr: one line, and nothing on stdout."""
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err


# ------------------------------------------------------------------ freeze


def test_an_assignment_is_frozen_and_what_counts_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["freeze", "week.yaml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "week 7: 40 points on 4 checks"
    assert lines[1:3] == [
        "     20  The contract (2 checks)",
        "     20  Conditional requests with If-None-Match (2 checks)",
    ]
    assert re.match(r"week\.frozen\.json: frozen, digest [0-9a-f]{12}, seed \d+", lines[-2])
    assert lines[-1] == "next: conformance run --app main:app --assignment week.frozen.json"
    made = decode(Path("week.frozen.json").read_bytes(), "x")
    assert (made.of, made.name, made.target) == (40, "week 7", "small.yaml")


def test_what_does_not_count_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    Path("week.yaml").write_text("name: x\n")
    assert cli.command(["freeze", "week.yaml"]) == 0
    out = capsys.readouterr().out
    assert (
        "shown, and worth nothing, since it needs two workers, and a graded run starts one: workers-agree"
        in out
    )
    assert "to have it count: name that under require" in out


def test_it_can_be_written_elsewhere_and_names_its_target_from_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("frozen").mkdir()
    assert cli.command(["freeze", "week.yaml", "--out", "frozen/w.json"]) == 0
    with start() as server:
        assert cli.command(["run", server.url, "--assignment", "frozen/w.json"]) == 0
    assert "Grade: 40 of 40 points (week 7)." in capsys.readouterr().out


def test_nothing_is_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    Path("week.frozen.json").write_text("mine")
    assert cli.command(["freeze", "week.yaml"]) == 2
    assert "'week.frozen.json' is there already: --force writes over it" in said(capsys)
    assert cli.command(["freeze", "week.yaml", "--force"]) == 0
    assert Path("week.frozen.json").read_text() != "mine"


def test_an_assignment_is_proposed_that_can_be_frozen_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["freeze", "--from", "lesson"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert re.match(r"assignment\.yaml: \d+ checks count if all of it is required", first)
    assert second == "next: conformance freeze assignment.yaml"
    assert cli.command(["freeze", "assignment.yaml"]) == 0
    count = int(re.search(r"(\d+) checks", first)[1])  # type: ignore[index]
    assert f"points on {count} checks" in capsys.readouterr().out


def test_one_is_proposed_from_a_target_file_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["freeze", "--from", "small.yaml", "--out", "mine.yaml"]) == 0
    assert "target: small.yaml" in Path("mine.yaml").read_text()
    assert cli.command(["freeze", "mine.yaml"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["freeze"], "freeze an assignment file, or write one by --from lesson: one of the two"),
        (["freeze", "week.yaml", "--from", "lesson"], "one of the two"),
        (["freeze", "nowhere.yaml"], "nowhere.yaml: can't be read"),
        (["freeze", "--from", "lesso"], "did you mean 'lesson'?"),
        (["freeze", "week.yaml", "--out", "no/w.json"], "there is no folder 'no'"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(words) == 2
    assert says in said(capsys)


def test_an_error_of_the_file_names_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("week.yaml").write_text("name: x\ncheks: {}\n")
    assert cli.command(["freeze", "week.yaml"]) == 2
    assert said(capsys).startswith("conformance: week.yaml:2: unknown key 'cheks'; did you mean 'checks'?")


# ------------------------------------------------------------------ run


def test_a_run_is_graded_in_words_and_in_the_report(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", serve("ignores-inm"), "--assignment", "week.yaml", "--report", "r.json"]
    assert cli.command(words) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[3] == "Grade: 30 of 40 points (week 7)."
    made = read("r.json").grade
    assert made is not None
    assert (made.status, made.points, made.of) == ("graded", 30, 40)
    assert json.loads(Path("r.json").read_text())["grade"]["points"] == 30


def test_a_report_is_graded_again_by_what_it_holds(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    cli.command(["run", serve("ignores-inm"), "--assignment", "week.yaml", "--report", "r.json"])
    graded = capsys.readouterr().out.splitlines()[3]
    assert cli.command(["judge", "r.json", "--assignment", "week.yaml"]) == 1
    assert graded in capsys.readouterr().out.splitlines()
    assert cli.command(["judge", "r.json"]) == 1
    assert "Grade:" not in capsys.readouterr().out


def test_a_report_by_another_target_is_not_graded_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    write(judged(), "r.json")
    cli.command(["judge", "r.json", "--assignment", "week.yaml"])
    assert "Grade: withheld, between 0 and 40 of 40 points, since the run was judged as the target" in (
        capsys.readouterr().out
    )


def test_the_lessons_own_assignment_grades_a_report_as_it_grades_its_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(judged(), "r.json")
    assert cli.command(["judge", "r.json", "--assignment", "lesson"]) == 0
    assert "Grade: 100 of 100 points (lesson)." in capsys.readouterr().out


def test_the_lessons_own_assignment_leaves_out_what_a_url_cannot_show() -> None:
    names = {row.id for row in default_assignment(started=False).rows}
    assert {row.id for row in default_assignment().rows} - names == {"tag-outlives-restart"}
    assert default_assignment(started=False).of == 100


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--tier", "core"], "the assignment says it: leave out --tier, or --assignment"),
        (["--target", "whole"], "leave out --target"),
        (["--seed", "3"], "leave out --seed"),
        (["--set", "items.etag=false"], "leave out --set"),
        (["--require", "items.create"], "leave out --require"),
        (["--fuzz"], "leave out --fuzz"),
    ],
)
def test_what_the_assignment_says_nobody_else_says(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["run", "http://127.0.0.1:1", "--assignment", "week.yaml", *words]) == 2
    assert says in said(capsys)


def test_an_assignment_for_an_app_is_not_for_a_url(capsys: pytest.CaptureFixture[str]) -> None:
    Path("week.yaml").write_text(SMALL.replace("server: url\n", ""))
    assert cli.command(["run", "http://127.0.0.1:1", "--assignment", "week.yaml"]) == 2
    assert (
        "for an app that the suite starts (--app main:app), with one worker; for any other server write"
        in (said(capsys))
    )


def test_what_noise_left_open_is_judged_again_alone_by_a_server_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = choose("lesson", started=False)
    names = [chosen.assignment.rows[i].nodeid for i in (3, 5)]
    late = Verdict("inconclusive", "inconclusive", "too late", code=LATE)
    good = replace(judged(), workers=1)
    noisy = tuple(replace(e, verdict=late) if e.nodeid in names else e for e in good.entries)
    asked: list[Options] = []

    def conduct(options: Options, _progress: object) -> Report:
        asked.append(options)
        return good

    monkeypatch.setattr(api, "conduct", conduct)
    wanted = chosen.asked(Asked(serving=Serving(app="main:app")), {})
    made = chosen.graded(replace(good, entries=noisy), wanted).grade
    assert made is not None
    assert (made.status, made.points) == ("graded", 100)
    (options,) = asked
    assert options.start is not None
    assert (options.selected, options.seed) == (frozenset(names), chosen.assignment.seed)


# ------------------------------------------------------------------ doing less


def points(folder: Path, assignment: str, of: int = 100) -> int:
    """What the app in a folder earns."""
    out = folder / "r.json"
    words = ["--app", "main:app", "--app-dir", str(folder), "--assignment", assignment, "--report", str(out)]
    assert cli.command(["run", *words]) in (0, 1, 7)
    made = read(out).grade
    assert made is not None
    assert (made.status, made.of) == ("graded", of)
    assert made.points is not None
    return made.points


LESS = """
whole = app

async def app(scope, receive, send):
    if scope.get("path", "").startswith({path!r}) and scope["method"] in {methods!r}:
        scope = {{**scope, "path": "/not-there"}}
    await whole(scope, receive, send)
"""
CONSTANT = """
from reference_impl.lesson import app as lesson

async def app(scope, receive, send):
    async def sent(message):
        if message["type"] == "http.response.start" and scope["path"] == "/items/":
            fields = [(n, v) for n, v in message["headers"] if n.lower() != b"etag"]
            message = {**message, "headers": [*fields, (b"etag", b'"always"')]}
        await send(message)
    await lesson(scope, receive, sent)
"""
WRITES = """\
name: writes
checks: {in: ["*::items::*"]}
require: [items.create, items.change, items.remove]
"""
ROUTES = ("/items/", "/cached-time/")
READS, CHANGES = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")


@pytest.mark.processes
def test_a_route_that_is_taken_away_takes_its_points_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert points(shop(tmp_path), "lesson") == 100
    left = {path: points(shop(tmp_path, LESS.format(path=path, methods=READS)), "lesson") for path in ROUTES}
    assert all(0 < each < 100 for each in left.values())
    assert sum(100 - each for each in left.values()) == 100
    assert capsys.readouterr().err == ""


@pytest.mark.processes
def test_writes_that_are_taken_away_earn_no_more_than_writes_that_are_wrong(tmp_path: Path) -> None:
    Path("writes.yaml").write_text(WRITES)
    wrong = points(shop(tmp_path, CONSTANT, plain=False), "writes.yaml")
    less = LESS.format(path="/items", methods=CHANGES)
    assert points(shop(tmp_path, CONSTANT + less, plain=False), "writes.yaml") < wrong < 100


EVERYTHING = """\
name: everything
tier: core
checks: {where-offered: true}
points: {total: 1000}
"""
NOTHING = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        fields = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({{"type": "http.response.start", "status": {status}, "headers": fields}})
        await send({{"type": "http.response.body", "body": b"{{}}"}})
"""


@pytest.mark.processes
@pytest.mark.parametrize("status", [404, 500])
def test_a_server_that_offers_nothing_earns_nothing_whatever_is_asked(status: int, tmp_path: Path) -> None:
    Path("everything.yaml").write_text(EVERYTHING)
    assert points(shop(tmp_path, NOTHING.format(status=status), plain=False), "everything.yaml", 1000) == 0


@pytest.mark.processes
def test_an_app_that_does_not_start_earns_nothing_and_is_graded(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import nothing_like_it\n")
    assert points(tmp_path, "lesson") == 0


@pytest.mark.processes
def test_the_same_submission_gets_the_same_grade(tmp_path: Path) -> None:
    folder = shop(tmp_path, "LIFE = 50.0")
    assert len({points(folder, "lesson") for _ in range(2)}) == 1


OWN = """\
title: Ours
checks:
  - id: shop-list-is-there
    title: The list is answered with JSON
    level: MUST
    steps: [{do: read, as: list, expect: {status: 200}}]
    why: Since we say so.
    hint: Mend it.
"""


def test_checks_of_ones_own_count_where_all_commands_are_given_them(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("ours.yaml").write_text(OWN)
    Path("week.yaml").write_text(SMALL.replace("if-none-match", "shop-list-is-there"))
    own = ["--specs", "ours.yaml"]
    assert cli.command(["freeze", "week.yaml", *own]) == 0
    run = ["run", serve(""), "--assignment", "week.frozen.json"]
    capsys.readouterr()
    assert cli.command(run) == 2
    assert "can't give the grade that it was frozen for: it was frozen by the specs" in said(capsys)
    assert cli.command([*run, *own, "--report", "r.json"]) == 0
    assert cli.command(["judge", "r.json", *own, "--assignment", "week.frozen.json"]) == 0
    assert capsys.readouterr().out.count("Grade: 40 of 40 points (week 7).") == 2
