"""The command `python -m reference_impl`: serve the reference, a flawed twin, or an odd but correct one."""
# ruff: noqa: T201 - a command prints

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from reference_impl.app import find_twist
from reference_impl.serve import listen, serve
from reference_impl.settings import Settings
from reference_impl.twisted.flaws import FLAWS
from reference_impl.twisted.variants import VARIANTS


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; the exit status."""
    parser = _parser()
    given = parser.parse_args(argv)
    if given.list:
        _list()
        return 0
    base = Settings.from_env()
    settings = replace(
        base,
        ttl=base.ttl if given.ttl is None else given.ttl,
        flaw=given.flaw or base.flaw,
        variant=given.variant or base.variant,
    )
    try:
        find_twist(settings)
        sock = listen(given.host, given.port) if given.fd is None else socket.socket(fileno=given.fd)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    with sock:
        host = f"[{given.host}]" if ":" in given.host else given.host
        line = f"listening on http://{host}:{sock.getsockname()[1]}"
        if given.workers == 1:
            serve(settings, sock, lambda: print(line, flush=True))
            return 0
        return _serve_by_workers(settings, sock, given.workers, line)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m reference_impl", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free port (default: %(default)s)")
    parser.add_argument(
        "--ttl", type=float, help="seconds that cached values live (default: REFERENCE_TTL or 30)"
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="processes (default: %(default)s); see CACHE_URL"
    )
    twist = parser.add_mutually_exclusive_group()
    twist.add_argument("--flaw", metavar="NAME", help="serve the twin with this defect")
    twist.add_argument("--variant", metavar="NAME", help="serve this odd but correct server")
    parser.add_argument("--list", action="store_true", help="list flaws and variants, and end")
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)  # for workers: the socket they inherit
    return parser


def _list() -> None:
    print("flaws:")
    for flaw in FLAWS.values():
        print(f"  {flaw.name:28} {flaw.says} ({', '.join(flaw.breaks)})")
    print("variants:")
    for variant in VARIANTS.values():
        print(f"  {variant.name:28} {variant.says}")


def _serve_by_workers(settings: Settings, sock: socket.socket, count: int, line: str) -> int:
    """Processes of one worker each on one socket, with one database; ready when all of them are."""
    with tempfile.TemporaryDirectory(prefix="reference-") as folder:
        shared = replace(settings, database=str(Path(folder, "items.sqlite")))
        command = [sys.executable, "-m", "reference_impl", "--fd", str(sock.fileno())]
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
            for worker in workers:
                worker.terminate()

        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, stop)
        ready = [bool(worker.stdout and worker.stdout.readline()) for worker in workers]
        if all(ready):
            print(line, flush=True)
        else:
            stop(0, None)
        statuses = [worker.wait() for worker in workers]
        for worker in workers:
            if worker.stdout:
                worker.stdout.close()
        return 0 if all(ready) and not any(status > 0 for status in statuses) else 1


if __name__ == "__main__":
    sys.exit(main())
