"""The flawed servers: one deliberate defect each, switched on by name.

A flaw shows that the suite's checks can fail. It breaks what it says and as little else as can be. To add
one, add it to the table of the room it belongs to; nothing else has to be touched.
"""

from collections.abc import Mapping

from reference_impl.twisted.flaws import (
    behind,
    conditional_writes,
    conditions,
    extensions,
    fields,
    if_range,
    invalidation,
    kept,
    lesson,
    lives,
    messages,
    negotiation,
    order,
    policies,
    preconditions,
    ranges,
    requests,
    tags,
    ttl,
    whole,
    wire,
)
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.twists import look_up, table

FLAWS: Mapping[str, Flaw] = table(
    tags.FLAWS,
    conditions.FLAWS,
    wire.FLAWS,
    ttl.FLAWS,
    lives.FLAWS,
    kept.FLAWS,
    invalidation.FLAWS,
    policies.FLAWS,
    lesson.FLAWS,
    preconditions.FLAWS,
    ranges.FLAWS,
    if_range.FLAWS,
    order.FLAWS,
    messages.FLAWS,
    fields.FLAWS,
    conditional_writes.FLAWS,
    negotiation.FLAWS,
    extensions.FLAWS,
    requests.FLAWS,
    whole.FLAWS,
    behind.FLAWS,
)


def find(name: str) -> Flaw:
    """The flaw of that name; ValueError where there is none."""
    return look_up(FLAWS, name, "flaw")


__all__ = ["FLAWS", "Flaw", "find"]
