"""When a cache contacts the origin: RFC 9111 as a timeline of reads.

A variant is one reading of a response that the standard allows. The plain one says what is expected, all of
them together what is allowed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Literal

from conformance.fields import (
    CacheControl,
    Headers,
    field_value,
    field_values,
    parse_age,
    parse_cache_control,
    parse_vary,
)
from conformance.oracle.storing import Instant, date_value, freshness_lifetime, kind_of, may_reuse, seconds_of

Contact = Literal["none", "conditional", "full"]
"""What a cache asks the origin at a read: nothing, a conditional request, a full one."""

EDGE = 1.0
"""Seconds before and after the end of a lifetime that decide nothing.

Date has whole seconds, so a cache that holds it against its clock finds a response up to 1 s too old;
and one that counts whole seconds, or reads max-age as 5.2.2.1 has it ("stale after its age is greater than"),
may be up to 1 s late.
"""

_FOREVER = float("inf")


def expected_contacts(  # noqa: PLR0913 - the facts of a timeline
    headers: Headers,
    status: int,
    shared: bool,
    at: Sequence[float],
    *,
    has_validator: bool | None = None,
    received: Instant | None = None,
) -> tuple[Contact, ...]:
    """What a cache asks the origin at reads this many seconds after it received this answer to a plain GET.

    Of a cache that stores and reuses whenever it may, guesses no lifetime, and serves nothing stale. Each
    contact renews what is stored: a 304, or without a validator a 200, with the same fields and a new Date.

    Args:
        headers: of the stored response, with the server's own Date and Age.
        status: of it.
        shared: whether the cache is a shared one.
        at: the reads, in order; 0 is a second read right after the first.
        has_validator: whether the cache can ask conditionally; None: there is an ETag or a Last-Modified.
        received: the cache's clock at the receipt, to compare Date with; None: Date was right.
            Without both, Expires counts as past.
    """
    variants = _variants(headers, status, shared, received)
    contacts = _simulate(variants[:1], at, _question(headers, has_validator), edge=0)
    return tuple(next(iter(each)) for each in contacts)


def allowed_contacts(  # noqa: PLR0913 - those of expected_contacts, and the tolerance
    headers: Headers,
    status: int,
    shared: bool,
    at: Sequence[float],
    *,
    has_validator: bool | None = None,
    received: Instant | None = None,
    edge: float = EDGE,
) -> tuple[frozenset[Contact], ...]:
    """All that a correct cache may ask at those reads, if it reuses whenever it surely may.

    More than one contact: the instant decides nothing. It is less than `edge` from the end of the lifetime
    (and what follows may count from there or not), or the standard leaves the choice: a guessed lifetime
    (4.2.2), a repeated or unreadable max-age (4.2.1), no-cache or private with field names, must-understand,
    Vary: *, stale-while-revalidate.
    """
    variants = _variants(headers, status, shared, received)
    return _simulate(variants, at, _question(headers, has_validator), edge)


def describe_policy(headers: Headers, status: int, shared: bool) -> str:
    """What the response tells a cache to do, as a sentence."""
    age = parse_age(field_value(headers, "Age") or "") or 0
    reuse, kind = may_reuse(headers, status, age, shared), kind_of(shared)
    lifetime = freshness_lifetime(headers, shared)
    if reuse.verdict == "never":
        return f"A {kind} cache does not keep it: {reuse.why}."
    if reuse.verdict == "fresh" and lifetime is not None:
        return f"A {kind} cache reuses it for {lifetime - age} s without asking, then asks again."
    if reuse.section == "9111 4.2.2":
        return f"A {kind} cache may keep it, and has to guess for how long: no max-age, no Expires."
    return f"A {kind} cache may keep it, and asks before each reuse: {reuse.why}."


@dataclass(frozen=True, slots=True)
class _Variant:
    """One reading: is it stored, how long is it fresh, how old was it, how long may it be served stale."""

    stored: bool
    lifetime: float
    age: float
    grace: float = 0

    def contacts(self, since: float, instant: float, question: Contact, edge: float) -> frozenset[Contact]:
        """What is allowed at an instant, if the origin was last contacted at `since`."""
        if not self.stored:
            return frozenset({"full"})
        age = self.age + instant - since
        if age < self.lifetime and age + edge <= self.lifetime:
            return frozenset({"none"})
        end = self.lifetime + self.grace
        if end <= 0 or age >= end + edge:
            return frozenset({question})
        return frozenset({question, "none"})


def _variants(headers: Headers, status: int, shared: bool, received: Instant | None) -> tuple[_Variant, ...]:
    """Every reading that the standard allows, the plain one first."""
    if may_reuse(headers, status, 0, shared).verdict == "never":
        return (_Variant(stored=False, lifetime=0, age=0),)
    cc = parse_cache_control(field_values(headers, "Cache-Control"))
    stored = (True, False) if _may_decline(cc, headers, shared) else (True,)
    lifetimes = tuple(_lifetimes(headers, cc, shared, received))
    graces = (0, *_graces(cc, shared))
    readings = product(stored, lifetimes, _ages(headers, received), graces)
    return tuple(_Variant(*reading) for reading in readings)


def _may_decline(cc: CacheControl, headers: Headers, shared: bool) -> bool:
    """Whether a correct cache that likes to store may leave this one all the same."""
    qualified = shared and "private" in cc  # unqualified, it would not be stored at all
    not_understood = "no-store" in cc  # beside must-understand, which not every cache implements
    return qualified or not_understood or parse_vary(field_values(headers, "Vary")) == "*"


def _lifetimes(headers: Headers, cc: CacheControl, shared: bool, received: Instant | None) -> Iterator[float]:
    explicit = freshness_lifetime(headers, shared, received)
    always_asks = "no-cache" in cc or parse_vary(field_values(headers, "Vary")) == "*"
    yield 0 if always_asks or explicit is None else explicit
    if parse_vary(field_values(headers, "Vary")) == "*" or cc.unqualified("no-cache"):
        return
    name = "s-maxage" if shared and "s-maxage" in cc else "max-age"
    if always_asks and explicit is not None:
        yield explicit  # no-cache="Set-Cookie" forbids the reuse of that field only
    if len(cc.all(name) or field_values(headers, "Expires")) > 1:
        yield 0
    if explicit is None or (name in cc and cc.seconds(name) is None):
        yield _FOREVER  # a guess, or a max-age that only some take for stale


def _ages(headers: Headers, received: Instant | None) -> tuple[float, ...]:
    """The corrected_initial_age both ways: conservatively, and "The corrected_age_value MAY be used"."""
    age_value = parse_age(field_value(headers, "Age") or "") or 0
    date = None if received is None else date_value(headers, received)
    if received is None or date is None:
        return (age_value,)
    return (max(seconds_of(received) - date, age_value), age_value)


def _graces(cc: CacheControl, shared: bool) -> tuple[int, ...]:
    """The seconds of stale-while-revalidate, unless 9111 4.2.4 forbids to serve it stale."""
    strict = ("must-revalidate", "no-cache", *(("proxy-revalidate", "s-maxage") if shared else ()))
    grace = cc.seconds("stale-while-revalidate")
    return () if not grace or any(name in cc for name in strict) else (grace,)


def _simulate(
    variants: Sequence[_Variant], at: Sequence[float], question: Contact, edge: float
) -> tuple[frozenset[Contact], ...]:
    """The contacts at each read, of all variants; an undecided read is followed both ways."""
    if any(later < earlier for earlier, later in pairwise((0, *at))):
        raise ValueError(f"reads come in order, from 0 on: {tuple(at)}")
    seen: list[set[Contact]] = [set() for _ in at]
    for variant in variants:
        renewed = {0.0}
        for index, instant in enumerate(at):
            after: set[float] = set()
            for since in renewed:
                contacts = variant.contacts(since, instant, question, edge)
                seen[index] |= contacts
                if "none" in contacts:
                    after.add(since)
                # Behind a stale answer the cache asks in the background: "none" may renew it too.
                if contacts != {"none"}:
                    after.add(instant)
            renewed = after
    return tuple(frozenset(each) for each in seen)


def _question(headers: Headers, has_validator: bool | None) -> Contact:
    if has_validator is None:
        has_validator = any(field_value(headers, name) for name in ("ETag", "Last-Modified"))
    return "conditional" if has_validator else "full"
