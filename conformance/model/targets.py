"""What the server under test offers, as its target file says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from conformance.model.specs import Place
from conformance.model.words import POLICIES, Frozen, Headers, Json, Safe


class Write(Frozen, frozen=True):
    """How one kind of write looks on this server.

    Args:
        method: the request method.
        path: may hold "{id}".
        source: "list": the item is taken from the resource's own list; "self": the resource is the item.
        edit: "auto", or the name of the field to change.
        body: a JSON body to send instead, or None.
        ask: whether the server may lack it (then it is found out, and its checks do not apply).
    """

    method: Safe
    path: str
    source: Literal["list", "self"]
    edit: str = "auto"
    body: Json = None
    ask: bool = False


class Resource(Frozen, frozen=True):
    """One resource of the target and what it can do.

    Args:
        ttl: how long the server keeps a value, in seconds, or None.
        value, hit: JSON Pointers (RFC 6901) to the cached value and to the flag that tells a hit.
        resolution: two values made within so many seconds may be equal.
        repeats: a value made anew may equal the one before it; then `hit` alone tells them apart.
        policy: the Cache-Control that it is held to, or None.
        ask: whether the server may lack the whole resource.
        keys: a path with "{key}", whose answers the server may keep apart by key, or None.
    """

    name: Safe
    read: str
    place: Place
    json: str | None = None
    members: Mapping[str, str] = {}
    item: str | None = None
    etag: bool = False
    ttl: float | None = None
    value: str | None = None
    hit: str | None = None
    resolution: float = 1.0
    repeats: bool = False
    policy: str | None = None
    version: bool = False
    distinct_from: tuple[str, ...] = ()
    writes: Mapping[str, Write] = {}
    ask: bool = False
    headers: Headers = ()
    keys: str | None = None

    @property
    def capabilities(self) -> frozenset[str]:
        """What a check may name under `needs`."""
        has = {"read"} | set(self.writes)
        flags = {
            "etag": self.etag,
            "ttl": self.ttl is not None,
            "value": self.value is not None,
            "hit": self.hit is not None,
            "policy": self.policy is not None,
            "version": self.version,
            "distinct": bool(self.distinct_from),
            "item": self.item is not None,
            "members": bool(self.members),
            "list": self.json == "array",
        }
        return frozenset(has | {name for name, there in flags.items() if there} | self._policies)

    @property
    def _policies(self) -> set[str]:
        """The one directive that a declared policy is about: the strictest that it has."""
        names = {part.strip().partition("=")[0].lower() for part in (self.policy or "").split(",")}
        return {f"policy-{name}" for name in POLICIES if name in names and names.isdisjoint(POLICIES[name])}


class Target(Frozen, frozen=True):
    """What the server under test offers.

    Args:
        consent: whether the file itself permits writes to a server that is not on loopback.
        sha256: over the file as it lies on disk, and the overrides.
    """

    name: Safe
    resources: tuple[Resource, ...]
    consent: bool
    sha256: Safe

    def resource(self, name: str) -> Resource:
        """The resource of that name.

        Raises:
            KeyError: there is none.
        """
        for each in self.resources:
            if each.name == name:
                return each
        raise KeyError(name)
