"""What a measured result rests on, as digests: the machinery, each flaw's own code, each check.

The digest of a flaw covers its own row and all that the row refers to within the rooms of flaws; everything
else of the reference is machinery, and so is all of the suite but what asks for runs or shows them. What is
only said does not count: comments and docstrings, the sentences of a check or a flaw, and the rows they cite.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import msgspec

import conformance
import reference_impl
from conformance.load.target import load_target
from conformance.model import Check, Frozen, Suite, Target
from reference_impl.twisted import flaws
from reference_impl.twisted.flaws import FLAWS
from tools.matrix.sources import Room, meaning, meaning_of_row
from tools.matrix.which import checks, way

__all__ = ["of_checks", "of_flaw", "of_machinery"]

# Of `conformance/`: what asks for runs and what shows them, but has no say in how one goes.
DOORS: Final = frozenset(
    {
        *("__init__.py", "__main__.py", "api.py", "cli.py", "plugin.py", "version.py"),
        *("commands", "console", "options", "pytest_plugin"),
        *("classroom", "grading", "looking", "proposing", "report"),
    }
)
# Of the reference: its commands, and variants and the lesson's file, which no flaw rests on.
_ELSEWHERE: Final = frozenset({"__main__.py", "command.py", "lesson.py", "variants"})
_NO_ROOMS: Final = ("__init__.py", "kind.py")  # of the folder of flaws: the list of rooms; what a flaw is
_OURS: Final = ("runs.py", "clock.py", "../dealer.py")  # how we measure
_TARGETS: Final = ("lesson", "reference", "whole", "behind")
_SENTENCES: Final = frozenset({"title", "why", "hint", "place", "requirement", "also"})  # of a check
_LENGTH: Final = 12  # hex digits: to tell apart, not to sign


@cache
def of_machinery() -> str:
    """Everything that any run rests on, whichever the flaw and the check."""
    suite, reference, here = _folder(conformance), _folder(reference_impl), Path(__file__).parent
    of_flaws = {*_rooms().values(), _folder(flaws) / "__init__.py"}
    paths = [
        *(path for path in _python(suite) if path.relative_to(suite).parts[0] not in DOORS),
        *(path for path in _python(reference) if not _ELSEWHERE & set(path.relative_to(reference).parts)),
        *(here / name for name in _OURS),
    ]
    sources = (meaning(path.read_text("utf-8")) for path in paths if path not in of_flaws)
    return _digest(*sources, *(_plain(_as_kept(load_target(name))) for name in _TARGETS))


def _as_kept(target: Target) -> Target:
    """As it comes out of the compiled specs: as read from its file a number may be an int or a float."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(target), type=Target)


def of_flaw(name: str, suite: Suite) -> str:
    """A flaw's own code, and how it is run; of one that counts what it is asked, all that it is asked."""
    how = way(name, suite)
    asked = (f"{id_} {digest}" for id_, digest in of_checks(suite).items()) if FLAWS[name].counting else ()
    return _digest(meaning_of_row(name, _read_rooms()), repr(how), *asked)


def of_checks(suite: Suite) -> dict[str, str]:
    """Each check's id -> the digest of its steps and expectations, and of the checks that it comes after."""
    known = {check.id: check for check in checks(suite)}

    @cache
    def of(id_: str) -> str:
        check = known[id_]
        steps = suite.timelines[check.on] if check.on else None
        return _digest(_plain(_meaning_of(check)), _plain(steps), *map(of, check.after))

    return {id_: of(id_) for id_ in known}


def _meaning_of(check: Check) -> dict[str, Any]:
    return {name: getattr(check, name) for name in check.__struct_fields__ if name not in _SENTENCES}


# ------------------------------------------------------------------ files


@cache
def _rooms() -> Mapping[str, Path]:
    """The modules that hold flaws, with their files."""
    paths = [path for path in sorted(_folder(flaws).glob("*.py")) if path.name not in _NO_ROOMS]
    return {f"{flaws.__name__}.{path.stem}": path for path in paths}


@cache
def _read_rooms() -> Mapping[str, Room]:
    return {
        name: Room(name, path.read_text("utf-8"), {each.name for each in importlib.import_module(name).FLAWS})
        for name, path in _rooms().items()
    }


def _folder(package: ModuleType) -> Path:
    return Path(package.__file__ or "").parent


def _python(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


# ------------------------------------------------------------------ records


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_LENGTH]


def _plain(value: Any) -> str:
    return json.dumps(_data(value), sort_keys=True)


def _data(value: Any) -> Any:
    """Records as JSON, without their places in files."""
    if isinstance(value, Frozen):
        return {name: _data(getattr(value, name)) for name in value.__struct_fields__ if name != "place"}
    if isinstance(value, Mapping):
        return {str(key): _data(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_data(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
