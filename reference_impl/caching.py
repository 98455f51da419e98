"""The rules of HTTP caching that the routes need, as pure functions on text and bytes.

Rule 1: no web framework, no clock, no state in here. What is needed comes as an argument.
Rule 2: an entity tag is a string as it stands in the header, quotes included.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

# RFC 9110 8.8.3: entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE; a comma inside the quotes belongs to the tag.
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_BETWEEN_TAGS = re.compile(r"[ \t]*(?:,[ \t]*)*")

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
# RFC 9110 5.6.7: the form we send, and the two obsolete ones that a recipient has to accept.
_DATES = (
    re.compile(
        rf"[A-Z][a-z]{{2}}, (?P<day>\d{{2}}) (?P<month>[A-Z][a-z]{{2}}) (?P<year>\d{{4}}) {_CLOCK} GMT"
    ),
    re.compile(
        rf"[A-Z][a-z]+day, (?P<day>\d{{2}})-(?P<month>[A-Z][a-z]{{2}})-(?P<year>\d{{2}}) {_CLOCK} GMT"
    ),
    re.compile(rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})"),
)

NOT_MODIFIED = 304
PRECONDITION_FAILED = 412
PRECONDITION_REQUIRED = 428  # RFC 6585 3
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Validators:
    """What tells one version of a resource from another: its tag, and when it was last changed."""

    etag: str | None
    modified: float | None = None
    exists: bool = True


ABSENT = Validators(None, exists=False)
"""What a PUT meets that would create the resource."""


def etag_of(body: bytes) -> str:
    """The strong tag of these bytes: equal bytes, equal tag, in every process and on every machine.

    The lesson hashes with MD5, which would do; SHA-256 spares the question why. Half of it is plenty.
    """
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def etag_of_version(version: int, body: bytes) -> str:
    """The tag of what has a number that rises with every change.

    The number alone would come again for another content once the server has started anew, and lost what was
    written (RFC 9110 8.8.1: unique over all versions).
    """
    return f'"v{version}-{hashlib.sha256(body).hexdigest()[:8]}"'


def weak(etag: str) -> str:
    """The same tag marked weak, for content of which some detail may differ (RFC 9110 8.8.1)."""
    return etag if etag.startswith("W/") else f"W/{etag}"


def entity_tags(field: str) -> list[str] | None:
    """The tags in an If-Match or If-None-Match field, or None where it is no list of tags."""
    tags: list[str] = []
    at = _skip(field, 0)
    while at < len(field):
        tag = _ENTITY_TAG.match(field, at)
        if tag is None:
            return None
        tags.append(tag[0])
        after = _skip(field, tag.end())
        if after < len(field) and "," not in field[tag.end() : after]:
            return None  # two tags with no comma between them
        at = after
    return tags


def matches_weakly(one: str, other: str) -> bool:
    """Weak comparison, RFC 9110 8.8.3.2: the opaque parts are equal, whoever is marked weak."""
    return one.removeprefix("W/") == other.removeprefix("W/")


def matches_strongly(one: str, other: str) -> bool:
    """Strong comparison, RFC 9110 8.8.3.2: equal, and neither is weak."""
    return one == other and not one.startswith("W/")


def if_none_match(field: str, now: Validators) -> bool:
    """Whether the condition holds: none of the tags is the current one; for an asterisk, nothing is there."""
    if field.strip() == "*":
        return not now.exists
    return not any(now.etag and matches_weakly(tag, now.etag) for tag in entity_tags(field) or ())


def if_match(field: str, now: Validators) -> bool:
    """Whether one of the tags is the current one, strongly compared: a write may not rely on a weak tag."""
    if field.strip() == "*":
        return now.exists
    return any(now.etag and matches_strongly(tag, now.etag) for tag in entity_tags(field) or ())


def evaluate(method: str, fields: Mapping[str, Sequence[str]], now: Validators, clock: float) -> int | None:
    """The status that the preconditions call for, or None to go on with the method.

    RFC 9110 13.2.2 gives the order. It is to be asked only where the plain request would be answered 2xx;
    `now` is `ABSENT` where a PUT would create. `fields` maps lower-case names to the lines of a field.
    """

    def field(name: str) -> str | None:
        lines = fields.get(name)
        return ", ".join(lines) if lines else None

    modified = None if now.modified is None else int(now.modified)  # a date on the wire has whole seconds
    match, none_match = field("if-match"), field("if-none-match")
    unmodified_since = parse_date(field("if-unmodified-since"), clock)
    modified_since = parse_date(field("if-modified-since"), clock)

    if match is not None:
        if not if_match(match, now):
            return PRECONDITION_FAILED
    elif unmodified_since is not None and modified is not None and modified > unmodified_since:
        return PRECONDITION_FAILED

    if none_match is not None:
        if not if_none_match(none_match, now):
            return NOT_MODIFIED if method in _SAFE else PRECONDITION_FAILED
    elif (
        method in _SAFE and modified_since is not None and modified is not None and modified <= modified_since
    ):
        return NOT_MODIFIED
    return None


def guarded(method: str, fields: Mapping[str, Sequence[str]]) -> bool:
    """Whether a request says which state it is meant for, where it may undo what somebody else has done."""
    conditions = {"if-match", "if-none-match", "if-unmodified-since"}
    return method not in {"PUT", "PATCH", "DELETE"} or not conditions.isdisjoint(fields)


def cache_control(*directives: str, max_age: int | None = None) -> str:
    """A Cache-Control value: names, commas, whole seconds (RFC 9111 5.2)."""
    given = list(directives)
    if max_age is not None:
        if max_age < 0:
            raise ValueError(f"max-age is a number of seconds from 0 up, not {max_age}")
        given.append(f"max-age={max_age}")
    return ", ".join(given)


def http_date(moment: float) -> str:
    """A moment as RFC 9110 5.6.7 wants it sent, whatever the locale says of months."""
    at = datetime.fromtimestamp(int(moment), UTC)
    return f"{_DAYS[at.weekday()]}, {at:%d} {_MONTHS[at.month - 1]} {at:%Y} {at:%H:%M:%S} GMT"


def parse_date(field: str | None, now: float) -> float | None:
    """An HTTP date as seconds since 1970, or None for what is none: such a condition is ignored."""
    found = next((hit for form in _DATES if (hit := form.fullmatch((field or "").strip(" \t")))), None)
    if found is None or found["month"] not in _MONTHS:
        return None
    month, year = _MONTHS.index(found["month"]) + 1, int(found["year"])
    if len(found["year"]) == 2:  # noqa: PLR2004 - a year of two digits, in the form of RFC 850
        year = _full_year(year, datetime.fromtimestamp(now, UTC).year)
    try:
        second = min(int(found["second"]), 59)  # 60 is a leap second, which datetime does not know
        at = datetime(
            year, month, int(found["day"]), int(found["hour"]), int(found["minute"]), second, tzinfo=UTC
        )
    except ValueError:
        return None
    return at.timestamp()


def _full_year(short: int, this_year: int) -> int:
    """RFC 9110 5.6.7: a year that would be more than 50 years ahead is the past one with those digits."""
    year = this_year - this_year % 100 + short
    return year - 100 if year > this_year + 50 else year


def _skip(field: str, at: int) -> int:
    gap = _BETWEEN_TAGS.match(field, at)
    return gap.end() if gap else at
