"""Conditions in one request: what is due of them together, where each alone is answered rightly. Pure.

A server that misjudges one condition answers every mixture with it wrongly, too. That is one cause, which a
check of its own tells; what counts here is what goes wrong only once conditions meet.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from conformance.matchers import Case, first_finding
from conformance.model import Check, Finding, Json

__all__ = ["of_mixtures"]


def of_mixtures(check: Check, case: Case) -> tuple[int, Finding | None]:
    """How many of its mixtures count, and what is wrong with the first that is, or None."""
    (wanted,) = check.expects
    counted, broken = 0, list[Finding]()
    for name, matchers in wanted.items():
        if not _seen(name, case) or not all(_right(each, matchers, case) for each in check.alone[name]):
            continue
        counted += 1
        finding = first_finding(matchers, case.steps[name], case)
        if finding is not None:
            broken.append(finding)
    if not broken:
        return counted, None
    # One that counts in full tells more than one that is a warning at most.
    first = next((each for each in broken if each.at_most is None), broken[0])
    if counted == 1:
        return counted, first
    many = f"{first.actual} in the first of {len(broken)} wrong mixtures, of {counted}"
    return counted, replace(first, actual=many)


def _seen(name: str, case: Case) -> bool:
    step = case.steps.get(name)
    return step is not None and step.status == "done"


def _right(name: str, matchers: Mapping[str, Json], case: Case) -> bool:
    return _seen(name, case) and first_finding(matchers, case.steps[name], case) is None
