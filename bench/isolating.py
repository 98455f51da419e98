"""What isolation costs: a submission of FastAPI, started, asked once and ended, in a sandbox and without.

Of the wall: what dies in a namespace of processes is counted by nobody's processor time. Where there is no
bubblewrap nothing is told.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Final

from measure import ROOT, Figure, Spent, figure, in_turns, spent

from conformance.servers import AppSpec, start
from conformance.servers.isolation import chosen

_APP: Final = ROOT / "reference_impl"


def figures(*, quick: bool) -> Iterator[Figure]:
    """The whole of a life, as a multiple of one that is not isolated; and the difference."""
    if chosen("auto").name != "namespaces":
        return
    pairs = in_turns(lambda: _life("namespaces"), lambda: _life("none"), 5 if quick else 15)
    times = [a.wall / b.wall for a, b in pairs]
    yield figure(
        "isolated-start-times", "a start in a sandbox, as a multiple of one without", times, "x", 1.35
    )
    more = [1000 * (a.wall - b.wall) for a, b in pairs]
    yield figure("isolated-ms", "what a life in a sandbox takes more", more, "ms")


def _life(level: str) -> Spent:
    def live() -> None:
        with start(AppSpec("lesson:app", _APP, isolate=level)) as server:
            urllib.request.urlopen(f"{server.url}/items/").close()  # noqa: S310 - our own address

    return spent(live)
