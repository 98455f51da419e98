"""What the plugin costs whoever has it installed and does not use it, and what one item costs.

The starts are compared between two folders of the same packages, one of them with cache-conformance as its
wheel would install it, in turns; told is the median of the differences.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from installed import Sites, sites
from measure import ROOT, Figure, figure, in_turns, reference

FOREIGN: Final = "import pytest\n\n@pytest.mark.parametrize('n', range(50))\ndef test_n(n): pass\n"
TARGET: Final = "name: bench\nresources:\n  items: {read: GET /items/, json: array, etag: true}\n"
_PLAIN: Final = ("-q", "-p", "no:cacheprovider")


def figures(*, quick: bool) -> Iterator[Figure]:
    """The plugin unused, with bytecode and without; and an item."""
    with sites() as made:
        for compiled, how in ((True, ""), (False, ", no bytecode")):
            yield _unused(made, compiled, how, 9 if quick else 25)
        yield _item(made.work, 3 if quick else 7)


def _unused(made: Sites, compiled: bool, how: str, rounds: int) -> Figure:
    foreign = made.work / "foreign"
    foreign.mkdir(exist_ok=True)
    foreign.joinpath("test_foreign.py").write_text(FOREIGN)
    without, ours = (made.site(folder, compiled=compiled) for folder in (made.without, made.ours))
    args = ("--collect-only", *_PLAIN)
    pairs = in_turns(
        lambda: ours.run("pytest", *args, cwd=foreign),
        lambda: without.run("pytest", *args, cwd=foreign),
        rounds,
    )
    key = "unused-ms" if compiled else "unused-no-bytecode-ms"
    says = f"the plugin installed and unused, CPU time{how}"
    return figure(key, says, [(a.cpu - b.cpu) * 1000 for a, b in pairs], "ms", 10.0)


_ITEMS: Final = """
import time
import pytest

class Timed:
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session):
        conductor = session.config.pluginmanager.getplugin("conformance-session-run").conductor
        conductor.select([item.run_id for item in session.items])
        conductor.answer(session.items[0].run_id)
        conductor.engine.wait()
        begun = time.process_time()
        result = yield
        print("ITEM", (time.process_time() - begun) / len(session.items) * 1000)
        return result

def pytest_configure(config):
    config.pluginmanager.register(Timed())
"""


def _item(work: Path, rounds: int) -> Figure:
    """One item whose verdict is there already: everything that pytest and the plugin do for it."""
    work.joinpath("timed.py").write_text(_ITEMS)
    work.joinpath("bench.yaml").write_text(TARGET)
    plugins = ("-p", "pytest_base_url.plugin", "-p", "conformance.plugin", "-p", "timed")
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{work}:{ROOT}"}
    took = []
    with reference() as url:
        command = [sys.executable, "-m", "pytest", *plugins, *_PLAIN, "-s", "--conformance"]
        command += ["--base-url", url, "--conformance-target=bench.yaml"]
        for _ in range(rounds):
            ran = subprocess.run(command, cwd=work, env=env, check=True, capture_output=True, text=True)
            took.append(float(ran.stdout.partition("ITEM ")[2].split()[0]))
    return figure("item-ms", "an item whose verdict is there, CPU time", took, "ms", 1.0)
