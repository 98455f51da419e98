"""The built-in specs and targets in a form that is read in a millisecond: records, as msgpack. Shell.

A wheel brings it along (`hatch_build.py`). In a checkout, or where somebody has changed an installed spec,
it is kept beside the specs, as Python keeps the bytecode of a module: in `__pycache__`, only where bytecode
may be written, and silently not at all where it can't. Either is used only while its key fits, which is a
digest of the specs and of the code that reads them: what is stale is never read.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from conformance.errors import ConformanceError
from conformance.load.folder import PACKAGE, specs_folder, target_paths
from conformance.model import Suite, Target

__all__ = ["Compiled", "built_in", "compile_specs"]

ROOMS: Final = (
    "load", "verbs", "sending", "clients", "claims", "matchers", "language", "content", "oracle", "fields",
    "model",
)  # fmt: skip
"""Whose code has a say in what the files come to: all that the reader imports."""
_NAME: Final = "specs.msgpack"


class Compiled(msgspec.Struct, frozen=True):
    """What the files of a folder come to.

    Args:
        key: of the files and the code; see `key_of`.
        targets: by name.
    """

    key: str
    suite: Suite
    targets: Mapping[str, Target]


@functools.cache
def built_in() -> Compiled | None:
    """What the built-in files come to; None where something in them is wrong."""
    return compiled(specs_folder(), PACKAGE)


def compiled(folder: Path, package: Path) -> Compiled | None:
    """What the files of a folder come to, by the code of a package.

    None where something in a file is wrong, or some of the code is not there: whoever reads them says what.
    """
    key = key_of(folder, package)
    if not key:
        return None
    kept = _beside(folder)
    for path in (package / "load" / _NAME, kept):
        found = _read(path) if path is not None else None
        if found is not None and found.key == key:
            return found
    try:
        made = from_files(folder, key)
    except ConformanceError:
        return None
    if kept is not None and not sys.dont_write_bytecode:
        _keep(kept, msgspec.msgpack.encode(made))
    return made


def compile_specs(folder: Path, package: Path) -> bytes:
    """What a wheel brings along.

    Raises:
        ConformanceError: something in a file is wrong.
    """
    return msgspec.msgpack.encode(from_files(folder, key_of(folder, package)))


def key_of(folder: Path, package: Path) -> str:
    """A digest of the files and of the code that reads them; "" where some of it is not there to be read."""
    digest = hashlib.sha256()
    code = list(_code(package))
    for path, name in (*code, *_files(folder)):
        try:
            content = path.read_bytes()
        except OSError:
            return ""
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest() if code else ""


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in (*sorted(folder.glob("*.yaml")), *target_paths(folder).values()):
        yield path, f"specs/{path.relative_to(folder).as_posix()}"


def _code(package: Path) -> Iterator[tuple[Path, str]]:
    for room in ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            yield path, path.relative_to(package).as_posix()


def from_files(folder: Path, key: str) -> Compiled:
    # Both take what reads YAML, which is what is spared otherwise.
    from conformance.load.reader import read_suite  # noqa: PLC0415
    from conformance.load.targetfile import read_target  # noqa: PLC0415

    targets = {name: read_target(path, built_in=True) for name, path in target_paths(folder).items()}
    return Compiled(key, read_suite(folder), targets)


# Made here, while nobody else imports this file: of two threads that decode by new types at once, msgspec
# lets one find them half made, and the process dies of that.
_DECODER: Final = msgspec.msgpack.Decoder(Compiled)


def _beside(folder: Path) -> Path | None:
    """Where it is kept, with the bytecode of a module that would stand among the specs."""
    try:
        return Path(importlib.util.cache_from_source(str(folder / "specs.py"))).with_name(_NAME)
    except NotImplementedError:  # this Python keeps none
        return None


def _read(path: Path) -> Compiled | None:
    collecting = gc.isenabled()
    gc.disable()  # thousands of things and none of them garbage: looking through them takes longer than this
    try:
        return _DECODER.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    finally:
        if collecting:
            gc.enable()


def _keep(path: Path, content: bytes) -> None:
    """Write it whole or not at all: others may read it at this moment, or write it, too."""
    temporary = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
