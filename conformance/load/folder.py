"""Where the built-in specs are, and which files of a folder are specs or targets. Shell.

It must not know what stands in a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent.parent
REGISTER: Final = "requirements.yaml"


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
