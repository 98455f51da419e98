"""What `conformance run URL` takes until its first request arrives, installed as a wheel would be."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from installed import Site, sites
from measure import Figure, figure

_PATIENCE: Final = 60.0  # seconds


def figures(*, quick: bool) -> Iterator[Figure]:
    """The processor time."""
    with sites() as made:
        site = made.site(made.ours)
        _once(site, made.empty)
        took = [_once(site, made.empty) for _ in range(5 if quick else 15)]
    yield figure("first-request-s", "CPU time before the first request", took, "s", 0.3)


def _once(site: Site, cwd: Path) -> float:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_PATIENCE)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        command = site.command("conformance", "run", url)
        with subprocess.Popen(
            command, cwd=cwd, env=site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            connection, _ = server.accept()
            connection.recv(1)
            took = _cpu(process.pid)
            process.kill()
            connection.close()
    return took


def _cpu(pid: int) -> float:
    """Seconds of a processor that a process has taken so far, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
