"""Which of pytest's arguments mean specs, and where those lie.

Node ids begin with `specs/` in every folder, so that one copied from a summary selects its check
anywhere. It must not know what a spec holds.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from conformance.load.folder import SUFFIXES, files, spec_paths, specs_folder


def own(config: pytest.Config, asked: Sequence[str]) -> tuple[Path, ...]:
    """The files of the user's own: those that are asked for, and those that the arguments name.

    Raises:
        SpecError: one is not there.
    """
    here, folder = config.invocation_params.dir, specs_folder()
    args = (_as_typed(str(arg), here, config.rootpath) for arg in config.args)
    named = [path for arg in args if (path := _own(arg, here, folder)) is not None]
    return files((*asked, *named), here)


def choose(config: pytest.Config, own: Collection[Path], *, beside: bool) -> None:
    """Point the arguments at the specs: those that name them, or all where there were none.

    A file of the user's own is judged beside ours, so by itself it is as if there were none.
    """
    here, folder = config.invocation_params.dir, specs_folder()
    given = config.args if config.args_source is pytest.Config.ArgsSource.ARGS or beside else []
    args = [located(_as_typed(str(arg), here, config.rootpath), here, folder) for arg in given]
    named = [(here / arg.partition("::")[0]).resolve() for arg in args]
    alone = all(path in own and "::" not in arg for path, arg in zip(named, args, strict=True))
    config.args[:] = [*([str(folder)] if alone else []), *args, *(str(p) for p in own if p not in named)]


def _own(arg: str, here: Path, folder: Path) -> Path | None:
    path = here / located(arg, here, folder).partition("::")[0]
    ours = path.parent.resolve() == folder.resolve()
    return path if path.suffix in SUFFIXES and not ours and path.is_file() else None


def _as_typed(arg: str, here: Path, root: Path) -> str:
    """A node id that was copied from a summary, where pytest shows it beside its root, as one from here.

    Ids of specs are the same wherever that is: what is shown as `../my.yaml::items::a` is of `my.yaml`.
    """
    path, colons, names = arg.partition("::")
    shown = Path(os.path.normpath(here / path))
    if not names or shown.exists() or not shown.is_relative_to(root):
        return arg
    inside = shown.relative_to(root)
    return f"{inside.as_posix()}{colons}{names}" if (here / inside).is_file() else arg


def located(arg: str, here: Path, folder: Path) -> str:
    """An argument with the real path of the spec file that it names; any other as it is.

    A file of the same name that is there is meant, unless a check within it is named: nobody else's
    YAML has any.
    """
    path, colons, names = arg.partition("::")
    parts = Path(path).parts
    if (here / path).exists() and not names:
        return arg
    if parts[-1:] == ("specs",) and not names:
        return str(folder)
    if parts[-2:-1] == ("specs",) and folder / parts[-1] in spec_paths(folder):
        return f"{folder / parts[-1]}{colons}{names}"
    return arg


def touches(config: pytest.Config, folder: Path) -> bool:
    """Whether the arguments name the folder, something in it, or something around it."""
    for arg in config.args:
        path = (config.invocation_params.dir / str(arg).partition("::")[0]).resolve()
        if path == folder or path in folder.parents or folder in path.parents:
            return True
    return False
