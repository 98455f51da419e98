"""Servers that misbehave once they run: each is told, bounded in time, and leaves nothing behind."""

import signal
import socket
from pathlib import Path

import httpx
import psutil
import pytest
from apps.writing import submission, until

from conformance.servers import AppSpec, ServerDied, life, start
from conformance.servers.isolation import base


def test_an_exit_at_the_first_request_is_told_and_a_restart_mends_it(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return os._exit(7) if path == '/die' else 'alive'")
    with start(AppSpec(app_dir=tmp_path)) as server:
        port = server.port
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/die")
        assert server.died(within=2) == "the server exited with status 7"
        assert server.died()
        with pytest.raises(httpx.ConnectError):  # at once, not after a time-out
            httpx.get(server.url)
        with pytest.raises(ServerDied, match="exited with status 7"):
            server.move(1)
        server.restart()
        assert (server.died(), server.port, httpx.get(server.url).text) == (None, port, "alive")


def test_sys_exit_in_a_handler_is_what_uvicorn_makes_of_it(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): sys.exit(5)")
    with start(AppSpec(app_dir=tmp_path)) as server:
        assert httpx.get(server.url).status_code == 500
        assert until(lambda: "SystemExit: 5" in server.output)
        assert server.died() is None


def test_one_dead_worker_is_named(tmp_path: Path) -> None:
    submission(tmp_path)
    with start(AppSpec(app_dir=tmp_path, workers=2)) as server:
        psutil.Process(server.pids[1]).send_signal(signal.SIGKILL)
        assert server.died(within=2) == "worker 2 of 2 was killed by signal 9"
        assert httpx.get(server.url).text == "hello"


def test_sigterm_ignored_and_a_blocked_loop_end_all_the_same(tmp_path: Path) -> None:
    text = """
    import signal
    def handle(path):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stuck", flush=True)
        while True:
            time.sleep(1)
    """
    server = start(AppSpec(app_dir=submission(tmp_path, text)))
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert until(lambda: "stuck" in server.output)
        where, asked = server.where()
        assert "handle in main.py:" in where
        assert asked == "GET /"
        server.stop()
    assert not [pid for pid in server.pids if psutil.pid_exists(pid)]


def test_daemons_and_their_children_are_found(tmp_path: Path) -> None:
    text = """
    def handle(path):
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.environ.clear()
                os.write(writing, str(os.getpid()).encode())
                os.close(1), os.close(2)
                os.execve("/bin/sleep", ["sleep", "1000"], {})
            os._exit(0)
        os.wait()
        return os.read(reading, 100).decode()
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        daemon = int(httpx.get(server.url).text)
        assert psutil.pid_exists(daemon)
        assert server.memory() > 10_000_000
    assert until(lambda: not psutil.pid_exists(daemon))


def test_too_many_processes_end_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_PROCESSES", 5)
    text = """
    def handle(path):
        for _ in range(8):
            if os.fork() == 0:
                time.sleep(1000)
        return "forked"
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert httpx.get(server.url).text in {"forked", "error"}
        assert until(lambda: server.died() is not None)
        assert server.died() in {
            "the server was ended, since it had started 9 processes",
            "the server was ended, since it had started 5 processes",
        }


def test_megabytes_of_output_are_bounded_and_block_nothing(tmp_path: Path) -> None:
    text = """
    print("the beginning")
    sys.stdout.write("x" * 5_000_000)
    def handle(path):
        sys.stderr.write("y" * 1_000_000 + "\\nthe end\\n")
        return "hello"
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert [httpx.get(server.url).text for _ in range(5)] == ["hello"] * 5
        assert until(lambda: server.output.endswith("the end\n"))
        assert server.output.startswith("the beginning\nxxx")
        assert len(server.output) < 70_000


def test_stdin_is_empty(tmp_path: Path) -> None:
    with start(
        AppSpec(app_dir=submission(tmp_path, "def handle(path): return [sys.stdin.read()]"))
    ) as server:
        assert httpx.get(server.url).text == "['']"


def test_memory_is_limited(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return len(bytearray(1 << 30))")
    with start(AppSpec(app_dir=tmp_path, memory=300 << 20)) as server:
        assert httpx.get(server.url).status_code == 500
        assert until(lambda: "MemoryError" in server.output)


def test_files_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_FILE", 1 << 20)
    text = """
    import tempfile
    def handle(path):
        with tempfile.TemporaryFile() as file:
            file.write(b"x" * (2 << 20))
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert httpx.get(server.url).status_code == 500
        assert until(lambda: "File too large" in server.output)


def test_an_app_that_takes_the_line_to_its_clock_loses_its_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "_MOVED_WITHIN", 0.3)
    text = """
    import threading, socket, stat
    def steal():
        for fd in range(3, 50):
            try:
                is_socket = stat.S_ISSOCK(os.fstat(fd).st_mode)
                if is_socket and socket.socket(fileno=os.dup(fd)).family == socket.AF_UNIX:
                    os.write(fd, b'"not a message"\\n')
            except OSError:
                pass
    def handle(path): steal()
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert httpx.get(server.url).text == "None"
        with pytest.raises(ServerDied, match="line by which its clock is moved"):
            server.move(10)
        assert server.died() is None


def test_a_server_that_kills_its_warden_does_not_get_away(tmp_path: Path) -> None:
    text = "import signal\ndef handle(path): return os.kill(os.getppid(), signal.SIGKILL)"
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        httpx.get(server.url)
        assert until(lambda: server.died() is not None)
    assert until(lambda: not any(psutil.pid_exists(pid) for pid in server.pids))
