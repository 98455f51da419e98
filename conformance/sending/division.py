"""Which resources show other data at each worker, as far as it was seen. Shared by the lanes of a run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Division:
    """What was seen of the workers' data.

    Args:
        looked: resources of which it was looked at, once each.
        found: resource -> (life of the server, why): nothing that is read there in that life counts any more.
    """

    looked: set[str] = field(default_factory=set)
    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def why(self, life: int, resource: str = "") -> str:
        """Why what is read of a resource, or of any, tells nothing; or ""."""
        found = (self.found.get(resource),) if resource else self.found.values()
        return next((each[1] for each in found if each and each[0] == life), "")
