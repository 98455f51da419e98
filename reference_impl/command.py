"""The command's options, and serving as they say: in this process, or by several workers."""
# ruff: noqa: T201 - a command prints

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from reference_impl.serve import Engine, listen, serve
from reference_impl.settings import Settings


def parser(module: str, says: str | None) -> argparse.ArgumentParser:
    """The options of `python -m MODULE`."""
    made = argparse.ArgumentParser(f"python -m {module}", description=says)
    made.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    made.add_argument("--port", type=int, default=8000, help="0 takes a free port (default: %(default)s)")
    made.add_argument(
        "--ttl", type=float, help="seconds that values are cached (default: REFERENCE_TTL or 30)"
    )
    made.add_argument(
        "--workers", type=int, default=1, help="processes (default: %(default)s); see CACHE_URL"
    )
    made.add_argument("--fd", type=int, help=argparse.SUPPRESS)  # for workers: the socket they inherit
    return made


def run(
    parser: argparse.ArgumentParser,
    given: argparse.Namespace,
    make: Callable[[Settings], Engine],
    *worker: str,
) -> int:
    """Serve what `make` makes, until a signal comes; the exit status.

    Args:
        parser: the command's, for its errors.
        given: what it has read.
        make: from settings to what serves them; called in the loop that runs it.
        worker: the module, and the arguments, that a worker process is to be started with.
    """
    base = Settings.from_env()
    settings = base if given.ttl is None else replace(base, ttl=given.ttl)
    try:
        sock = listen(given.host, given.port) if given.fd is None else socket.socket(fileno=given.fd)
    except OSError as error:
        parser.error(str(error))
    with sock:
        host = f"[{given.host}]" if ":" in given.host else given.host
        line = f"listening on http://{host}:{sock.getsockname()[1]}"
        if given.workers == 1:
            serve(lambda: make(settings), sock, lambda: print(line, flush=True))
            return 0
        return _serve_by_workers(settings, sock, given.workers, line, worker)


def _serve_by_workers(
    settings: Settings, sock: socket.socket, count: int, line: str, worker: Sequence[str]
) -> int:
    """Processes of one worker each on one socket, with one database; ready when all of them are."""
    with tempfile.TemporaryDirectory(prefix="reference-") as folder:
        shared = replace(settings, database=str(Path(folder, "items.sqlite")))
        command = [sys.executable, "-m", *worker, "--fd", str(sock.fileno())]
        workers = [
            subprocess.Popen(  # noqa: S603 - our own command
                command,
                env=os.environ | shared.to_env(),
                pass_fds=[sock.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
            )
            for _ in range(count)
        ]

        def stop(_signal: int, _frame: FrameType | None) -> None:
            for process in workers:
                process.terminate()

        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, stop)
        ready = [bool(process.stdout and process.stdout.readline()) for process in workers]
        if all(ready):
            print(line, flush=True)
        else:
            stop(0, None)
        statuses = [process.wait() for process in workers]
        for process in workers:
            if process.stdout:
                process.stdout.close()
        return 0 if all(ready) and not any(status > 0 for status in statuses) else 1
