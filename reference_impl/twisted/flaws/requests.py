"""Flaws of how a request is read: its bytes, its dates, its tags; and of conditions where none count.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from starlette.types import ASGIApp, Scope

from reference_impl import caching
from reference_impl.caching import NOT_MODIFIED, PRECONDITION_FAILED, Validators, http_date, parse_date
from reference_impl.settings import Clock, Settings
from reference_impl.store import Store
from reference_impl.twisted.asgi import Answer, Asked, Edit, edited, without_fields
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.preconditions import Fields, evaluating, line, without
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Create, answering, answering_with, asking, made_of
from reference_impl.twisted.wire import plain

_OK, _UNAUTHORIZED, _NOT_ALLOWED = 200, 401, 405
_READS = ("GET", "HEAD")
_INM, _IMS = "if-none-match", "if-modified-since"
_WRITTEN = re.compile(r"(?m)^(?P<name>[^:\r\n]+):(?P<value>[^\r\n]*)$")


def _if_written(so: Callable[[str, str], bool]) -> Apply:
    """If-None-Match is heard only where its name and its value are written so."""

    def change(scope: Scope) -> Scope:
        head = scope.get("extensions", {}).get("head", b"").replace(b"\r\n", b"\n").decode("latin-1")
        written = ((found["name"], found["value"]) for found in _WRITTEN.finditer(head))
        heard = all(so(name, value) for name, value in written if name.lower() == _INM)
        return scope if heard else without_fields(scope, _INM)

    return asking(change)


def _strong_only_finds_strong(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """A weak current tag is found by a weak one alone."""
    weak = now.etag is not None and now.etag.startswith("W/")
    if weak and method in _READS and not line(fields, _INM).startswith(("W/", "*")):
        fields = without(fields, _INM)
    return caching.evaluate(method, fields, now, clock)


def _fussy_tags(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    asked = line(fields, _INM)
    if asked and asked != "*" and caching.entity_tags(asked) is None:
        return 500
    return caching.evaluate(method, fields, now, clock)


def _undated(parts: Parts) -> Parts:
    """Nothing has a date of change, and counts as unchanged since whatever date a request names."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        unconditional = _INM not in fields and method in _READS
        if unconditional and parse_date(line(fields, _IMS), clock) is not None:
            return NOT_MODIFIED
        return caching.evaluate(method, fields, now, clock)

    return replace(parts, evaluate=evaluate)


def _refuses_undated(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """What has no date of change counts as changed just now."""
    if now.modified is None and method in _READS and parse_date(line(fields, "if-unmodified-since"), clock):
        return PRECONDITION_FAILED
    return caching.evaluate(method, fields, now, clock)


def _without_dates(settings: Settings, create: Create) -> ASGIApp:
    app = create(_undated(Parts.of(settings)))
    return edited(app, lambda _asked, answer: answer.without("last-modified"))


def _this_century(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """Two digits of a year are always 20xx."""
    long = re.sub(r"^[A-Z][a-z]+day, (\d\d)-(...)-(\d\d) ", r"Sun, \1 \2 20\3 ", line(fields, _IMS))
    return caching.evaluate(method, {**fields, _IMS: [long]} if long else fields, now, clock)


def _no_future(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    asked = parse_date(line(fields, _IMS), clock)
    if asked is not None and asked > clock + 86400:
        return 400
    return caching.evaluate(method, fields, now, clock)


class _DatedOnce(Store):
    """The list keeps the date of its first filling."""

    def _touch(self) -> float:
        return self._clock()


def _dated_once(parts: Parts) -> Parts:
    clock: Clock = parts.settings.clock
    return replace(parts, store=_DatedOnce(clock, parts.settings.database))


def _shows_the_first_date(parts: Parts) -> Edit:
    """Evaluated rightly, but shown as when the list was first asked for."""
    first = http_date(parts.store.items()[1])

    def edit(asked: Asked, answer: Answer) -> Answer:
        known = asked.path == LIST and answer.get("last-modified") is not None
        return answer.having("last-modified", first) if known else answer

    return edit


def _echoes_a_tag(asked: Asked, answer: Answer) -> Answer:
    tags = caching.entity_tags(asked.get(_INM) or "") or []
    return answer.having("etag", tags[0]) if answer.status == NOT_MODIFIED and len(tags) > 1 else answer


def _confirms_reloads(asked: Asked, answer: Answer) -> Answer:
    """Whoever reloads is taken to have a copy, whether the request names one or not."""
    reloads = asked.path == LIST and "max-age=0" in (asked.get("cache-control") or "")
    confirmed = replace(answer.without("content-type"), status=NOT_MODIFIED).carrying(b"")
    return confirmed if reloads and answer.status == _OK else answer


def _before(status: int, instead: int) -> Apply:
    """Where this would be the answer, a condition is looked at first."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        conditional = any(name in {"if-match", _INM} for name, _ in asked.fields)
        return replace(answer, status=instead) if answer.status == status and conditional else answer

    return answering(edit)


def _options_on_conditions(asked: Asked, answer: Answer) -> Answer:
    refused = asked.method == "OPTIONS" and asked.get("if-match") is not None
    return replace(answer, status=PRECONDITION_FAILED) if refused else answer


FLAWS = (
    Flaw(
        "reload-is-304",
        "a reload is answered 304, whether it names a copy or not",
        answering(_confirms_reloads),
        breaks=("J37",),
    ),
    Flaw(
        "inm-weak-by-weak-only",
        "a weak tag is found by a weak one alone",
        evaluating(_strong_only_finds_strong),
        breaks=("B04", "B03"),
    ),
    Flaw(
        "304-echoes-a-tag",
        "a 304 has the first tag that the request names",
        answering(_echoes_a_tag),
        breaks=("B15", "G10"),
    ),
    Flaw(
        "inm-malformed-500",
        "what is no list of tags is answered 500",
        evaluating(_fussy_tags),
        breaks=("B17",),
    ),
    Flaw(
        "inm-name-as-in-the-rfc",
        "the field's name counts in one spelling only",
        _if_written(lambda name, _: name == "If-None-Match"),
        render=plain,
        breaks=("B19",),
    ),
    Flaw(
        "inm-space-belongs",
        "white space around the value belongs to it",
        _if_written(lambda _, value: value == f" {value.strip()}"),
        render=plain,
        breaks=("B20",),
    ),
    Flaw(
        "ims-without-a-date",
        "nothing has a date of change, and any date is answered 304",
        _without_dates,
        breaks=("C09",),
    ),
    Flaw(
        "ius-without-a-date",
        "what has no date of change is answered 412 to If-Unmodified-Since",
        evaluating(_refuses_undated),
        breaks=("E07",),
    ),
    Flaw(
        "ims-this-century",
        "a year of two digits is always one of this century",
        evaluating(_this_century),
        breaks=("C12",),
    ),
    Flaw("ims-no-future", "a date in the future is answered 400", evaluating(_no_future), breaks=("C14",)),
    Flaw(
        "list-dated-once",
        "the list keeps its first date through every change",
        made_of(_dated_once),
        breaks=("C15", "A15"),
    ),
    Flaw(
        "list-shows-first-date",
        "the list shows its first date, though it goes by the last",
        answering_with(_shows_the_first_date),
        breaks=("A15",),
    ),
    Flaw(
        "304-for-strangers",
        "a stranger with a condition is answered 304",
        _before(_UNAUTHORIZED, NOT_MODIFIED),
        breaks=("F03",),
    ),
    Flaw(
        "412-for-405",
        "a method that is refused is answered 412 with a condition",
        _before(_NOT_ALLOWED, PRECONDITION_FAILED),
        breaks=("F04",),
    ),
    Flaw(
        "options-on-conditions",
        "OPTIONS with If-Match is answered 412",
        answering(_options_on_conditions),
        breaks=("F05",),
    ),
    Flaw("hasty", "a request is answered before its last header line has come", hasty=True, breaks=("F16",)),
)
