"""The matcher on content codings: whether a body is compressed, whether it says so, and what it is without.

Bodies are compared by the digests that were taken when they arrived; nothing here opens one.
"""

from __future__ import annotations

from typing import Final

from conformance.content.codings import codings_of
from conformance.language.values import STEP, STEPS
from conformance.matchers.base import COMPARISON, Case, Form, Found, Matcher, each_answer, no_answer, shown
from conformance.matchers.etag import strong_tag
from conformance.model import Exchange, Finding, Json, StepRecord

_FIELD: Final = "content-encoding"
_UNTOLD: Final = "coding.untold"


def coding_of(exchange: Exchange) -> str:
    """The codings of an answer by name, or ""."""
    return ", ".join(codings_of(exchange.headers))


def content_of(exchange: Exchange) -> str:
    """The digest of the body without its coding; "" where nobody can tell."""
    decoded = exchange.facts.decoded
    if decoded is not None:
        return decoded.digest
    return exchange.digest


def _length(exchange: Exchange) -> int:
    return exchange.response.body.length if exchange.response else 0


@each_answer
def _present(_: Json, exchange: Exchange, _case: Case) -> Found:
    return None if coding_of(exchange) else ("a compressed body", "one that is not")


@each_answer
def _absent(_: Json, exchange: Exchange, _case: Case) -> Found:
    coding = coding_of(exchange)
    found = f"Content-Encoding: {coding} ({_size(exchange)})"
    return ("a body that is not compressed", found) if coding else None


@each_answer
def _found(_: Json, exchange: Exchange, _case: Case) -> Found:
    return None if exchange.facts.decoded else ("a compressed body, whether it says so or not", "none")


def _size(exchange: Exchange) -> str:
    """How much a coded body is, and what it is without its coding."""
    decoded, length = exchange.facts.decoded, f"{_length(exchange)} bytes"
    if decoded is None or decoded.fault or not decoded.length:
        return length
    more = "more than " if decoded.capped else ""
    return f"{length} that decode to {more}{decoded.length}"


@each_answer
def _told(_: Json, exchange: Exchange, _case: Case) -> Found:
    decoded = exchange.facts.decoded
    if decoded is None:
        return None
    if not decoded.told:
        expected = f"Content-Encoding: {decoded.codings}, which the body has"
        return Finding(expected, shown(exchange, _FIELD), code=_UNTOLD)
    if decoded.fault:
        found = f"{_length(exchange)} bytes that do not: {decoded.fault}"
        return Finding(f"a body that decodes as {decoded.codings}", found)
    return None


def _some(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    if any(map(coding_of, step.exchanges)):
        return None
    return Finding("a body in one of these codings", step.says or "none", step.name)


def _readable(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    """At least one body has a coding that we can take off: of others nothing is said."""
    if any(e.facts.decoded and e.facts.decoded.digest for e in step.exchanges):
        return None
    had = ", ".join(dict.fromkeys(filter(None, map(coding_of, step.exchanges)))) or "none"
    return Finding("a coding that can be taken off here", had, step.name)


@each_answer
def _decodes_to(name: Json, exchange: Exchange, case: Case) -> Found:
    """The body without its coding, held against that of another answer without its own."""
    other = case.last(name)
    ours, theirs = content_of(exchange), content_of(other) if other else ""
    if not theirs:
        return Finding(f"an answer to compare with ({name})", "none", code=COMPARISON)
    if ours in ("", theirs):  # a coding that we do not know is not looked into
        return None
    return f"the body of {name} once it is decoded", f"another one ({_size(exchange)})"


def _tags_apart(names: Json, step: StepRecord, case: Case) -> Finding | None:
    """No strong tag stands on two codings of one resource, whatever else is the same."""
    if not step.exchanges:
        return no_answer(step)
    others = [e for name in names if (s := case.steps.get(name)) for e in s.exchanges]
    for index, exchange in enumerate(step.exchanges):
        tag = _strong(exchange)
        same = (o for o in others if tag == _strong(o) and coding_of(o) != coding_of(exchange))
        other = next(same, None) if tag else None
        if other is not None:
            expected = f"another ETag on the {_named(exchange)} body than on the {_named(other)} one"
            return Finding(expected, f"the strong ETag {tag} on both", step.name, index)
    return None


def _strong(exchange: Exchange) -> str:
    """The tag of a whole body that claims to be of these very bytes, or ""."""
    return strong_tag(exchange) if exchange.status == 200 else ""  # noqa: PLR2004


def _named(exchange: Exchange) -> str:
    return coding_of(exchange) or "plain"


MATCHERS: Final = (
    Matcher(
        "coding",
        "the content coding",
        (
            Form("present", _present, "a compressed body"),
            Form("absent", _absent, "a body that is not compressed"),
            Form("found", _found, "a compressed body, whether it says so or not"),
            Form("some", _some, "a body that is compressed, in one answer at least"),
            Form("readable", _readable, "a coding that can be taken off here"),
            Form("told", _told, "a body that is coded as Content-Encoding says", codes=(_UNTOLD,)),
            Form("decodes-to", _decodes_to, "the body of {} once it is decoded", STEP),
            Form("tag-apart-from", _tags_apart, "a strong ETag that no other coding of {} has", STEPS),
        ),
    ),
)
