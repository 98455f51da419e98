"""What is said beside a verdict, and changes nothing of it. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from conformance.matchers.base import Case
from conformance.matchers.contact import otherwise
from conformance.model import Record, Verdict

__all__ = ["remarked"]


def remarked(verdict: Verdict, record: Record, case: Case) -> Verdict:
    """The verdict with what a search has found, and where the client cache that shows it went its own way."""
    ways = (otherwise(step, case) for step in case.steps.values() if step.cache is not None)
    notes = [each for each in (record.remark, *ways) if each]
    return replace(verdict, message="; ".join([verdict.message, *notes])) if notes else verdict
