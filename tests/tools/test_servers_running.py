"""tools.servers: a server is started where it has to listen, judged, and ended, its origin with it."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from conformance.servers.errors import ServerError
from tools.servers import judging
from tools.servers.getting import Got
from tools.servers.hosting import SITE, place
from tools.servers.judging import judge
from tools.servers.table import Row

pytestmark = pytest.mark.processes
PAGE = {"page": {"read": "GET /page.txt"}}
FILES = f"{sys.executable} -m http.server @port@ --bind 127.0.0.1 --directory @site@"
GOT = Got("1.0", {})


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports and folders of servers are the test's."""
    monkeypatch.setattr(judging, "CACHE", tmp_path / "cache")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def alive() -> list[str]:
    return [" ".join(each.cmdline()) for each in psutil.Process().children(recursive=True)]


def test_a_server_is_judged_by_the_files_that_it_serves() -> None:
    outcome = judge(Row("Files", FILES, PAGE, name="files"), GOT)
    assert {"if-none-match", "fields"} & set(outcome.topics)
    assert {each.check for each in outcome.findings} >= {"ius-earlier"}
    assert Path(outcome.report).is_file()
    assert alive() == []


def test_a_server_that_does_not_start_is_no_verdict() -> None:
    with pytest.raises(ServerError, match="exited with status 3"):
        judge(Row("None", f"{sys.executable} -c 'raise SystemExit(3)'", PAGE, name="none"), GOT)
    assert alive() == []


def test_an_origin_stands_behind_until_the_place_is_left(tmp_path: Path) -> None:
    with place(Row("Files", FILES, PAGE, origin=True), GOT) as here:
        assert len([each for each in alive() if "origin.py" in each]) == 2  # it, and its warden
        assert {path.name for path in (here.work / "site").iterdir()} == set(SITE)
    assert alive() == []
    assert not list(tmp_path.glob("real-server-*"))
