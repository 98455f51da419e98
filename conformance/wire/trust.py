"""Which certificates are taken for https, as it was asked for; without ssl, which most runs do not need."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import UsageError

__all__ = ["trusted"]


def trusted(ca: str | Path | None, *, insecure: bool) -> bool | str:
    """As `Wire` has it: True is the usual verification, a path adds a private CA, False takes any.

    Raises:
        UsageError: both were asked for, or there is no such file.
    """
    if ca is None:
        return not insecure
    if insecure:
        raise UsageError("a CA to verify by, and no verification at all (--insecure), exclude each other")
    if not Path(ca).is_file():
        raise UsageError(f"there is no file {str(ca)!r} with the certificates of a CA")
    return str(ca)
