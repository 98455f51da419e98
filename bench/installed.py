"""Folders of packages, as pip would fill them: what the suite needs, without the suite and with it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from measure import ROOT, Spent, run

from conformance.load.compiled import compile_specs


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of packages.

    Args:
        compiled: where bytecode is kept; None: nowhere, as under PYTHONDONTWRITEBYTECODE=1.
    """

    folder: Path
    compiled: Path | None

    @property
    def environment(self) -> dict[str, str]:
        """That of a process that has these packages and no others."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
        env["PYTHONPATH"] = str(self.folder)
        if self.compiled is None:
            return env | {"PYTHONDONTWRITEBYTECODE": "1"}
        return env | {"PYTHONPYCACHEPREFIX": str(self.compiled)}

    def command(self, module: str, *args: str) -> list[str]:
        """To run a module of these packages."""
        return [sys.executable, "-S", "-m", module, *args]

    def run(self, module: str, *args: str, cwd: Path, codes: Sequence[int] = (0,)) -> Spent:
        """What a module takes."""
        return run(self.command(module, *args), codes=codes, cwd=cwd, env=self.environment)


@dataclass(frozen=True, slots=True)
class Sites:
    """Both folders, and room for more.

    Args:
        empty: a folder with nothing in it.
    """

    without: Path
    ours: Path
    work: Path
    empty: Path

    def site(self, folder: Path, *, compiled: bool = True) -> Site:
        """One of them."""
        return Site(folder, self.work / "compiled" if compiled else None)

    def another(self, name: str, change: Callable[[Path], None]) -> Path:
        """A third one, with ours changed before its specs are compiled."""
        folder = self.work / name
        folder.mkdir()
        _link(folder)
        _install(folder, change)
        return folder


@contextlib.contextmanager
def sites() -> Iterator[Sites]:
    """Fill them, and take them away again."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        made = Sites(work / "without", work / "with", work, work / "empty")
        for folder in (made.without, made.ours, made.empty):
            folder.mkdir()
        _link(made.without)
        _link(made.ours)
        _install(made.ours)
        yield made


def _closure(requirements: Iterable[str]) -> list[metadata.Distribution]:
    """What meets these requirements, and what it needs itself, none of the extras."""
    found: dict[str, metadata.Distribution] = {}
    queue = list(requirements)
    while queue:
        name = re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", queue.pop(), maxsplit=1)[0]).lower()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        needs = found[name].requires or []
        queue += [each for each in needs if "extra ==" not in each]
    return list(found.values())


def _link(folder: Path) -> None:
    """Install by links what ours needs."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    for dist in _closure(needed):
        tops = {file.parts[0] for file in dist.files or () if ".." not in file.parts}
        for top in tops - {"__pycache__"}:
            source = Path(str(dist.locate_file(top)))
            if source.exists() and not (folder / top).exists():
                (folder / top).symlink_to(source)


def _install(folder: Path, change: Callable[[Path], None] = lambda _specs: None) -> None:
    """Lay our package out as the wheel does."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("conformance", "reference_impl"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    package = folder / "conformance"
    shutil.copytree(ROOT / "specs", package / "specs", ignore=ignore)
    change(package / "specs")
    (package / "load" / "specs.msgpack").write_bytes(compile_specs(package / "specs", package))
    info = folder / "cache_conformance-0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: cache-conformance\nVersion: 0\n")
    info.joinpath("entry_points.txt").write_text("[pytest11]\nconformance = conformance.plugin\n")
    files = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
    info.joinpath("RECORD").write_text("".join(f"{p},,\n" for p in files))
