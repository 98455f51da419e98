"""Whole classes by the command: what comes out, what stays, and whom anything costs anything."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from helpers.classes import GOOD, NO_TAG, Class
from helpers.judging import Serve

from conformance import cli
from conformance.classroom import batch, packing, store
from conformance.classroom.pool import Pool
from conformance.classroom.store import Store
from conformance.report.document import decode
from conformance.servers import isolation

HANGS = "import time\ntime.sleep(1000)\n"
KILLS = """
import os
warden = open(f"/proc/{os.getppid()}/status").read().split("PPid:")[1].split()[0]
os.kill(int(warden), 9)
"""


@contextmanager
def started(class_: Class, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "conformance", *class_.words, *words]
    with (
        tempfile.TemporaryDirectory() as left
    ):  # by one that is killed; its path holds sockets, so it is short
        env = {**os.environ, "TMPDIR": left}
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, start_new_session=True, env=env
        ) as process:
            yield process


def test_a_class_of_every_kind_gets_a_result_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class_ = Class(
        tmp_path,
        {
            "ada": GOOD,
            "bob": NO_TAG,
            "cyd": "import nothing_of_that_name\n",
            "dan": {},
            "fay": {"a/main.py": GOOD, "b/main.py": GOOD},
            "=gus\n": GOOD,
        },
    )
    handed_in = tmp_path / "submissions"
    with zipfile.ZipFile(handed_in / "eve.zip", "w") as archive:
        archive.writestr("eve-project/main.py", GOOD)
        archive.writestr("../../climbs.py", GOOD)
    (handed_in / "hal").symlink_to(tmp_path)
    assert class_.grade("--app", "main:app", "--report", "gradescope", "--report", "junit") == 0
    rows = class_.rows()
    assert class_.points() == {
        "ada": "40",
        "bob": rows["bob"]["points"],
        "cyd": "0",
        "dan": "0",
        "eve": "40",
        "fay": "withheld",
        "'=gus\\n": "40",
        "hal": "0",
    }
    assert 0 < int(rows["bob"]["points"]) < 40
    assert "No module named 'nothing_of_that_name'" in rows["cyd"]["did_not_start"]
    assert rows["dan"]["did_not_start"] == "it has no file"
    assert rows["hal"]["did_not_start"] == "it is a link, and links are not followed"
    assert (rows["fay"]["cause"], rows["fay"]["low"], rows["fay"]["high"]) == ("policy", "0", "40")
    assert "a/main.py, b/main.py" in rows["fay"]["why"]
    assert rows["eve"]["found"] == "main:app was found in eve-project/"
    assert rows["eve"]["left_out"] == "../../climbs.py: its path leads out of the folder"
    assert not list(tmp_path.parent.glob("climbs.py"))
    place = class_.out / "students/ada"
    assert {each.name for each in place.iterdir()} == {
        "gradescope.json",
        "report.html",
        "report.json.gz",
        "report.xml",
    }
    report = decode(gzip.decompress((place / "report.json.gz").read_bytes()))
    assert report.grade is not None
    assert (report.grade.points, report.isolation) == (40, "none")
    out, err = capsys.readouterr()
    assert "8 students: 7 graded, 1 withheld; median 30 of 40 points" in out
    assert err.count("\n") == 8


def test_what_is_graded_stays_and_what_is_handed_in_anew_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD, "bob": NO_TAG})
    assert class_.grade() == 0
    begun: list[str] = []
    begin = Pool._begin  # noqa: SLF001

    def noted(pool: Any, task: Any, *more: Any) -> None:
        begun.append(task.name)
        begin(pool, task, *more)

    monkeypatch.setattr(Pool, "_begin", noted)
    assert class_.grade() == 0
    assert begun == []
    class_.hand_in("bob", {"main.py": GOOD + "# mended\n"})
    assert class_.grade("--report", "badge") == 0
    assert len(begun) == 1
    assert class_.points() == {"ada": "40", "bob": "40"}
    assert (class_.out / "students/ada/report.svg").exists()
    (class_.out / "students/ada/notes.txt").write_text("mine")
    assert class_.grade() == 0
    left = {each.name for each in (class_.out / "students/ada").iterdir()}
    assert left == {"notes.txt", "report.html", "report.json.gz"}
    assert len(begun) == 1
    assert class_.grade("--again") == 0
    assert len(begun) == 3


def test_whose_waits_may_be_long_begins_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class_ = Class(tmp_path, {"ada": GOOD, "zoe": "import sqlite3\n" + GOOD})
    assert class_.grade("--jobs", "1") == 0
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["zoe:", "ada:"]


def test_the_same_bytes_are_graded_once_for_all_who_handed_them_in(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {"ada": GOOD, "bob": GOOD})
    (tmp_path / "submissions/bob/link").symlink_to("/etc/passwd")
    assert class_.grade() == 0
    assert class_.points() == {"ada": "40", "bob": "40"}
    left = {name: row["left_out"] for name, row in class_.rows().items()}
    assert left == {"ada": "", "bob": "link: a link out of its folder"}
    assert len(list((class_.out / "results").glob("*.report.json.gz"))) == 1
    assert "The same, byte for byte" in (class_.out / "index.html").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_one_that_kills_its_grader_loses_its_own_result_alone(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {"ada": GOOD, "eve": KILLS + GOOD, "zoe": NO_TAG})
    assert class_.grade() == 3
    assert class_.points()["ada"] == "40"
    assert class_.points()["zoe"].isdigit()
    row = class_.rows()["eve"]
    assert (row["status"], row["cause"], row["high"]) == ("withheld", "suite", "40")
    assert row["why"] == "its process was killed by SIGKILL, twice"
    report = decode(gzip.decompress((class_.out / "students/eve/report.json.gz").read_bytes()))
    assert report.grade is not None
    assert (report.grade.status, report.grade.high) == ("withheld", 40)


def test_a_full_disk_costs_what_could_not_be_written_and_the_same_words_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD, "bob": NO_TAG, "cyd": "x = 1\n"})
    put = store.put

    def full(path: Path, data: bytes, mode: int = 0o666) -> None:
        if path.name.endswith(".report.json.gz") and list(path.parent.glob("*.report.json.gz")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        put(path, data, mode)

    with monkeypatch.context() as patched:
        patched.setattr(store, "put", full)
        assert class_.grade("--jobs", "1") == 2
    says = capsys.readouterr().err.splitlines()[-1]
    assert "No space left on device; 1 of 3 results are there: make room, and start the same again" in says
    assert class_.grade("--jobs", "1") == 0
    assert class_.points()["ada"] == "40"
    assert "[2/3]" in capsys.readouterr().err


def test_a_second_grader_on_the_same_results_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    with Store(class_.out):
        assert class_.grade() == 2
    err = capsys.readouterr().err
    assert f"another grader is at work in '{class_.out}' (process {os.getpid()})" in err
    assert class_.grade() == 0


@pytest.mark.parametrize("kind", ["a file", "read-only"])
def test_results_that_can_t_be_written_are_refused_before_anything_starts(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    if kind == "a file":
        class_.out.write_text("")
    elif os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    else:
        class_.out.mkdir(mode=0o555)
    assert class_.grade() == 2
    assert "can't be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--report", "gradscope"], "there is no format 'gradscope'"),
        (["--report", "classroom50"], "classroom50"),
        (["--urls", "x.csv"], "one of the two"),
        (["--isolate", "walls"], "there is no level of isolation 'walls'"),
        (["--app", "main"], "'main' names no app"),
        (["--jobs", "-1"], "-1 jobs are none"),
        (["--env", "NOT_THERE_AT_ALL"], "there is no variable"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_written(
    tmp_path: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    asked = [each for each in class_.words if each != "--no-isolation" or words[0] != "--isolate"]
    assert cli.command([*asked, *words]) == 2
    assert says in capsys.readouterr().err
    assert not class_.out.exists()


def test_a_budget_that_no_submission_is_held_to_is_refused_at_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    with (tmp_path / "week.yaml").open("a") as file:
        file.write("budget: {memory: 2 GiB}\n")
    assert class_.grade() == 2
    assert re.search(r"week\.yaml:\d+: memory: no server is held to it", capsys.readouterr().err)


def test_results_do_not_belong_among_submissions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    assert class_.grade("--out", str(tmp_path / "submissions/results")) == 2
    assert "is among the submissions" in capsys.readouterr().err


def test_without_isolation_a_class_is_refused_unless_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(isolation, "LEVELS", isolation.LEVELS[-1:])
    class_ = Class(tmp_path, {"ada": GOOD})
    assert cli.command([each for each in class_.words if each != "--no-isolation"]) == 2
    assert "--no-isolation grades it all the same" in capsys.readouterr().err
    words = [each for each in class_.words if each != "--no-isolation"]
    assert cli.command([*words, "--isolate", "none"]) == 2
    assert "--isolate none asks for that; --no-isolation" in capsys.readouterr().err


def test_who_behaves_by_the_clock_is_found_by_one_that_waits(tmp_path: Path) -> None:
    tells = "import sys\nMOVED = 'time_machine' in sys.modules\n"
    two_faced = (
        tells + GOOD.replace('== fields["etag"]', '== (fields["etag"] if MOVED else 1)') + "import gc\n"
    )
    class_ = Class(tmp_path, {"ada": GOOD, "eve": two_faced, "gus": GOOD + "import gc\n"})
    with (tmp_path / "week.yaml").open("a") as file:
        file.write("audit: 0.000000001\n")
    assert class_.grade() == 0
    assert class_.points() == {"ada": "40", "eve": "withheld", "gus": "40"}
    rows = class_.rows()
    assert (rows["eve"]["cause"], rows["gus"]["looked_at"]) == ("policy", "main.py imports gc")
    assert rows["ada"]["looked_at"] == ""
    first = (class_.out / "index.html").read_text().partition("The audit found a difference")[2]
    assert ">eve</a>" in first.partition("</ul>")[0]
    assert "by a clock that waits 1 check came out otherwise: inm-current-is-304" in first


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EMFILE, "Too many open files; 0 of 1 results are there: allow more open files (ulimit -n)"),
        (errno.EPERM, "Operation not permitted; 0 of 1 results are there: allow this user to write there"),
        (errno.EIO, "Input/output error; 0 of 1 results are there: see to that, and start the same again"),
    ],
)
def test_what_breaks_a_class_off_is_told_as_what_it_is(
    tmp_path: Path,
    number: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})

    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Pool, "_begin", refused)
    assert class_.grade() == 2
    err = capsys.readouterr().err
    assert says in err
    assert "can't be written" not in err
    assert "make room" not in err


def test_servers_that_run_are_graded_by_their_urls(tmp_path: Path, serve: Serve, unused_url: str) -> None:
    class_ = Class(tmp_path, {}, server="url")
    urls = tmp_path / "urls.csv"
    urls.write_text(f"student,url\nada,{serve('')}\nbob,{serve('ignores-inm')}\ncyd,{unused_url}\n")
    options = [each for each in class_.words[2:] if each != "--no-isolation"]
    assert cli.command(["grade", "--urls", str(urls), *options]) == 0
    points = class_.points()
    assert points["ada"] == "40"
    assert 0 < int(points["bob"]) < 40
    assert points["cyd"] == "0"
    assert "can't be reached" in class_.rows()["cyd"]["did_not_start"]


def test_who_waits_holds_no_place_and_ctrl_c_keeps_what_came(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {"a-hangs": HANGS, "bob": GOOD})
    with started(class_, "--jobs", "1") as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/2] bob: 40 of 40 points")
        os.killpg(process.pid, signal.SIGINT)
        process.stderr.read()
        assert process.wait() == 2
    assert class_.points() == {"a-hangs": "not graded yet", "bob": "40"}
    class_.hand_in("a-hangs", {"main.py": NO_TAG})
    kept = next((class_.out / "results").glob("*.report.json.gz"))
    before = kept.stat().st_mtime_ns
    assert class_.grade() == 0
    assert class_.points()["a-hangs"].isdigit()
    assert kept.stat().st_mtime_ns == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere orphans are not ended")
def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_grader_that_is_killed_takes_all_of_its_processes_along(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {"a-hangs": HANGS, "bob": GOOD})
    with started(class_, "--jobs", "2") as process:
        assert process.stderr is not None
        assert "bob" in process.stderr.readline()
        below = psutil.Process(process.pid).children(recursive=True)
        assert below
        process.kill()
    # Where nobody waits for orphans what has ended stays on the list.
    for _ in range(60):
        below = [each for each in psutil.wait_procs(below, timeout=1)[1] if not _has_ended(each)]
    assert below == []
    assert class_.points() == {"a-hangs": "not graded yet", "bob": "not graded yet"}
    class_.hand_in("a-hangs", {"main.py": NO_TAG})
    assert class_.grade() == 0
    assert class_.points()["bob"] == "40"


def test_a_submission_that_can_t_be_read_is_a_fault_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_ = Class(tmp_path, {"ada": GOOD, "bob": GOOD})
    pack = packing.pack_folder

    def denied(folder: str) -> object:
        if folder.endswith("bob"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return pack(folder)

    monkeypatch.setattr(batch, "pack_folder", denied)
    assert class_.grade() == 3
    assert class_.points() == {"ada": "40", "bob": "withheld"}
    assert class_.rows()["bob"]["why"] == "it can't be read: Permission denied"


@pytest.mark.slow
def test_the_same_class_gets_the_same_grades_five_times(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {f"s{n}": (GOOD, NO_TAG, "x = 1\n")[n % 3] + f"# {n}\n" for n in range(12)})
    seen = set()
    for _ in range(5):
        assert class_.grade("--again", "--jobs", "4") == 0
        rows = class_.rows()
        for row in rows.values():
            row["seconds"] = ""
        seen.add(json.dumps(rows))
    assert len(seen) == 1
