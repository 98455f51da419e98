"""tools.servers: a server is started where it has to listen, judged, and ended, its origin with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from msgspec.structs import replace

from conformance.api import conduct
from conformance.execute.options import Options
from conformance.model import Report
from conformance.servers.errors import ServerError
from tools.servers import judging
from tools.servers.getting import Got
from tools.servers.hosting import SITE, place
from tools.servers.judging import judge
from tools.servers.table import Row

pytestmark = pytest.mark.processes
PAGE = {"page": {"read": "GET /page.txt"}}
KEPT = {"page": {"read": "GET /page.txt", "ttl": 10}}
FILES = f"{sys.executable} -m http.server @port@ --bind 127.0.0.1 --directory @site@"
GOT = Got("1.0", {})


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reports and folders of servers are the test's; a name with a blank is as good as any."""
    monkeypatch.setattr(judging, "CACHE", tmp_path / "cache")
    made = tmp_path / "of servers"
    made.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(made))
    return made


Alive = Callable[[], list[str]]


@pytest.fixture
def alive() -> Alive:
    """The commands that the test has started, and that have not ended; other tests' servers may go on."""
    before = set(psutil.Process().children(recursive=True))

    def since() -> list[str]:
        there = psutil.Process().children(recursive=True)
        return [" ".join(each.cmdline()) for each in there if each not in before]

    return since


def test_a_server_is_judged_by_the_files_that_it_serves(alive: Alive) -> None:
    outcome = judge(Row("Files", FILES, PAGE, name="files"), GOT)
    assert {"if-none-match", "fields"} & set(outcome.topics)
    assert {each.check for each in outcome.findings} >= {"ius-earlier"}
    assert Path(outcome.report).is_file()
    assert alive() == []


def test_a_server_that_does_not_start_is_no_verdict(alive: Alive) -> None:
    with pytest.raises(ServerError, match="exited with status 3"):
        judge(Row("None", f"{sys.executable} -c 'raise SystemExit(3)'", PAGE, name="none"), GOT)
    assert alive() == []


def test_a_run_that_ends_before_it_has_met_anything_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = SimpleNamespace(base_url="", judged=(), stopped="")
    monkeypatch.setattr(judging, "conduct", lambda _options: nothing)
    with pytest.raises(ServerError, match="it was not judged, and nothing says why"):
        judge(Row("Files", FILES, PAGE, name="files"), GOT)


def test_what_a_run_that_ended_early_has_left_open_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(options: Options) -> Report:
        report = conduct(options)
        open_ = {"outcome": "inconclusive", "verdict": "inconclusive"}
        judged = (
            replace(each, verdict=replace(each.verdict, **open_)) if each.verdict.verdict == "pass" else each
            for each in report.entries
        )
        return replace(report, entries=tuple(judged), stopped="its time is up")

    monkeypatch.setattr(judging, "conduct", ended)
    outcome = judge(Row("Files", FILES, PAGE, name="files"), GOT)
    assert {each.verdict for each in outcome.findings} == {"fail", "error"}
    assert [each.says for each in outcome.findings if each.verdict == "error"] == [
        "the run ended early: its time is up"
    ]


def test_an_origin_stands_behind_until_the_place_is_left(folders: Path, alive: Alive) -> None:
    with place(Row("Files", FILES, KEPT, origin=True), GOT) as here:
        assert len([each for each in alive() if "origin.py" in each]) == 2  # it, and its warden
        assert {path.name for path in (here.work / "site").iterdir()} == set(SITE)
    assert alive() == []
    assert not list(folders.glob("real-server-*"))
