"""Attacks on what is somebody else's: secrets, results, submissions, packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from apps.writing import submission
from helpers.attacks import attacked, held

from conformance.servers import AppSpec, start

TESTS = Path(__file__).parents[1]
KEYS = """
import ctypes, os, sys
from pathlib import Path
from helpers.attacks import attacked

add, keyctl = {"x86_64": (248, 250)}.get(os.uname().machine, (217, 219))
call = ctypes.CDLL(None).syscall
if call(keyctl, 1, None) < 0 or call(add, b"user", b"grading", b"hunter4", 7, -3) < 0:
    print("no keys", end="")
    sys.exit()
with attacked(sys.argv[1], Path(sys.argv[2]), "keys") as attacker:
    print(attacker.does(name="grading"))
"""


def test_secrets(
    level: str, tmp_path: Path, suite: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTORS_TOKEN", "hunter3")
    with attacked(level, tmp_path, "secrets") as attacker:
        seen = attacker.does()
    assert "hunter3" not in seen, "its own environment is scrubbed at every level"
    assert held("secrets", level, shut="hunter2" not in seen)


def test_keys_of_the_session(level: str, tmp_path: Path) -> None:
    # In a process of its own: the session of this one is somebody else's, and stays as it is.
    words = [sys.executable, "-c", KEYS, level, str(tmp_path)]
    path = os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": path}
    ran = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    if ran.stdout == "no keys":
        pytest.skip("this kernel keeps no keys")
    assert held("keys", level, shut="failed: OSError" in ran.stdout and "hunter4" not in ran.stdout)


def test_no_home(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "secrets") as attacker:
        assert ("'HOME'" in attacker.does()) == (level == "none")


def test_reading_what_every_user_may_read(level: str, tmp_path: Path, open_folder: Path) -> None:
    result = open_folder / "ada.json"
    result.write_text("81 points")
    with attacked(level, tmp_path, "reads") as attacker:
        assert held("reads", level, shut="81 points" not in attacker.does(path=result))


@pytest.mark.parametrize("way", ["by its name", "by a link"])
def test_reading_what_only_we_may_read(level: str, way: str, tmp_path: Path, open_folder: Path) -> None:
    result = open_folder / "ada.json"
    result.write_text("81 points")
    result.chmod(0o600)
    (tmp_path / "link").symlink_to(result)
    with attacked(level, tmp_path, "reads") as attacker:
        seen = attacker.does(path="link" if way == "by a link" else result)
    assert held("private", level, shut="81 points" not in seen)


def test_reading_another_submission_that_is_judged(level: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with attacked(level, other, "reads") as victim, attacked(level, tmp_path / "one", "reads") as attacker:
        path = Path(victim.does(path="/proc/self/environ").partition("PWD=")[2].partition("\0")[0] or other)
        where = path if (path / "main.py").is_file() else other
        seen = [attacker.does(path=each / "main.py") for each in {where, other}]
    assert held("others", level, shut=all(each.startswith("failed: ") for each in seen))


def test_reading_what_lies_in_its_folder_and_is_not_its_own(
    level: str, tmp_path: Path, open_folder: Path
) -> None:
    ours = [open_folder / "assignment.yaml", open_folder / "checks" / "hidden.yaml"]
    for each in ours:
        each.parent.mkdir(exist_ok=True)
        each.write_text("81 points")
    apart = (ours[0], ours[1].parent, open_folder / "report.json")
    names = [each.relative_to(open_folder) for each in ours]
    with attacked(level, open_folder, "reads", apart=apart) as attacker:
        # What is written once it runs is not there either.
        (open_folder / "report.json").write_text("81 points")
        asked = [
            *names,
            *ours,
            open_folder / "report.json",
            "report.json",
            *(f"/given/{each}" for each in names),
        ]
        seen = [attacker.does(path=each) for each in asked]
        attacker.server.restart()
        seen += [attacker.does(path=each) for each in asked]
    assert held("given", level, shut=not any("81 points" in each for each in seen))


def test_planting_links_where_what_is_kept_is_looked_for(
    level: str, tmp_path: Path, open_folder: Path
) -> None:
    prey = open_folder / "private"
    prey.mkdir(mode=0o700)
    (prey / "ada.json").write_text("81 points")
    with attacked(level, tmp_path, "plants") as attacker:
        assert attacker.does(path=prey / "ada.json") == "planted"
        attacker.server.restart()
        seen = attacker.does()
    assert held("plants", level, shut="81 points" not in seen)


def test_writing_results(level: str, tmp_path: Path, open_folder: Path) -> None:
    result = open_folder / "ada.json"
    result.write_text("81 points")
    with attacked(level, tmp_path, "writes") as attacker:
        attacker.does(path=result)
    there = {path.name: path.read_text() for path in open_folder.iterdir()}
    assert held("writes", level, shut=there == {"ada.json": "81 points"})


def test_the_folder_that_was_named_stays_as_it_is(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "writes") as attacker:
        assert attacker.does(path="attack.py") == "appended added replaced"
    assert ((tmp_path / "attack.py").read_text() == "import this") == (level == "none")


def test_what_a_server_writes_is_there_after_a_restart(level: str, tmp_path: Path) -> None:
    text = """
    import pathlib
    def handle(path):
        kept = pathlib.Path("made/kept.txt")
        kept.parent.mkdir(exist_ok=True)
        kept.open("a").write("x")
        return kept.read_text()
    """
    with start(AppSpec(app_dir=submission(tmp_path, text), isolate=level)) as server:
        seen = [httpx.get(server.url).text]
        for _ in range(2):
            server.restart()
            seen.append(httpx.get(server.url).text)
    assert seen == ["x", "xx", "xxx"]
    assert (tmp_path / "made").exists() == (level == "none")


def test_the_times_of_its_files_stay_over_a_restart(level: str, tmp_path: Path) -> None:
    text = """
    import pathlib
    def handle(path):
        file = pathlib.Path("data.txt")
        if not file.exists():
            file.write_text("x")
        return [each.stat().st_mtime_ns for each in (file, pathlib.Path("main.py"), pathlib.Path("."))]
    """
    submission(tmp_path, text)
    given = (tmp_path / "main.py").stat().st_mtime_ns
    with start(AppSpec(app_dir=tmp_path, isolate=level)) as server:
        seen = [httpx.get(server.url).text]
        server.restart()
        seen.append(httpx.get(server.url).text)
    assert seen[0] == seen[1]
    assert str(given) in seen[0]


def test_patching_the_suite_and_the_packages(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "packages") as attacker:
        # Where it would come to something it only looks whether it could.
        changed = attacker.does(really=int(level != "none"))
    assert held("packages", level, shut=changed == [])
