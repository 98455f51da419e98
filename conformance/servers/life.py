"""How an app and how a command become a running server: the two ways in, one table's worth each.

Shell. A `Life` is one life of it; `Server` in `server.py` is what outlives a restart.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conformance.servers.channel import Channel, Closed
from conformance.servers.environment import spoken_of, told, withheld
from conformance.servers.errors import ServerDied, ServerError
from conformance.servers.house import House
from conformance.servers.isolation.base import Quarters
from conformance.servers.output import one_line, telling_line
from conformance.servers.specs import AppSpec, CommandSpec

__all__ = ["Life", "launch_app", "launch_command"]

_ROOT: Final = str(Path(__file__).resolve().parents[2])
# By text, so that nothing of ours has to be on the app's path; -P keeps the current folder off it, too.
_RUNNER: Final = (
    f"import sys; sys.path.insert(0, {_ROOT!r}); "
    "from conformance.servers.runner import main; del sys.path[0]; main()"
)
_PYTHON: Final = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # say it now; leave no __pycache__
_HASHES: Final = 1789  # any number but 0, which would have text hashed without a salt
_BACKLOG: Final = 2048
_GLANCE: Final = 0.02
_MOVED_WITHIN: Final = 5.0
_SETTLED: Final = 0.3  # seconds for the last output of a process that has ended
_ELSEWHERE: Final = 2.0  # seconds that a server may listen on another port only, if it was not told ours
_SERVES: Final = re.compile(r"\.(run|serve|serve_forever|run_forever|run_app)\(")
_HELD: Final = 0.03  # seconds that a connection has to be held for its server to count as ready


@dataclass
class Life:
    """The processes of one life, and the lines to their clocks."""

    name: str
    port: int
    house: House
    lines: list[Channel] = field(default_factory=list)

    def move(self, seconds: float) -> None:
        """Set all clocks forward.

        Raises:
            ServerDied: one of them does not answer.
        """
        try:
            for line in self.lines:
                line.send({"move": seconds})
            for line in self.lines:
                self._moved(line, seconds)
        except Closed:
            self.house.look(_SETTLED)
            says = self.died() or "the server has closed the line by which its clock is moved"
            raise ServerDied(says, self.house.output.text(_SETTLED)) from None

    def _moved(self, line: Channel, seconds: float) -> None:
        deadline = time.monotonic() + _MOVED_WITHIN
        while (left := deadline - time.monotonic()) > 0:
            message = line.take("moved", within=left)
            if message is not None and message.get("moved") == seconds:
                return
        says = f"the server did not move its clock within {_MOVED_WITHIN:g} s"
        raise ServerDied(says, self.house.output.text())

    def where(self) -> tuple[str, str]:
        """Where the app is just now: `load in main.py:12: time.sleep(100)`; "" where nobody tells.

        And at which request, such as `GET /items/`; "" where that is not known.
        """
        with contextlib.suppress(Closed, IndexError):
            line = self.lines[0]
            line.take("where")  # an answer that came too late for its question
            line.send({"where": True})
            told = line.take("where", within=1.0) or {}
            return one_line(str(told.get("where", ""))), str(told.get("asked", ""))
        return "", ""

    def other_clocks(self) -> str:
        """What may tell the app another time than the clock that is moved; "" where nothing can."""
        found = [_other_clock(line) for line in self.lines]
        return next((each for each in found if each), "") if found else "it is no app of Python"

    def died(self, within: float = 0.0) -> str | None:
        """How the server ended, as a sentence; None while it is alive."""
        self.house.look(within)
        if self.house.crowd:
            return f"the server was ended, since it had started {self.house.crowd} processes"
        if self.house.bloated:
            return f"the server was ended, since it held {self.house.bloated >> 20} MiB of memory"
        if not self.house.exited:
            return None
        index, status = next(iter(self.house.exited.items()))
        who = "the server" if len(self.house.pids) == 1 else f"worker {index + 1} of {len(self.house.pids)}"
        return f"{who} {_ending(status)}"

    def stop(self) -> None:
        """End it, and leave nothing behind.

        Raises:
            ServerError: some of its processes can't be ended.
        """
        try:
            self.house.end()
        finally:
            for line in self.lines:  # not before: a runner whose line is closed is gone at once
                line.close()


def _other_clock(line: Channel) -> str:
    try:
        line.take("clocks")
        line.send({"clocks": True})
        return str((line.take("clocks", within=1.0) or {}).get("clocks", "nobody tells"))
    except Closed:
        return "nobody tells"


def _ending(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"exited with status {status}"


# ------------------------------------------------------------------ an app


def launch_app(spec: AppSpec, quarters: Quarters, port: int, ahead: float, salt: int = 0) -> Life:
    """Serve an app by runners of ours, and return once each of them is ready.

    Args:
        spec: what to serve.
        quarters: where it lives.
        port: at which port, or 0 for any port that is free.
        ahead: how many seconds its clock is ahead from the start.
        salt: of the hashes of text, which Python draws anew for each process: one worker gets the same for
            the same number, so that two runs are alike; several draw their own.

    Raises:
        ServerError: with the reason, in the app's own words where it has some.
    """
    folder = quarters.inside
    with contextlib.ExitStack() as ours:
        shared = spec.workers > 1
        sockets = [ours.enter_context(_socket_of(spec, port, shared=shared))]
        port = sockets[0].getsockname()[1]
        sockets += [ours.enter_context(_listen(port, shared=True)) for _ in range(spec.workers - 1)]
        for each in sockets:
            quarters.fence(each)
        pairs = [socket.socketpair() for _ in range(spec.workers)]
        failed = ours.enter_context(contextlib.ExitStack())
        for mine, theirs in pairs:
            ours.callback(theirs.close)
            failed.callback(mine.close)
        settings = {
            "app": spec.app,
            "folder": folder,
            "factory": spec.factory,
            "clock": spec.clock,
            "loop": spec.loop,
            "ahead": ahead,
        }
        commands = [
            [sys.executable, "-P", "-c", _RUNNER, json.dumps(settings | own)]
            for own in (
                {"control": theirs.fileno(), "listening": each.fileno()}
                for (_, theirs), each in zip(pairs, sockets, strict=True)
            )
        ]
        env = {**_PYTHON, "PORT": str(port), **(spec.env or {}), **_hashes(spec, salt)}
        handed = [[each.fileno(), theirs.fileno()] for (_, theirs), each in zip(pairs, sockets, strict=True)]
        house = House(commands, handed, quarters=quarters, env=env, memory=spec.memory)
        failed.pop_all()
        lines = [Channel(mine) for mine, _ in pairs]
    life = Life(spec.app, port, house, lines)
    _or_stop(life, spec, lambda: _await_app(life, spec.ready_within))
    return life


def _hashes(spec: AppSpec, salt: int) -> dict[str, str]:
    """What makes the hashes of a process; what the user has set holds for its first life."""
    if spec.workers > 1 or (salt == 0 and "PYTHONHASHSEED" in {**os.environ, **(spec.env or {})}):
        return {}
    return {"PYTHONHASHSEED": str(_HASHES + salt)}


def _socket_of(spec: AppSpec, port: int, *, shared: bool) -> socket.socket:
    """The socket that it is asked on: one of ours, or the one that was made for it."""
    if spec.listening is None:
        return _listen(port, shared=shared)
    if shared:
        raise ServerError(
            "several workers listen on sockets of their own; one that is given is for one worker"
        )
    return spec.listening.dup()


def _listen(port: int, *, shared: bool = False, at_once: bool = True) -> socket.socket:
    """A listening socket; `shared`: one of several on a port; not `at_once`: somebody else lets it listen.

    Between those Linux deals connections out evenly; of processes at one, the busier often takes all.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError as problem:
        sock.close()
        raise ServerError(f"port {port} can't be had: {problem.strerror}") from None
    if at_once:
        sock.listen(_BACKLOG)
    return sock


def _or_stop(life: Life, spec: AppSpec | CommandSpec, wait: Callable[[], None]) -> None:
    try:
        wait()
    except ServerError as problem:
        life.stop()
        lacking = spoken_of(withheld(os.environ, spec.env), f"{problem.says}\n{problem.output}")
        if not lacking:
            raise
        raise type(problem)(f"{problem.says}; {told(lacking)}", problem.output) from None
    except BaseException:
        life.stop()
        raise


def _await_app(life: Life, within: float) -> None:
    begun = looked = time.monotonic()
    waiting = list(life.lines)
    while waiting:
        waiting = [line for line in waiting if not _is_ready(life, line)]
        died = life.died()
        if died is not None:
            for line in waiting:
                _is_ready(life, line)  # which may tell more
            raise _gone(life, died)
        now = time.monotonic()
        if waiting and (now - looked > _ELSEWHERE or now - begun > within):
            looked = now
            hangs, why = _why_not_ready(life)
            if hangs or now - begun > within:
                says = f"{life.name} was not ready within {now - begun:.2g} s{why}"
                raise ServerError(says, life.house.output.text())


_TAKEN: Final = "address already in use"


def _is_ready(life: Life, line: Channel) -> bool:
    try:
        message = line.take("failed", "ready", within=_GLANCE) or {}
    except Closed:
        raise _gone(life, life.died(_SETTLED) or "it has closed the line to us") from None
    if "failed" in message:
        printed = life.house.output.text(_SETTLED)
        raise ServerError(one_line(str(message["failed"])), f"{printed}{message.get('trace', '')}")
    return "ready" in message


def _gone(life: Life, died: str, content: bool = False) -> ServerError:
    output = life.house.output.text(_SETTLED)
    why = telling_line(output)
    advice = "; a server has to stay in the foreground" if content else ""
    if _TAKEN in output:
        advice = "; something else has that port: let the command say {port} where its port belongs"
    says = f"{life.name}: {died} before it was ready{advice}{f': {why}' if why else ''}"
    return ServerError(says, output)


def _why_not_ready(life: Life) -> tuple[bool, str]:
    """Whether it serves on its own while it is imported, so that it never will be; and where it is."""
    at, _ = life.where()
    why = f"; it is still in {at}" if at else ""
    elsewhere = life.house.listening() - {life.port}
    if not elsewhere:
        return False, why
    ports = " and ".join(map(str, sorted(elsewhere)))
    advice = "a server is started only under `if __name__ == ...`"
    return bool(_SERVES.search(at)), f"{why}; it listens on port {ports} itself: {advice}"


# ------------------------------------------------------------------ a command


def launch_command(spec: CommandSpec, quarters: Quarters, port: int) -> Life:
    """Run a command, and return once its port takes connections.

    Raises:
        ServerError: with the reason, from what it printed.
    """
    with contextlib.ExitStack() as ours:
        # Behind a relay it listens in a network of its own, and the port on this machine is ours to open.
        own = quarters.relays or not port
        outer = ours.enter_context(_listen(port, at_once=False)) if own else None
        port = outer.getsockname()[1] if outer else port
        if outer and quarters.relays:
            quarters.fence(outer)
        relay = (outer.fileno(), port) if outer and quarters.relays else None
        if not quarters.relays:
            ours.close()
        env = {**_PYTHON, "PORT": str(port), **(spec.env or {})}
        command = _split(spec.command, port)
        path = quarters.path(env)
        if shutil.which(command[0], path=path) is None and not (quarters.folder / command[0]).is_file():
            outside = f": what it sees of this machine is {path}" if shutil.which(command[0]) else ""
            raise ServerError(f"there is no command {one_line(command[0])!r} here{outside}")
        if not relay and _connects(port):
            raise ServerError(f"port {port} is taken: another server answers there")
        house = House(
            [command], [[]], quarters=quarters, env=env, memory=spec.memory, relay=relay, shares=True
        )
    life = Life(command[0], port, house)
    _or_stop(life, spec, lambda: _await_command(life, spec))
    return life


def _split(command: str, port: int) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as problem:
        raise ServerError(f"the command can't be split into words: {problem}") from None
    if not words:
        raise ServerError("the command is empty")
    return [word.replace("{port}", str(port)) for word in words]


def _await_command(life: Life, spec: CommandSpec) -> None:
    begun = time.monotonic()
    told = "{port}" in spec.command or re.search(rf"\b{life.port}\b", spec.command) is not None
    looked = begun
    while not _connects(life.port):
        died = life.died(_GLANCE)
        if died is not None:
            raise _gone(life, died, 0 in life.house.exited.values())
        now = time.monotonic()
        if now - looked < _ELSEWHERE and now - begun < spec.ready_within:
            continue
        looked = now
        elsewhere = life.house.listening()
        late = now - begun > spec.ready_within
        if elsewhere and life.port not in elsewhere and (late or not told):
            raise ServerError(_elsewhere(life.port, elsewhere, told=told), life.house.output.text())
        if late:
            raise _late(life, spec.ready_within)


def _elsewhere(port: int, ports: set[int], *, told: bool) -> str:
    found = " and ".join(map(str, sorted(ports)))
    mend = "" if told else "; the command has to say {port} where its port belongs, or to read $PORT"
    return f"the server listens on port {found}, not on {port}, which it was given{mend}"


def _late(life: Life, within: float) -> ServerError:
    output = life.house.output.text()
    why = telling_line(output)
    says = f"{life.name} did not listen on port {life.port} within {within:g} s"
    return ServerError(f"{says}{f'; the last it printed: {why}' if why else ''}", output)


def _connects(port: int) -> bool:
    """Whether somebody takes a connection there, and holds it (a proxy with nothing behind it does not)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as sock:
            sock.settimeout(_HELD)
            return sock.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
