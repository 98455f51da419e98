"""Symptoms of a value that is kept for a while: by whom, for how long, and what ends it. Pure."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from conformance.content.facts import is_hit
from conformance.judge.sight import Row, Sight, Symptom, row
from conformance.matchers.base import seconds
from conformance.model import Exchange

__all__ = ["OF_LIVES"]


def _per_worker(sight: Sight) -> Symptom | None:
    """In one burst the value that is kept comes back as a hit, and beside it others, or misses.

    And it comes back later on: an entry that ends within the burst does not.
    """
    kept = sight.kept
    if kept is None or sight.case.workers == 1:
        return None
    mixed = False
    for step in sight.case.steps.values():
        old = [sight.is_kept(e, kept) for e in step.exchanges if e is not kept]
        if mixed and any(old):
            return Symptom(
                "each worker has a cache of its own",
                "Run one worker, or keep the cache in Redis, where all workers share it.",
            )
        mixed = mixed or (any(old) and not all(old))
    return None


def _changed_entry(sight: Sight) -> Symptom | None:
    """A hit with another value, which has parts: the handler works on the object that the cache holds."""
    kept, value = sight.kept, sight.exchange.facts.value
    if kept is None or is_hit(sight.exchange.facts.hit) is not True or not isinstance(value, list | dict):
        return None
    return Symptom(
        "the kept value is changed by whoever reads it",
        "Give out a copy (copy.deepcopy), or keep the finished text: the handler changes the very object "
        "that the cache holds.",
    )


def _life(sight: Sight) -> tuple[Exchange, list[Exchange]] | None:
    """The newest value before this answer: its first, and all of its answers, the newest first."""
    before = sight.earlier
    if not before:
        return None
    value = before[-1].facts.value
    same = list(takewhile(lambda each: each.facts.value == value, reversed(before)))
    return same[-1], same


def _ends_early(sight: Sight) -> Symptom | None:
    """A value that was kept at first, and not as long as the target says: is the TTL another one?

    A TTL that is too short looks like an entry that something else ends, so both are named.
    """
    resource, exchange, life = sight.run.resource, sight.exchange, _life(sight)
    if resource is None or resource.ttl is None or life is None or is_hit(exchange.facts.hit) is None:
        return None
    born, same = life
    age = exchange.sent_at - born.received_at
    if age >= resource.ttl or not any(is_hit(each.facts.hit) is True for each in same):
        return None
    causes = ["another request that clears or evicts it", "ticks of the clock in the key (time() // ttl)"]
    if exchange.connection != same[0].connection:
        causes.append("a key with the client's port in it, which is another for each connection")
    if len(same) < len(sight.earlier):
        causes.insert(0, "a timer that is left of the entry before")
    return Symptom(
        f"the value was kept for less than {seconds(age, sight.case)}, with a TTL of {resource.ttl:g} s",
        f"Keep it for {resource.ttl:g} s from when it was computed, counted in seconds. Where you do, "
        f"something else ends it: {'; or '.join(causes)}. If your TTL is meant to be another, tell the "
        f"suite: --set {resource.name}.ttl=... (in pytest: --conformance-set).",
    )


def _outlived(sight: Sight) -> Symptom | None:
    """The old value, when another was due: how old it is, and whether it is the last time."""
    resource, exchange = sight.run.resource, sight.exchange
    if resource is None or resource.end is None:
        return None
    old = [e for e in sight.earlier if e.facts.value == exchange.facts.value]
    age = exchange.sent_at - old[0].received_at if old else 0.0
    if not old or age <= resource.end:
        return None
    says = f"the old value is still served {seconds(age, sight.case)} after it was computed, with a TTL of "
    says += f"{resource.ttl:g} s"
    later = [e for e in sight.all if e.sent_at > exchange.sent_at and e.facts.value != exchange.facts.value]
    if is_hit(exchange.facts.hit) is True and any(e.sent_at - exchange.received_at < _AT_ONCE for e in later):
        return Symptom(
            f"{says}, once more before another one comes",
            "Look at the age first, and compute the new value before you answer. Where the old one is meant "
            "to be served meanwhile (stale-while-revalidate), say for how long: --set "
            f"{resource.name}.stale=SECONDS (in pytest: --conformance-set).",
        )
    return Symptom(says)


def _shared_entry(sight: Sight) -> Symptom | None:
    """Another route's value, as a hit."""
    exchange = sight.exchange
    if is_hit(exchange.facts.hit) is not True:
        return None
    path = exchange.request.path
    theirs = [e for e in sight.earlier if e.request.path != path and e.facts.value == exchange.facts.value]
    if not theirs:
        return None
    return Symptom(
        f"GET {path} is given the value that was made for GET {theirs[0].request.path}: they share a key"
    )


def _denied(sight: Sight) -> Symptom | None:
    """The newest value once more, and the flag says that it was computed.

    Within a second a value that is computed anew may be the same, so both are named.
    """
    before, exchange = sight.earlier, sight.exchange
    if not before or is_hit(exchange.facts.hit) is not False:
        return None
    if before[-1].request.path != exchange.request.path or before[-1].facts.value != exchange.facts.value:
        return None
    return Symptom(
        "the same value comes again, and its flag says that it was computed anew",
        "Where your cache has kept it, the flag is the wrong way round, or is never set: say true where the "
        "value comes from the cache. Where not, store the value with the time at which it was computed, and "
        "return it while it is younger than the TTL.",
    )


_AT_ONCE: Final = 1.0  # seconds: no time for an entry to end by itself
OF_LIVES: Final[tuple[Row, ...]] = (
    row(_shared_entry, "hit.false", "value.not-same-as"),
    row(_per_worker, "value.same-as", "hit.true"),
    row(_changed_entry, "value.same-as", "value.same-on-hits-as"),
    row(_ends_early, "value.same-as", "hit.true"),
    row(_denied, "hit.true"),
    row(_outlived, "value.differs-from", "value.not-same-as"),
)
