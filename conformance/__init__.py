"""Does my API cache correctly?

Importing this costs nothing: pytest imports the plugin at every start, and whoever does not judge
anything pays for nothing. What is exported here is imported when it is first asked for.
"""

from __future__ import annotations

from conformance.version import __version__

TYPE_CHECKING = False  # as type checkers take it; importing `typing` would cost more than all of this
if TYPE_CHECKING:
    from conformance.commands.running import run
    from conformance.model import Report

__all__ = ["Report", "__version__", "run"]


def __getattr__(name: str) -> object:
    if name not in ("Report", "run"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = _export(name)
    return value


def _export(name: str) -> object:
    if name == "run":
        from conformance.commands.running import run  # noqa: PLC0415 (see above)

        return run
    from conformance.model import Report  # noqa: PLC0415 (see above)

    return Report
