"""The vocabulary of the pipeline: frozen records, no behaviour beyond reading themselves.

    words.py        what all records share
    specs.py        requirements, checks and their steps
    targets.py      what the server under test offers
    hooks.py        what a target has done besides, by requests and commands
    exchanges.py    what was sent and received
    runs.py         runs, what was done for each, and what it means
    reports.py      what a run comes to
    grades.py       what it earns, by a frozen assignment
    order.py        what a run comes after, and what it counts as
    citing.py       which checks judge a row of the register

Rules of this file: it imports nothing of ours but its own files, and nothing that can do I/O or read a clock.
Every time is in seconds on the clock of the run (`clocks/`), counted from the run's start.
Header fields stay an ordered tuple of pairs, repeated fields apart, names as they came.
"""

from __future__ import annotations

from conformance.model.exchanges import (
    NO_FACTS,
    Body,
    Decoded,
    Exchange,
    Facts,
    FaultKind,
    ItemFacts,
    JsonType,
    Request,
    Response,
    Slice,
    Slices,
    WireFault,
)
from conformance.model.grades import (
    GRADES_VERSION,
    Assignment,
    Budget,
    Earned,
    Frozenness,
    Grade,
    TopicPoints,
    Withheld,
    Worth,
)
from conformance.model.hooks import BENCHES, MEND, Bench, Hook
from conformance.model.reports import (
    NOWHERE,
    VERSION,
    Content,
    Entry,
    Explained,
    Fuzzing,
    Report,
    Score,
    Tally,
    Topic,
)
from conformance.model.runs import (
    VIRTUAL,
    CacheRead,
    Effect,
    EffectKind,
    Finding,
    Record,
    Round,
    Run,
    StepRecord,
    StepStatus,
    Verdict,
)
from conformance.model.specs import Check, Doubt, ForAll, Place, Requirement, SpecFile, Step, Suite, Timeline
from conformance.model.targets import CAPABILITIES, Capability, Resource, Target, Write, as_user
from conformance.model.words import (
    ASCENDING,
    GIVEN_UP,
    LEVELS,
    MISSING,
    NOT_ASKED,
    OUT_OF_REACH,
    POLICIES,
    ROW_TIERS,
    TIERS,
    Frozen,
    Headers,
    Json,
    Level,
    OutcomeName,
    RowTier,
    Safe,
    Tier,
    VerdictName,
)

__all__ = [
    "ASCENDING",
    "BENCHES",
    "CAPABILITIES",
    "GIVEN_UP",
    "GRADES_VERSION",
    "LEVELS",
    "MEND",
    "MISSING",
    "NOT_ASKED",
    "NOWHERE",
    "NO_FACTS",
    "OUT_OF_REACH",
    "POLICIES",
    "ROW_TIERS",
    "TIERS",
    "VERSION",
    "VIRTUAL",
    "Assignment",
    "Bench",
    "Body",
    "Budget",
    "CacheRead",
    "Capability",
    "Check",
    "Content",
    "Decoded",
    "Doubt",
    "Earned",
    "Effect",
    "EffectKind",
    "Entry",
    "Exchange",
    "Explained",
    "Facts",
    "FaultKind",
    "Finding",
    "ForAll",
    "Frozen",
    "Frozenness",
    "Fuzzing",
    "Grade",
    "Headers",
    "Hook",
    "ItemFacts",
    "Json",
    "JsonType",
    "Level",
    "OutcomeName",
    "Place",
    "Record",
    "Report",
    "Request",
    "Requirement",
    "Resource",
    "Response",
    "Round",
    "RowTier",
    "Run",
    "Safe",
    "Score",
    "Slice",
    "Slices",
    "SpecFile",
    "Step",
    "StepRecord",
    "StepStatus",
    "Suite",
    "Tally",
    "Target",
    "Tier",
    "Timeline",
    "Topic",
    "TopicPoints",
    "Verdict",
    "VerdictName",
    "WireFault",
    "Withheld",
    "Worth",
    "Write",
    "as_user",
]
