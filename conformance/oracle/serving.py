"""What a server's own cache may serve at an instant: the value that it keeps, or one made anew.

The lesson's cache (a value is kept for its TTL, reading does not prolong that, a clear ends it), and RFC 9111
4.2 where whole answers are kept. Nobody outside sees when an entry was made, only when the request that made
it was sent and when its answer had come: in between nothing is claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Served = Literal["kept", "new"]
"""The value of the entry that was there, or one that was made for this request."""

EITHER: frozenset[Served] = frozenset({"kept", "new"})


@dataclass(frozen=True, slots=True)
class Span:
    """From when a request was sent to when its answer had come; `sent` is -inf where nobody knows."""

    sent: float
    received: float


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how long a value is kept, in seconds.

    Args:
        least, most: its time to live, which may be spread on purpose.
        stale: how long after that the old value may still be served.
        margin: how far from an end nothing is claimed.
    """

    least: float
    most: float
    stale: float = 0.0
    margin: float = 0.0


def may_serve(made: Span, asked: Span, keeping: Keeping, ends: Sequence[Span] = ()) -> frozenset[Served]:
    """What a read may be answered with.

    Args:
        made: the request that made the entry.
        asked: the read.
        keeping: for how long.
        ends: requests that end every entry: clears, and writes that the entry has to follow.
    """
    for end in ends:
        if end.received <= made.sent:
            continue  # it was over before the entry was made
        if end.sent < made.received or asked.sent < end.received:
            return EITHER  # they overlap, and nobody knows which came first
        return frozenset({"new"})
    if asked.received - made.sent < keeping.least - keeping.margin:
        return frozenset({"kept"})
    if asked.sent - made.received > keeping.most + keeping.stale + keeping.margin:
        return frozenset({"new"})
    return EITHER
