"""The files of Python in a folder: those that were written by hand, whatever else lies there."""

from __future__ import annotations

from pathlib import Path

from conformance.grading.submitted import digest_of, sources_of


def folder(at: Path) -> Path:
    """One with all that may lie there."""
    for name in ("main.py", "app/b.py", "app/a.py", "notes.txt", ".venv/x.py", "node_modules/x.py"):
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(f"# {name}\n")
    (at / "env/lib").mkdir(parents=True)
    (at / "env/pyvenv.cfg").write_text("")
    (at / "env/lib/x.py").write_text("import gc\n")
    (at / "linked.py").symlink_to(at / "notes.txt")
    return at


def test_they_are_told_in_the_order_of_their_names(tmp_path: Path) -> None:
    found = sources_of(folder(tmp_path))
    assert [name for name, _ in found] == ["main.py", "app/a.py", "app/b.py"]
    assert found[1][1] == b"# app/a.py\n"


def test_the_same_files_have_the_same_digest_wherever_they_lie(tmp_path: Path) -> None:
    for name in "xy":
        (tmp_path / name).mkdir()
    first, second = (digest_of(sources_of(folder(tmp_path / name))) for name in "xy")
    assert first == second
    (tmp_path / "y/main.py").write_text("# another\n")
    assert digest_of(sources_of(tmp_path / "y")) != first


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert sources_of(tmp_path / "nowhere") == ()
