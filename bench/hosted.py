"""The tier `lesson` on a server that the suite starts, TTL 30 s, its clock moved.

Against the least that it could cost: starting the same app under plain uvicorn and sending the same
requests with a bare httpx.Client, in a process of its own as well.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from conformance.report.codec import content_in
from measure import paired, row, seconds

from conformance.servers import AppSpec, start

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
    client.request(method, path, headers=headers, content=body.encode())
server.terminate()
server.wait()
"""


def _asked(report: Path) -> list[tuple[str, str, list[list[str]], str]]:
    """The requests of a run, each once: a timeline's stand in several checks."""
    seen: dict[tuple[str, float, int], tuple[str, str, list[list[str]], str]] = {}
    for check in json.loads(report.read_text())["checks"]:
        for each in check["exchanges"]:
            if each.get("through"):
                continue
            path = "/" + each["url"].split("/", 3)[3]
            headers = [h for h in each["request_headers"] if h[0].lower() not in ("host", "content-length")]
            key = (path, each["sent_at"], each["connection"])
            seen[key] = (each["method"], path, headers, content_in(each["request_body"]).decode())
    return list(seen.values())


def main() -> bool:
    """Print time and ratio; true where both are within the budget."""
    with tempfile.TemporaryDirectory() as folder:
        report, asked = Path(folder) / "report.json", Path(folder) / "asked.json"
        run = [sys.executable, "-m", "conformance", "run", "--app", APP]
        subprocess.run([*run, "--report", str(report)], check=True, stdout=subprocess.DEVNULL)
        asked.write_text(json.dumps(_asked(report)))

        def ours() -> None:
            subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def bare() -> None:
            subprocess.run([sys.executable, "-c", _BARE, str(asked)], check=True)

        mine, theirs, ratio = paired(ours, bare, 7)
    held = row("--app, TTL 30 s, from command to verdicts", f"{mine:.2f} s", "2 s", held=mine <= 2)  # noqa: PLR2004
    found = f"{ratio:.2f} ({mine:.2f} : {theirs:.2f} s)"
    held &= row("    against the same app and requests, bare", found, "1.50", held=ratio <= 1.5)  # noqa: PLR2004
    with start(AppSpec(APP)) as server:
        moves = [seconds(lambda: server.move(31)) * 1000 for _ in range(100)]
    move = statistics.median(moves)
    return row("a move of the clock", f"{move:.2f} ms", "2 ms", held=move <= 2) and held  # noqa: PLR2004


if __name__ == "__main__":
    main()
