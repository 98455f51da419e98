"""What else than the moved clock could tell the app the time: files, sockets, other processes, timers, C.

Only where nothing of the kind was seen, a value that outlives the moved time is known to have no other clock.
So whatever is not known to be harmless counts. It must not know what follows from that.
"""

from __future__ import annotations

import os
import sched
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

__all__ = ["Watch"]

# Events of sys.audit that tell of no clock, while requests are served.
_HARMLESS: Final = frozenset(
    {
        *("import", "compile", "exec", "marshal.load", "marshal.loads", "marshal.dumps", "pickle.find_class"),
        *("object.__getattr__", "object.__setattr__", "object.__delattr__", "code.__new__"),
        *("function.__new__", "array.__new__", "builtins.id", "cpython.run_file", "cpython.run_string"),
        *("sys._getframe", "sys._getframemodulename", "sys._current_frames", "sys.excepthook"),
        *("_thread.start_new_thread", "_thread.start_joinable_thread"),
        *("sys.unraisablehook", "gc.get_objects", "gc.get_referents", "gc.get_referrers"),
        *("socket.__new__", "os.listdir", "os.scandir", "re.Scanner", "ensurepip.bootstrap"),
    }
)
# Those that count at any time: what they open outlives the start.
_LASTING: Final = ("socket.connect", "sqlite3", "subprocess", "os.fork", "os.posix_spawn", "os.exec", "mmap")
_WRITING: Final = frozenset("wax+")
_WRITING_FLAGS: Final = 3  # O_WRONLY, O_RDWR
_CODE: Final = (".py", ".pyc", ".so", ".pyd")

# Modules in C that ask nobody for the time, or are moved: all of the standard library's but some.
_CLOCKS_OF_PYTHON: Final = frozenset(
    {"_sqlite3", "_ctypes", "_dbm", "_gdbm", "_posixshmem", "_curses", "_tkinter"}
)
_HARMLESS_IN_C: Final = frozenset(
    {
        *("time_machine", "_time_machine", "pydantic_core", "httptools", "markupsafe", "orjson", "ujson"),
        *("msgspec", "yaml", "_yaml", "websockets", "multidict", "yarl", "frozenlist", "propcache"),
        *("simplejson", "rapidjson", "zstandard", "brotli", "_brotli", "jiter", "rpds", "cachebox"),
        *("watchfiles", "_rust_notify"),  # which uvicorn brings along where it is installed
    }
)
_IN_BETWEEN: Final = frozenset({"asyncio", "anyio", "sniffio"})
_SERVING: Final = frozenset({"uvicorn", "starlette", "fastapi", "conformance", "h11", "httptools"})
_POOLS: Final = frozenset({"concurrent", "anyio", "conformance"})  # whose threads wait for work
_IDLE: Final = _POOLS | {"threading", "queue", "asyncio", "socket", "selectors", "h11"}


def _top(module: str | None) -> str:
    return (module or "").partition(".")[0]


class Watch:
    """Looks on from its construction; `serving` tells it that the app is imported, and requests may come."""

    def __init__(self) -> None:
        self._serving = False
        self._seen = ""
        self._library = os.__file__.removesuffix("os.py")
        sys.addaudithook(self._hear)
        made = sched.scheduler.__init__

        def noted(scheduler: sched.scheduler, *args: Any, **named: Any) -> None:
            self._note("a scheduler waits in real time")
            made(scheduler, *args, **named)

        sched.scheduler.__init__ = noted  # type: ignore[method-assign, assignment]

    def serving(self) -> None:
        """Requests may come from now on."""
        self._serving = True

    def found(self) -> str:
        """What may be another clock, or ""; to be asked while no request is under way."""
        if signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, signal.SIG_IGN):
            return "an alarm is set"
        ours = {threading.get_ident(), threading.main_thread().ident}
        frames = {ident: frame for ident, frame in sys._current_frames().items() if ident not in ours}  # noqa: SLF001
        if not all(_waits_for_work(*each) for each in frames.items()):
            return "a thread of the app's is running"
        return self._seen or self._in_c()

    def _note(self, what: str) -> None:
        self._seen = self._seen or what

    # ---------------------------------------------------------------- what is opened

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._seen or event in _HARMLESS:
            return
        if event == "open":
            self._open(*args)
        elif event.startswith(_LASTING) or self._serving:
            self._note(f"{event} was seen")

    def _open(self, path: object, mode: object, flags: object) -> None:
        writes = bool(_WRITING & set(mode)) if isinstance(mode, str) else False
        if mode is None and isinstance(flags, int):
            writes = bool(flags & _WRITING_FLAGS)
        code = isinstance(path, str) and path.endswith(_CODE)
        if not isinstance(path, int) and (writes or (self._serving and not code)):
            self._note("a file was opened")

    def _in_c(self) -> str:
        for name, module in list(sys.modules.items()):
            if name in _CLOCKS_OF_PYTHON:
                return f"{name} is loaded"
            place = getattr(getattr(module, "__spec__", None), "origin", None) or ""
            if not place.endswith((".so", ".pyd")) or _top(name) in _HARMLESS_IN_C:
                continue
            if not place.startswith(self._library) or "-packages" in place:
                return f"{name} is loaded, which is written in C"
        return ""

    # ---------------------------------------------------------------- the time of an event loop

    def timers(self, loop: Any) -> Any:
        """The loop, whose own time is real: an app that asks for it, or sleeps, is noted."""
        for name in ("time", "call_later", "call_at"):
            setattr(loop, name, self._noted(getattr(loop, name)))
        return loop

    def _noted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **named: Any) -> Any:
            if not self._seen and not _by_server(sys._getframe(1)):  # noqa: SLF001 - there is no other way
                self._note("the event loop's clock was asked")
            return real(*args, **named)

        return noted


def _by_server(frame: FrameType | None) -> bool:
    """Whether it is the loop's or the server's own business, and not the app's."""
    while frame is not None:
        top = _top(frame.f_globals.get("__name__"))
        if top not in _IN_BETWEEN:
            return top in _SERVING
        if frame.f_code.co_name == "_run_once":
            return True
        frame = frame.f_back
    return True


def _waits_for_work(ident: int, frame: FrameType | None) -> bool:
    """Whether a thread is one of a pool, or of the server, with nothing of the app's to do."""
    thread = next((each for each in threading.enumerate() if each.ident == ident), None)
    if thread is None:
        return False
    if _top((getattr(thread, "_target", None) or type(thread)).__module__) not in _POOLS:
        return False
    while frame is not None:
        if _top(frame.f_globals.get("__name__")) not in _IDLE:
            return False
        frame = frame.f_back
    return True
