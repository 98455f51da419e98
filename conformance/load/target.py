"""A built-in target, as it was compiled, or a target file of the user's -> Target. Shell.

It must not import what only reading files takes (YAML, JSON Schema): see `specs.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from conformance.errors import TargetError
from conformance.guesses import guessed
from conformance.load.compiled import built_in
from conformance.load.folder import specs_folder, target_paths
from conformance.model import Target

__all__ = ["DEFAULT", "built_in_targets", "load_target", "target_text"]

DEFAULT: Final = "lesson"


def load_target(name: str = DEFAULT, overrides: Sequence[str] = (), require: Sequence[str] = ()) -> Target:
    """A built-in target by its name, or a target file by its path.

    Args:
        name: a built-in target's name, or a path.
        overrides: such as "cached-time.ttl=5"; see `--conformance-set`.
        require: what may not be lacking, such as "items.create,cached-time.clear".

    Raises:
        TargetError: there is none, something in it is wrong, or an override does not fit.
    """
    own = target_paths(specs_folder()).get(name)
    held = built_in() if own is not None and not overrides and not require else None
    if held is not None:
        return held.targets[name]
    from conformance.load.targetfile import read_target  # noqa: PLC0415 (see above)

    return read_target(own or _file(name), overrides, require, built_in=own is not None)


def built_in_targets() -> tuple[str, ...]:
    """The names of the built-in targets."""
    return tuple(target_paths(specs_folder()))


def target_text(name: str) -> str:
    """A built-in target as it is written, to start one's own from, but for where its schema lies here.

    Raises:
        TargetError: there is none of that name.
    """
    own = target_paths(specs_folder()).get(name)
    if own is None:
        names = ", ".join(built_in_targets())
        raise TargetError(f"is no built-in target; there are {names}", name)
    here, _, text = own.read_text("utf-8").partition("\n")
    return text if here.startswith("# yaml-language-server:") else f"{here}\n{text}"


def _file(name: str) -> str:
    with suppress(OSError):  # such as a name that is too long
        if Path(name).is_file():
            return name
    names = built_in_targets()
    says = f"is no target file, and no built-in target either ({', '.join(names)})"
    raise TargetError(says if "/" in name else guessed(says, name, names), name)
