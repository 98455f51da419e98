"""What all records share: how they are frozen, levels, tiers, outcomes, JSON values, header fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec


class Frozen(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A record: it can't change, and it serialises by its types, what is at its default left out.

    What can't change is in no circle, so the garbage collector has no business with thousands of them.
    """


Json = Any
Safe = Annotated[str, msgspec.Meta(extra={"safe": True})]
"""Text of our own: no server has had a hand in it, so it needs no redaction. All other text does."""
OUT_OF_REACH: Final = "out-of-reach"
"""The code of a verdict on what only a server that the suite has started can show."""
NOT_ASKED: Final = "not-asked"
"""The code of a verdict on what the user held back: it does not apply to this run."""
NOT_DECLARED: Final = "not-declared"
"""The code of a verdict on what the target does not declare: its cause names the capabilities."""
NOT_OFFERED: Final = "not-offered"
"""The code of a verdict on what the server may lack, and does: what is expected names the route."""
GIVEN_UP: Final = "given-up"
"""The code of a verdict on what was not asked any more, since its resource had not answered before."""
MISSING: Final[Any] = msgspec.UNSET
"""Where a document has no such value at all; null is one."""
Headers = tuple[tuple[str, str], ...]
POLICIES: Mapping[str, tuple[str, ...]] = {
    "no-store": (),
    "no-cache": ("no-store",),
    "private": ("no-store", "no-cache"),
    "max-age": ("no-store", "no-cache", "private"),
}
"""The directives of the lesson, and which stricter ones beside them decide instead."""
Phase = Literal["read", "wait", "joint", "write", "sweep", "keys", "end", "last"]
"""When steps may run; what each is about says `plan/lanes.py`."""
Level = Literal["MUST", "SHOULD", "MAY"]
Tier = Literal["lesson", "core", "full", "strict"]
TIERS: tuple[Tier, ...] = ("lesson", "core", "full", "strict")
RowTier = Literal["lesson", "core", "full", "strict", "info"]
ROW_TIERS: tuple[RowTier, ...] = (*TIERS, "info")
"""Of a row of the register; info: worth recording only, from full on."""
LEVELS: tuple[Level, ...] = ("MUST", "SHOULD", "MAY")
ASCENDING: tuple[Level, ...] = LEVELS[::-1]
"""The softest level first."""

OutcomeName = Literal[
    "pass",
    "fail",
    "blocked",
    "not-applicable",
    "untestable",
    "inconclusive",
    "unreachable",
    "error",
    "deselected",
]
VerdictName = Literal[
    "pass",
    "fail",
    "warn",
    "info",
    "blocked",
    "not-applicable",
    "untestable",
    "inconclusive",
    "unreachable",
    "error",
    "deselected",
]
