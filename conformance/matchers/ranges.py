"""The matcher on what is sent of a range: which bytes, whether they are those of the whole, how it is told.

Their digests were taken when they came (`content/slices.py`); what a Range calls for is `due`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from conformance.fields import (
    BYTES,
    field_value,
    field_values,
    parse_byte_ranges,
    parse_content_range,
    split_list,
)
from conformance.language.values import STEP
from conformance.matchers.base import (
    COMPARISON,
    Case,
    Find,
    Form,
    Found,
    Matcher,
    each_answer,
    no_answer,
    shown,
)
from conformance.model import Body, Exchange, Finding, Json, Slice, Slices, StepRecord

_OK: Final = 200
_PARTIAL: Final = 206
_UNSATISFIABLE: Final = 416
_TOLD: Final = "range.told"
_WHOLE: Final = "range.whole"
Span = tuple[int, int]


# ------------------------------------------------------------------ whether ranges are served at all


def _serving(*, wanted: bool) -> Find:
    """Whether the server serves ranges of a resource: its plain answer says so, or a 206 was seen."""

    def find(_: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges:
            return no_answer(step)
        units = [split_list(shown(each, "accept-ranges").lower()) for each in step.exchanges]
        seen = any(e.status == _PARTIAL for each in case.steps.values() for e in each.exchanges)
        if (seen or any(BYTES in each for each in units)) is wanted:
            return None
        if wanted:
            return Finding("ranges that are served (Accept-Ranges: bytes, or a 206)", "none", step.name)
        return Finding("a resource without ranges", "one of which they are served", step.name)

    return find


# ------------------------------------------------------------------ the form of a 206


def _slices(exchange: Exchange) -> Slices:
    return exchange.facts.slices or Slices()


@each_answer
def _single(_: Json, exchange: Exchange, _case: Case) -> Found:
    if exchange.status == _PARTIAL and not _slices(exchange).multipart:
        return None
    return "a single part", _kind(exchange)


@each_answer
def _several(_: Json, exchange: Exchange, _case: Case) -> Found:
    if exchange.status == _PARTIAL and _slices(exchange).multipart:
        return None
    return "multipart/byteranges", _kind(exchange)


def _kind(exchange: Exchange) -> str:
    if exchange.status != _PARTIAL:
        return f"status {exchange.status}"
    return f"206 with the Content-Type {shown(exchange, 'content-type')}"


@each_answer
def _readable(_: Json, exchange: Exchange, _case: Case) -> Found:
    """A 206 that does not tell a single range has parts that can be read."""
    held = _slices(exchange)
    if not held.multipart:
        return "multipart/byteranges, or a Content-Range", f"Content-Type: {shown(exchange, 'content-type')}"
    return ("a body in parts", f"one that can't be read: {held.broken}") if held.broken else None


@each_answer
def _length(_: Json, exchange: Exchange, _case: Case) -> Found:
    """Of a single part: as many bytes as its Content-Range names."""
    for each in _slices(exchange).slices:
        if each.first is not None and each.last is not None:
            named = each.last - each.first + 1
            if each.length != named:
                return f"{named} bytes ({shown(exchange, 'content-range')})", f"{each.length} bytes"
    return None


# ------------------------------------------------------------------ which bytes there are


def _beside(name: Json, case: Case) -> Body | Finding:
    plain = case.last(name)
    if plain is None or plain.response is None:
        return Finding(f"an answer to compare with ({name})", "none", code=COMPARISON)
    return plain.response.body


@each_answer
def _of(name: Json, exchange: Exchange, case: Case) -> Found:
    """What a 206 holds are the bytes that it names; anything else than a 206 names none."""
    whole = _beside(name, case)
    if isinstance(whole, Finding) or exchange.status != _PARTIAL:
        return whole if isinstance(whole, Finding) else None
    held = _slices(exchange)
    if held.of != whole.digest:
        return Finding(f"the whole to compare with ({name})", "another body", code=COMPARISON)
    for number, each in enumerate(held.slices, 1):
        if each.first is None:
            says = f"Content-Range: {shown(exchange, 'content-range')}"
            says = f"none that is valid in part {number}" if held.multipart else says
            return Finding("a Content-Range that says which bytes there are", says, code=_TOLD)
        if each.digest != each.due:
            span = f"bytes {each.first} to {each.last} of the {whole.length}"
            other = f"{each.length} others" if each.due else f"{each.length} that it does not have"
            return span, other
    return None


@each_answer
def _asked_of(name: Json, exchange: Exchange, case: Case) -> Found:
    """What is sent is what was asked for, or the whole; and a refusal tells how long that is."""
    whole = _beside(name, case)
    if isinstance(whole, Finding):
        return whole
    assert exchange.response is not None  # noqa: S101 - each_answer has made sure
    if exchange.status == _PARTIAL:
        return _asked(exchange, whole.length)
    if exchange.status == _OK and exchange.response.body.digest != whole.digest:
        found = f"{exchange.response.body.length} bytes, which are not"
        return Finding(f"the whole, {whole.length} bytes as before", found, code=_WHOLE)
    if exchange.status == _UNSATISFIABLE:
        return _told_length(exchange, whole.length)
    return None


def _told_length(exchange: Exchange, length: int) -> Found:
    told = field_value(exchange.headers, "content-range")
    range_ = parse_content_range(told) if told is not None else None
    if told is None or (range_ is not None and (range_.first, range_.whole) == (None, length)):
        return None
    return Finding(f"Content-Range: bytes */{length}", told, code=_TOLD)


def _asked(exchange: Exchange, length: int) -> Found:
    """A server may send some of what was asked for, and neighbours as one: but nothing beside it."""
    wanted = [*_wanted(exchange, length)]
    sent = _sent(exchange)
    if not wanted or not sent:
        return None
    first, last = min(each[0] for each in wanted), max(each[1] for each in wanted)
    for span in sent:
        if span[0] < first or span[1] > last or not any(_meet(span, each) for each in wanted):
            return f"bytes {_spans(wanted)} of the {length}", f"bytes {span[0]}-{span[1]}"
    lacking = [each for each in wanted if not any(_within(each, span) for span in sent)]
    if lacking:
        # 15.3.7: "a server might want to send only a subset of the data requested".
        found = Finding(f"all of the bytes {_spans(wanted)}", f"bytes {_spans(sent)}")
        return replace(found, at_most="SHOULD")
    return None


@each_answer
def _in_order(_: Json, exchange: Exchange, _case: Case) -> Found:
    """Parts in the order of the request; those that were made one stand where either of them may."""
    asked = parse_byte_ranges(field_value(exchange.request.headers, "range") or "") or ()
    sent, length = _sent(exchange), max((each.whole or 0 for each in _slices(exchange).slices), default=0)
    spans = [span for each in asked if (span := each.within(length))]
    places = [[i for i, span in enumerate(spans) if _within(span, each)] for each in sent]
    known = [each for each in places if each]
    if all(min(one) <= max(other) for one, other in pairwise(known)):
        return None
    return f"parts in the order {_spans(spans)}", _spans(sent)


def _wanted(exchange: Exchange, length: int) -> Iterator[Span]:
    for value in field_values(exchange.request.headers, "range"):
        for each in parse_byte_ranges(value) or ():
            span = each.within(length)
            if span is not None:
                yield span


def _sent(exchange: Exchange) -> list[Span]:
    return [span for each in _slices(exchange).slices if (span := _span(each)) is not None]


def _span(each: Slice) -> Span | None:
    return None if each.first is None or each.last is None else (each.first, each.last)


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _spans(spans: Iterable[Span]) -> str:
    return ", ".join(f"{first}-{last}" for first, last in spans)


MATCHERS: Final = (
    Matcher(
        "range",
        "the bytes that are sent of a range",
        (
            Form("served", _serving(wanted=True), "ranges that are served"),
            Form("unserved", _serving(wanted=False), "no ranges that are served"),
            Form("single", _single, "a single part"),
            Form("several", _several, "parts in multipart/byteranges"),
            Form("readable", _readable, "parts that can be read by their boundary"),
            Form("length", _length, "as many bytes as its Content-Range names"),
            Form("in-order", _in_order, "parts in the order in which they were asked for"),
            Form("of", _of, "the bytes of {} that it names", STEP, codes=(_TOLD,)),
            Form(
                "asked-of",
                _asked_of,
                "what was asked for of {}, or all of it",
                STEP,
                codes=(_TOLD, _WHOLE),
            ),
        ),
        together=True,
    ),
)
