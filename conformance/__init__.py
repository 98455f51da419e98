"""Does my API cache correctly?

Importing this costs nothing: pytest imports the plugin at every start, and whoever does not judge
anything pays for nothing. What is exported here is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.api import run
    from conformance.report.document import Report

    __version__: str

__all__ = ["Report", "__version__", "run"]


def __getattr__(name: str) -> Any:
    if name == "run":
        from conformance.api import run as value  # noqa: PLC0415 (see above)
    elif name == "Report":
        from conformance.report.document import Report as value  # noqa: PLC0415
    elif name == "__version__":
        value = _version()
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def _version() -> str:
    from importlib import metadata  # noqa: PLC0415 (20 ms)

    try:
        return metadata.version("cache-conformance")
    except metadata.PackageNotFoundError:
        return "unknown"
