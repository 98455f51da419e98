"""Common mistakes, recognised by what they look like from outside. Pure.

A symptom names the likely cause of a finding and says what to do; it never changes an outcome.
To add one, write a function that looks at the run, the finding and the case, and put it into
SYMPTOMS; the first that recognises something speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from conformance.content.facts import is_hit
from conformance.fields import field_value, media_type
from conformance.matchers import Case
from conformance.matchers.etag import is_weak, tag_of
from conformance.model import MISSING, Exchange, Finding, Run


@dataclass(frozen=True, slots=True)
class Symptom:
    """`says` starts the verdict's sentence; `mend` is the next step."""

    says: str
    mend: str


def recognise(run: Run, finding: Finding, case: Case) -> Symptom | None:
    """The first symptom that fits, or None."""
    step = case.steps.get(finding.step)
    exchange = step.exchanges[finding.index] if step and finding.index < len(step.exchanges) else None
    for look in SYMPTOMS:
        symptom = look(run, finding, case, exchange)
        if symptom is not None:
            return symptom
    return None


def _crashed(_run: Run, _finding: Finding, _case: Case, exchange: Exchange | None) -> Symptom | None:
    if exchange is None or (exchange.status or 0) < 500:  # noqa: PLR2004
        return None
    return Symptom(
        f"the server failed with {exchange.status} on {exchange.request.method}",
        "Look at the server's own log: there is a traceback for this request.",
    )


def _route_missing(run: Run, _finding: Finding, _case: Case, exchange: Exchange | None) -> Symptom | None:
    if exchange is None or exchange.status != 404 or run.resource is None:  # noqa: PLR2004
        return None
    if exchange.request.method != "GET":
        return None
    return Symptom(
        "the route is missing",
        f"Add the route GET {run.resource.read}; the path has to be the same to the slash.",
    )


def _redirected(run: Run, finding: Finding, _case: Case, exchange: Exchange | None) -> Symptom | None:
    if exchange is None or "redirect" not in finding.expected or run.resource is None:
        return None
    return Symptom(
        f"{run.resource.read} redirects to {exchange.facts.redirected}",
        f'Register the route as it is asked for: @app.get("{run.resource.read}").',
    )


def _not_json(_run: Run, finding: Finding, _case: Case, exchange: Exchange | None) -> Symptom | None:
    if exchange is None or "json" not in finding.expected.lower():
        return None
    html = media_type(exchange.headers) == "text/html"
    if html and exchange.facts.json != "none":
        return Symptom(
            "the JSON is sent as HTML",
            "Return the data itself or a JSONResponse; a plain text or HTMLResponse is sent as text/html.",
        )
    if html:
        return Symptom(
            "HTML came where JSON was due",
            "Return the data itself (FastAPI makes JSON of it), not a page; "
            "check that this is your API's port.",
        )
    return None


def _quotes_stripped(_run: Run, _finding: Finding, case: Case, _exchange: Exchange | None) -> Symptom | None:
    again, unquoted = case.last("again"), case.last("unquoted")
    if again is None or unquoted is None or (again.status, unquoted.status) != (200, 304):
        return None
    return Symptom(
        "the ETag is compared with its quotes stripped",
        "Compare If-None-Match with the ETag as you send it, quotes included: "
        "clients send it back as it came.",
    )


def _unstable_tag(_run: Run, finding: Finding, case: Case, exchange: Exchange | None) -> Symptom | None:
    """The same bytes under several tags: which kind of tag is it?"""
    if exchange is None or "since the body is the same" not in finding.expected:
        return None
    seen = [e for s in case.steps.values() for e in s.exchanges if e.status == 200]  # noqa: PLR2004
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


def _other_ttl(run: Run, finding: Finding, case: Case, exchange: Exchange | None) -> Symptom | None:
    """A value that was kept at first, and not as long as the target says: is the TTL another one?"""
    resource, fresh, soon = run.resource, case.first("fresh"), case.first("soon")
    if run.check.requirement.id not in ("LES14", "LES15") or finding.step == "soon":
        return None
    if resource is None or resource.ttl is None or exchange is None or fresh is None or soon is None:
        return None
    if is_hit(soon.facts.hit) is not True or is_hit(exchange.facts.hit) is None:
        return None
    age = exchange.sent_at - fresh.received_at
    return Symptom(
        f"the value was kept for less than {age:.1f} s of a TTL of {resource.ttl:g} s",
        f"Keep it for {resource.ttl:g} s, in seconds from when it was computed; if your TTL is meant to be "
        f"another, tell the suite: --set {resource.name}.ttl=... (in pytest: --conformance-set).",
    )


def _flag_in_body(run: Run, finding: Finding, case: Case, _exchange: Exchange | None) -> Symptom | None:
    if run.resource is None or run.resource.hit is None or "another body" not in finding.expected:
        return None
    every = [e.facts.hit for s in case.steps.values() for e in s.exchanges]
    flags = {repr(flag) for flag in every if flag is not MISSING}
    tags = {t for s in case.steps.values() for e in s.exchanges if (t := tag_of(e))}
    if len(flags) < 2 or any(is_weak(t) for t in tags):  # noqa: PLR2004
        return None
    name = run.resource.hit.rsplit("/", 1)[-1]
    return Symptom(
        f"a strong ETag stands over a body whose {name!r} flips",
        f'Mark the tag as weak (W/"..."), or leave {name!r} out of the body: '
        "a strong tag promises equal bytes.",
    )


def _dropped_header(_run: Run, finding: Finding, _case: Case, exchange: Exchange | None) -> Symptom | None:
    """FastAPI drops what was set on an injected Response when another Response is returned."""
    if exchange is None or finding.expected != "a Cache-Control field":
        return None
    server = field_value(exchange.headers, "server") or ""
    if "uvicorn" not in server and "hypercorn" not in server and "granian" not in server:
        return None
    return Symptom(
        "no Cache-Control arrives",
        "Set it on the response that you return: JSONResponse(content=..., headers={'Cache-Control': ...}). "
        "FastAPI drops what is set on an injected `response: Response` when you return another response.",
    )


def _per_worker(run: Run, _finding: Finding, case: Case, _exchange: Exchange | None) -> Symptom | None:
    if run.check.requirement.id != "LES38" or "workers" not in case.steps:
        return None
    return Symptom(
        "each worker has a cache of its own",
        "Run one worker, or keep the cache in Redis, where all workers share it.",
    )


SYMPTOMS: Final[tuple[Callable[[Run, Finding, Case, Exchange | None], Symptom | None], ...]] = (
    _crashed,
    _route_missing,
    _redirected,
    _not_json,
    _quotes_stripped,
    _unstable_tag,
    _other_ttl,
    _flag_in_body,
    _dropped_header,
    _per_worker,
)
