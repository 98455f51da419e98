"""The matcher on Cache-Control: its lines are one list of directives, in any order and any case."""

from __future__ import annotations

from typing import Final

from conformance.fields import (
    CODES,
    CacheControl,
    age_in_front,
    contradictions,
    field_values,
    parse_cache_control,
    parse_vary,
    remarks,
)
from conformance.language.values import COUNT, NAMES, STEP, Kind, listed
from conformance.matchers.base import Case, Form, Found, Matcher, each_answer, shown
from conformance.model import Exchange, Finding, Json, Level
from conformance.oracle.storing import freshness_lifetime, storable

_SECONDS: Final = Kind("SECONDS", {"type": "integer", "minimum": 0})
_PROBLEMS: Final = Kind("[PROBLEM, ...]", {"type": "array", "items": {"enum": list(CODES)}, "minItems": 1})

_AGES: Final = ("max-age", "s-maxage")
_SHARING: Final = ("public", "s-maxage", "must-revalidate")
_VALIDATED: Final = ("no-cache", "must-revalidate", "proxy-revalidate", "s-maxage")
_TICK: Final = 1.0  # seconds: an age has whole ones


def of(exchange: Exchange) -> CacheControl:
    """All Cache-Control lines of an answer, as one."""
    return parse_cache_control(field_values(exchange.headers, "cache-control"))


def _as_set(cc: CacheControl) -> frozenset[tuple[str, str | None]]:
    return frozenset((d.name, d.argument) for d in cc.directives)


def _counts_down(due: CacheControl, sent: CacheControl, within: float) -> bool:
    """Whether they are the same but for an age that has fallen: some caches tell how much is left of it."""
    fixed = [{d for d in _as_set(cc) if d[0] not in _AGES} for cc in (due, sent)]
    if fixed[0] != fixed[1] or due.problems or sent.problems:
        return False
    ages = [(due.seconds(name), sent.seconds(name)) for name in _AGES if name in due or name in sent]
    return all(a is not None and b is not None and 0 <= a - b <= within for a, b in ages)


def _sent(exchange: Exchange) -> str:
    value = shown(exchange, "cache-control")
    return value if value == "none" else f"Cache-Control: {value}"


def _between(one: Exchange, other: Exchange) -> float:
    return other.received_at - one.sent_at + _TICK


def same_but_for_time(one: Exchange, later: Exchange) -> bool:
    """Whether two answers have the same directives, ages excepted that have fallen meanwhile."""
    due, sent = of(one), of(later)
    return _as_set(due) == _as_set(sent) or _counts_down(due, sent, _between(one, later))


@each_answer
def _present(_: Json, exchange: Exchange, _case: Case) -> Found:
    return None if field_values(exchange.headers, "cache-control") else ("a Cache-Control field", "none")


@each_answer
def _valid(_: Json, exchange: Exchange, _case: Case) -> Found:
    problems = of(exchange).problems
    return ("valid Cache-Control directives", f"{_sent(exchange)} ({problems[0].says})") if problems else None


@each_answer
def _consistent(_: Json, exchange: Exchange, _case: Case) -> Found:
    problems = contradictions(of(exchange))
    return ("directives that agree", f"{_sent(exchange)} ({problems[0].says})") if problems else None


@each_answer
def _same(name: Json, exchange: Exchange, case: Case) -> Found:
    other = case.last(name)
    if other is not None and same_but_for_time(other, exchange):
        return None
    due = shown(other, "cache-control") if other else "none"
    return f"the same Cache-Control as with the 200 ({due})", _sent(exchange)


@each_answer
def _declared(_: Json, exchange: Exchange, case: Case) -> Found:
    policy, end = (case.resource.policy, case.resource.end) if case.resource else (None, None)
    due = parse_cache_control([policy] if policy else [])
    if _as_set(of(exchange)) == _as_set(due) or (end is not None and _counts_down(due, of(exchange), end)):
        return None
    return f"the declared Cache-Control ({policy})", _sent(exchange)


@each_answer
def _named(_: Json, exchange: Exchange, case: Case) -> Found:
    policy = case.resource.policy_of(exchange.status or 0) if case.resource else None
    return None if policy else ("a status for which a Cache-Control is declared", f"{exchange.status}")


@each_answer
def _by_status(_: Json, exchange: Exchange, case: Case) -> Found:
    policy = case.resource.policy_of(exchange.status or 0) if case.resource else None
    end = case.resource.end if case.resource else None
    due = parse_cache_control([policy] if policy else [])
    if _as_set(of(exchange)) == _as_set(due) or (end is not None and _counts_down(due, of(exchange), end)):
        return None
    return f"the Cache-Control that is declared for {exchange.status} ({policy})", _sent(exchange)


@each_answer
def _has(names: Json, exchange: Exchange, _case: Case) -> Found:
    lacking = [name for name in names if name not in of(exchange)]
    return (f"Cache-Control with {lacking[0]}", _sent(exchange)) if lacking else None


@each_answer
def _lacks(names: Json, exchange: Exchange, _case: Case) -> Found:
    there = [name for name in names if name in of(exchange)]
    return (f"Cache-Control without {there[0]}", _sent(exchange)) if there else None


@each_answer
def _lifetime(least: Json, exchange: Exchange, case: Case) -> Found:
    """What is left of it: a cache in front has used up as much as its Age says."""
    kept = case.resource is not None and case.resource.ttl is not None
    age = age_in_front(exchange.headers, kept=kept)
    if (of(exchange).seconds("max-age") or 0) - age >= least:
        return None
    used = f", and Age: {age}" if age else ""
    return f"Cache-Control with a max-age of {least} s or more", f"{_sent(exchange)}{used}"


@each_answer
def _at_most(most: Json, exchange: Exchange, _case: Case) -> Found:
    for name in ("max-age", "s-maxage"):
        if (of(exchange).seconds(name) or 0) > most:
            return f"Cache-Control without a lifetime above {most} s", _sent(exchange)
    return None


@each_answer
def _free_of(codes: Json, exchange: Exchange, _case: Case) -> Found:
    cc = of(exchange)
    problems = (*cc.problems, *contradictions(cc), *remarks(cc))
    found = next((each for each in problems if each.code in codes), None)
    if found is None:
        return None
    # What a sentence does not even advise against is told, and held against nobody.
    at_most: Level | None = "MAY" if found.level == "MAY" else None
    return Finding(_without(codes), f"{_sent(exchange)} ({found.says})", at_most=at_most)


def _without(codes: Json) -> str:
    """What a Cache-Control is that has none of these problems."""
    return f"Cache-Control with no {listed([str(each).replace('-', ' ') for each in codes], 'or')}"


@each_answer
def _reusable(_: Json, exchange: Exchange, _case: Case) -> Found:
    if parse_vary(field_values(exchange.headers, "vary")) != "*":
        return None
    return "an answer that a cache can reuse", "Vary: *, by which it matches no later request"


@each_answer
def _not_shared(_: Json, exchange: Exchange, case: Case) -> Found:
    """Nothing that offers the answer to shared caches, for others than who has asked."""
    users = case.resource.users if case.resource else {}
    telling = {name.lower() for fields in users.values() for name, _ in fields}
    vary = parse_vary(field_values(exchange.headers, "vary"))
    if vary == "*" or not telling.isdisjoint(vary):
        return None
    cc = of(exchange)
    login = bool(field_values(exchange.request.headers, "authorization"))
    stored = storable("GET", exchange.status or 0, cc, shared=True, has_authorization=login)
    lifetime = freshness_lifetime(exchange.headers, shared=True)
    offered = "public" in cc if lifetime is None else lifetime > 0
    if not stored or not offered or "no-cache" in cc:
        return None
    return "an answer that no shared cache gives to others", _sent(exchange)


@each_answer
def _never_stale(_: Json, exchange: Exchange, _case: Case) -> Found:
    """What RFC 9111 4.2.4 lets no cache serve stale, and certainly no shared one."""
    if any(name in of(exchange) for name in _VALIDATED):
        return None
    return f"Cache-Control with {listed(list(_VALIDATED), 'or')}", _sent(exchange)


@each_answer
def _of_a_login(_: Json, exchange: Exchange, _case: Case) -> Found:
    """What RFC 9111 3.5 keeps a shared cache from giving to others."""
    if not field_values(exchange.request.headers, "authorization"):
        return "an answer to Authorization", "one to a request without it"
    shared = [name for name in _SHARING if name in of(exchange)]
    return (f"Cache-Control without {shared[0]}", _sent(exchange)) if shared else None


MATCHERS: Final = (
    Matcher(
        "cache-control",
        "Cache-Control",
        (
            Form("present", _present, "a Cache-Control field"),
            Form("valid", _valid, "a Cache-Control that follows the syntax"),
            Form("consistent", _consistent, "a Cache-Control that does not contradict itself"),
            Form("declared", _declared, "the Cache-Control that the target declares"),
            Form("named-by-status", _named, "a status for which the target declares one"),
            Form("declared-by-status", _by_status, "the Cache-Control that is declared for its status"),
            Form("same-as", _same, "the same Cache-Control as {}", STEP),
            Form("has", _has, "a Cache-Control with {}", NAMES),
            Form("lacks", _lacks, lambda names: f"a Cache-Control without {listed(names, 'or')}", NAMES),
            Form("not-shared", _not_shared, "an answer that no shared cache gives to others"),
            Form("never-stale", _never_stale, "an answer that is never to be served stale"),
            Form("of-a-login", _of_a_login, "an answer to Authorization that nothing allows to be shared"),
            Form("reusable", _reusable, "an answer that a cache can reuse, without Vary: *"),
            Form("lifetime-from", _lifetime, "a max-age of {} s or more", COUNT),
            Form("lifetime-up-to", _at_most, "no lifetime above {} s", _SECONDS),
            Form("free-of", _free_of, _without, _PROBLEMS),
        ),
        together=True,
    ),
)
