"""Where results are kept: found again only whole, and only for the same submission, assignment and order."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from helpers.rolls import standing
from msgspec.structs import replace

from conformance.classroom import store
from conformance.classroom.one import Graded
from conformance.classroom.store import REPORT, Store

FREEZE = "f" * 64


def kept(folder: Path, **more: Any) -> tuple[Store, Graded]:
    """A folder with one result."""
    made = Store(folder)
    with made:
        graded = Graded(
            replace(standing(1), freeze=FREEZE, how="so", **more), b"report", {"report.html": b"page"}
        )
        made.keep(graded)
    return made, graded


def test_a_result_is_found_by_submission_assignment_and_order_alone(tmp_path: Path) -> None:
    made, graded = kept(tmp_path)
    name = graded.standing.submission
    assert made.standing(name, FREEZE, "so") == graded.standing
    assert made.standing(name, FREEZE, "otherwise") is None
    assert made.standing(name, "e" * 64, "so") is None
    assert made.standing("0" * 64, FREEZE, "so") is None


@pytest.mark.parametrize("damage", ["no report", "half a record"])
def test_what_is_not_whole_is_no_result(tmp_path: Path, damage: str) -> None:
    made, graded = kept(tmp_path)
    record = next((tmp_path / "results").glob("*[0-9a-f].json"))
    if damage == "no report":
        record.with_suffix(f".{REPORT}").unlink()
    else:
        record.write_bytes(record.read_bytes()[:100])
    assert made.standing(graded.standing.submission, FREEZE, "so") is None


def test_a_student_whose_files_could_not_all_be_written_gets_them_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, graded = kept(tmp_path)
    made.hand_out("ada", None, {"report.html": b"not ended"})

    def full(path: Path, data: bytes, mode: int = 0o666) -> None:
        raise OSError(errno.ENOSPC, "")

    with monkeypatch.context() as patched:
        patched.setattr(store, "put", full)
        with pytest.raises(OSError, match=r"\[Errno 28\]"):
            made.hand_out("ada", graded.standing, graded.files)
    assert not made.has("ada", graded.standing, ["report.html"])
    made.hand_out("ada", graded.standing, graded.files)
    assert made.has("ada", graded.standing, ["report.html"])
    assert not made.has("ada", graded.standing, ["report.html", "report.xml"])
    assert (tmp_path / "students/ada/report.html").read_bytes() == b"page"
    assert (tmp_path / "students/ada" / REPORT).read_bytes() == b"report"


def test_the_report_of_another_result_is_not_taken_for_this_one(tmp_path: Path) -> None:
    made, first = kept(tmp_path)
    made.hand_out("ada", first.standing, first.files)
    second = Graded(replace(first.standing, submission="2" * 64), b"another", {"report.html": b"page 2"})
    made.keep(second)
    assert not made.has("ada", second.standing, ["report.html"])
    made.hand_out("ada", second.standing, second.files)
    assert not made.has("ada", first.standing, ["report.html"])


def test_what_another_run_has_asked_for_goes_and_nothing_else(tmp_path: Path) -> None:
    made, graded = kept(tmp_path)
    with made:
        made.hand_out("ada", graded.standing, {"report.html": b"page", "report.svg": b"badge"})
    (tmp_path / "students/ada/report.xml").write_text("the instructor's")
    with made:
        assert not made.has("ada", graded.standing, ["report.html"])
        made.hand_out("ada", graded.standing, {"report.html": b"page"})
        assert made.has("ada", graded.standing, ["report.html"])
    names = {each.name for each in (tmp_path / "students/ada").iterdir()}
    assert names == {"report.html", "report.xml", REPORT}


def test_folders_of_others_are_emptied_of_what_is_ours(tmp_path: Path) -> None:
    made, graded = kept(tmp_path)
    with made:
        for slug in ("ada", "bob", "S1"):
            made.hand_out(slug, graded.standing, graded.files)
    (tmp_path / "students/bob/note.txt").write_text("mine")
    with Store(tmp_path) as again:
        assert again.forget({"S1"}) == ["bob"]
    assert sorted(each.name for each in (tmp_path / "students").iterdir()) == ["S1", "bob"]
    assert [each.name for each in (tmp_path / "students/bob").iterdir()] == ["note.txt"]
    assert "ada" not in (tmp_path / ".handed-out.json").read_text()


def test_nothing_that_is_written_half_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(path: Path, target: Path) -> None:
        raise OSError(errno.EIO, "")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match=r"\[Errno 5\]"):
        store.put(tmp_path / "x.json", b"data")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_made_is_for_nobody_else(tmp_path: Path) -> None:
    with Store(tmp_path / "a/results"):
        assert (tmp_path / "a/results").stat().st_mode & 0o077 == 0
