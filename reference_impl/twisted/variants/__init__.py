"""The odd servers: unusual, and correct all the same.

A variant shows that the suite blames nobody for what HTTP allows. To add one, add it to the table of its
room.
"""

from collections.abc import Mapping

from reference_impl.twisted.twists import Twist, look_up, table
from reference_impl.twisted.variants import items, messages, negotiation, offers, values, whole, wire

VARIANTS: Mapping[str, Twist] = table(
    items.VARIANTS,
    messages.VARIANTS,
    negotiation.VARIANTS,
    offers.VARIANTS,
    values.VARIANTS,
    whole.VARIANTS,
    wire.VARIANTS,
)


def find(name: str) -> Twist:
    """The variant of that name; ValueError where there is none."""
    return look_up(VARIANTS, name, "variant")


__all__ = ["VARIANTS", "find"]
