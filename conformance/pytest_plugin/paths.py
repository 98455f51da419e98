"""Which of pytest's arguments mean specs, and where those lie.

Node ids begin with `specs/` in every folder, so that one copied from a summary selects its check
anywhere. It must not know what a spec holds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.load.folder import spec_paths, specs_folder


def choose(config: pytest.Config, *, beside: bool) -> None:
    """Point the arguments at the specs: those that name them, or all where there were none."""
    folder = specs_folder()
    if config.args_source is pytest.Config.ArgsSource.ARGS or beside:
        here = config.invocation_params.dir
        config.args[:] = [located(str(arg), here, folder) for arg in config.args]
    else:
        config.args[:] = [str(folder)]


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
