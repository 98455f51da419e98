"""The app of a submission: where it is asked for, or else by looking; and what was found, said. Pure.

It reads the text of files and runs nothing. Where two would do, nobody is guessed for: that is for the
instructor to say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from conformance.classroom.packing import Item

__all__ = ["AppFound", "Several", "Unfound", "app_of", "may_wait"]

T = TypeVar("T")

_FRAMEWORKS: Final = (
    *("FastAPI", "Starlette", "Flask", "APIFlask", "Quart", "Sanic", "Litestar", "Bottle", "Robyn"),
    *("get_asgi_application", "get_wsgi_application", r"falcon\.(?:asgi\.)?App"),
)
_APP: Final = re.compile(
    rf"(?m)^([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=[ \t]*(?:\w+\.)*(?:{'|'.join(_FRAMEWORKS)})\(".encode()
)
_FACTORY: Final = re.compile(rb"(?m)^(?:async[ \t]+)?def[ \t]+((?:create|make|get|build)_app(?:lication)?)\(")
_OTHER_CLOCKS: Final = re.compile(
    rb"(?m)^[ \t]*(?:import|from)[ \t]+"
    rb"(?:sqlite3|redis|diskcache|shelve|dbm|sqlalchemy|aiosqlite|pymemcache|threading|subprocess|sched)\b"
)
_BLOCKS: Final = re.compile(
    rb"(?m)^(?:while[ \t]+(?:True|1)\b|(?:\w+\.)+(?:run|serve|serve_forever|run_forever)\()"
)
_RELATIVE: Final = re.compile(rb"(?m)^[ \t]*from[ \t]+\.")
_USUAL_NAMES: Final = (b"app", b"application", b"api")
_USUAL_FILE: Final = b"main.py"
_USUAL: Final = "main:app"
_TESTS: Final = re.compile(rb"(?:^|/)(?:tests?/|test_[^/]*\.py$|conftest\.py$|[^/]*_test\.py$)")
_LARGEST: Final = 1 << 20  # bytes of a file that is looked into
_TOLD: Final = 6


@dataclass(frozen=True, slots=True)
class AppFound:
    """An app: `module:attribute`, the folder that it is imported from, and what is to be said of that."""

    app: str
    folder: str = ""
    factory: bool = False
    said: str = ""


class Unfound(Exception):  # noqa: N818 - it is about a submission
    """There is none; the argument is a sentence."""


class Several(Exception):  # noqa: N818 - likewise
    """There are several, and nothing says which; the argument is a sentence."""


def app_of(items: Sequence[Item], asked: str = "", *, factory: bool = False) -> AppFound:
    """The app that is asked for, `module:attribute`; without such a file, or a question, what there is.

    Raises:
        Unfound: there is none. Several: there is more than one.
    """
    files = {item.path: item.data for item in items if item.path.endswith(b".py")}
    if asked:
        found = _asked(files, asked, factory=factory)
        if found is not None:
            return found
    return _looked_for(files, asked)


def may_wait(items: Sequence[Item]) -> bool:
    """Whether it imports what may tell it another time than the clock that is moved, or may not start.

    By that its TTLs, or its start, may have to be waited for: a guess, by which nothing is judged, of who is
    to begin first.
    """
    texts = [item.data for item in items if item.path.endswith(b".py")]
    return any(_OTHER_CLOCKS.search(each) or _BLOCKS.search(each) for each in texts)


def _asked(files: dict[bytes, bytes], asked: str, *, factory: bool) -> AppFound | None:
    """Where its module lies: at the top, or else in the one folder that is nearest to it."""
    module, _, _ = asked.partition(":")
    name = os.fsencode(module.replace(".", "/"))
    wanted = (name + b".py", name + b"/__init__.py")
    if any(each in files for each in wanted):
        return AppFound(asked, factory=factory)
    below = [path for path in files if path.endswith(tuple(b"/" + each for each in wanted))]
    below = [path for path in below if not _TESTS.search(path)]
    nearest = _least(below, lambda path: path.count(b"/"))
    if not nearest:
        return None
    if len(nearest) > 1:
        raise Several(f"it has several of {module}.py: {_listed(map(_shown, nearest))}")
    path = nearest[0]
    end = next(each for each in wanted if path.endswith(b"/" + each))
    folder = path[: -len(end) - 1]
    if b"/".join((folder, b"__init__.py")) in files and _RELATIVE.search(files[path]):
        above, _, package = folder.rpartition(b"/")  # it speaks of its package, which has to be one then
        app = f"{_shown(package)}.{asked}"
        return AppFound(app, _shown(above), factory, f"{asked} was found as {app}{_in(above)}")
    return AppFound(asked, _shown(folder), factory, f"{asked} was found{_in(folder)}")


def _looked_for(files: dict[bytes, bytes], asked: str) -> AppFound:
    """What makes an app of a framework that is known, at the top of a module."""
    readable = {p: d for p, d in files.items() if len(d) <= _LARGEST and not _TESTS.search(p)}
    found = [(path, name) for path, data in readable.items() for name in dict.fromkeys(_APP.findall(data))]
    factory = not found
    if factory:
        found = [(p, name) for p, data in readable.items() for name in dict.fromkeys(_FACTORY.findall(data))]
    instead = f"there is no {asked.partition(':')[0]}.py; " if asked else ""
    if not found and _USUAL_FILE in files:
        return AppFound(_USUAL, said=f"{instead}no app of a known framework was found, so {_USUAL} was tried")
    if not found:
        what = "no app of a framework that is known" if files else "no file of Python"
        raise Unfound(f"{instead}there is {what}: say which it is by --app module:name")
    best = _least(_least(found, _depth), _oddness)
    if len(best) > 1:
        told = _listed(f"{_named(path, name)}{_in(path.rpartition(b'/')[0])}" for path, name in best)
        raise Several(f"{instead}there are several apps, and nothing says which: {told}")
    path, name = best[0]
    folder = path.rpartition(b"/")[0]
    app = _named(path, name)
    more = f", of {len(found)}" if len(found) > 1 else ""
    kind = " (a function that makes one)" if factory else ""
    said = f"{instead}{app}{kind} was found{_in(folder)}{more}"
    return AppFound(app, _shown(folder), factory, said)


def _least(some: Sequence[T], measure: Callable[[T], int]) -> list[T]:
    """Those that measure least."""
    least = min(map(measure, some), default=0)
    return [each for each in some if measure(each) == least]


def _depth(found: tuple[bytes, bytes]) -> int:
    return found[0].count(b"/")


def _oddness(found: tuple[bytes, bytes]) -> int:
    path, name = found
    return 2 * (name not in _USUAL_NAMES) + (path.rpartition(b"/")[2] != _USUAL_FILE)


def _named(path: bytes, name: bytes) -> str:
    return f"{_shown(path.rpartition(b'/')[2].removesuffix(b'.py'))}:{_shown(name)}"


def _in(folder: bytes) -> str:
    return f" in {_shown(folder)}/" if folder else ""


def _shown(path: bytes) -> str:
    return os.fsdecode(path)


def _listed(some: Iterable[str]) -> str:
    names = sorted(some)
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more
