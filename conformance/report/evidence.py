"""What of a record shows a verdict: which exchanges, as they went over the wire, and curl to send them. Pure.

Both the text for terminals and the page read it, so both show the same. It must not know how a line looks:
no marks, no indent, no HTML. Whatever a server sent has passed through `safe`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conformance.model import Exchange, Headers, Record, Report, Verdict
from conformance.model.runs import after_of
from conformance.report.redact import REDACTED
from conformance.report.safe import safe, safe_bytes, shell

__all__ = [
    "FIELD",
    "SENTENCE",
    "Evidence",
    "Shown",
    "came",
    "curl",
    "evidence",
    "left_out",
    "once_more",
    "replay",
    "sent",
    "server_of",
    "started_first",
]

SENTENCE: Final = 1000
FIELD: Final = 200  # characters of one header line
_SHOWN: Final = 4  # exchanges
_FIELDS: Final = 30  # header lines of one message
_BODY: Final = 200
_NAMED: Final = 4  # exchanges that are left out
_REPLAYED: Final = 60  # requests
_LONGEST_CURL_BODY: Final = 2000
_WAITED: Final = 1.0  # seconds between two requests from which on that is no chance
_YOURS: Final = "http://127.0.0.1:8000"  # where servers listen that were told nothing else
_Sent = tuple[str, int, Exchange]
_CACHES: Final = {"private-cache": "a private client cache", "shared-cache": "a shared client cache"}
_CONTACTS: Final = {
    "none": "without asking the server",
    "conditional": "after asking the server with a condition",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange that is shown.

    Args:
        name: its step's. number: which of the step's `times` it is, counted from 1.
        after: seconds from the start of the record.
        decisive: whether it is the one that the verdict rests on.
        before: those between it and the one shown before it, by name.
        hooked: what was done meanwhile without an exchange, as sentences.
    """

    name: str
    number: int
    times: int
    after: float
    decisive: bool
    exchange: Exchange
    before: tuple[tuple[str, Exchange], ...] = ()
    hooked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is shown of a record.

    Args:
        rest: how many exchanges come after the last that is shown.
        last: what is to be sent again, to the server, to see the same; None: nothing was.
    """

    shown: tuple[Shown, ...] = ()
    rest: int = 0
    last: Exchange | None = None


def evidence(record: Record, verdict: Verdict) -> Evidence:
    """The decisive exchange, the very first, the last ones of the steps just before; what was seen after."""
    sent, hooked = list[_Sent](), dict[int, str]()
    for step in record.steps:
        if step.status == "done" and step.says:  # what has no exchange of its own
            hooked[len(sent)] = step.says
        sent += [(step.name, i, e) for i, e in enumerate(step.exchanges)]
    if not sent:
        return Evidence()
    decisive = next((i for i, (n, j, _) in enumerate(sent) if (n, j) == (verdict.step, verdict.index)), None)
    chosen = _chosen(sent, len(sent) - 1 if decisive is None else decisive)
    seen_after = [i for i, (n, _, _) in enumerate(sent) if n == after_of(verdict.step) and i > chosen[-1]]
    positions = (*chosen, *seen_after[:1])
    times = {s.name: len(s.exchanges) for s in record.steps}
    shown = []
    for before, position in zip((-1, *positions), positions, strict=False):
        name, number, exchange = sent[position]
        after, between = exchange.sent_at - record.started_at, sent[before + 1 : position]
        those = tuple((n, e) for n, _, e in between)
        said = tuple(hooked[n] for n in range(before + 1, position + 1) if n in hooked)
        shown.append(Shown(name, number + 1, times[name], after, position == decisive, exchange, those, said))
    last = sent[chosen[-1]][2]
    if last.through is not None:
        behind = (e for _, _, e in reversed(sent[: chosen[-1] + 1]) if e.through is None)
        return Evidence(tuple(shown), len(sent) - 1 - positions[-1], next(behind, None))
    return Evidence(tuple(shown), len(sent) - 1 - positions[-1], last)


def _chosen(sent: list[_Sent], decisive: int) -> list[int]:
    ends = {name: i for i, (name, _, _) in enumerate(sent[:decisive]) if name != sent[decisive][0]}
    before = list(ends.values())
    if len(before) > _SHOWN - 1:
        before = [before[0], *before[-(_SHOWN - 2) :]]
    return [*before, decisive]


def left_out(shown: Shown) -> str:
    """The exchanges before one that are not shown, in a line; "" where there are none."""
    if not shown.before:
        return ""
    told = dict.fromkeys(
        f"{safe(n)} {safe(e.request.path, 80)}: {e.status or 'no answer'}" for n, e in shown.before
    )
    names = ", ".join(list(told)[:_NAMED]) + (", ..." if len(told) > _NAMED else "")
    return f"{len(shown.before)} not shown: {names}"


# ------------------------------------------------------------------ on the wire


def sent(exchange: Exchange) -> Iterator[str]:
    """The lines of a request."""
    request = exchange.request
    if exchange.through is not None:
        cache = _CACHES.get(exchange.through) or safe(exchange.through, FIELD)
        yield f"GET {safe(request.target, FIELD)}, through {cache}"
        return
    yield f"{request.method} {safe(request.target, FIELD)} HTTP/1.1"
    yield from _fields(request.headers)
    if request.body:
        yield safe_bytes(request.body, _BODY)


def came(report: Report, exchange: Exchange) -> Iterator[str]:
    """The lines of what came of it."""
    response, fault = exchange.response, exchange.fault
    if exchange.through is not None:
        said = _CONTACTS.get(exchange.contact or "", "after asking the server without a condition")
        yield f"{exchange.status}, {said}"
        return
    if fault is not None:
        yield f"no valid answer: {safe(fault.says, SENTENCE)}"
        if fault.raw:
            yield safe_bytes(fault.raw, _BODY)
    if response is not None:
        for interim in response.interim:
            yield f"({interim} first)"
        yield f"{safe(response.version)} {response.status} {safe(response.reason, FIELD)}".rstrip()
        yield from _fields(response.headers)
        content = report.content(response.body.digest)
        if content:
            yield safe_bytes(content, _BODY)
        elif response.body.length:
            yield f"({response.body.length} bytes, not kept)"
        if response.stray:
            what = safe_bytes(response.stray, _BODY)
            yield f"then {len(response.stray)} bytes that do not belong there: {what}"


def _fields(headers: Headers) -> Iterator[str]:
    for name, value in headers[:_FIELDS]:
        yield f"{safe(name, FIELD)}: {safe(value, FIELD)}"
    if len(headers) > _FIELDS:
        yield f"({len(headers) - _FIELDS} more fields)"


# ------------------------------------------------------------------ once more


def server_of(report: Report) -> tuple[str, bool]:
    """Where to send a request again, and whether the server has to be started for it first."""
    ended = report.server != "url"  # with the run: it was started for it
    return (_YOURS if ended else report.base_url), ended


def started_first(report: Report) -> Iterator[str]:
    """How a server is started that has ended with the run, where that is known."""
    if server_of(report)[1] and report.starts:
        yield f"{report.starts}   # in another terminal, or as you start it"


def once_more(report: Report, seen: Evidence) -> tuple[str, ...]:
    """The commands by which it is seen again, in order: the server's start, requests, the wait between them.

    Where time is the point, the first request comes first, and what decides comes as long after it as it did.
    """
    where, _ = server_of(report)
    last = curl(seen.last, where)
    if not last or seen.last is None:
        return ()
    lines = [*started_first(report), *_yours(seen.last)]
    first = seen.shown[0].exchange if seen.shown else seen.last
    waited = seen.last.sent_at - first.received_at
    if waited >= _WAITED and curl(first, where) == last:
        lines += [last, f"sleep {waited:.1f}".removesuffix(".0")]
    return (*lines, last)


def _yours(exchange: Exchange) -> Iterator[str]:
    """That a command has no credential in it, as a comment of the shell's."""
    names = [safe(name, FIELD) for name, value in exchange.request.headers if value == REDACTED]
    if names:
        yield f"# put your own {' and '.join(names)} in the place of {REDACTED!r}"


def curl(exchange: Exchange | None, base_url: str) -> str:
    """A command line that sends the same request again, or "" where there is none worth showing.

    Args:
        exchange: of any report.
        base_url: the server's; only its scheme and authority are used.
    """
    if exchange is None:
        return ""
    request = exchange.request
    words = ["curl", "-si"]
    if request.method == "HEAD":
        words.append("-I")
    elif request.method != ("POST" if request.body else "GET"):
        words += ["-X", shell(request.method)]
    url = _origin(base_url) + request.target
    if any(c in url for c in "[]{}"):
        words.append("-g")
    for name, value in request.headers:
        if name.lower() not in ("host", "content-length"):  # curl makes these itself
            words += ["-H", shell(f"{name}: {value}" if value else f"{name};")]
    if request.body:
        if len(request.body) > _LONGEST_CURL_BODY:
            return ""
        words += ["--data-binary", shell(request.body)]
    return " ".join([*words, shell(url)])


def replay(record: Record, verdict: Verdict, base_url: str) -> list[str]:
    """The command lines that send all requests again, in order, up to the one that decides.

    What a search has found takes all of them to be seen: a history, or several writes.
    """
    met = [
        (each.sent_at, step.name, index, each)
        for step in record.steps
        for index, each in enumerate(step.exchanges)
        if each.through is None
    ]
    met.sort(key=lambda each: each[0])
    decisive = [i for i, each in enumerate(met) if each[1:3] == (verdict.step, verdict.index)]
    kept = met[: decisive[-1] + 1] if decisive else met
    lines = [curl(each[3], base_url) for each in kept[-_REPLAYED:]]
    return [line or "(a request that is too long to be shown)" for line in lines]


def _origin(base_url: str) -> str:
    """Scheme and authority of a URL; of any text, since a saved report may hold one."""
    scheme, _, rest = base_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
