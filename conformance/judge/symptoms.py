"""Common mistakes, recognised by what they look like from outside. Pure.

A symptom names the likely cause of a finding and says what to do; it never changes an outcome. It
goes by the code of the finding and by the exchanges, never by a sentence, which may be worded anew,
nor by the check or the names of its steps. To add one, write a function and a row of SYMPTOMS, with
the codes of the findings that it may be behind; the first that recognises something speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from conformance.content.facts import is_hit
from conformance.content.marks import HEADER
from conformance.fields import field_value, media_type, parse_entity_tag
from conformance.judge.excuses import plain
from conformance.matchers.base import Case
from conformance.matchers.etag import is_weak, tag_of
from conformance.model import MISSING, Exchange, Finding, Run


@dataclass(frozen=True, slots=True)
class Symptom:
    """`says` starts the verdict's sentence; `mend` is the next step."""

    says: str
    mend: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What a symptom is recognised by.

    Args:
        exchange: the one that shows the finding.
    """

    run: Run
    finding: Finding
    case: Case
    exchange: Exchange

    @property
    def all(self) -> Iterator[Exchange]:
        """Every exchange of the case, in the order of the steps."""
        for step in self.case.steps.values():
            yield from step.exchanges

    @property
    def kept(self) -> Exchange | None:
        """The first answer with a value: what the cache is to keep."""
        valued = [each for each in self.all if each.facts.value is not MISSING]
        return min(valued, key=lambda each: each.sent_at, default=None)


@dataclass(frozen=True, slots=True)
class Row:
    """One symptom.

    Args:
        codes: of the findings that it may be behind; empty: of any.
    """

    look: Callable[[Sight], Symptom | None]
    codes: frozenset[str] = frozenset()


def recognise(run: Run, finding: Finding, case: Case) -> Symptom | None:
    """The first symptom that fits, or None."""
    step = case.steps.get(finding.step)
    if step is None or finding.index >= len(step.exchanges):
        return None
    sight = Sight(run, finding, case, step.exchanges[finding.index])
    for row in SYMPTOMS:
        if not row.codes or finding.code in row.codes:
            symptom = row.look(sight)
            if symptom is not None:
                return symptom
    return None


# ------------------------------------------------------------------ whatever was expected


def _crashed(sight: Sight) -> Symptom | None:
    exchange = sight.exchange
    if (exchange.status or 0) < 500:  # noqa: PLR2004
        return None
    return Symptom(
        f"the server failed with {exchange.status} on {exchange.request.method}",
        "Look at the server's own log: there is a traceback for this request.",
    )


def _unasked(sight: Sight) -> Symptom | None:
    exchange = sight.exchange
    if exchange.status not in (304, 412) or not plain(exchange):
        return None
    return Symptom(
        f"a plain {exchange.request.method} was answered {exchange.status}, though it has no condition",
        "Look at the headers of this request alone: without If-None-Match there is nothing to compare, and "
        "the answer is the 200; see that the comparison is not the wrong way round.",
    )


def _route_missing(sight: Sight) -> Symptom | None:
    """Only the first plain read tells: what was there a moment ago is not missing."""
    exchange, resource = sight.exchange, sight.run.resource
    if exchange.status != 404 or exchange.request.method != "GET" or resource is None:  # noqa: PLR2004
        return None
    reads = [e for e in sight.all if e.request.target == exchange.request.target and plain(e)]
    if not plain(exchange) or any(e.status != 404 for e in reads if e.sent_at < exchange.sent_at):  # noqa: PLR2004
        return None
    return Symptom(
        "the route is missing",
        f"Add the route GET {resource.read}; the path has to be the same to the slash.",
    )


def _stores_nothing(sight: Sight) -> Symptom | None:
    """The answer to the write has the old value, and so has everything after it."""
    for step in sight.case.steps.values():
        if step.effect is not None and step.effect.ignored and step.exchanges:
            write = step.exchanges[-1]
            return Symptom(
                f"{write.request.method} is answered {write.status} and stores nothing",
                "Store what the request carries before you answer it, and answer with what is stored; a "
                "write that can't be done is answered 4xx.",
            )
    return None


# ------------------------------------------------------------------ routes and bodies


def _redirected(sight: Sight) -> Symptom | None:
    resource = sight.run.resource
    if resource is None:
        return None
    return Symptom(
        f"{resource.read} redirects to {sight.exchange.facts.redirected}",
        f'Register the route as it is asked for: @app.get("{resource.read}").',
    )


def _no_number(sight: Sight) -> Symptom | None:
    constant = sight.exchange.facts.constant
    if not constant:
        return None
    return Symptom(
        f"the body holds {constant}, which JSON does not have",
        "Send null (None), or leave the member out; json.dumps(..., allow_nan=False) shows where.",
    )


def _not_json(sight: Sight) -> Symptom | None:
    if media_type(sight.exchange.headers) != "text/html":
        return None
    if sight.exchange.facts.json != "none":
        return Symptom(
            "the JSON is sent as HTML",
            "Return the data itself or a JSONResponse; a plain text or HTMLResponse is sent as text/html.",
        )
    return Symptom(
        "HTML came where JSON was due",
        "Return the data itself (FastAPI makes JSON of it), not a page; check that this is your API's port.",
    )


def _dropped_header(sight: Sight) -> Symptom | None:
    """FastAPI drops what was set on an injected Response when another Response is returned."""
    server = field_value(sight.exchange.headers, "server") or ""
    if "uvicorn" not in server and "hypercorn" not in server and "granian" not in server:
        return None
    return Symptom(
        "no Cache-Control arrives",
        "Set it on the response that you return: JSONResponse(content=..., headers={'Cache-Control': ...}). "
        "FastAPI drops what is set on an injected `response: Response` when you return another response.",
    )


# ------------------------------------------------------------------ tags


def _quotes_stripped(sight: Sight) -> Symptom | None:
    """The tag as it came is not found, and without its quotes it is."""
    asked = parse_entity_tag(_condition(sight.exchange) or "")
    if asked is None or sight.exchange.status != 200:  # noqa: PLR2004
        return None
    bare = asked.opaque.strip('"')
    if not any(e.status == 304 and _condition(e) == bare for e in sight.all):  # noqa: PLR2004
        return None
    return Symptom(
        "the ETag is compared with its quotes stripped",
        "Compare If-None-Match with the ETag as you send it, quotes included: "
        "clients send it back as it came.",
    )


def _condition(exchange: Exchange) -> str | None:
    return field_value(exchange.request.headers, "if-none-match")


def _after_restart(sight: Sight) -> Symptom | None:
    """It was the same as long as one process lasted."""
    if not any(step.restarted and sight.exchange in step.exchanges for step in sight.case.steps.values()):
        return None
    return Symptom(
        "the ETag is another after each restart: it looks like hash() or str() of a set",
        "Use hashlib on the bytes that you send (or on JSON with sorted keys): Python hashes text otherwise "
        "in each process, and the order of a set follows that; and leave out what is drawn at the start.",
    )


def _unstable_tag(sight: Sight) -> Symptom:
    """The same bytes under several tags: which kind of tag is it?"""
    seen = [e for e in sight.all if e.status == 200]  # noqa: PLR2004
    tags = [tag for e in seen if (tag := tag_of(e))]
    opaque = [t.removeprefix("W/").strip('"') for t in tags]
    back = len(set(tags)) < len(tags) and any(a != b for a, b in pairwise(tags))
    if all(re.fullmatch(r"-?\d{12,20}", o) for o in opaque):
        return Symptom(
            "the ETag looks like Python's hash(), which is another in each process",
            "Use hashlib on the bytes of the body: hash() of text is salted anew whenever Python starts.",
        )
    if back and len({e.connection for e in seen}) > 1 and len(set(tags)) <= 4:  # noqa: PLR2004
        return Symptom(
            "the same body has a few ETags that take turns",
            "Hash the bytes that you send, or JSON with sorted keys: the order in str(data) changes. "
            "With several workers, make sure that each computes the tag from the content alone.",
        )
    if all(re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", o) for o in opaque):
        return Symptom(
            "the ETag is a hash of something that changes though the body does not",
            "Hash the bytes that you send, or JSON with sorted keys: str(data) follows the order of keys or "
            "of a set, which can change; and leave times and random numbers out.",
        )
    return Symptom(
        "the ETag changes though the body does not",
        "Hash the content; a timestamp, a counter or a random number makes every stored copy useless.",
    )


def _flag_in_body(sight: Sight) -> Symptom | None:
    resource = sight.run.resource
    if resource is None or resource.hit is None:
        return None
    flags = {repr(e.facts.hit) for e in sight.all if e.facts.hit is not MISSING}
    tags = {tag for e in sight.all if (tag := tag_of(e))}
    if len(flags) < 2 or any(is_weak(t) for t in tags):  # noqa: PLR2004
        return None
    name = resource.hit.removeprefix(HEADER).rsplit("/", 1)[-1]
    return Symptom(
        f"a strong ETag stands over a body whose {name!r} flips",
        f'Mark the tag as weak (W/"..."), or leave {name!r} out of the body: '
        "a strong tag promises equal bytes.",
    )


# ------------------------------------------------------------------ values that are kept for a while


def _per_worker(sight: Sight) -> Symptom | None:
    """In one burst the value that is kept comes back as a hit, and beside it others, or misses."""
    kept = sight.kept
    if kept is None or sight.case.workers == 1:
        return None
    for step in sight.case.steps.values():
        old = [_is_kept(e, kept) for e in step.exchanges if e is not kept]
        if any(old) and not all(old):
            return Symptom(
                "each worker has a cache of its own",
                "Run one worker, or keep the cache in Redis, where all workers share it.",
            )
    return None


def _is_kept(exchange: Exchange, kept: Exchange) -> bool:
    return is_hit(exchange.facts.hit) is True and bool(exchange.facts.value == kept.facts.value)


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


def _other_ttl(sight: Sight) -> Symptom | None:
    """A value that was kept at first, and not as long as the target says: is the TTL another one?"""
    resource, kept, exchange = sight.run.resource, sight.kept, sight.exchange
    if resource is None or resource.ttl is None or kept is None or is_hit(exchange.facts.hit) is None:
        return None
    age = exchange.sent_at - kept.received_at
    at_first = any(_is_kept(e, kept) for e in sight.all if kept.sent_at < e.sent_at < exchange.sent_at)
    if not at_first or age >= resource.ttl:
        return None
    return Symptom(
        f"the value was kept for less than {age:.1f} s of a TTL of {resource.ttl:g} s",
        f"Keep it for {resource.ttl:g} s, in seconds from when it was computed; if your TTL is meant to be "
        f"another, tell the suite: --set {resource.name}.ttl=... (in pytest: --conformance-set).",
    )


def _row(look: Callable[[Sight], Symptom | None], *codes: str) -> Row:
    return Row(look, frozenset(codes))


SYMPTOMS: Final = (
    _row(_crashed),
    _row(_unasked),
    _row(_route_missing),
    _row(_stores_nothing, "shows.of"),
    _row(_redirected, "redirect.none"),
    _row(_no_number, "json.declared"),
    _row(_not_json, "json.declared"),
    _row(_quotes_stripped, "status"),
    _row(_after_restart, "etag.stable"),
    _row(_unstable_tag, "etag.stable"),
    _row(_per_worker, "value.same-as", "hit.true"),
    _row(_changed_entry, "value.same-as", "value.same-on-hits-as"),
    _row(_other_ttl, "value.same-as", "hit.true"),
    _row(_flag_in_body, "etag.unique-with"),
    _row(_dropped_header, "cache-control.present"),
)
