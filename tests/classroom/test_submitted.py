"""What an audit looks through: all code that was handed in, however it came; the rest is told."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from helpers.grading import assignment

from conformance.classroom.packing import Item, Packed, pack_folder, pack_zip
from conformance.classroom.submitted import reader, submitted_in, submitted_of
from conformance.grading.auditing import Submitted, reasons

PLACES = ("main.py", "app/a.py", "lib/site-packages/x.py", ".hidden/y.py")


def folder(at: Path, *more: str) -> Path:
    """One with files of Python in all sorts of places."""
    for name in (*PLACES, *more):
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(b"# it\n" if name.endswith(".py") else b"\0" * 7)
    return at


def named(submitted: Submitted) -> list[str]:
    return [name for name, _ in submitted.sources]


def test_it_is_looked_for_in_every_folder_that_is_handed_in(tmp_path: Path) -> None:
    assert named(submitted_in(folder(tmp_path))) == sorted(PLACES)


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "main.py").write_bytes(b"#" * (3 << 20) + b"\nimport gc\n")
    assert reasons(assignment(audit=1e-12), submitted_in(tmp_path)) == ("main.py imports gc",)


def test_the_same_files_have_the_same_digest_by_every_door(tmp_path: Path) -> None:
    place = folder(tmp_path / "it")
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        for name in PLACES:
            archive.write(place / name, name)
    made = [
        submitted_in(place),
        submitted_of(pack_folder(place)),
        submitted_of(pack_zip(tmp_path / "it.zip")),
    ]
    assert made[0] == made[1] == made[2]
    (place / "main.py").write_text("# another\n")
    assert submitted_in(place).digest != made[0].digest


def test_what_a_run_writes_beside_the_code_makes_it_no_other_submission(tmp_path: Path) -> None:
    before = submitted_in(folder(tmp_path))
    (tmp_path / "report.json").write_text("{}")
    assert submitted_in(tmp_path) == before


def test_what_can_run_and_not_be_read_is_told_with_its_bytes() -> None:
    items = (
        Item(b"a.cpython-313.so", b"12"),
        Item(b"b.pyc", b""),
        Item(b"c.zip", b"1"),
        Item(b"d.txt", b"1"),
    )
    made = submitted_of(Packed(items))
    assert [each for each in made.sealed if not each.startswith("a.")] == ["b.pyc, 0 bytes", "c.zip, 1 bytes"]


def test_what_lies_in_the_folder_of_a_run_and_was_not_looked_through_is_told(tmp_path: Path) -> None:
    usual = ("env/pyvenv.cfg", "env/lib/z.py", "__pycache__/main.pyc", ".git/HEAD")
    made = submitted_in(folder(tmp_path / "it", *usual))
    assert made.unread == ("__pycache__, 7 bytes", "env, 5 bytes")
    assert made.sealed == ()
    assert made.digest == submitted_in(folder(tmp_path / "other")).digest


def test_code_that_lies_elsewhere_is_a_reason_to_look_again(tmp_path: Path) -> None:
    place = folder(tmp_path / "it")
    (tmp_path / "evil.py").write_text("import gc\n")
    (place / "evil.py").symlink_to(tmp_path / "evil.py")
    (place / "pack").symlink_to(tmp_path)
    (place / "same").symlink_to(place / "app")
    assert submitted_in(place).sealed == ("pack, a link to a folder elsewhere", "evil.py, 10 bytes")


def test_what_can_not_be_read_at_all_says_so(tmp_path: Path) -> None:
    made = submitted_in(tmp_path / "nowhere")
    assert (made.sources, made.sealed) == ((), ("any of it: it can't be read: No such file or directory",))


@pytest.mark.parametrize(("isolation", "read"), [("none", b"import gc\n"), ("uid", b"pass\n")])
def test_what_a_server_may_write_over_is_read_before_it_runs(
    isolation: str, read: bytes, tmp_path: Path
) -> None:
    main = tmp_path / "main.py"
    main.write_bytes(b"import gc\n")
    later = reader(tmp_path, isolation)
    main.write_bytes(b"pass\n")
    assert dict(later().sources) == {"main.py": read}
