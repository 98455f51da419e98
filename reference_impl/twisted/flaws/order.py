"""Flaws of preconditions side by side: which of two counts, and where one of them is read too narrowly.

`breaks` names rows of the RFCs.
"""

import re

from reference_impl import caching
from reference_impl.caching import NOT_MODIFIED, PRECONDITION_FAILED, Validators, parse_date
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.preconditions import (
    Evaluate,
    Fields,
    deaf,
    evaluating,
    heard,
    line,
    without,
)

_INM, _IM = "if-none-match", "if-match"
_IMS, _IUS = "if-modified-since", "if-unmodified-since"


def _no_empty_places(_method: str, fields: Fields, _now: Validators) -> Fields:
    gaps = re.search(r"^\s*,|,\s*,|,\s*$", line(fields, _INM))
    return without(fields, _INM) if gaps else fields


def _not_even_equal(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    since = parse_date(line(fields, _IUS), clock)
    if since is not None and _IM not in fields and now.modified is not None and int(now.modified) >= since:
        return PRECONDITION_FAILED
    return caching.evaluate(method, fields, now, clock)


def _both_have_to_match(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """A 304 where the tag matches and the date, too."""
    status = caching.evaluate(method, fields, now, clock)
    if status == NOT_MODIFIED and _INM in fields and _IMS in fields:
        return caching.evaluate(method, without(fields, _INM), now, clock)
    return status


def _match_is_enough(_method: str, fields: Fields, _now: Validators) -> Fields:
    """Where If-Match holds, nothing else is looked at."""
    return without(fields, _INM, _IMS) if _IM in fields else fields


def _tag_before_date(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    first = caching.evaluate(method, without(fields, _IUS), now, clock)
    return first or caching.evaluate(method, fields, now, clock)


def _no_date_beside_a_match(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """Where If-Match holds, a date that is too early still refuses."""
    first = caching.evaluate(method, without(fields, _IM), now, clock)
    return first if first == PRECONDITION_FAILED else caching.evaluate(method, fields, now, clock)


def _only_first(one: str, other: str) -> Evaluate:
    """Where both fields are sent, the second is not looked at."""
    return heard(deaf(other, beside=one))


def _too_many(*together: str) -> Evaluate:
    """Of so many conditions only the last is looked at."""

    def change(_method: str, fields: Fields, _now: Validators) -> Fields:
        those = set(together) == {_IM, _IUS, _INM, _IMS} & fields.keys()
        return without(fields, *together[:-1]) if those else fields

    return heard(change)


def _written(evaluate: Evaluate) -> Evaluate:
    """The same, of writes alone."""

    def own(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        reads = method in ("GET", "HEAD")
        return (caching.evaluate if reads else evaluate)(method, fields, now, clock)

    return own


def _not_modified_since(beside: str) -> Evaluate:
    """A write with that condition is refused where nothing has changed since If-Modified-Since, too."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        since = parse_date(line(fields, _IMS), clock) if beside in fields and _IMS in fields else None
        if since is not None and now.modified is not None and int(now.modified) <= since:
            return PRECONDITION_FAILED
        return caching.evaluate(method, fields, now, clock)

    return evaluate


def _junk_is_nothing(name: str, beside: str) -> Evaluate:
    """A list of tags that is none is passed over where that other condition is there to decide."""

    def change(_method: str, fields: Fields, _now: Validators) -> Fields:
        tags = line(fields, name)
        junk = name in fields and tags != "*" and caching.entity_tags(tags) is None
        return without(fields, name) if junk and beside in fields else fields

    return heard(change)


def _junk_refuses(beside: str) -> Evaluate:
    """Beside that condition a date that is none refuses."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        junk = _IUS in fields and parse_date(line(fields, _IUS), clock) is None
        return (
            PRECONDITION_FAILED if junk and beside in fields else caching.evaluate(method, fields, now, clock)
        )

    return evaluate


def _a_date_of_nothing(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """Of what is not there, any date beside a tag is too early."""
    dated = _INM in fields and bool({_IMS, _IUS} & fields.keys())
    return PRECONDITION_FAILED if dated and not now.exists else caching.evaluate(method, fields, now, clock)


def _none_is_enough(_method: str, fields: Fields, now: Validators) -> Fields:
    """Of what is not there, If-None-Match alone decides."""
    return without(fields, _IM) if not now.exists and _INM in fields else fields


def _flaw(name: str, says: str, evaluate: Evaluate, *breaks: str) -> Flaw:
    return Flaw(name, says, evaluating(evaluate), breaks=breaks)


FLAWS = (
    _flaw(
        "inm-no-empty-places",
        "a list of tags with an empty place in it is no list",
        heard(_no_empty_places),
        "B21",
    ),
    _flaw(
        "ius-not-equal", "If-Unmodified-Since fails at the very date of the change", _not_even_equal, "E04"
    ),
    _flaw("inm-and-ims", "a 304 needs the tag to match and the date, too", _both_have_to_match, "C05", "F14"),
    _flaw(
        "if-match-is-enough",
        "where If-Match holds, nothing else is looked at",
        heard(_match_is_enough),
        "F07",
        "F14",
    ),
    _flaw("inm-before-ius", "If-None-Match is looked at before If-Unmodified-Since", _tag_before_date, "F08"),
    _flaw(
        "ius-beside-if-match",
        "If-Unmodified-Since is looked at where If-Match holds, too",
        _no_date_beside_a_match,
        "F14",
        "F09",
    ),
    _flaw("no-ims-beside-if-match", "where If-Match is sent, no date is", _only_first(_IM, _IMS), "F14"),
    _flaw("no-ims-beside-ius", "of two dates only the first is read", _only_first(_IUS, _IMS), "F14"),
    _flaw("no-inm-beside-ius", "a date puts the tag out of force", _only_first(_IUS, _INM), "F14"),
    _flaw(
        "no-ius-beside-ims",
        "If-Modified-Since puts the other date out of force",
        _only_first(_IMS, _IUS),
        "F14",
    ),
    _flaw(
        "last-of-four",
        "of four conditions only the last is looked at",
        _too_many(_IM, _IUS, _INM, _IMS),
        "F14",
    ),
    _flaw(
        "last-of-three",
        "of If-Match and both of a read only the last counts",
        _too_many(_IM, _INM, _IMS),
        "F14",
    ),
    _flaw(
        "last-of-dates", "of a tag between two dates only the last counts", _too_many(_IUS, _INM, _IMS), "F14"
    ),
    _flaw(
        "last-of-tags", "of a date between two tags only the last counts", _too_many(_IM, _IUS, _INM), "F14"
    ),
    _flaw(
        "no-inm-on-writes-beside-if-match",
        "a write with If-Match is carried out whatever If-None-Match says",
        _written(_only_first(_IM, _INM)),
        "F14",
    ),
    _flaw(
        "no-inm-on-writes-beside-ius",
        "a write with If-Unmodified-Since is carried out whatever If-None-Match says",
        _written(_only_first(_IUS, _INM)),
        "F14",
    ),
    *(
        _flaw(
            f"ims-on-writes-beside-{short}",
            f"a write with {field} is refused where nothing has changed since If-Modified-Since",
            _written(_not_modified_since(field.lower())),
            "F14",
        )
        for short, field in (
            ("if-match", "If-Match"),
            ("ius", "If-Unmodified-Since"),
            ("inm", "If-None-Match"),
        )
    ),
    _flaw(
        "junk-match-beside-inm",
        "a write with an If-Match that is no list goes by If-None-Match",
        _written(_junk_is_nothing(_IM, _INM)),
        "F14",
    ),
    _flaw(
        "junk-inm-beside-ims",
        "where If-None-Match is no list, the date decides",
        _junk_is_nothing(_INM, _IMS),
        "F14",
    ),
    *(
        _flaw(
            f"junk-date-beside-{short}",
            f"a write with {field} is refused where If-Unmodified-Since is no date",
            _written(_junk_refuses(field.lower())),
            "F14",
        )
        for short, field in (("if-match", "If-Match"), ("inm", "If-None-Match"))
    ),
    _flaw(
        "dates-of-what-is-gone",
        "of what is not there, any date beside a tag is too early",
        _written(_a_date_of_nothing),
        "F14",
    ),
    _flaw(
        "inm-alone-of-what-is-gone",
        "of what is not there, If-None-Match alone decides",
        _written(heard(_none_is_enough)),
        "F14",
    ),
)
