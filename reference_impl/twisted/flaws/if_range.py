"""Flaws of If-Range, and of Range beside other conditions. `breaks` names rows of the RFCs."""

import re
from collections.abc import Callable
from dataclasses import replace

from starlette.types import ASGIApp

from reference_impl import caching, ranges
from reference_impl.caching import Validators, matches_strongly, matches_weakly, parse_date
from reference_impl.ranges import Part
from reference_impl.settings import Settings
from reference_impl.store import Store
from reference_impl.twisted.asgi import Answer, Asked, edited
from reference_impl.twisted.division import Divided, Select
from reference_impl.twisted.flaws.kind import Divides
from reference_impl.twisted.flaws.preconditions import Fields, deaf_to, line, without
from reference_impl.twisted.flaws.ranges import refusing, selecting
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Create, answering, made_of

Holds = Callable[[str, Validators, float], bool]

_OK = 200
_RANGE, _IF_RANGE = "range", "if-range"
_FIRST = re.compile(r"bytes=(\d+)-")
_DAY = 86400.0


def _if(holds: Holds) -> Select:
    """The selection with another evaluation of If-Range."""

    def select(fields: Fields, body: bytes, media_type: str, now: Validators, clock: float) -> Part | None:
        if _IF_RANGE in fields and not holds(line(fields, _IF_RANGE), now, clock):
            return None
        part = ranges.select(without(fields, _IF_RANGE), body, media_type, now, clock)
        return None if part is None else replace(part, described=_IF_RANGE not in fields)

    return select


def _weakly(field: str, now: Validators, clock: float) -> bool:
    return (now.etag is not None and matches_weakly(field, now.etag)) or ranges.if_range(field, now, clock)


def _or_later(field: str, now: Validators, clock: float) -> bool:
    date = parse_date(field, clock)
    later = date is not None and now.modified is not None and int(now.modified) <= date
    return later or ranges.if_range(field, now, clock)


def _tag(field: str, now: Validators, _clock: float) -> bool:
    return now.etag is not None and matches_strongly(field, now.etag)


def _by_tags_alone(parts: Parts) -> Parts:
    """A date is a strong validator only where it is no news, so the data were last changed a day ago."""
    clock = parts.settings.clock
    store = Store(lambda: clock() - _DAY, parts.settings.database)
    return replace(parts, store=store, select=_if(_tag))


def _by_any_tag_of_ours(parts: Parts) -> Parts:
    issued: set[str] = set()

    def holds(field: str, now: Validators, clock: float) -> bool:
        issued.add(now.etag or "")
        return field in issued or ranges.if_range(field, now, clock)

    return replace(parts, select=_if(holds))


def _weak_list(settings: Settings, create: Create) -> ASGIApp:
    """The tag of the list is weak, and good enough for If-Range."""

    def weaken(asked: Asked, answer: Answer) -> Answer:
        etag = answer.get("etag")
        return answer.having("etag", caching.weak(etag)) if asked.path == LIST and etag else answer

    return Divided(edited(create(Parts.of(settings)), weaken), settings.clock, _if(_weakly))


def _from_where_the_part_began(asked: Asked, answer: Answer) -> Answer:
    """The whole, which If-Range calls for, begins where the part would; its end is filled up (Squid 5.7)."""
    begins = _FIRST.match(asked.get(_RANGE) or "")
    if answer.status != _OK or begins is None or asked.get(_IF_RANGE) is None:
        return answer
    first = int(begins[1])
    return replace(answer, body=answer.body[first:] + answer.body[len(answer.body) - first :])


# ---- beside other conditions


def _no_range_beside_a_tag(
    fields: Fields, body: bytes, media_type: str, now: Validators, clock: float
) -> Part | None:
    return None if "if-none-match" in fields else ranges.select(fields, body, media_type, now, clock)


FLAWS = (
    Divides(
        "if-range-never",
        "If-Range is never true",
        selecting(_if(lambda *_: False)),
        breaks=("H25", "H29", "F13"),
    ),
    Divides(
        "if-range-ignored",
        "If-Range is never looked at",
        selecting(_if(lambda *_: True)),
        breaks=("H26", "H27", "H30", "H33"),
    ),
    Divides("if-range-weakly", "If-Range is compared weakly", selecting(_if(_weakly)), breaks=("H27",)),
    Divides("if-range-weak-tag", "a weak tag is enough for If-Range", _weak_list, breaks=("H28", "H27")),
    Divides(
        "if-range-tags-only", "a date in If-Range is never true", made_of(_by_tags_alone), breaks=("H29",)
    ),
    Divides(
        "if-range-or-later",
        "If-Range is true for later dates, too",
        selecting(_if(_or_later)),
        breaks=("H30",),
    ),
    Divides(
        "if-range-remembers",
        "every tag that was ever current is good for If-Range",
        made_of(_by_any_tag_of_ours),
        breaks=("H33",),
    ),
    Divides(
        "if-range-whole-from-there",
        "the whole that If-Range calls for begins where the part would",
        answering(_from_where_the_part_began),
        breaks=("H26", "H27", "H30", "H33"),
    ),
    Divides(
        "if-range-alone",
        "If-Range that does not match is answered 412 where there is no Range",
        refusing(lambda asked, _: _RANGE not in dict(asked.fields) and asked.get(_IF_RANGE) is not None, 412),
        breaks=("H31",),
    ),
    Divides(
        "if-range-unserved",
        "If-Range is answered 412 where no ranges are served",
        refusing(
            lambda asked, answer: (
                answer.get("accept-ranges") is None
                and answer.status == _OK
                and None not in {asked.get(_RANGE), asked.get(_IF_RANGE)}
            ),
            412,
        ),
        breaks=("H32",),
    ),
    Divides(
        "range-before-tag",
        "If-None-Match is not looked at beside Range",
        deaf_to("if-none-match", beside=_RANGE),
        breaks=("F11",),
    ),
    Divides(
        "range-before-if-match",
        "If-Match is not looked at beside Range",
        deaf_to("if-match", beside=_RANGE),
        breaks=("F12",),
    ),
    Divides(
        "no-range-beside-tag",
        "Range is not looked at beside If-None-Match",
        selecting(_no_range_beside_a_tag),
        breaks=("F13",),
    ),
    *(
        Divides(
            f"if-range-before-{short}",
            f"{name} is not looked at beside If-Range",
            deaf_to(name.lower(), beside=_IF_RANGE),
            breaks=("F14",),
        )
        for short, name in (
            ("im", "If-Match"),
            ("ius", "If-Unmodified-Since"),
            ("inm", "If-None-Match"),
            ("ims", "If-Modified-Since"),
        )
    ),
)
