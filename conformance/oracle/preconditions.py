"""How an origin answers a conditional request: RFC 9110 13, in the order of 13.2.2."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from conformance.fields import (
    BYTES,
    ByteRange,
    EntityTag,
    Headers,
    field_value,
    field_values,
    is_excessive,
    parse_byte_ranges,
    parse_entity_tag,
    parse_entity_tag_list,
    parse_http_date,
    range_unit,
)

Answer = Literal["perform", "2xx", "206", "304", "400", "412", "416"]
"""`perform`: as without any precondition (a GET: 200, the whole body). `2xx`: success, nothing done again."""

# 9110 13.2.1: methods that "not involve the selection or modification of a selected representation"
_UNCONDITIONAL = frozenset({"CONNECT", "OPTIONS", "TRACE"})
_READS = frozenset({"GET", "HEAD"})
_A_MINUTE = timedelta(minutes=1)
_ENDLESS = 10**30
_REFUSALS: frozenset[Answer] = frozenset({"400", "416"})


@dataclass(frozen=True, slots=True)
class ResourceState:
    """What the origin has for the target of a request, as its last plain answer showed it.

    `now` is the origin's own clock: for dates with a two-digit year, and for how old its last change is.
    `length` is that of the representation in bytes; without it every range that may be satisfiable is.
    """

    exists: bool
    etag: EntityTag | None = None
    last_modified: datetime | None = None
    now: datetime | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a conditional request is to be answered.

    `expected` follows each SHOULD, and so does what is `as_good`; `acceptable` has all that breaks no MUST.
    """

    expected: Answer
    acceptable: frozenset[Answer]
    section: str
    why: str
    as_good: frozenset[Answer] = frozenset()

    @property
    def held(self) -> bool:
        """Whether the state may not change: nothing that is acceptable would carry the request out."""
        return "perform" not in self.acceptable

    @property
    def performed(self) -> bool:
        """Whether the request has to be carried out."""
        return self.acceptable == {"perform"}


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    headers: Headers
    state: ResourceState
    already_applied: bool

    def value(self, name: str) -> str | None:
        return field_value(self.headers, name)

    def date(self, name: str) -> datetime | None:
        """The date of a field, None where it is to be ignored: no date, several, nothing to compare with."""
        values = field_values(self.headers, name)
        if len(values) != 1 or not self.state.exists or self.state.last_modified is None:
            return None
        return parse_http_date(values[0], self.state.now)


def precondition_outcome(
    method: str,
    headers: Headers,
    state: ResourceState,
    *,
    plain_status: int | None = None,
    already_applied: bool = False,
) -> Outcome:
    """How RFC 9110 13.2.2 has an origin answer this request.

    Args:
        method: of the request.
        headers: of the request; repeated lines stay apart.
        state: of its target, before the request.
        plain_status: how the same request without conditions is answered, where that is known. Otherwise 404
            is assumed for what does not exist, unless PUT may create it.
        already_applied: the state is what the request asks for, so "MAY respond with a 2xx".
    """
    if method in _UNCONDITIONAL:
        return _always("perform", "9110 13.2.1", f"{method} ignores preconditions")
    if plain_status is None:
        plain_status = 200 if state.exists or method == "PUT" else 404
    if not 200 <= plain_status < 300 and plain_status != 412:  # noqa: PLR2004 - status codes read best as such
        why = f"{plain_status} without preconditions, so they are ignored"
        return _always("perform", "9110 13.2.1", why)
    return _if_match(_Request(method, headers, state, already_applied))


def _if_match(request: _Request) -> Outcome:
    value = request.value("If-Match")
    if value is None:
        return _if_unmodified_since(request)
    tags, state, section = parse_entity_tag_list(value), request.state, "9110 13.1.1"
    if tags is None:
        # "Otherwise, the condition is false." Who reads a match out of it all the same is not blamed.
        lenient = _if_none_match(request).acceptable if _mentions(value, state) else ()
        acceptable = frozenset({"412", "400", *lenient})
        return Outcome("412", acceptable, section, "If-Match is no list of entity tags")
    current = state.etag
    if tags == "*":
        return _if_none_match(request) if state.exists else _refused(request, section, "* matches nothing")
    if state.exists and current is not None and any(tag.strong_equal(current) for tag in tags):
        return _if_none_match(request)
    what = f"the current {current}" if state.exists and current is not None else "one that there is"
    return _refused(request, section, f"no tag of If-Match is, by strong comparison, {what}")


def _if_unmodified_since(request: _Request) -> Outcome:
    date, modified = request.date("If-Unmodified-Since"), request.state.last_modified
    if date is None or modified is None or modified <= date:
        return _if_none_match(request)
    return _refused(request, "9110 13.1.4", "modified later than If-Unmodified-Since")


def _if_none_match(request: _Request) -> Outcome:
    value = request.value("If-None-Match")
    if value is None:
        return _if_modified_since(request)
    tags, state, section = parse_entity_tag_list(value), request.state, "9110 13.1.2"
    # The 304 "if the request method is GET or HEAD", the 412 "for all other request methods".
    refusal: Answer = "304" if request.method in _READS else "412"
    if tags is None:
        onward = _if_range(request)
        lenient: tuple[Answer, ...] = (refusal,) if _mentions(value, state) else ()
        acceptable = frozenset({*onward.acceptable, "400", *lenient})
        says = "If-None-Match is no list of entity tags"
        return Outcome(onward.expected, acceptable, section, says, onward.as_good)
    if tags == "*":
        matched = state.exists
    else:
        current = state.etag if state.exists else None
        matched = current is not None and any(tag.weak_equal(current) for tag in tags)
    if matched:
        return _always(refusal, section, f"If-None-Match names the current {state.etag or 'representation'}")
    return _if_range(request)


def _if_modified_since(request: _Request) -> Outcome:
    onward = _if_range(request)
    date, modified = request.date("If-Modified-Since"), request.state.last_modified
    if request.method not in _READS or date is None or modified is None or modified > date:
        return onward
    # A SHOULD: a server may also leave it alone, or honour exact matches only.
    why = "not modified since If-Modified-Since"
    return Outcome("304", frozenset({"304", *onward.acceptable}), "9110 13.1.3", why)


def _if_range(request: _Request) -> Outcome:
    wanted = request.value("Range")
    if request.method != "GET" or wanted is None:
        return _always("perform", "9110 13.2.2", "no precondition stands against it")
    unit, ranges = range_unit(wanted), parse_byte_ranges(wanted)
    if unit not in {BYTES, None}:
        # "MUST ignore", and "the range-unit is not supported": "SHOULD send a 416".
        return _either(
            "perform", frozenset({"416"}), "a range unit that is not bytes is ignored, or answered 416"
        )
    if ranges is None:
        return _either("perform", _REFUSALS, "an invalid Range is ignored or refused")
    condition, sure = request.value("If-Range"), True
    if condition is not None:
        holds = _if_range_holds(condition, request)
        if holds is False:
            return _always("perform", "9110 13.1.5", "If-Range does not match exactly, so Range is ignored")
        sure = holds is True
    return _range(ranges, request, sure=sure)


def _range(ranges: tuple[ByteRange, ...], request: _Request, *, sure: bool) -> Outcome:
    """What a valid Range calls for, where nothing stands against it; `sure`: nothing can."""
    length = _ENDLESS if request.state.length is None else request.state.length
    if not any(each.within(length) for each in ranges):
        # 15.5.17: "servers are free to ignore Range", and "clients cannot depend on receiving a 416"
        return _either("416", frozenset({"perform"}), "no range of these is within what there is")
    if is_excessive(ranges):
        return _either("perform", _REFUSALS | {"206"}, "so many ranges may be served, ignored or refused")
    # "A server MAY ignore the Range header field": where all is asked for, that comes to the same.
    all_of_it = any(each.within(length) == (0, length - 1) for each in ranges)
    as_good: frozenset[Answer] = frozenset({"perform"}) if all_of_it or not sure else frozenset()
    why = "the range is wanted of what is current"
    return Outcome("206", frozenset({"206", "perform"}), "9110 14.2", why, as_good)


def _if_range_holds(condition: str, request: _Request) -> bool | None:
    """Whether it does; None: it is the right date, and so young that the server alone knows what it tells."""
    # "by examining the first three characters for a DQUOTE"
    state = request.state
    if '"' in condition[:3]:
        tag, current = parse_entity_tag(condition), state.etag
        return tag is not None and current is not None and tag.strong_equal(current)
    date = request.date("If-Range")
    if date is None or date != state.last_modified:
        return False
    # 8.8.2.2: strong, where it "reliably knows" that nothing changed "twice during the second covered by the
    # presented validator". How long one waits for that is not said; RFC 7232 took a minute, as Apache does.
    return True if state.now is not None and state.now - date >= _A_MINUTE else None


def _always(answer: Answer, section: str, why: str) -> Outcome:
    return Outcome(answer, frozenset({answer}), section, why)


def _either(answer: Answer, as_good: frozenset[Answer], why: str) -> Outcome:
    """One that the text of 9110 14.2 names, or others that it lets stand beside it."""
    return Outcome(answer, as_good | {answer}, "9110 14.2", why, as_good)


def _refused(request: _Request, section: str, why: str) -> Outcome:
    excused = request.already_applied and request.method not in _READS
    return Outcome("412", frozenset({"412", "2xx"} if excused else {"412"}), section, why)


def _mentions(value: str, state: ResourceState) -> bool:
    return state.exists and ("*" in value or (state.etag is not None and state.etag.opaque in value))
