"""What a server has in its quarters, at each level that the machine has; and what of it is told."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path

import httpx
import psutil
import pytest
from apps.writing import refused, submission, until
from helpers import attacks

from conformance.errors import HarnessError
from conformance.model import Budget
from conformance.servers import AppSpec, CommandSpec, ServerError, start
from conformance.servers.inside import copying
from conformance.servers.isolation import LEVELS, sight, uids


@pytest.fixture(params=[each.name for each in LEVELS if each.name != "none"])
def level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A level that keeps a server from something, which this machine has."""
    name: str = request.param
    attacks.able(name, monkeypatch)
    return name


def test_an_app_is_served_and_its_clock_moved(level: str, tmp_path: Path) -> None:
    with start(
        AppSpec(app_dir=submission(tmp_path, "def handle(path): return time.time()"), isolate=level)
    ) as server:
        before = float(httpx.get(server.url).text)
        server.move(5000)
        assert 5000 <= float(httpx.get(server.url).text) - before < 5060
        server.restart()
        assert 5000 <= float(httpx.get(server.url).text) - before < 5120
        assert server.memory() > 5_000_000
        assert server.died() is None


def test_nothing_of_it_is_left(level: str, tmp_path: Path) -> None:
    here = {child.pid for child in psutil.Process().children(recursive=True)}
    before = psutil.Process().num_fds()
    with start(AppSpec(app_dir=submission(tmp_path), isolate=level)) as server:
        server.restart()
        pids = server.pids
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= here
    assert psutil.Process().num_fds() == before
    assert [path.name for path in tmp_path.iterdir()] == ["main.py"]


def test_a_command_that_listens_itself_is_reached(level: str, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("served")
    command = f"{sys.executable} -m http.server {{port}} --bind 127.0.0.1"
    with start(CommandSpec(command, tmp_path, isolate=level)) as server:
        port = server.port
        assert httpx.get(f"{server.url}/file.txt").text == "served"
        server.restart()
        assert (server.port, httpx.get(f"{server.url}/file.txt").text) == (port, "served")


def test_a_command_that_fails_is_told_in_its_own_words(level: str, tmp_path: Path) -> None:
    command = f"{sys.executable} -c \"raise KeyError('PORT')\""
    assert "exited with status 1 before it was ready: KeyError: 'PORT'" in str(
        refused(CommandSpec(command, tmp_path, isolate=level))
    )


def test_a_command_that_never_listens(level: str, tmp_path: Path) -> None:
    command = f'{sys.executable} -c "import time; time.sleep(1000)"'
    problem = refused(CommandSpec(command, tmp_path, ready_within=0.5, isolate=level))
    assert "did not listen on port" in str(problem)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_is_told_and_mended(level: str, workers: int, tmp_path: Path) -> None:
    submission(tmp_path, "import signal\ndef handle(path): os.kill(os.getpid(), signal.SIGKILL)")
    with start(AppSpec(app_dir=tmp_path, isolate=level, workers=workers)) as server:
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url)
        assert until(server.died)
        assert str(server.died()).endswith("was killed by signal 9")
        server.restart()
        assert server.died() is None


def test_workers_share_their_files(level: str, tmp_path: Path) -> None:
    text = """
    def handle(path):
        open("count", "a").write("x")
        return os.getpid(), len(open("count").read())
    """
    with start(AppSpec(app_dir=submission(tmp_path, text), isolate=level, workers=2)) as server:
        seen = [httpx.get(server.url).text.strip("()").split(", ") for _ in range(24)]
    assert [int(count) for _, count in seen] == list(range(1, 25))
    assert len({pid for pid, _ in seen}) == 2


def test_a_folder_that_takes_more_than_its_disk_is_refused(level: str, tmp_path: Path) -> None:
    submission(tmp_path)
    (tmp_path / "big").write_bytes(b"x" * (3 << 20))
    says = str(refused(AppSpec(app_dir=tmp_path, isolate=level, budget=Budget(disk=2 << 20))))
    assert "can't be copied" in says
    assert "more than it may" in says or "No space" in says


def test_what_a_server_has_written_and_no_life_can_hold_is_told(tmp_path: Path) -> None:
    if lacking := LEVELS[0].lacking():
        pytest.skip(lacking)
    text = """
    def handle(path):
        for number in range(1200):
            open(str(number), "w").close()
        return "written"
    """
    with start(
        AppSpec(app_dir=submission(tmp_path, text), isolate="namespaces", budget=Budget(disk=2 << 20))
    ) as server:
        assert httpx.get(server.url).text == "written"
        with pytest.raises(ServerError, match=r"can't be copied to the 2 MiB that it has: it takes more"):
            server.restart()


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, HarnessError), (errno.EMFILE, HarnessError), (errno.EACCES, ServerError)],
)
def test_what_the_machine_lacks_is_no_fault_of_a_submission(
    number: int, kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(copying, "copy", fails)
    before = set(Path(tempfile.gettempdir()).glob("lodged-*"))
    with pytest.raises(kind, match=r"can't be copied for a user of its own"):
        assert uids.Lodging(tmp_path, Budget()).inside
    assert set(Path(tempfile.gettempdir()).glob("lodged-*")) <= before


def test_a_folder_that_is_none_is_refused(level: str, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="is not a folder"):
        start(AppSpec(app_dir=tmp_path / "none", isolate=level))


def test_what_the_user_passes_on_is_there(level: str, tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return os.environ.get('SHOP_KEY')")
    with start(AppSpec(app_dir=tmp_path, isolate=level, env={"SHOP_KEY": "meant"})) as server:
        assert httpx.get(server.url).text == "meant"


def test_root_is_nobody_in_there_and_stays_so(level: str, tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return open('/proc/self/status').read()")
    users = set()
    for _ in range(2):
        with start(AppSpec(app_dir=tmp_path, isolate=level)) as server:
            lines = httpx.get(server.url).text.splitlines()
        told = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
        assert len({*told["Uid"], *told["Gid"]}) == 1, "no saved user is left to become"
        assert told["Groups"] in ([], ["1000"])
        assert (told["NoNewPrivs"], int(told["CapEff"][0], 16)) == (["1"], 0)
        users.add(told["Uid"][0])
    assert "0" not in users
    assert len(users) == 2 or users == {"1000"}, "each submission has a user, or a namespace of users"


def test_no_descriptor_of_ours_is_handed_on(level: str, tmp_path: Path) -> None:
    text = """
    import subprocess
    def held():
        for fd in os.listdir("/proc/self/fd"):
            if os.path.islink(f"/proc/self/fd/{fd}"):
                yield os.readlink(f"/proc/self/fd/{fd}").partition(":")[0]
    OPEN = sorted(set(held()))
    def handle(path):
        left = subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True, close_fds=False)
        return OPEN, left.stdout.split()
    """
    with start(AppSpec(app_dir=submission(tmp_path, text), isolate=level)) as server:
        seen = httpx.get(server.url).text
    assert "memfd" not in seen
    assert seen.endswith("['0', '1', '2', '3'])"), "what it starts has none but its own"


def test_of_the_suite_only_what_serves_is_seen() -> None:
    words = list(sight.binds())
    ours = {
        Path(word).relative_to(sight.ROOT).as_posix()
        for word in words
        if word.startswith(f"{sight.ROOT}/conf")
    }
    files = {f"conformance/{each}" for each in sight.OURS}
    folders = {"conformance", "conformance/servers"}
    assert files <= ours <= files | folders
    assert all((sight.ROOT / each).exists() for each in files)


def test_of_an_environment_only_the_interpreter_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bin", "lib", "results"):
        (tmp_path / name).mkdir()
    for name in ("pyvenv.cfg", "pip.conf"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "exec_prefix", str(tmp_path))
    seen = sight.roots()
    assert {Path(each).name for each in seen if sight.on_path(each, [str(tmp_path)])} == {
        "bin",
        "lib",
        "pyvenv.cfg",
    }
    assert not sight.on_path(str(tmp_path / "results" / "ada.json"), seen)
