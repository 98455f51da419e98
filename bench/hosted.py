"""The tier `lesson` on a server that the suite starts, TTL 30 s, its clock moved.

Against the least that it could cost: starting the same app under plain uvicorn and sending the same
requests with a bare httpx.Client, in a process of its own as well. Those are the requests that the report
tells: a flood of keys sends as many again, which are left out, so the ratio is on the safe side.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from measure import ROOT, Figure, compiled, figure, in_turns, ratios, run, spent

from conformance.report.write import read
from conformance.servers.server import start
from conformance.servers.specs import AppSpec

APP: Final = "reference_impl.app:app"
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
_OF_HTTPX: Final = ("host", "content-length")

Asked = tuple[str, str, list[tuple[str, str]], str]


def _asked(path: Path) -> list[Asked]:
    """The requests of a run that went to the server."""
    report = read(path)
    found: list[Asked] = []
    for record in report.records.values():
        for exchange in (exchange for step in record.steps for exchange in step.exchanges):
            if exchange.through is not None:  # what a client cache answered; what it asked stands beside it
                continue
            request = exchange.request
            headers = [each for each in request.headers if each[0].lower() not in _OF_HTTPX]
            body = base64.b64encode(request.body).decode()
            found.append((request.method, request.url.removeprefix(report.base_url), headers, body))
    return found


def figures(*, quick: bool) -> Iterator[Figure]:
    """The ratio, the time, and what a move of the clock takes."""
    env = compiled()
    with tempfile.TemporaryDirectory() as folder:
        report, asked = Path(folder) / "report.json", Path(folder) / "asked.json"
        whole = [sys.executable, "-m", "conformance", "run", "--app", APP]
        ours = [*whole, "--no-restart"]  # the bare one starts once, too
        run([*ours, "--report", str(report)], cwd=ROOT)
        asked.write_text(json.dumps(_asked(report)))
        bare = [sys.executable, "-c", _BARE, str(asked)]
        rounds = 5 if quick else 15
        pairs = in_turns(lambda: run(ours, cwd=ROOT, env=env), lambda: run(bare, cwd=ROOT, env=env), rounds)
        seconds = [run(whole, cwd=ROOT, env=env).wall for _ in range(rounds)]
    says = "--app against a bare start and the same requests"
    yield figure("hosted", says, ratios(pairs, "wall"), "", 1.35)
    yield figure("hosted-cpu", "    in CPU time, the server's included", ratios(pairs, "cpu"))
    yield figure(
        "hosted-seconds", "    from command to verdicts, the fresh start included", seconds, "s", 2.0
    )
    with start(AppSpec(APP, ROOT)) as server:
        moves = [spent(lambda: server.move(31)).wall * 1000 for _ in range(100)]
    yield figure("clock-move-ms", "a move of the clock", moves, "ms", 2.0)
