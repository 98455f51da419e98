"""Whole classes: whom and what that comes out gives away, and until when."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers.classes import GOOD, NO_TAG, Class
from helpers.rules import none_of

from conformance import cli
from conformance.classroom.pool import Pool
from conformance.servers import isolation


def test_pseudonyms_are_all_that_is_shown_and_stay(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {"ada lovelace": GOOD, "bob": NO_TAG})
    assert class_.grade("--pseudonyms") == 0
    held = json.loads((class_.out / "names.json").read_text())
    assert set(held) == {"ada lovelace", "bob"}
    assert (class_.out / "names.json").stat().st_mode & 0o077 == 0
    assert class_.points()[held["ada lovelace"]] == "40"
    others = [each for each in class_.out.rglob("*") if each.is_file() and each.name != "names.json"]
    assert not any("lovelace" in str(each) or b"lovelace" in each.read_bytes() for each in others)
    class_.hand_in("cyd", {"main.py": "x = 1\n"})
    assert class_.grade("--pseudonyms") == 0
    again = json.loads((class_.out / "names.json").read_text())
    assert {name: again[name] for name in held} == held


def test_no_name_is_in_anything_that_comes_out_with_pseudonyms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = Class(tmp_path, {"ada lovelace": {"Ada_Lovelace-project/main.py": GOOD}, "bob": NO_TAG})
    (tmp_path / "submissions/eve late.docx").write_text("")
    assert class_.grade() == 0
    (class_.out / "students/bob/note.txt").write_text("mine")
    capsys.readouterr()
    assert class_.grade("--pseudonyms") == 0
    names = re.compile(r"(?i)lovelace|eve late")
    everything = [each for each in class_.out.rglob("*") if each.name != "names.json"]
    none_of(str(each) for each in everything if names.search(each.relative_to(class_.out).as_posix()))
    none_of(
        str(each)
        for each in everything
        if each.is_file() and names.search(each.read_bytes().decode("latin-1"))
    )
    out, err = capsys.readouterr()
    assert not names.search(out + err)
    held = json.loads((class_.out / "names.json").read_text())
    assert f"left out: '{held['eve late.docx']}' is neither a folder nor a zip file" in out
    assert "students/bob has a name, and holds files that are not ours: move it away" in out
    assert [each.name for each in (class_.out / "students/bob").iterdir()] == ["note.txt"]


def test_what_is_hidden_until_a_date_is_shown_once_that_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    week = (tmp_path / "week.yaml").read_text()
    page = class_.out / "students/ada/report.html"
    shown = []
    for moment in (datetime(2027, 1, 30, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)):
        (tmp_path / "week.yaml").write_text(
            f"{week}hidden: {{until: 2027-01-31, checks: [inm-current-is-304]}}\n"
        )
        monkeypatch.setattr("conformance.commands.grade._now", lambda moment=moment: moment)
        assert class_.grade() == 0
        shown.append("inm-current-is-304" in page.read_text())
    assert shown == [False, True]


def test_a_submission_sees_neither_results_nor_what_others_handed_in(tmp_path: Path) -> None:
    if isolation.namespaces.lacking():
        pytest.skip(isolation.namespaces.lacking())
    theirs = [tmp_path / "submissions/ada/main.py", tmp_path / "results/grades.csv"]
    peeps = (
        f"import pathlib\nassert not any(pathlib.Path(each).exists() for each in {list(map(str, theirs))})\n"
    )
    class_ = Class(tmp_path, {"ada": GOOD, "eve": peeps + GOOD})
    words = [each for each in class_.words if each != "--no-isolation"]
    assert cli.command([*words, "--isolate", "namespaces"]) == 0
    assert class_.points() == {"ada": "40", "eve": "40"}
    assert {row["isolation"] for row in class_.rows().values()} == {"namespaces"}


def test_before_a_submission_starts_a_whole_withheld_result_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    place = class_.out / "students/ada"
    seen: list[object] = []

    def begin(*_: object) -> None:
        seen.append(json.loads((place / "prairielearn.json").read_text()))
        assert (place / "report.html").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(Pool, "_begin", begin)
    assert class_.grade("--report", "prairielearn") == 2
    assert [each["gradable"] for each in seen] == [False]  # type: ignore[index]
