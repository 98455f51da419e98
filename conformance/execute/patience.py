"""How long a run may take, and which TTL is too short to be judged by waiting."""

from __future__ import annotations

from typing import Final

from conformance.errors import TargetError
from conformance.execute.options import Options
from conformance.model import Target
from conformance.sending.context import WHOLE_SECONDS_BELOW

OVERRAN: Final = "the run's deadline has passed"
_SHORTEST_TTL: Final = 4.0
# A warm cache that never misses is waited out three times, a late end is named in three more lives, and what
# comes after a clear takes more than one.
_LIVES: Final = 8
# More where whole answers are kept: what a part, HEAD, or a stale answer leaves behind has to begin cold.
_MORE_LIVES: Final = 6
_GRACE: Final = 60.0


def allowance(options: Options) -> float:
    """Seconds that the whole run may take."""
    if options.deadline is not None:
        return options.deadline
    ttl = max((r.end or 0.0 for r in options.target.resources), default=0.0)
    lives = _LIVES + (_MORE_LIVES if any(r.http_cache for r in options.target.resources) else 0)
    searching = options.fuzz_time + _GRACE if options.search is not None else 0.0
    return lives * ttl + _GRACE + options.wait + searching


def refuse_short_ttls(target: Target, *, moves: bool) -> None:
    """Refuse a TTL at which a cache that counts whole seconds can't be told from one that is wrong.

    Raises:
        TargetError: the clock can't be moved, and a TTL is that short.
    """
    for resource in () if moves else target.resources:
        if resource.ttl is not None and resource.ttl < _SHORTEST_TTL:
            raise TargetError(
                f"{resource.name} has a TTL of {resource.ttl:g} s, too short for real time, where a "
                f"cache may count whole seconds; use a longer TTL, of {_SHORTEST_TTL:g} s or more "
                f"({WHOLE_SECONDS_BELOW:g} s and more give the sharpest verdicts)",
                resource.place.file,
                resource.place.line,
            )
