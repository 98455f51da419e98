"""The built-in specs, as they were compiled, or any folder of specs, from its files -> Suite. Shell.

It must not import what only reading files takes (YAML, JSON Schema): most runs read none.
"""

from __future__ import annotations

import functools
from pathlib import Path

from conformance.load.compiled import built_in
from conformance.load.folder import specs_folder
from conformance.model import Suite

__all__ = ["load"]


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
