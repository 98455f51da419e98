"""What of the machine is seen in a sandbox: the system, the interpreter and its packages, what serves.

No home, no folder of anybody's, no spec, no result. Pure but for looking which folders are there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

__all__ = ["OURS", "ROOT", "binds", "on_path", "roots"]

ROOT: Final = Path(__file__).resolve().parents[3]  # of the suite: the folder that holds its package
_PACKAGE: Final = ROOT / "conformance"
OURS: Final = (
    *("__init__.py", "version.py"),
    *("servers/__init__.py", "servers/runner.py", "servers/inside"),
)
"""Of the package, what runs in the server's process; nothing else of it is there."""

_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
_ETC: Final = (
    *("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "mime.types"),
    *("ssl/certs", "ssl/openssl.cnf", "ca-certificates", "pki"),
)
_INTERPRETER: Final = ("bin", "lib", "lib32", "lib64", "include", "share", "ssl", "pyvenv.cfg")
_PACKAGES: Final = ("site-packages", "dist-packages")


def roots() -> tuple[str, ...]:
    """The folders (and a file) that are seen as they are, and can't be written."""
    prefixes = (sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix)
    real = str(Path(sys.executable).resolve().parents[1])
    # Not the whole of it: an environment may be made in a folder that holds much else, and has a pip.conf.
    interpreter = [str(Path(each, part)) for each in (real, *prefixes) for part in _INTERPRETER]
    packages = [each for each in sys.path if Path(each).name in _PACKAGES]
    found: list[str] = []
    for each in dict.fromkeys((*_SYSTEM, *interpreter, *packages)):
        if not on_path(each, found) and Path(each).exists():
            found.append(each)
    return tuple(found)


def on_path(path: str, folders: Sequence[str]) -> bool:
    """Whether a path is one of these folders, or below one."""
    return any(Path(path).is_relative_to(each) for each in folders)


def binds() -> Iterator[str]:
    """Arguments of bubblewrap, for all that is seen."""
    seen = roots()
    etc = [f"/etc/{each}" for each in _ETC]
    ours = [str(_PACKAGE / each) for each in OURS]
    yield from _ways((*etc, *seen, *([] if on_path(str(_PACKAGE), seen) else ours)))
    for each in seen:
        if Path(each).is_symlink() and Path(each).resolve().is_relative_to("/usr"):
            yield from ("--symlink", str(Path(each).readlink()), each)
        else:
            yield from ("--ro-bind", each, each)
    for each in etc:
        yield from ("--ro-bind-try", each, each)
    # Over whatever of the suite is there, checks included; and nothing is added to it from inside.
    yield from ("--tmpfs", str(_PACKAGE))
    yield from _ways(ours, below=_PACKAGE)
    for each in ours:
        yield from ("--ro-bind", each, each)
    yield from ("--remount-ro", str(_PACKAGE))


def _ways(paths: Sequence[str], below: Path = Path("/")) -> Iterator[str]:
    """The folders above these, open to all: bubblewrap would make them for their owner alone."""
    above = {parent for each in paths for parent in Path(each).parents if parent.is_relative_to(below)}
    for each in sorted(above - {below}):
        yield from ("--perms", "0755", "--dir", str(each))
