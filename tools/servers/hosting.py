"""A row -> a server that runs, on a free port of loopback, in a folder of its own; nothing of it is left."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.servers.isolation import quarters_of
from conformance.servers.life import launch_command
from conformance.servers.server import Server
from conformance.servers.specs import CommandSpec
from tools.servers.getting import Got
from tools.servers.table import CONF, Row

__all__ = ["Place", "filled", "place"]

_WORD: Final = re.compile(r"@([a-z]+)@")
_AGO: Final = 30 * 86400.0  # seconds: how old a file is that was not just written
_READY_WITHIN: Final = 30.0
_ORIGIN: Final = "@python@ -I @conf@/origin.py @port@ @ttl@"
# What the servers have to serve. The text is long enough for a coding to be worth it.
SITE: Final = {
    "page.json": json.dumps({"title": "A page", "words": [f"word {n}" for n in range(400)]}),
    "page.txt": "".join(f"This is line {n} of a page that does not change.\n" for n in range(100)),
}


@dataclass(frozen=True)
class Place:
    """Where one server runs.

    Args:
        work: its folder.
        spec: what is to be started.
        start: starts it; whoever calls it stops it. Files that are to be just written are written now.
    """

    work: Path
    spec: CommandSpec
    start: Callable[[], Server]


@contextlib.contextmanager
def place(row: Row, got: Got) -> Iterator[Place]:
    """A folder with all that the server takes, and its origin running, where it has one.

    Raises:
        ServerError: the origin does not start.
    """
    work = Path(tempfile.mkdtemp(prefix="real-server-"))
    work.chmod(0o777)  # some servers change their user
    try:
        with contextlib.ExitStack() as stack:
            known = {
                "work": str(work),
                "site": str(work / "site"),
                "port": str(_free()),
                "python": sys.executable,
                "conf": str(CONF),
                **({} if row.ttl is None else {"ttl": str(row.ttl)}),
            }
            if row.origin:
                beside = known | {"port": str(_free())}
                stack.enter_context(_started(_spec(_ORIGIN, work, beside, {}), beside))
                known |= {"origin": f"127.0.0.1:{beside['port']}", "originport": beside["port"]}
            _write_site(work / "site")
            for name in row.files:
                path = work / name
                path.write_text(filled((CONF / name).read_text("utf-8"), known, name), "utf-8")
            spec = _spec(row.run, work, known, {"PYTHONPATH": "", **got.env, **row.env})

            def start() -> Server:
                if row.just_written:
                    _write_site(work / "site", ago=0.0)
                return _started(spec, known)

            yield Place(work, spec, start)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _spec(run: str, work: Path, known: Mapping[str, str], env: Mapping[str, str]) -> CommandSpec:
    settings = {name: filled(value, known, name) for name, value in env.items()}
    words = {name: shlex.quote(value) for name, value in known.items()}  # a path may have blanks in it
    return CommandSpec(filled(run, words, run), work, ready_within=_READY_WITHIN, env=settings)


def _started(spec: CommandSpec, known: Mapping[str, str]) -> Server:
    """A command, on the port that its configuration names; a restart is on the same port."""
    quarters = quarters_of(spec)
    return Server(
        lambda _port, _ahead, _salt: launch_command(spec, quarters, int(known["port"])), moves=False
    )


def _free() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def _write_site(folder: Path, ago: float = _AGO) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    for name, text in SITE.items():
        path = folder / name
        path.write_text(text, "utf-8")
        path.chmod(0o644)
        then = time.time() - ago
        os.utime(path, (then, then))


def filled(text: str, known: Mapping[str, str], where: str) -> str:
    """The text with what is known in place of @port@ and the like.

    Raises:
        ValueError: it names something else.
    """

    def put(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise ValueError(
                f"{where}: {found[0]} is unknown; accepted: {', '.join(f'@{k}@' for k in known)}"
            )
        return known[found[1]]

    return _WORD.sub(put, text)
