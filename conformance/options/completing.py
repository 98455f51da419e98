"""What a shell may complete: values of options and arguments, by the names of their fields.

Asked only while somebody presses Tab, so it imports what it needs then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

__all__ = ["COMPLETED", "check_names"]


def check_names(incomplete: str) -> list[str]:
    """Ids of checks, and rows of the register."""
    from conformance.load.specs import load  # noqa: PLC0415 (see above)

    suite = load()
    checks = [check.id for file in suite.files for check in file.checks]
    return _beginning(incomplete, [*checks, *suite.requirements])


def _asked_for(incomplete: str) -> list[str]:
    from conformance.load.specs import load  # noqa: PLC0415 (see above)
    from conformance.model import LEVELS  # noqa: PLC0415
    from conformance.plan.choosing import topic  # noqa: PLC0415

    before, comma, last = incomplete.rpartition(",")
    names = [*(topic(file.name) for file in load().files), *LEVELS]
    return [before + comma + each for each in [*_beginning(last, names), *check_names(last)]]


def _tiers(incomplete: str) -> list[str]:
    from conformance.model import TIERS  # noqa: PLC0415 (see above)

    return _beginning(incomplete, TIERS)


def _formats(incomplete: str) -> list[str]:
    from conformance.report.formats import FORMATS  # noqa: PLC0415 (see above)

    return _beginning(incomplete, FORMATS)


def _targets(incomplete: str) -> list[str]:
    from pathlib import Path  # noqa: PLC0415 (see above)

    from conformance.load.target import built_in_targets  # noqa: PLC0415

    return _beginning(incomplete, [*built_in_targets(), *(str(path) for path in Path().glob("*.y*ml"))])


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


COMPLETED: Final[dict[str, Callable[[str], list[str]]]] = {
    "format": _formats,
    "only": _asked_for,
    "skip": _asked_for,
    "target": _targets,
    "tier": _tiers,
}
