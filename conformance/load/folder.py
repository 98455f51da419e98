"""Where the built-in specs are, and which files of a folder are specs or targets. Shell.

It must not know what stands in a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from conformance.errors import SpecError

PACKAGE: Final = Path(__file__).parent.parent
REGISTER: Final = "requirements.yaml"
SUFFIXES: Final = (".yaml", ".yml")


def specs_folder() -> Path:
    """Where the built-in specs are: inside the installed package, or at the top of the checkout."""
    inside = PACKAGE / "specs"
    return inside if inside.is_dir() else PACKAGE.parent / "specs"


def spec_paths(folder: Path) -> list[Path]:
    """The spec files of a folder, by name; `load` takes them in the order of the register's topics."""
    return sorted(p for p in folder.glob("*.yaml") if p.name != REGISTER)


def target_paths(folder: Path) -> dict[str, Path]:
    """The targets of a folder of specs, each by its name."""
    return {p.stem: p for p in sorted((folder / "targets").glob("*.yaml"))}


def files(paths: Iterable[str | Path], here: Path) -> tuple[Path, ...]:
    """The files that are meant, each once: a path is a file, or a folder of them.

    Raises:
        SpecError: there is none.
    """
    found: dict[Path, None] = {}
    for each in paths:
        path = here / each
        inside = sorted(p for p in path.iterdir() if p.suffix in SUFFIXES) if path.is_dir() else [path]
        if not inside:
            raise SpecError("holds no spec files (*.yaml)", str(each))
        found |= dict.fromkeys(p.resolve() for p in inside)
    return tuple(found)


def named(path: Path, here: Path) -> str:
    """A file as node ids and errors have it: below the folder that is stood in, or by its own folder."""
    here = here.resolve()
    if path.is_relative_to(here):
        return path.relative_to(here).as_posix()
    return f"{path.parent.name}/{path.name}"
