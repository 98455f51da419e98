"""The vocabulary of the pipeline: frozen records, no behaviour beyond reading themselves.

Rules of this file: it imports nothing of ours and nothing that can do I/O or read a clock.
Every time is in seconds on the clock of the run (`clocks/`), counted from the run's start.
Header fields stay an ordered tuple of pairs, repeated fields apart, names as they came.
"""

from __future__ import annotations

from conformance.model.exchanges import Body, Exchange, FaultKind, Request, Response, WireFault
from conformance.model.runs import Finding, Record, Run, StepRecord, Verdict
from conformance.model.specs import Check, Doubt, ForAll, Place, Requirement, SpecFile, Step, Suite, Timeline
from conformance.model.targets import Resource, Target, Write
from conformance.model.words import (
    LEVELS,
    POLICIES,
    ROW_TIERS,
    TIERS,
    Headers,
    Json,
    Level,
    OutcomeName,
    RowTier,
    Tier,
    VerdictName,
)

__all__ = [
    "LEVELS",
    "POLICIES",
    "ROW_TIERS",
    "TIERS",
    "Body",
    "Check",
    "Doubt",
    "Exchange",
    "FaultKind",
    "Finding",
    "ForAll",
    "Headers",
    "Json",
    "Level",
    "OutcomeName",
    "Place",
    "Record",
    "Request",
    "Requirement",
    "Resource",
    "Response",
    "RowTier",
    "Run",
    "SpecFile",
    "Step",
    "StepRecord",
    "Suite",
    "Target",
    "Tier",
    "Timeline",
    "Verdict",
    "VerdictName",
    "WireFault",
    "Write",
]
