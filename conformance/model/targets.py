"""What the server under test offers, as its target file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from msgspec.structs import replace

from conformance.fields import parse_cache_control
from conformance.model.hooks import BENCHES, Bench, Hook
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
        ttl: how long the server keeps a value, in seconds, or None. ttl_most: at most, where that is more.
        stale: seconds after that in which the old value may still be served.
        value, hit: where the cached value and the flag that tells a hit are: a JSON Pointer (RFC 6901), or
            "header:NAME"; for the value also "body". hit_is: what a field says on a hit, or "".
        resolution: two values made within so many seconds may be equal.
        repeats: a value made anew may equal the one before it; then `hit` alone tells them apart.
        policy: the Cache-Control that it is held to, or None.
        ask: whether the server may lack the whole resource.
        headers: of every request to it; where it is per user, with those of the first one.
        users: name -> the fields that say who is asking; two of them, or none.
        per_user: each user is answered by what is his own.
        variants: field of the request -> the values that choose a representation each.
        keys: a path with "{key}", and perhaps "{more}", whose answers may be kept apart by key, or None.
        http_cache: whether the server keeps whole answers, so that what binds a shared cache binds it.
        absent, redirecting, protected: paths that stand in for it, or None: those are answered 404, by a
            redirect, and, without our login, 401 or 403.
        policies: status, or class such as "4xx" -> the Cache-Control of such answers, besides `policy`.
        hooks: what its test bench can do to what stands behind it, by the names of BENCHES.
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
    hit_is: str = ""
    ttl_most: float | None = None
    stale: float = 0.0
    repeats: bool = False
    policy: str | None = None
    version: bool = False
    distinct_from: tuple[str, ...] = ()
    writes: Mapping[str, Write] = {}
    ask: bool = False
    headers: Headers = ()
    keys: str | None = None
    http_cache: bool = False
    users: Mapping[str, Headers] = {}
    per_user: bool = False
    variants: Mapping[str, tuple[str, ...]] = {}
    absent: str | None = None
    redirecting: str | None = None
    protected: str | None = None
    policies: Mapping[str, str] = {}
    hooks: Mapping[str, Hook] = {}

    def policy_of(self, status: int) -> str | None:
        """The Cache-Control that is declared for answers of that status; a status counts before its class."""
        return self.policies.get(str(status), self.policies.get(f"{status // 100}xx"))

    @property
    def end(self) -> float | None:
        """When a value is surely gone: its TTL at the longest, and what it may be served stale."""
        return None if self.ttl is None else (self.ttl_most or self.ttl) + self.stale

    @property
    def capabilities(self) -> frozenset[str]:
        """What a check may name under `needs`."""
        return frozenset(each.name for each in CAPABILITIES.values() if each.there(self))


def as_user(headers: Headers, users: Mapping[str, Headers], number: int | None) -> Headers:
    """Fields of a request as one of the users sends it, by his number; None: nobody says who is asking."""
    telling = {name.lower() for fields in users.values() for name, _ in fields}
    others = tuple(pair for pair in headers if pair[0].lower() not in telling)
    return others if number is None else (*others, *tuple(users.values())[number])


def sent_along(target: Target, headers: Headers) -> Target:
    """The target with more fields in each request, in place of its own of the same names.

    What tells users apart stays as it is: who asks is then the target's to say.
    """
    if not headers:
        return target

    def with_them(resource: Resource) -> Resource:
        theirs = {name.lower() for fields in resource.users.values() for name, _ in fields}
        more = tuple(pair for pair in headers if pair[0].lower() not in theirs)
        names = {name.lower() for name, _ in more}
        kept = tuple(pair for pair in resource.headers if pair[0].lower() not in names)
        return replace(resource, headers=(*kept, *more))

    return replace(target, resources=tuple(map(with_them, target.resources)))


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that a resource may offer.

    Args:
        there: whether a resource offers it.
        phrase: it in English, as what follows "a resource with".
        timed: whether it is what the life of a value that is kept for a while can be timed by.
        declared: how a target file says so, where that is not to be guessed from the name; or "".
    """

    name: str
    there: Callable[[Resource], bool]
    phrase: str
    timed: bool = False
    declared: str = ""


def _write(name: str, phrase: str) -> Capability:
    return Capability(name, lambda resource: name in resource.writes, phrase)


def _bench(bench: Bench) -> Capability:
    phrase = f"a hook to {bench.does}"
    return Capability(
        bench.verb, lambda resource: bench.name in resource.hooks, phrase, declared=bench.declared
    )


def _policy(name: str) -> Capability:
    """The one directive that a declared policy is about: the strictest that it has."""

    def there(resource: Resource) -> bool:
        declared = parse_cache_control([resource.policy or ""])
        if any(map(declared.unqualified, POLICIES[name])):
            return False
        if name != "max-age":
            return declared.unqualified(name)
        return "s-maxage" not in declared and (declared.seconds(name) or 0) >= _TELLING

    return Capability(f"policy-{name}", there, f"a declared policy of {name}")


_TELLING: Final = 10  # seconds: of a shorter lifetime too much is lost to the whole seconds of Date
CAPABILITIES: Final[Mapping[str, Capability]] = {
    capability.name: capability
    for capability in (
        Capability("read", lambda _: True, "a route to read it"),
        Capability("etag", lambda resource: resource.etag, "an ETag"),
        Capability("ttl", lambda resource: resource.ttl is not None, "a TTL", timed=True),
        Capability(
            "value",
            lambda resource: resource.value is not None,
            "a value that is kept for the TTL",
            timed=True,
        ),
        Capability("hit", lambda resource: resource.hit is not None, "a flag that tells a hit", timed=True),
        Capability("policy", lambda resource: resource.policy is not None, "a declared policy"),
        Capability("policies", lambda resource: bool(resource.policies), "a policy declared by status"),
        Capability("version", lambda resource: resource.version, "a version that every change raises"),
        Capability(
            "distinct", lambda resource: bool(resource.distinct_from), "another one kept under another key"
        ),
        Capability("two-keys", lambda resource: "{more}" in (resource.keys or ""), "keys of two parts"),
        Capability("item", lambda resource: resource.item is not None, "a route to each item"),
        Capability("http-cache", lambda resource: resource.http_cache, "a cache of whole answers inside"),
        Capability("users", lambda resource: bool(resource.users), "two users"),
        Capability("per-user", lambda resource: resource.per_user, "an answer of its own for each user"),
        Capability(
            "variants",
            lambda resource: bool(resource.variants),
            "representations that fields of the request choose among",
        ),
        Capability("stale", lambda resource: resource.stale > 0, "a time in which it may be served stale"),
        Capability("protected", lambda resource: resource.protected is not None, "a path that needs a login"),
        Capability("members", lambda resource: bool(resource.members), "declared members"),
        _write("create", "a way to create an item"),
        _write("change", "a way to change an item"),
        _write("remove", "a way to remove an item"),
        _write("clear", "a way to clear the cache"),
        *map(_policy, POLICIES),
        *(_bench(each) for each in BENCHES.values() if each.verb),
    )
}


BASE: Final = r"^(/[^\s/?#{}]+)+/?$"
"""What a prefix of all paths looks like."""
OPENAPI: Final = "/openapi.json"
"""Where most servers say what they offer."""


class Target(Frozen, frozen=True):
    """What the server under test offers.

    Args:
        contract: whose contract it claims, or "": then only the register binds it.
        sha256: over what the file says as data, with the overrides, however it is written.
        base: a prefix of all its paths, such as "/api", or "".
        openapi: where it says what it offers, below the base.
        before, after: what is to be done before anything is judged, and at the end.
    """

    name: Safe
    resources: tuple[Resource, ...]
    sha256: Safe
    contract: Literal["", "lesson"] = ""
    base: str = ""
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()
    openapi: str = OPENAPI

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """All that it may want done, whenever that is."""
        benches = (hook for resource in self.resources for hook in resource.hooks.values())
        return (*self.before, *self.after, *benches)

    def resource(self, name: str) -> Resource:
        """The resource of that name.

        Raises:
            KeyError: there is none.
        """
        for each in self.resources:
            if each.name == name:
                return each
        raise KeyError(name)
