"""What the checks for Schemathesis share: what is sent besides, how often, and where a claim is told.

A probe is a function of the answer that it is about: of its request, its tag, its bytes. So a failure is the
same when Schemathesis repeats and shrinks it, and what was asked once is not asked again. Of a URL and a tag
no more than three requests are sent besides (and a plain one, where one of them has failed), of an operation
no more than thirty. One cause is one finding: a claim that has failed for one operation is told of no other.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from schemathesis import Case, CheckContext, Response

from conformance.clocks import RealClock
from conformance.fields import parse_cache_control, parse_vary
from conformance.wire import Wire

__all__ = ["CONDITIONS", "Known", "bare", "curl", "known", "negotiated", "only", "resent", "tag_to_ask_with"]

_OK: Final = 200
_MOST_OF_A_TAG: Final = 3
_MOST_OF_AN_OPERATION: Final = 30
CONDITIONS: Final = (
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
)
"""With one of these a request is conditional or partial itself."""
_OF_THE_TRANSPORT: Final = frozenset({"connection", "content-length", "transfer-encoding"})
_NOISE: Final = frozenset({"accept", "accept-encoding", "user-agent", "x-schemathesis-testcaseid"})


@dataclass(slots=True)
class Known:
    """What is known of one API, in one run.

    Args:
        answers: what was sent besides -> what came; None: the request got no answer.
        bodies: what chooses a representation, and its strong tag -> the bytes that it came with first.
        told: claim -> the operation of which it was told.
        bare: as `answers`, over our wire.
    """

    answers: dict[tuple[str, ...], Response | None] = field(default_factory=dict)
    bodies: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    bare: dict[tuple[str, ...], Bare | None] = field(default_factory=dict)
    of_a_tag: Counter[tuple[str, str]] = field(default_factory=Counter)
    of_an_operation: Counter[str] = field(default_factory=Counter)


_KNOWN: Final[dict[int, tuple[Callable[[], object], Known]]] = {}


def known(case: Case[Any]) -> Known:
    """What is known of the API that a case is of."""
    schema = case.operation.schema
    there = _KNOWN.get(id(schema))
    if there is None or there[0]() is not schema:
        there = _KNOWN[id(schema)] = (weakref.ref(schema), Known())
    return there[1]


def only(claim: str, case: Case[Any], problem: str) -> None:
    """Fail with a problem, unless that claim was told of another operation.

    Raises:
        AssertionError: there is a problem.
    """
    if problem and known(case).told.setdefault(claim, case.operation.label) == case.operation.label:
        raise AssertionError(problem)


def tag_to_ask_with(response: Response, case: Case[Any]) -> str | None:
    """The ETag of an answer that a cache could revalidate, or None."""
    if case.method != "GET" or response.status_code != _OK or response.request.body:
        return None
    etags = response.headers.get("etag", [])
    if len(etags) != 1 or not etags[0]:
        return None
    if any(name.lower() in CONDITIONS for name in response.request.headers):
        return None
    if "no-store" in parse_cache_control(response.headers.get("cache-control", [])):
        return None  # there is no copy to ask about
    if parse_vary(response.headers.get("vary", [])) == "*":
        return None  # what was chosen depends on more than the request, RFC 9110 12.5.5
    return etags[0]


def resent(
    ctx: CheckContext, response: Response, case: Case[Any], tag: str, more: dict[str, str]
) -> tuple[Response | None, bool]:
    """What the same request with more fields is answered, and whether it was asked at all.

    Session, TLS and base URL are those that Schemathesis keeps for its checks.
    """
    here, url = known(case), str(response.request.url)
    sent = _sent(response) | more
    of_it = (name for name in sent.items() if name[0].lower() not in _NOISE)
    key = (str(case.method), url, tag, *(f"{name}: {value}" for name, value in sorted(of_it)))
    if key not in here.answers:
        if _is_enough(here, url, tag, case.operation.label) and more:
            return None, False
        internals = getattr(ctx, "internals", None)
        kept = dict(getattr(internals, "transport_kwargs", None) or {})
        kept.pop("headers", None)
        try:
            here.answers[key] = case.derive(keep_auth=True).call(headers=sent, **kept)
        except OSError:  # what requests raises where a connection is dropped
            here.answers[key] = None
    return here.answers[key], True


def _sent(response: Response) -> dict[str, str]:
    sent = response.request.headers.items()
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in sent
        if name.lower() not in _OF_THE_TRANSPORT
    }


@dataclass(frozen=True, slots=True)
class Bare:
    """What was answered to a request that went over our wire."""

    status_code: int


def bare(response: Response, case: Case[Any], tag: str, more: dict[str, str]) -> tuple[Bare | None, bool]:
    """As `resent`, for what `requests` refuses to send; an app in this process has no wire for it."""
    here, url = known(case), str(response.request.url)
    label, key = case.operation.label, (str(case.method), url, tag, *map(str, more.items()))
    if getattr(case.operation.schema, "app", None) is not None:
        return None, False
    if key not in here.bare:
        if _is_enough(here, url, tag, label):
            return None, False
        at = urlsplit(url)
        path = f"{at.path or '/'}{'?' + at.query if at.query else ''}"
        sent = [pair for pair in _sent(response).items() if pair[0].lower() != "host"]
        with (
            Wire(f"{at.scheme}://{at.netloc}", RealClock(), verify=response.verify) as wire,
            wire.lane() as lane,
        ):
            came = lane.exchange("GET", path, (*sent, *more.items()))
        here.bare[key] = None if came.status is None else Bare(came.status)
    return here.bare[key], True


def _is_enough(here: Known, url: str, tag: str, label: str) -> bool:
    """Whether so many requests were sent that no more are; else this one is counted."""
    if here.of_a_tag[url, tag] >= _MOST_OF_A_TAG or here.of_an_operation[label] >= _MOST_OF_AN_OPERATION:
        return True
    here.of_a_tag[url, tag] += 1
    here.of_an_operation[label] += 1
    return False


def negotiated(response: Response, case: Case[Any]) -> tuple[tuple[str, str | None, str], ...]:
    """By which fields an answer that caches may keep was chosen, or may have been.

    Returns:
        The field, a value of it that may choose another answer (None: the answer itself shows that it was
        chosen), and the field of the answer that tells what was.
    """
    if case.method != "GET" or response.status_code != _OK or response.request.body:
        return ()
    if "no-store" in parse_cache_control(response.headers.get("cache-control", [])):
        return ()
    sent = {name.lower() for name in response.request.headers}
    if sent & {*CONDITIONS}:
        return ()
    found: list[tuple[str, str | None, str]] = []
    if response.headers.get("content-encoding") and "accept-encoding" in sent:
        found.append(("Accept-Encoding", None, "content-encoding"))
    language = (response.headers.get("content-language") or [""])[0]
    if language:
        found.append(
            ("Accept-Language", "de" if language.lower().startswith("en") else "en", "content-language")
        )
    return tuple(found)


def curl(response: Response, case: Case[Any], more: dict[str, str]) -> str:
    """A line to try by hand; Schemathesis leaves out of it what is secret."""
    headers = {name: value for name, value in _sent(response).items() if name.lower() not in _NOISE}
    # `requests`, which writes the line, takes no blanks at the beginning of a value.
    stands_in = {name: value if value == value.lstrip() else "BLANKS" for name, value in more.items()}
    command = case.as_curl_command(headers=headers | stands_in, verify=response.verify)
    command = command.replace("BLANKS", "".join(v for n, v in more.items() if stands_in[n] != v))
    return re.sub(r"^curl -X GET", "curl -i", command)
