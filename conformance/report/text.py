"""A verdict as plain text, for terminals and for pytest: what failed, why, and what to do next. Pure.

It is written for somebody who has never read an RFC. The first line is the whole verdict, since
pytest's summary shows no more than that. Whatever a server sent passes through `safe`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.model import Entry, Exchange, Headers, Record, Report, Requirement, Verdict
from conformance.model.runs import after_of
from conformance.report.safe import safe, safe_bytes, shell
from conformance.report.summary import LINE, brief_lines, explaining, summary_lines

__all__ = ["brief_lines", "curl", "entry_text", "safe", "source_lines", "summary_lines"]

_SHOWN: Final = 4  # exchanges
_FIELDS: Final = 30  # header lines of one message
_FIELD: Final = 200  # characters of one
_BODY: Final = 200
_LOG_LINES: Final = 15
_SENTENCE: Final = 1000
_LONGEST_CURL_BODY: Final = 2000
_YOURS: Final = "http://127.0.0.1:8000"  # where servers listen that were told nothing else
_Sent = tuple[str, int, Exchange]
_CACHES: Final = {"private-cache": "a private client cache", "shared-cache": "a shared client cache"}


def entry_text(report: Report, entry: Entry) -> str:
    """Everything there is to say of an entry, its first line the whole of it in one sentence."""
    return "\n".join(_lines(report, entry))


def _lines(report: Report, entry: Entry) -> Iterator[str]:
    verdict, record, asked = entry.verdict, report.record(entry), report.about(entry)
    yield safe(verdict.message, LINE)
    yield ""
    # Where nobody answers, or the suite itself fails, the requirement has nothing to do with it.
    about = verdict.outcome not in ("unreachable", "error")
    if about:
        yield from _requirement(report, entry)
    if verdict.expected:
        yield f"Expected:    {safe(verdict.expected, _SENTENCE)}"
        yield f"Actual:      {safe(verdict.actual, _SENTENCE)}"
    if record is not None:
        yield from _exchanges(report, record, verdict)
        yield from _log(record.log)
    if asked.why and about:
        yield f"Why:         {safe(asked.why)}"
    mend = verdict.mend or (asked.hint if verdict.outcome == "fail" else "")
    if mend:
        yield f"Next:        {safe(mend, _SENTENCE)}"
    if about:
        yield f"More:        {explaining(entry)}"


def _requirement(report: Report, entry: Entry) -> Iterator[str]:
    asked = report.about(entry)
    requirement = report.requirements[asked.requirement]
    yield f"Requirement: {safe(requirement.id)} ({asked.level}): {safe(requirement.says)}"
    yield from (f"             {line}" for line in source_lines(requirement))
    for other in (report.requirements[name] for name in asked.also):
        if other.url:
            yield f"             {safe(other.id)}: {safe(other.says)}"
            yield from (f"             {line}" for line in source_lines(other))


def source_lines(requirement: Requirement) -> Iterator[str]:
    """Where a requirement is from, with its link, and the source's own words."""
    of = requirement.source
    source = f"{of} (no sentence there says it)" if requirement.derived else f"from {of}"
    yield safe(source) + (f", {safe(requirement.url)}" if requirement.url else "")
    if requirement.quote:
        yield f'"{safe(requirement.quote)}"'


# ------------------------------------------------------------------ exchanges


def _exchanges(report: Report, record: Record, verdict: Verdict) -> Iterator[str]:
    sent, hooked = list[_Sent](), dict[int, str]()
    for step in record.steps:
        if step.status == "done" and step.says:  # what has no exchange of its own
            hooked[len(sent)] = step.says
        sent += [(step.name, i, e) for i, e in enumerate(step.exchanges)]
    if not sent:
        return
    decisive = next((i for i, (n, j, _) in enumerate(sent) if (n, j) == (verdict.step, verdict.index)), None)
    shown = _chosen(sent, len(sent) - 1 if decisive is None else decisive)
    seen_after = [i for i, (n, _, _) in enumerate(sent) if n == after_of(verdict.step) and i > shown[-1]]
    times = {s.name: len(s.exchanges) for s in record.steps}
    moved = ", in moved time" if record.moved else ""
    yield f"What was sent (>) and what came (<){moved}:"
    before = -1
    for position in (*shown, *seen_after[:1]):
        yield from _left_out(sent[before + 1 : position])
        yield from (f"   ({safe(hooked[n], _FIELD)})" for n in range(before + 1, position + 1) if n in hooked)
        name, number, exchange = sent[position]
        mark = "=>" if position == decisive else "  "
        of_all = f" {number + 1} of {times[name]}" if times[name] > 1 else ""
        after = exchange.sent_at - record.started_at
        here = "   <- this one decides" if position == decisive else ""
        yield f"{mark} {safe(name)}{of_all}, {after:.2f} s after the start{here}"
        yield from (f"     {line}" for line in _exchange(report, exchange))
        before = position
    rest = len(sent) - 1 - before
    if rest:
        yield f"   ({rest} later {'exchange' if rest == 1 else 'exchanges'} left out)"
    last = sent[shown[-1]][2]
    ended = report.workers is not None  # with the run: it was started for it
    where = _YOURS if ended else report.base_url
    command = curl(last if last.through is None else _behind(sent, shown[-1]), where)
    if command:
        yield f"Reproduce:   {command}"
        if ended:
            yield "             (start your server first, on that port: the run's own has ended)"


def _log(log: str) -> Iterator[str]:
    """The last lines that the server has printed."""
    lines = log.splitlines()[-_LOG_LINES:]
    if lines:
        yield "Printed by the server meanwhile:"
        yield from (f"     | {safe(line, _FIELD)}" for line in lines)


def _chosen(sent: list[_Sent], decisive: int) -> list[int]:
    """The decisive exchange, the very first, and the last ones of the steps just before; in order."""
    ends = {name: i for i, (name, _, _) in enumerate(sent[:decisive]) if name != sent[decisive][0]}
    before = list(ends.values())
    if len(before) > _SHOWN - 1:
        before = [before[0], *before[-(_SHOWN - 2) :]]
    return [*before, decisive]


def _left_out(sent: list[_Sent]) -> Iterator[str]:
    """Exchanges that are not shown, a line for all of them."""
    if sent:
        told = dict.fromkeys(f"{safe(n)} {_path(e)}: {e.status or 'no answer'}" for n, _, e in sent)
        names = ", ".join(list(told)[:4]) + (", ..." if len(told) > 4 else "")  # noqa: PLR2004
        yield f"   ({len(sent)} not shown: {names})"


def _behind(sent: list[_Sent], position: int) -> Exchange | None:
    """What was sent to the server at last, where a client cache stands between."""
    return next((e for _, _, e in reversed(sent[: position + 1]) if e.through is None), None)


def _path(exchange: Exchange) -> str:
    return safe(exchange.request.path, 80)


def _exchange(report: Report, exchange: Exchange) -> Iterator[str]:
    request, response, fault = exchange.request, exchange.response, exchange.fault
    if exchange.through is not None:
        how = {"none": "without asking the server", "conditional": "after asking the server with a condition"}
        said = how.get(exchange.contact or "", "after asking the server without a condition")
        cache = _CACHES.get(exchange.through) or safe(exchange.through, _FIELD)
        yield f"> GET {safe(request.target, _FIELD)}, through {cache}"
        yield f"< {exchange.status}, {said}"
        return
    yield f"> {request.method} {safe(request.target, _FIELD)} HTTP/1.1"
    yield from _fields(">", request.headers)
    if request.body:
        yield f"> {safe_bytes(request.body, _BODY)}"
    if fault is not None:
        yield f"< no valid answer: {safe(fault.says, _SENTENCE)}"
        if fault.raw:
            yield f"< {safe_bytes(fault.raw, _BODY)}"
    if response is not None:
        for interim in response.interim:
            yield f"< ({interim} first)"
        yield f"< {safe(response.version)} {response.status} {safe(response.reason, _FIELD)}".rstrip()
        yield from _fields("<", response.headers)
        content = report.content(response.body.digest)
        if content:
            yield f"< {safe_bytes(content, _BODY)}"
        elif response.body.length:
            yield f"< ({response.body.length} bytes, not kept)"
        if response.stray:
            yield f"< then {len(response.stray)} bytes that do not belong there: " + safe_bytes(
                response.stray, _BODY
            )


def _fields(mark: str, headers: Headers) -> Iterator[str]:
    for name, value in headers[:_FIELDS]:
        yield f"{mark} {safe(name, _FIELD)}: {safe(value, _FIELD)}"
    if len(headers) > _FIELDS:
        yield f"{mark} ({len(headers) - _FIELDS} more fields)"


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


def _origin(base_url: str) -> str:
    """Scheme and authority of a URL; of any text, since a saved report may hold one."""
    scheme, _, rest = base_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
