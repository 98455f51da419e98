"""Flaws of preconditions beyond the lesson: how RFC 9110 wants them compared, ordered and applied to writes.

Each is the reference's evaluation with one rule changed, on all resources. `breaks` names rows of the RFCs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from reference_impl import caching
from reference_impl.caching import NOT_MODIFIED, PRECONDITION_FAILED, Validators, http_date, parse_date
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, made_of

Fields = Mapping[str, Sequence[str]]
Evaluate = Callable[[str, Fields, Validators, float], int | None]
Change = Callable[[str, Fields, Validators], Fields]
"""From what was sent by a method, for what is there now, to what is heard."""

_READS = frozenset({"GET", "HEAD"})
_INM, _IM = "if-none-match", "if-match"
_IMS, _IUS = "if-modified-since", "if-unmodified-since"


def evaluating(evaluate: Evaluate) -> Apply:
    """The reference that evaluates so."""
    return made_of(lambda parts: replace(parts, evaluate=evaluate))


def line(fields: Fields, name: str) -> str:
    """All lines of a field as one."""
    return ", ".join(fields.get(name, ()))


def without(fields: Fields, *names: str) -> Fields:
    """The fields but for these."""
    return {name: lines for name, lines in fields.items() if name not in names}


def heard(change: Change) -> Evaluate:
    """The model's evaluation of other fields than were sent."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        return caching.evaluate(method, change(method, fields, now), now, clock)

    return evaluate


def deaf(name: str, *methods: str, beside: str = "") -> Change:
    """One field is not heard: by some methods or by all, everywhere or where another field is sent, too."""

    def change(method: str, fields: Fields, _now: Validators) -> Fields:
        heard = (methods and method not in methods) or (beside and beside not in fields)
        return fields if heard else without(fields, name)

    return change


def hearing(change: Change) -> Apply:
    """The reference that hears other fields than were sent."""
    return evaluating(heard(change))


def deaf_to(name: str, *methods: str, beside: str = "") -> Apply:
    """The reference that is `deaf` so."""
    return hearing(deaf(name, *methods, beside=beside))


def _comparing_reads(matches: Callable[[str, str], bool]) -> Apply:
    """Reads compare If-None-Match in another way."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        if (
            method not in _READS
            or _INM not in fields
            or now.etag is None
            or line(fields, _INM).strip() == "*"
        ):
            return caching.evaluate(method, fields, now, clock)
        if _IM not in fields and matches(line(fields, _INM), now.etag):
            return NOT_MODIFIED
        return caching.evaluate(method, without(fields, _INM, _IMS), now, clock)

    return evaluating(evaluate)


def _strongly(field: str, etag: str) -> bool:
    return any(caching.matches_strongly(tag, etag) for tag in caching.entity_tags(field) or ())


def _split_at_commas(field: str, etag: str) -> bool:
    tags = [tag.strip() for tag in field.split(",")]
    whole = all(tag.removeprefix("W/")[:1] == tag[-1:] == '"' for tag in tags)
    return whole and any(caching.matches_weakly(tag, etag) for tag in tags)


def _dates_alone(matches: Callable[[float, int], bool]) -> Apply:
    """Reads compare If-Modified-Since in another way, where it counts."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        since = parse_date(line(fields, _IMS), clock)
        if method not in _READS or _INM in fields or since is None or now.modified is None:
            return caching.evaluate(method, fields, now, clock)
        before = caching.evaluate(method, without(fields, _IMS), now, clock)
        return before or (NOT_MODIFIED if matches(since, int(now.modified)) else None)

    return evaluating(evaluate)


def _date_after_tag(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    status = caching.evaluate(method, fields, now, clock)
    if status is None and _INM in fields:
        return caching.evaluate(method, without(fields, _INM), now, clock)
    return status


def _only_imf(_method: str, fields: Fields, _now: Validators) -> Fields:
    def imf(line: str) -> bool:
        moment = parse_date(line, 0)
        return moment is None or http_date(moment) == line

    return {name: lines for name, lines in fields.items() if name not in {_IMS, _IUS} or all(map(imf, lines))}


def _padded_is_now(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """Split at each space, and what comes out in other pieces than were looked for counts as now."""
    read = parse_date(line(fields, _IMS), clock) is not None and "  " in line(fields, _IMS)
    if method in _READS and read and _INM not in fields and now.modified is not None:
        return NOT_MODIFIED
    return caching.evaluate(method, fields, now, clock)


def _fussy_dates(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    for name in (_IMS, _IUS):
        if name in fields and parse_date(line(fields, name), clock) is None:
            return PRECONDITION_FAILED
    return caching.evaluate(method, fields, now, clock)


def _dates_on_writes(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    status = caching.evaluate(method, fields, now, clock)
    if status is None and method not in _READS and _INM not in fields:
        would = caching.evaluate("GET", fields, now, clock)
        return PRECONDITION_FAILED if would == NOT_MODIFIED else None
    return status


def _tag_first(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    first = caching.evaluate(method, without(fields, _IM, _IUS), now, clock)
    return first or caching.evaluate(method, fields, now, clock)


def _dates_too(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    return caching.evaluate(method, without(fields, _IM), now, clock) or caching.evaluate(
        method, fields, now, clock
    )


def _weak_if_match(_method: str, fields: Fields, now: Validators) -> Fields:
    tags = caching.entity_tags(line(fields, _IM)) or []
    met = now.etag is not None and any(caching.matches_weakly(tag, now.etag) for tag in tags)
    return without(fields, _IM, _IUS) if met else fields


def _first_tag_only(name: str) -> Change:
    def change(_method: str, fields: Fields, _now: Validators) -> Fields:
        tags = caching.entity_tags(line(fields, name))
        return {**fields, name: tags[:1]} if tags else fields

    return change


def _first_line_only(_method: str, fields: Fields, _now: Validators) -> Fields:
    return {name: lines[:1] for name, lines in fields.items()}


def _starless(name: str) -> Change:
    return lambda _method, fields, _now: {**fields, name: ['"*"']} if line(fields, name) == "*" else fields


def _304_to_a_write(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    held_up = _IM not in fields and _IUS not in fields and _INM in fields
    status = caching.evaluate(method, fields, now, clock)
    return NOT_MODIFIED if held_up and status == PRECONDITION_FAILED else status


def _condition_before_404(asked: Asked, answer: Answer) -> Answer:
    conditional = any(name in {_IM, _INM} for name, _ in asked.fields)
    return replace(answer, status=PRECONDITION_FAILED) if answer.status == 404 and conditional else answer  # noqa: PLR2004


def _condition_before_removal(asked: Asked, answer: Answer) -> Answer:
    return _condition_before_404(asked, answer) if asked.method == "DELETE" else answer


def _condition_before_redirect(asked: Asked, answer: Answer) -> Answer:
    redirected = answer.status == 307 and asked.get(_INM) is not None  # noqa: PLR2004
    return replace(answer, status=NOT_MODIFIED).without("location") if redirected else answer


def _performed_all_the_same(parts: Parts) -> Edit:
    """A write that is refused by its condition changes the item all the same."""
    count = 0

    async def edit(asked: Asked, answer: Answer) -> Answer:
        nonlocal count
        key = asked.path.removeprefix("/items/")
        if (
            answer.status == PRECONDITION_FAILED
            and asked.method in {"PUT", "PATCH", "DELETE"}
            and key.isdigit()
            and parts.store.item(int(key)) is not None
        ):
            count += 1
            with parts.store.transaction():
                if asked.method == "DELETE":
                    parts.store.delete(int(key))
                else:
                    parts.store.update(int(key), {"description": f"Written in spite of condition {count}"})
            await parts.invalidate(parts.cache, "update", int(key))
        return answer

    return edit


FLAWS = (
    Flaw(
        "inm-strong", "If-None-Match is compared strongly", _comparing_reads(_strongly), breaks=("B03", "B04")
    ),
    Flaw(
        "inm-whole-string",
        "If-None-Match is compared as one string, so a list never matches",
        _comparing_reads(lambda field, etag: caching.matches_weakly(field.strip(), etag)),
        breaks=("B05", "B15"),
    ),
    Flaw(
        "inm-first-tag",
        "only the first tag in If-None-Match is compared",
        hearing(_first_tag_only(_INM)),
        breaks=("B05", "B15"),
    ),
    Flaw(
        "inm-first-line",
        "only the first line of If-None-Match is read",
        hearing(_first_line_only),
        breaks=("B16",),
    ),
    Flaw("inm-no-star", "If-None-Match: * matches nothing", hearing(_starless(_INM)), breaks=("B06", "B11")),
    Flaw(
        "inm-splits-commas",
        "a comma inside a tag splits it",
        _comparing_reads(_split_at_commas),
        breaks=("B09",),
    ),
    Flaw(
        "inm-any-case",
        "tags are compared without regard to case",
        _comparing_reads(lambda field, etag: etag.lower().strip('W/"') in field.lower()),
        breaks=("B08",),
    ),
    Flaw(
        "inm-substring",
        "a tag that contains the current one matches",
        _comparing_reads(lambda field, etag: etag.strip('W/"') in field),
        breaks=("B08",),
    ),
    Flaw("inm-not-on-head", "HEAD ignores If-None-Match", deaf_to(_INM, "HEAD"), breaks=("B02",)),
    Flaw(
        "inm-not-on-writes",
        "writes ignore If-None-Match",
        deaf_to(_INM, "PUT", "PATCH", "POST", "DELETE"),
        breaks=("B10", "B11"),
    ),
    Flaw(
        "inm-304-on-writes",
        "a write whose If-None-Match matches is answered 304",
        evaluating(_304_to_a_write),
        breaks=("G09", "B10", "B11", "G11"),
    ),
    Flaw("ims-ignored", "If-Modified-Since is never looked at", deaf_to(_IMS), breaks=("C01", "C02", "C13")),
    Flaw("ims-not-on-head", "HEAD ignores If-Modified-Since", deaf_to(_IMS, "HEAD"), breaks=("C13",)),
    Flaw(
        "ims-equal-only",
        "If-Modified-Since matches the very date alone",
        _dates_alone(lambda since, modified: since == modified),
        breaks=("C02",),
    ),
    Flaw(
        "ims-always-304",
        "any If-Modified-Since is answered 304",
        _dates_alone(lambda _since, _modified: True),
        breaks=("C03", "C15"),
    ),
    Flaw(
        "ims-beats-inm",
        "If-Modified-Since counts although If-None-Match is there",
        evaluating(_date_after_tag),
        breaks=("C04", "F10"),
    ),
    Flaw(
        "ims-fussy",
        "a date that is none is answered 412",
        evaluating(_fussy_dates),
        breaks=("C06", "C07", "E06", "C17"),
    ),
    Flaw("ims-on-writes", "writes heed If-Modified-Since", evaluating(_dates_on_writes), breaks=("C08",)),
    Flaw(
        "padded-day-is-now",
        "a date in the form of asctime whose day has one digit counts as now",
        evaluating(_padded_is_now),
        breaks=("C11",),
    ),
    Flaw(
        "dates-imf-only", "the two obsolete forms of dates are not read", hearing(_only_imf), breaks=("C11",)
    ),
    Flaw(
        "if-match-ignored",
        "If-Match is never looked at",
        deaf_to(_IM),
        breaks=("D03", "D02", "D01", "D10", "D11", "D12", "D13", "F06", "E05"),
    ),
    Flaw(
        "if-match-not-on-reads", "reads ignore If-Match", deaf_to(_IM, "GET", "HEAD"), breaks=("D10", "F06")
    ),
    Flaw("if-match-not-on-delete", "DELETE ignores If-Match", deaf_to(_IM, "DELETE"), breaks=("D13", "D02")),
    Flaw("if-match-weak", "If-Match is compared weakly", hearing(_weak_if_match), breaks=("D04", "D05")),
    Flaw(
        "if-match-first-tag",
        "only the first tag in If-Match is compared",
        hearing(_first_tag_only(_IM)),
        breaks=("D07",),
    ),
    Flaw("if-match-no-star", "If-Match: * matches nothing", hearing(_starless(_IM)), breaks=("D08",)),
    Flaw(
        "if-match-never",
        "If-Match never matches",
        hearing(lambda _method, fields, _now: {**fields, _IM: ['"never"']} if _IM in fields else fields),
        breaks=("D06", "D07", "D08", "F09"),
    ),
    Flaw(
        "performed-412",
        "a write is answered 412 and performed all the same",
        answering_with(_performed_all_the_same),
        breaks=("D02", "D01", "D11", "D13", "B10", "B11", "E02"),
    ),
    Flaw(
        "ius-ignored",
        "If-Unmodified-Since is never looked at",
        deaf_to(_IUS),
        breaks=("E03", "E01", "E02", "F08"),
    ),
    Flaw(
        "ius-beats-if-match",
        "If-Unmodified-Since counts although If-Match is there",
        evaluating(_dates_too),
        breaks=("E05", "F09"),
    ),
    Flaw(
        "inm-before-if-match",
        "If-None-Match is looked at before If-Match",
        evaluating(_tag_first),
        breaks=("F06",),
    ),
    Flaw(
        "412-for-404",
        "what is not there is answered 412 where the request has a condition",
        answering(_condition_before_404),
        breaks=("F01",),
    ),
    Flaw(
        "412-for-gone",
        "a DELETE of what is gone is answered 412 where it has a condition",
        answering(_condition_before_removal),
        breaks=("F01",),
    ),
    Flaw(
        "304-for-redirect",
        "a redirect is answered 304 where the request has a condition",
        answering(_condition_before_redirect),
        breaks=("F02",),
    ),
)
