"""A folder of submissions, or a list of URLs: everybody is found, and what is left out is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conformance.classroom.finding import find, find_urls
from conformance.errors import UsageError


def test_a_folder_and_a_zip_are_a_student_each_and_anything_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "bob.ZIP").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / ".DS_Store").write_text("")
    (tmp_path / "__MACOSX").mkdir()
    found = find(tmp_path)
    assert [(each.student, each.kind) for each in found.submissions] == [("ada", "folder"), ("bob", "zip")]
    assert found.left_out == (("notes.txt", "is neither a folder nor a zip file"),)
    assert found.names == ["ada", "bob", "notes.txt"]


def test_a_folder_and_a_zip_of_one_name_are_two(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada.zip").write_bytes(b"")
    (tmp_path / "ada.ZIP").write_bytes(b"")
    assert [each.student for each in find(tmp_path).submissions] == ["ada", "ada.ZIP", "ada.zip"]


def test_a_link_is_a_student_whose_work_is_not_looked_at(tmp_path: Path) -> None:
    elsewhere, class_ = tmp_path / "elsewhere", tmp_path / "class"
    elsewhere.mkdir()
    class_.mkdir()
    (class_ / "eve").symlink_to(elsewhere)
    (only,) = find(class_).submissions
    assert (only.student, only.problem) == ("eve", "it is a link, and links are not followed")


def test_names_may_be_anything_that_a_file_system_allows(tmp_path: Path) -> None:
    names = [b"two\nlines", b"=1+1", b"\xff\xfe", "Zoë".encode()]
    for each in names:
        (tmp_path / os.fsdecode(each)).mkdir()
    assert {os.fsencode(each.student) for each in find(tmp_path).submissions} == set(names)


def test_a_folder_without_a_submission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(UsageError, match=r"there is no submission in .*notes\.txt"):
        find(tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        find(tmp_path / "nowhere")


def test_urls_are_read_by_the_names_of_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "urls.csv"
    path.write_text(
        '\ufeffgroup,Student,URL\nA,"Lovelace, Ada",http://127.0.0.1:1\n\nB,bob,http://127.0.0.1:2/api\n'
    )
    assert [(each.student, each.kind, each.source) for each in find_urls(path).submissions] == [
        ("Lovelace, Ada", "url", "http://127.0.0.1:1"),
        ("bob", "url", "http://127.0.0.1:2/api"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,link\nada,http://x\n", "accepted is a header: student,url"),
        ("student,url\nada\n", r"urls\.csv:2: found 'ada'"),
        ("student,url\nada,ftp://x\n", r"urls\.csv:2: "),
        ("student,url\n", "there is no server"),
        ("student,url\nada,http://x\nada,http://y\n", "'ada' more than once"),
    ],
)
def test_a_wrong_list_of_urls_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "urls.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        find_urls(path)
