"""The built-in specs, as they were compiled, or any folder of specs, from its files -> Suite. Shell.

It must not import what only reading files takes (YAML, JSON Schema): most runs read none.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from conformance.load.compiled import built_in
from conformance.load.folder import files, specs_folder
from conformance.model import Suite

__all__ = ["load", "load_with"]


@functools.cache
def load(folder: Path | None = None) -> Suite:
    """All specs of a folder, by default the built-in ones.

    Raises:
        SpecError: something in a file is wrong; with file and line.
    """
    held = built_in() if folder is None else None
    if held is not None:
        return held.suite
    from conformance.load.reader import read_suite  # noqa: PLC0415 (see above)

    return read_suite(folder or specs_folder())


def load_with(own: Sequence[str | Path], here: Path | None = None) -> Suite:
    """The built-in specs, and checks of the user's own beside them.

    Args:
        own: files, and folders of files.
        here: the folder that they are named from; None is the current one.

    Raises:
        SpecError: something in a file is wrong; with file and line.
    """
    if not own:
        return load()
    from conformance.load.own import beside  # noqa: PLC0415 (see above)

    here = here or Path.cwd()
    return beside(load(), files(own, here), here)
