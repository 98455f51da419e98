"""What the plugin costs: unused at the start of pytest, in collecting all specs, and for each item.

`python bench/plugin_overhead.py [ROUNDS]`. The starts are compared between two folders of the same
packages, one of them with cache-conformance as its wheel would install it, in turns; told is the
median of the differences. The exit code is 1 where a figure is over the limit that its line names.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 25
UNUSED_MS, COLLECT_MS, ITEM_MS = 10.0, 500.0, 1.0
FOREIGN = "import pytest\n\n@pytest.mark.parametrize('n', range(50))\ndef test_n(n): pass\n"
TARGET = "name: bench\nresources:\n  items: {read: GET /items/, json: array, etag: true}\n"


def closure(*names: str) -> list[metadata.Distribution]:
    """These distributions and what they need, none of the extras."""
    found: dict[str, metadata.Distribution] = {}
    queue = list(names)
    while queue:
        name = re.sub(r"[-_.]+", "-", queue.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        needs = found[name].requires or []
        queue += [re.split(r"[^\w.-]", n, maxsplit=1)[0] for n in needs if "extra ==" not in n]
    return list(found.values())


def link(folder: Path, dists: list[metadata.Distribution]) -> None:
    """Install by links."""
    for dist in dists:
        tops = {file.parts[0] for file in dist.files or () if ".." not in file.parts}
        for top in tops - {"__pycache__"}:
            source = Path(str(dist.locate_file(top)))
            if source.exists() and not (folder / top).exists():
                (folder / top).symlink_to(source)


def install_ours(folder: Path) -> None:
    """Lay our package out as the wheel does."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("conformance", "reference_impl"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copytree(ROOT / "specs", folder / "conformance" / "specs")
    info = folder / "cache_conformance-0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: cache-conformance\nVersion: 0\n")
    info.joinpath("entry_points.txt").write_text("[pytest11]\nconformance = conformance.plugin\n")
    files = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    info.joinpath("RECORD").write_text("".join(f"{p},,\n" for p in files))


def start(site: Path, args: list[str], cwd: Path, *, compiled: Path | None) -> float:
    """Milliseconds of one pytest process."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
    env["PYTHONPATH"] = str(site)
    env |= {"PYTHONPYCACHEPREFIX": str(compiled)} if compiled else {"PYTHONDONTWRITEBYTECODE": "1"}
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-S", "-m", "pytest", *args], cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL
    )
    return (time.perf_counter() - begun) * 1000


def told(what: str, value: float, limit: float) -> bool:
    """Print a figure; whether it is within its limit."""
    print(f"{what:<64} {value:8.2f} ms   (at most {limit:g})")
    return value <= limit


def starts(rounds: int, work: Path) -> bool:
    """The plugin installed and unused, and all specs collected."""
    ours = [d for d in closure("cache-conformance") if d.name != "cache-conformance"]
    without, with_it, foreign = work / "without", work / "with", work / "foreign"
    for folder in (without, with_it, foreign):
        folder.mkdir()
    link(without, ours)
    link(with_it, ours)
    install_ours(with_it)
    foreign.joinpath("test_foreign.py").write_text(FOREIGN)
    good = True
    for compiled in (work / "compiled", None):
        how = "compiled" if compiled else "PYTHONDONTWRITEBYTECODE=1"
        for args in (["--version", "--version"], ["--collect-only", "-q", "-p", "no:cacheprovider"]):
            pairs = []
            for number in range(rounds + 1):
                order = (without, with_it) if number % 2 else (with_it, without)
                took = {site: start(site, args, foreign, compiled=compiled) for site in order}
                pairs.append(took[with_it] - took[without])
            what = f"unused: pytest {' '.join(args[:2])}, {how}"
            good &= told(what, statistics.median(pairs[1:]), UNUSED_MS)
    args = ["--conformance", "--collect-only", "-q", "-p", "no:cacheprovider"]
    took = [start(with_it, args, foreign, compiled=work / "compiled") for _ in range(rounds + 1)]
    return (
        told("all specs: pytest --conformance --collect-only", statistics.median(took[1:]), COLLECT_MS) & good
    )


ITEMS = """
import time
import pytest

class Timed:
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session):
        conductor = session.config.pluginmanager.getplugin("conformance-session-run").conductor
        conductor.select([item.run_id for item in session.items])
        conductor.answer(session.items[0].run_id)
        conductor.engine.wait()
        begun = time.perf_counter()
        result = yield
        print("ITEM", (time.perf_counter() - begun) / len(session.items) * 1000)
        return result

def pytest_configure(config):
    config.pluginmanager.register(Timed())
"""


def items(rounds: int, work: Path) -> bool:
    """One item whose verdict is there already: everything that pytest and the plugin do for it."""
    sys.path.insert(0, str(ROOT))
    from reference_impl.serve import start as serve  # noqa: PLC0415 (an extra)

    work.joinpath("timed.py").write_text(ITEMS)
    work.joinpath("bench.yaml").write_text(TARGET)
    plugins = ("-p", "pytest_base_url.plugin", "-p", "conformance.plugin", "-p", "timed")
    command = [
        sys.executable,
        "-m",
        "pytest",
        *plugins,
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        "--conformance",
    ]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{work}:{ROOT}"}
    took = []
    with serve() as server:
        command += ["--base-url", server.url, "--conformance-target=bench.yaml"]
        for _ in range(rounds):
            run = subprocess.run(command, cwd=work, env=env, check=True, capture_output=True, text=True)
            took.append(float(run.stdout.partition("ITEM ")[2].split()[0]))
    return told("one item, its verdict being there", statistics.median(took), ITEM_MS)


def main() -> int:
    """Measure everything."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        good = starts(rounds, work)
        good &= items(max(5, rounds // 5), work)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
