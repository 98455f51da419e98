"""The build hook: compiles the specs, so that nobody's run of an installed suite reads YAML.

Hatchling runs it (pyproject.toml). It must not be imported by anything of ours.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "conformance/load/specs.msgpack"


class CompiledSpecs(BuildHookInterface):  # type: ignore[type-arg, misc]
    """Adds the compiled specs to a wheel; an editable install compiles its own, whenever they change."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile them."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        from conformance.load.compiled import compile_specs  # noqa: PLC0415 (from this tree, just now)

        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "specs.msgpack"
        path.write_bytes(compile_specs(root / "specs", root / "conformance"))
        build_data["force_include"][str(path)] = TARGET

    def finalize(self, _version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        """Leave nothing behind."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()
