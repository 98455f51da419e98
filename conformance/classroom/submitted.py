"""A folder, or what was packed of one -> what an audit looks through, and what it can't. Shell.

Whichever door a submission comes in by, the same files are read here, whole, and come to the same digest. It
must not know who is looked at a second time, nor why.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES
from pathlib import Path
from typing import Final

from conformance.classroom.packing import ENVIRONMENT, LEFT_OUT, Item, Packed, Unfit, pack_folder
from conformance.grading.auditing import Submitted
from conformance.report.safe import safe

__all__ = ["reader", "submitted_in", "submitted_of"]

_SOURCE: Final = b".py"
_SEALED: Final = tuple(
    each.encode() for each in (*EXTENSION_SUFFIXES, *BYTECODE_SUFFIXES, ".zip", ".egg", ".whl", ".pyz")
)
"""How the names of files end that Python imports, or imports from, and nobody reads."""
_MOST_ENTRIES: Final = 50_000
_SHOWN: Final = 100  # characters of a path
_TOLD: Final = 20


def submitted_of(packed: Packed) -> Submitted:
    """What was taken along; all else is not there where the submission runs, and need not be read."""
    sources = tuple((_named(i.path), i.data) for i in packed.items if i.path.endswith(_SOURCE))
    sealed = (_says(i.path, len(i.data)) for i in packed.items if i.path.endswith(_SEALED))
    unfit = (f"any of it: {packed.unfit}",) if packed.unfit else ()
    return Submitted(sources, _digest(packed.items), (*unfit, *_listed(sealed)))


def reader(folder: Path, isolation: str) -> Callable[[], Submitted]:
    """What reads a folder that a server is to run in, once it is asked: a few are looked at.

    Where nothing keeps the server from writing there it is read now, before it runs.
    """
    if isolation != "none":
        return functools.partial(submitted_in, folder)
    found = submitted_in(folder)
    return lambda: found


def submitted_in(folder: Path) -> Submitted:
    """What a server runs in place: beside what would be packed of it, there is what would be left out."""
    try:
        packed = pack_folder(folder)
    except Unfit as problem:
        packed = Packed(unfit=str(problem))
    except OSError as problem:
        packed = Packed(unfit=f"it can't be read: {problem.strerror or problem}")
    made = submitted_of(packed)
    if packed.unfit:
        return made
    usual, others = _not_taken(os.fsencode(os.path.realpath(folder)), {i.path for i in packed.items})
    return Submitted(made.sources, made.digest, _listed((*made.sealed, *others)), _listed(usual))


def _digest(items: Collection[Item]) -> str:
    """SHA-256 over all code: what a run writes beside it, such as a report, makes it no other submission."""
    made = hashlib.sha256()
    for item in items:
        if item.path.endswith((_SOURCE, *_SEALED)):
            made.update(hashlib.sha256(item.path).digest() + hashlib.sha256(item.data).digest())
    return made.hexdigest()


def _not_taken(root: bytes, taken: Collection[bytes]) -> tuple[list[str], list[str]]:
    """What of a folder was not packed and holds code: what lies in any such folder, and what does not."""
    usual, others, count = [], [], 0
    for place, folders, files in os.walk(root):
        below = os.path.relpath(place, root)
        prefix = b"" if below == b"." else below + b"/"
        for name in sorted(folders):
            path = os.path.join(place, name)  # noqa: PTH118 - bytes
            if os.path.islink(path):  # noqa: PTH114
                if not os.path.realpath(path).startswith(root + b"/"):  # else it is read where it lies
                    others.append(f"{_named(prefix + name)}, a link to a folder elsewhere")
            elif name in LEFT_OUT or os.path.lexists(path + b"/" + ENVIRONMENT):
                folders.remove(name)
                size = sum(_sizes(path))
                usual += [_says(prefix + name, size)] if size else []
        folders.sort()
        code = [each for each in sorted(files) if each.endswith((_SOURCE, *_SEALED))]
        left = [each for each in code if prefix + each not in taken]
        others += [_says(prefix + each, _size(os.path.join(place, each))) for each in left]  # noqa: PTH118
        count += len(folders) + len(files)
        if count > _MOST_ENTRIES:
            others.append(f"what is behind the first {_MOST_ENTRIES} files and folders")
            break
    return usual, others


def _sizes(folder: bytes) -> Iterator[int]:
    for place, _, files in os.walk(folder):
        yield from (_size(os.path.join(place, f)) for f in files if f.endswith((_SOURCE, *_SEALED)))  # noqa: PTH118


def _size(path: bytes) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - bytes
    except OSError:
        return 0


def _named(path: bytes) -> str:
    return safe(os.fsdecode(path), _SHOWN)


def _says(path: bytes, size: int) -> str:
    return f"{_named(path)}, {size} bytes"


def _listed(some: Collection[str] | Iterator[str]) -> tuple[str, ...]:
    told = list(some)
    more = [f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
    return (*told[:_TOLD], *more)
