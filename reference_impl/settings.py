"""What can be set about a server, given by the caller or read from the environment.

Settings are plain values, so that a worker process can be told everything by its environment.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

Clock = Callable[[], float]

_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True)
class Settings:
    """One server's settings; the defaults are the lesson's.

    `clock` gives seconds since 1970 and is the only clock there is: entries expire by it and times are
    written by it. It is a wall clock, as in the lesson, because the value that the lesson caches is the time
    of day; whoever embeds the app can pass a clock of his own and move it.
    """

    ttl: float = 30.0
    clock: Clock = time.time
    cache_url: str = ""  # "redis://host:port/0" for a cache that several workers share
    database: str = ":memory:"  # a file, where several workers are to see the same items
    max_entries: int = 1024
    cost: float = 0.05  # seconds that the report takes to compute
    conditions: bool = False  # whether a change without a precondition is refused, by 428
    admin: bool = False  # whether requests may change and break what stands behind the cache, for tests

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Settings from CACHE_URL and REFERENCE_*; what is not set keeps its default."""
        return cls(
            ttl=float(env.get("REFERENCE_TTL") or cls.ttl),
            cache_url=env.get("CACHE_URL", cls.cache_url),
            database=env.get("REFERENCE_DATABASE") or cls.database,
            max_entries=int(env.get("REFERENCE_MAX_ENTRIES") or cls.max_entries),
            cost=float(env.get("REFERENCE_COST") or cls.cost),
            conditions=env.get("REFERENCE_CONDITIONS", "").lower() not in _OFF,
            admin=env.get("REFERENCE_ADMIN", "").lower() not in _OFF,
        )

    def to_env(self) -> dict[str, str]:
        """The environment from which `from_env` makes these settings again, the clock excepted."""
        return {
            "REFERENCE_TTL": str(self.ttl),
            "CACHE_URL": self.cache_url,
            "REFERENCE_DATABASE": self.database,
            "REFERENCE_MAX_ENTRIES": str(self.max_entries),
            "REFERENCE_COST": str(self.cost),
            "REFERENCE_CONDITIONS": "required" if self.conditions else "",
            "REFERENCE_ADMIN": "allowed" if self.admin else "",
        }
