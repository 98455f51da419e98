"""Does my API cache correctly?

Importing this costs nothing: pytest imports the plugin at every start, and whoever does not judge
anything pays for nothing. What is exported here is imported when it is first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers take it; importing `typing` would cost more than all of this
if TYPE_CHECKING:
    from conformance.api import run
    from conformance.report.document import Report

    __version__: str

__all__ = ["Report", "__version__", "run"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = _export(name)
    return value


def _export(name: str) -> object:
    if name == "run":
        from conformance.api import run  # noqa: PLC0415 (see above)

        return run
    if name == "Report":
        from conformance.report.document import Report  # noqa: PLC0415 (see above)

        return Report
    from importlib import metadata  # noqa: PLC0415 (see above)

    try:
        return metadata.version("cache-conformance")
    except metadata.PackageNotFoundError:
        return "unknown"
