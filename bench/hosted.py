"""A server that the suite starts, TTL 30 s, its clock moved: the tier `lesson`, and all tiers.

Against the least that it could cost: starting the same app under plain uvicorn and sending the same
requests with a bare httpx.Client, in a process of its own as well: all that came to the server, since a
report does not keep all. Two things weigh on our side only: the bare server's clock stands, so that most of
what we make it compute anew is a hit there; and all of ours is told beside a bare run without the flood of
keys (`-without-flood`), which is how earlier figures were taken.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any, Final

from measure import ROOT, Figure, Pairs, compiled, figure, in_turns, ratios, run, spent

from conformance.servers.server import start
from conformance.servers.specs import AppSpec

APP: Final = "reference_impl.app:app"
_ONCE: Final = "--no-restart"  # the bare one starts once, too
_BARE: Final = """
import base64, json, socket, subprocess, sys, time
import httpx
asked = json.load(open(sys.argv[1]))
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
command = [sys.executable, "-m", "uvicorn", "reference_impl.app:app", "--log-level", "critical"]
server = subprocess.Popen([*command, "--port", str(port)])
client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
while True:
    try:
        client.get("/openapi.json")
        break
    except httpx.ConnectError:
        time.sleep(0.01)
for method, path, headers, body in asked:
    client.request(method, path, headers=headers, content=base64.b64decode(body))
server.terminate()
server.wait()
"""
_FLOOD: Final = 60  # characters: only a flood of keys asks for longer paths
_RECORDED: Final = """
import base64, json, os
from reference_impl.app import app as inner

async def app(scope, receive, send):
    if scope["type"] != "http":
        return await inner(scope, receive, send)
    came = []
    while not came or came[-1].get("more_body"):
        came.append(await receive())
    body = base64.b64encode(b"".join(each.get("body", b"") for each in came)).decode()
    path = (scope["raw_path"] + b"?" + scope["query_string"]).rstrip(b"?").decode()
    of_httpx = (b"host", b"content-length")
    headers = [(n.decode(), v.decode().strip()) for n, v in scope["headers"] if n not in of_httpx]
    with open(os.environ["ASKED"], "a") as file:
        file.write(json.dumps((scope["method"], path, headers, body)) + chr(10))

    async def again():
        return came.pop(0) if came else await receive()

    await inner(scope, again, send)
"""


def _asked(folder: Path, env: dict[str, str], how: list[str], longest: float) -> list[list[Any]]:
    """The requests of a run, as they came to the server; without those of longer paths."""
    (folder / "recorded.py").write_text(_RECORDED)
    asked = folder / "asked"
    env = {**env, "ASKED": str(asked), "PYTHONPATH": os.pathsep.join((str(ROOT), str(folder)))}
    run([sys.executable, "-m", "conformance", "run", "--app", "recorded:app", *how], cwd=folder, env=env)
    found = [json.loads(line) for line in asked.read_text().splitlines()]
    return [each for each in found if len(each[1]) < longest]


def _pairs(how: list[str], rounds: int, env: dict[str, str], longest: float = inf) -> Pairs:
    """A run, and its requests bare, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "asked.json"
        asked.write_text(json.dumps(_asked(Path(folder), env, how, longest)))
        ours = [sys.executable, "-m", "conformance", "run", "--app", APP, *how]
        bare = [sys.executable, "-c", _BARE, str(asked)]
        return in_turns(lambda: run(ours, cwd=ROOT, env=env), lambda: run(bare, cwd=ROOT, env=env), rounds)


def figures(*, quick: bool) -> Iterator[Figure]:
    """The ratios, the time, and what a move of the clock takes."""
    env = compiled()
    rounds = 5 if quick else 15
    pairs = _pairs([_ONCE], rounds, env)
    whole = [sys.executable, "-m", "conformance", "run", "--app", APP]
    seconds = [run(whole, cwd=ROOT, env=env).wall for _ in range(rounds)]
    says = "--app against a bare start and the same requests"
    yield figure("hosted", says, ratios(pairs, "wall"), "", 1.35)
    yield figure("hosted-cpu", "    in CPU time, the server's included", ratios(pairs, "cpu"))
    floodless = _pairs([_ONCE], rounds, env, _FLOOD)
    yield figure("hosted-without-flood", "    bare without the flood of keys", ratios(floodless, "wall"))
    yield figure(
        "hosted-seconds", "    from command to verdicts, the fresh start included", seconds, "s", 2.0
    )
    all_tiers = _pairs([_ONCE, "--tier", "strict"], 3 if quick else 7, env)
    yield figure("all-tiers", "--app at tier strict, likewise", ratios(all_tiers, "wall"), "", 1.4)
    yield figure("all-tiers-cpu", "    in CPU time, the server's included", ratios(all_tiers, "cpu"))
    yield figure(
        "all-tiers-seconds", "    from command to verdicts", [ours.wall for ours, _ in all_tiers], "s"
    )
    with start(AppSpec(APP, ROOT)) as server:
        moves = [spent(lambda: server.move(31)).wall * 1000 for _ in range(100)]
    yield figure("clock-move-ms", "a move of the clock", moves, "ms", 2.0)
