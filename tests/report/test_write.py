"""Files of reports: written whole or not at all, and what is no report is said in a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.embedded import judged
from helpers.reports import spoilt
from helpers.sheets import made, pending

from conformance.errors import UsageError
from conformance.report.document import decode, encode
from conformance.report.formats import FORMATS
from conformance.report.sheet import Sheet
from conformance.report.write import Files, Place, place, read, write


def test_a_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(judged("unquoted-etag"), path)
    assert read(path) == judged("unquoted-etag")
    assert path.read_bytes().isascii()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        write(judged(), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_a_file_as_they_may_any(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(judged(), tmp_path / "report.json")
    finally:
        os.umask(before)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("report.txt", r"accepted: \.json \(everything"),
        ("report", r"gradescope, .* need: gradescope:PATH"),
        ("report.json/", "it is a folder"),
        ("no/report.json", "there is no folder"),
        ("device.json", "it is no file; accepted is the path of one, or - to have it printed"),
    ],
)
def test_a_place_that_will_not_do_is_said_before_the_run(name: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    os.mkfifo(tmp_path / "device.json")
    with pytest.raises(UsageError, match=says):
        place(tmp_path / name)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("pdf:r.pdf", "no format 'pdf' of a report .*accepted: json, junit, "),
        ("junti:r.xml", "did you mean 'junit'"),
        ("junit:", "it names no file"),
        ("badge:/dev/stdout", "it is no file; accepted is the path of one, or - to have it printed"),
        ("badge:/dev/null", "it is no file"),
    ],
)
def test_a_format_that_there_is_not_or_a_device_is_said_before_the_run(asked: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        place(asked)


def test_a_folder_that_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="may not be written to"):
        place(tmp_path / "report.json")


@pytest.mark.parametrize(
    ("asked", "format_", "path"),
    [
        ("a.json", "json", "a.json"),
        ("junit:a.json", "junit", "a.json"),
        ("junit:b:c.xml", "junit", "b:c.xml"),
        ("junit:-", "junit", None),
        ("./json:a.md", "markdown", "json:a.md"),
    ],
)
def test_a_place_is_a_path_or_a_format_before_it(
    asked: str, format_: str, path: str | None, tmp_path: Path
) -> None:
    (tmp_path / "json:a.md").touch()
    found = place(asked, tmp_path)
    assert found == Place(FORMATS[format_], None if path is None else tmp_path / path)


# ------------------------------------------------------------------ the files of a run


def test_a_withheld_report_stands_there_until_the_run_has_ended(tmp_path: Path) -> None:
    names = [name for name, row in FORMATS.items() if row.check is None]  # which need nothing besides
    files = Files(place(f"{name}:{tmp_path / name}") for name in names)
    before, after = pending(), made()
    files.begin(before.report)
    for name in names:
        assert (tmp_path / name).read_bytes() == FORMATS[name].write(before)
    files.finish(after.report)
    for name in names:
        assert (tmp_path / name).read_bytes() == FORMATS[name].write(after)
    assert list(files.paths) == [str(tmp_path / name) for name in names]
    assert {path.name for path in tmp_path.iterdir()} == {*names}


def test_what_a_step_has_said_before_stays_in_its_summary(tmp_path: Path) -> None:
    path, before, after = tmp_path / "summary", pending(), made()
    path.write_text("# Built")
    files = Files([place(f"github-summary:{path}")])
    files.begin(before.report)
    files.finish(after.report)
    assert path.read_bytes() == b"# Built\n" + FORMATS["github-summary"].write(after)


def test_what_a_step_has_said_stays_in_its_summary_where_nothing_was_begun(tmp_path: Path) -> None:
    """As with a saved report, which is judged and written without a run."""
    path = tmp_path / "summary"
    path.write_text("# Built")
    write(made().report, f"github-summary:{path}")
    assert path.read_bytes() == b"# Built\n" + FORMATS["github-summary"].write(made())


def test_what_is_printed_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files, before, after = Files([place("github-annotations:-")]), pending(), made()
    files.begin(before.report)
    assert files.printed == []
    files.finish(after.report)
    assert [f"{line}\n" for line in files.printed] == FORMATS["github-annotations"].write(
        after
    ).decode().splitlines(keepends=True)
    assert (list(tmp_path.iterdir()), list(files.paths)) == ([], [])


def test_one_file_that_can_not_be_written_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    files = Files([place(tmp_path / "gone" / "a.json"), place(tmp_path / "b.json")])
    (tmp_path / "gone").rmdir()
    with pytest.raises(UsageError, match=r"gone/a\.json' can't be written: No such file"):
        files.finish(made().report)
    assert read(tmp_path / "b.json").seed == 7


def test_a_link_that_somebody_has_put_there_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "grades").write_text("kept")
    (tmp_path / "r.json").symlink_to(tmp_path / "grades")
    write(made().report, tmp_path / "r.json")
    assert (tmp_path / "grades").read_text() == "kept"
    assert not (tmp_path / "r.json").is_symlink()


def test_strictly_a_warning_is_a_failure_in_a_file_too(tmp_path: Path) -> None:
    path, sheet = tmp_path / "r.xml", made()
    write(sheet.report, path, strict=True)
    assert path.read_bytes() == FORMATS["junit"].write(Sheet(sheet.report, strict=True))


# ------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no JSON"),
        (b"\xff", "is not in UTF-8 .at byte 0"),
        ('{"version": 2}'.encode("utf-16"), "is not in UTF-8"),
        (b'{"version": 2, "x": "\xed\xa0\x80"}', "is not in UTF-8 .at byte 21"),
        (b'\xef\xbb\xbf{"version": 2}', "holds no JSON"),
        (b'{"version": 2, "x": NaN}', "holds NaN, which is no number"),
        (b'{"version": 2, "x": -Infinity}', "holds -Infinity, which is no number"),
        (b'{"version": 2, "x": "\\ud800"}', "does not fit its format|is no report"),
        (b"[]", "is no report"),
        (b"5", "is no report"),
        (b"{}", "is no report"),
        (b'{"version": "2"}', "is no report"),
        (b'{"version": 1, "checks": []}', "format version 1; this program reads version 2"),
        (b'{"version": 3}', "format version 3; this program reads version 2"),
        (b'{"version": 2}', r"does not fit its format: its top: .*`suite_version`"),
        (b'{"version": 2, "version": 2}', "the key 'version' twice"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"version": 2, "x": ' + b"[" * 100_000, "nested too deep"),
        (b"[" + b"1," * 3_000_001, "values; a report has at most"),
        (b'{"version": 2, "x": "' + b"," * 3_000_001 + b'"}', "does not fit its format"),
        (b"{" + b",".join(b'"%d":1' % n for n in range(200_000)) + b',"7":1}', "the key '7' twice"),
    ],
)
def test_what_is_no_report_is_said_in_a_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read(path)


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        read(tmp_path / "r.json")


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(UsageError, match="is larger than"):
        read(path)


def test_a_report_that_was_cut_off_is_no_report() -> None:
    whole = encode(judged())
    for length in (1, 100, len(whole) // 2, len(whole) - 3):
        with pytest.raises(UsageError, match="holds no JSON"):
            decode(whole[:length])


def _deep(document: Any) -> None:
    inner: Any = []
    for _ in range(400):
        inner = [inner]
    work = next(iter(document["records"]))
    document["records"][work]["bound"] = {"x": inner}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda d: d["checks"][3]["verdict"].update(outcome="perhaps"),
            r"\$\.checks\[3\]\.verdict\.outcome",
        ),
        (lambda d: d["checks"][3].update(more=1), r"\$\.checks\[3\]: .*unknown field `more`"),
        (lambda d: d["checks"].append(None), r"does not fit its format: \$\.checks\[\d+\]"),
        (lambda d: d.update(records=[]), r"\$\.records: Expected `object`"),
        (lambda d: d.update(seconds="long"), r"\$\.seconds: Expected `float`"),
        (
            lambda d: d["checks"][0].update(work="nowhere"),
            "contradicts itself: .*rests on the record 'nowhere'",
        ),
        (lambda d: d["checks"][0].update(nodeid="a"), "contradicts itself: 'a' is no node id"),
        (
            lambda d: d["checks"][0].update(nodeid="a::b::c"),
            "contradicts itself: nothing tells what a::b::c asks",
        ),
        (
            lambda d: d["explained"]["etag-present"].update(requirement="X1"),
            "contradicts itself: .*etag-present names the requirement 'X1'",
        ),
        (
            lambda d: d["records"].update(other={"work": "another"}),
            "contradicts itself: the record 'other' calls itself 'another'",
        ),
    ],
)
def test_a_document_that_will_not_do_is_said_with_the_place(
    change: Callable[[Any], object], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        decode(spoilt(change))


def test_a_document_nested_as_json_may_be_is_read() -> None:
    decode(spoilt(_deep))
