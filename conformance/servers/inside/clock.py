"""Moved time for the app, real time for all that waits.

`time.monotonic` and `perf_counter` become the real ones plus an offset, the wall clock travels by
time_machine (in C, so that `from time import time` moves as well, `localtime`, `gmtime` and `strftime`
with it); `ctime` and `asctime` are given that time. What must not be moved (event loops, locks, queues,
executors) has a module `time` of its own, with the real functions.

An app that does not look for it sees functions that behave like the built-in ones: they bind to no
instance, and pickle by name.
"""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable
from typing import Any, Final

__all__ = ["AppClock"]

_NANO: Final = 1_000_000_000
_SECONDS: Final = ("monotonic", "perf_counter")
_NANOSECONDS: Final = ("monotonic_ns", "perf_counter_ns")
_MONOTONIC: Final = frozenset(
    getattr(time, name)
    for name in ("CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME", "CLOCK_UPTIME_RAW")
    if hasattr(time, name)
)
_REAL: Final = types.ModuleType("time")
_REAL.__dict__.update(vars(time))

# Modules that wait, or that serve: theirs is real time.
_WAITING: Final = frozenset(
    {
        *("asyncio", "concurrent", "multiprocessing", "queue", "sched", "selectors", "socket"),
        *("socketserver", "ssl", "subprocess", "threading", "_pyrepl"),
        *("anyio", "asgiref", "eventlet", "gevent", "h11", "httptools", "sniffio", "tornado", "trio"),
        *("uvicorn", "uvloop", "conformance"),
    }
)


class _Moved:
    """A function of `time`, plus the offset. No function itself: those bind to instances."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.__name__ = self.__qualname__ = name
        self.__module__ = "time"
        self.__doc__ = getattr(_REAL, name).__doc__
        self.__self__ = time
        self._function = function

    def __call__(self, *args: Any) -> Any:
        return self._function(*args)

    def __repr__(self) -> str:
        return f"<built-in function {self.__name__}>"

    def __reduce__(self) -> str:
        return self.__name__


class AppClock:
    """The app's clock, from its construction on.

    Args:
        ahead: seconds that it is ahead of real time from the start (a server that was started again).
    """

    def __init__(self, ahead: float = 0.0) -> None:
        self._ns = 0
        self._seconds = 0.0
        self._known = 0
        self._wall = _travel()  # first: it takes what it finds in `time` for functions of C
        self._install()
        self.move(ahead)

    def move(self, seconds: float) -> None:
        """Set it forward."""
        if len(sys.modules) != self._known:
            self.pin()  # something was imported by a request
        self._wall.shift(float(seconds))
        self._ns += round(seconds * _NANO)
        self._seconds = self._ns / _NANO

    def _install(self) -> None:
        def in_seconds(real: Callable[[], float]) -> Callable[[], float]:
            return lambda: real() + self._seconds

        def in_nanoseconds(real: Callable[[], int]) -> Callable[[], int]:
            return lambda: real() + self._ns

        for name in _SECONDS:
            setattr(time, name, _Moved(name, in_seconds(getattr(_REAL, name))))
        for name in _NANOSECONDS:
            setattr(time, name, _Moved(name, in_nanoseconds(getattr(_REAL, name))))
        if hasattr(time, "clock_gettime"):
            gettime, gettime_ns = time.clock_gettime, time.clock_gettime_ns
            time.clock_gettime = _Moved(
                "clock_gettime", lambda clock: gettime(clock) + self._seconds * (clock in _MONOTONIC)
            )
            time.clock_gettime_ns = _Moved(
                "clock_gettime_ns", lambda clock: gettime_ns(clock) + self._ns * (clock in _MONOTONIC)
            )
        # The only two that ask C for the time of day and are none of time_machine's.
        ctime, asctime, local, now = time.ctime, time.asctime, time.localtime, time.time
        time.ctime = _Moved("ctime", lambda seconds=None: ctime(now() if seconds is None else seconds))
        time.asctime = _Moved("asctime", lambda *at: asctime(*at or (local(),)))

    def pin(self) -> None:
        """Give real time back to the modules that wait, those that the app has imported included."""
        self._known = len(sys.modules)
        for name, module in list(sys.modules.items()):
            if module is None or name.partition(".")[0] not in _WAITING or module is sys.modules[__name__]:
                continue
            for key, value in list(vars(module).items()):
                if value is time:
                    setattr(module, key, _REAL)
                elif isinstance(value, _Moved):
                    setattr(module, key, getattr(_REAL, value.__name__))


def _travel() -> Any:
    """Start time_machine, at the real time to the microsecond.

    Without what it would import for its own comfort, since importing pytest costs 0.1 s. It counts from
    the first look at the clock, not from its start, so we look, and make up for what was lost before.
    """
    comforts = [name for name in ("pytest", "dateutil.parser") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(comforts))  # type: ignore[arg-type]
    try:
        import time_machine  # noqa: PLC0415 (see above)
    finally:
        for name in comforts:
            del sys.modules[name]
    wall, monotonic = time.time_ns(), _REAL.monotonic_ns()
    traveller = time_machine.travel(wall / _NANO, tick=True).start()
    late = wall + (_REAL.monotonic_ns() - monotonic) - time.time_ns()
    traveller.shift(late / _NANO)
    return traveller
