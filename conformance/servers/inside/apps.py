"""Finding the student's app, and telling what is wrong with it in its author's words."""

# ruff: noqa: PTH100, PTH112, PTH113, PTH117, PTH118, PTH120, PTH123, PTH208
# (pathlib is not needed otherwise, and costs each start)

from __future__ import annotations

import difflib
import importlib
import inspect
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any, Final, Literal

__all__ = ["Kind", "NotAnApp", "asked", "kind", "last_line", "load", "looks_sync", "where"]

Kind = Literal["asgi", "wsgi"]

_OURS: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_IMPORTING: Final = ("<frozen importlib", "<frozen runpy", importlib.__file__)
_FRAME: Final = re.compile(r'File "([^"]+)", line (\d+)')
_ACCEPTED: Final = (
    "accepted are an ASGI app (FastAPI, Starlette, Quart), a WSGI app (Flask, Django) and, "
    "with --factory (in pytest: --conformance-factory), a function that returns one"
)


class NotAnApp(Exception):  # noqa: N818 - the sentence is about an app
    """There is no app to serve.

    Args:
        says: one sentence.
        trace: the app's own traceback, if it has one.
    """

    def __init__(self, says: str, trace: str = "") -> None:
        self.says = says
        self.trace = trace
        super().__init__(says)


def load(name: str, folder: str, *, factory: bool) -> tuple[Any, Kind]:
    """Import `module:attribute` from a folder.

    Raises:
        NotAnApp: for whatever reason.
    """
    module_name, _, attribute = name.partition(":")
    attribute = attribute or "app"
    if "/" in module_name or module_name.endswith(".py"):
        dotted = module_name.removesuffix(".py").strip("./").replace("/", ".")
        raise NotAnApp(f"an app is named as a module, not as a file: {dotted}:{attribute}, not {name}")
    module = _module(module_name, folder)
    file = _shown(getattr(module, "__file__", None) or module_name, folder)
    found = _attribute(module, attribute, file)
    if factory:
        if not inspect.isroutine(found) and kind(found) is not None:
            raise NotAnApp(f"{name} is {_described(found)}, an app already: leave out --factory")
        found = _made(found, attribute, file, folder)
        name = f"what {attribute}() in {file} returns"
    which = kind(found)
    if which is None:
        raise NotAnApp(
            f"{name} is {_described(found)}, not an app{_advice(found, factory=factory)}; {_ACCEPTED}"
        )
    return found, which


def looks_sync(name: str, folder: str) -> bool:
    """Whether the module is better imported outside an event loop: a look at its text, before it runs."""
    path = os.path.join(folder, *name.partition(":")[0].split("."))
    for file in (f"{path}.py", os.path.join(path, "__init__.py")):
        try:
            with open(file, encoding="utf-8", errors="replace") as source:
                text = source.read()
        except OSError:
            continue
        modern = ("async ", "fastapi", "starlette", "asgi", "quart", "litestar")
        return not any(word in text for word in modern)
    return False


def _module(name: str, folder: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        missing = problem.name or ""
        if (name == missing or name.startswith(f"{missing}.")) and not list(_frames(problem)):
            raise NotAnApp(f"there is no module {missing!r} in {folder}{_neighbours(folder)}") from None
        says, shown = _does_not("does not import", name, folder, problem)
        raise NotAnApp(says + _install(missing), shown) from None
    except SystemExit as problem:
        raise NotAnApp(*_does_not("exits while it is imported", name, folder, problem)) from None
    except BaseException as problem:  # noqa: BLE001 - whatever it is, it is the app's
        raise NotAnApp(*_does_not("does not import", name, folder, problem)) from None


def _install(missing: str) -> str:
    """What to do about a module that the app needs, and that this Python does not find."""
    package = missing.partition(".")[0]
    if not package or package in sys.stdlib_module_names:
        return ""
    pip = f"{sys.executable} -m pip install {package}"
    return f"; if it is no file of yours, install it where the suite is: {pip}"


def _does_not(what: str, name: str, folder: str, problem: BaseException) -> tuple[str, str]:
    path = os.path.join(folder, *name.split("."))
    package = os.path.isdir(path) and not os.path.isfile(f"{path}.py")
    file = _shown(os.path.join(path, "__init__.py") if package else f"{path}.py", folder)
    return f"{file} {what}: {told(problem, folder)}", trace(problem)


def _neighbours(folder: str) -> str:
    files = sorted(file for file in os.listdir(folder) if file.endswith(".py"))
    return f"; Python files there: {', '.join(files[:8])}" if files else "; there are no Python files at all"


def _attribute(module: ModuleType, path: str, file: str) -> Any:
    found: Any = module
    for attribute in path.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError:
            raise NotAnApp(f"{file} has no {path!r}{_did_you_mean(module, attribute)}") from None
    return found


def _did_you_mean(module: ModuleType, attribute: str) -> str:
    public = {n: v for n, v in vars(module).items() if not n.startswith("_") and callable(v)}
    own = {n: v for n, v in public.items() if getattr(v, "__module__", module.__name__) == module.__name__}
    apps = [n for n, v in public.items() if _is_surely(v)]
    makers = [n for n, v in own.items() if "app" in n.lower() and inspect.isroutine(v)]
    names = difflib.get_close_matches(attribute, {**own, **dict.fromkeys(apps)}, 1) or apps or makers
    if not names:
        return " and nothing that could be an app"
    factory = "" if kind(public[names[0]]) else " (with --factory)"
    return f"; did you mean {module.__name__}:{names[0]}{factory}?"


def _is_surely(found: Any) -> bool:
    """Whether something is meant as an app: of functions with two or three parameters, few are."""
    if inspect.isroutine(found):
        return next(iter(_parameters(found)), "") in {"scope", "environ"}
    return kind(found) is not None


def _made(factory: Any, attribute: str, file: str, folder: str) -> Any:
    if not callable(factory):
        raise NotAnApp(f"{attribute} in {file} is {_described(factory)}, not a function that returns an app")
    try:
        return factory()
    except BaseException as problem:  # noqa: BLE001 - whatever it is, it is the app's
        raise NotAnApp(f"{attribute}() in {file} fails: {told(problem, folder)}", trace(problem)) from None


def kind(app: Any) -> Kind | None:
    """What an object is served as; None where it is no app."""
    if inspect.isclass(app) or not callable(app):
        return None
    call = app if inspect.isroutine(app) else getattr(app, "__call__", app)  # noqa: B004
    takes = {n for n in (2, 3) if _takes(app, n)}
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(call):
        return "asgi" if 3 in takes else None  # noqa: PLR2004
    if takes == {3}:
        return "asgi"
    if takes == {2}:
        return "wsgi"
    if takes:
        return "wsgi" if hasattr(app, "wsgi_app") or "wsgi" in type(app).__module__ else "asgi"
    return None


def _takes(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of its parameters; none where it is built in and tells nothing of itself."""
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _described(found: Any) -> str:
    if inspect.isclass(found):
        return f"the class {found.__name__}"
    if inspect.isroutine(found):
        parameters = ", ".join(_parameters(found))
        return f"a function of ({parameters})" if parameters else "a function without parameters"
    if inspect.iscoroutine(found):
        found.close()
        return "a coroutine"
    if found is None:
        return "None"
    name = type(found).__name__
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def _advice(found: Any, *, factory: bool) -> str:
    if inspect.isclass(found):
        return f" (an instance is needed: {found.__name__}(...))"
    if inspect.iscoroutine(found):
        return " (a factory has to be a plain function, not async)"
    if inspect.isroutine(found) and not factory and _takes(found, 0):
        return " (if it makes the app: --factory)"
    return ""


# ------------------------------------------------------------------ tracebacks, without our frames


def _frames(problem: BaseException) -> Iterator[traceback.FrameSummary]:
    return (f for f in traceback.extract_tb(problem.__traceback__) if not _is_ours(f.filename))


def _is_ours(file: str) -> bool:
    return file == "<string>" or file.startswith((_OURS, *_IMPORTING))


def _shown(file: str, folder: str) -> str:
    inside = os.path.relpath(file, folder)
    return file if inside.startswith("..") else inside


def place(frames: list[tuple[str, int]], folder: str) -> str:
    """The innermost place in the student's own files, as ` (main.py:3)`; "" where there is none."""
    for file, line in reversed(frames):
        shown = _shown(file, folder)
        if os.path.isabs(file) and not os.path.isabs(shown) and "site-packages" not in shown:
            return f" ({shown}:{line})"
    return ""


def told(problem: BaseException, folder: str) -> str:
    """The last line of a traceback, and where."""
    frames = [(f.filename, f.lineno or 0) for f in _frames(problem)]
    if isinstance(problem, SyntaxError) and problem.filename:
        frames.append((problem.filename, problem.lineno or 0))
    last = traceback.format_exception_only(problem)[-1].strip()
    runs = isinstance(problem, RuntimeError) and any(".run(" in (f.line or "") for f in _frames(problem))
    advice = "; a server is started only under `if __name__ == ...`" if runs else ""
    return f"{last}{place(frames, folder)}{advice}"


def last_line(text: str, folder: str) -> str:
    """The last line of a traceback that was printed, and where."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it says nothing"]
    frames = [(file, int(line)) for file, line in _FRAME.findall(text) if not _is_ours(file)]
    return f"{lines[-1]}{place(frames, folder)}"


def trace(problem: BaseException) -> str:
    """A whole traceback, as its author would have seen it."""
    shown = traceback.TracebackException.from_exception(problem)
    todo: list[traceback.TracebackException | None] = [shown]
    while todo:
        each = todo.pop()
        if each is not None:
            each.stack[:] = [f for f in each.stack if not _is_ours(f.filename)]
            todo += [each.__cause__, each.__context__]
    return "".join(shown.format())


def asked(thread: int) -> str:
    """The request that a thread works on just now, such as `GET /items/?page=2`; "" where it does not show.

    It stands in the frames of the app's framework: as the scope of ASGI, or the environ of WSGI.
    """
    frame: FrameType | None = sys._current_frames().get(thread)  # noqa: SLF001 - there is no other way
    while frame is not None:
        scope, environ = frame.f_locals.get("scope"), frame.f_locals.get("environ")
        if isinstance(scope, dict) and scope.get("type") == "http":
            path = scope.get("raw_path") or str(scope.get("path", "")).encode()
            return _request(scope.get("method"), path, scope.get("query_string"))
        if isinstance(environ, dict) and "REQUEST_METHOD" in environ:
            path, query = (str(environ.get(name, "")).encode() for name in ("PATH_INFO", "QUERY_STRING"))
            return _request(environ["REQUEST_METHOD"], path, query)
        frame = frame.f_back
    return ""


def _request(method: Any, path: bytes, query: bytes | None) -> str:
    target = path + b"?" + query if query else path
    return f"{method} {target.decode('latin-1')}"


def where(thread: int, folder: str) -> str:
    """Where a thread is just now, in the student's files: `load in main.py:12: time.sleep(100)`."""
    frame: FrameType | None = sys._current_frames().get(thread)  # noqa: SLF001 - there is no other way
    for each in reversed(traceback.extract_stack(frame)):
        shown = _shown(each.filename, folder)
        if not _is_ours(each.filename) and place([(each.filename, each.lineno or 0)], folder):
            return f"{each.name} in {shown}:{each.lineno}: {each.line}"
    return ""
