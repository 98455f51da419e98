"""The strategies of `forall`: a builder for each name of `language/strategies.py`.

Rules of this file:

- What is drawn is what a spec file could have written as an example: same types, captures unfilled.
- Nothing is drawn that an honest server may refuse, or that means something to it: no octets
  beyond ASCII in a tag, no markup or padding in a text, no suffix that servers take off tags.
- Every draw comes down to booleans. Hypothesis mixes constants that it reads from the source
  files of the day into its draws of numbers and strings (and writes a folder `.hypothesis` for
  them): the same seed would search elsewhere in each project.
- Simplest first: that is where a counterexample shrinks to.
- The current tag is that of the step called `first`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from hypothesis import strategies as st

from conformance.errors import HarnessError
from conformance.language.captures import PATTERN
from conformance.model import ForAll, Json

T = TypeVar("T")
Strategy = st.SearchStrategy[Json]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"

# RFC 9110 8.8.3: "etagc = %x21 / %x23-7E / obs-text": no space and no double quote. A field of
# today keeps to ASCII (9110 5.5), so obs-text is left out.
_ETAGC: Final = _LETTERS + "".join(chr(c) for c in (0x21, *range(0x23, 0x7F)) if chr(c) not in _LETTERS)
# What tempts a reader to take the tag apart, or to see more in it.
_TEMPTING: Final = (",", "*", "W/", "\\", "'", ";", "=", "-")
_PIECES: Final = (*_ETAGC, *_TEMPTING * 4)
_LONGEST_TAG: Final = 12

_NEAR_MISSES: Final = (
    '"{first.opaque}x"',
    '"x{first.opaque}"',
    '"{first.opaque-cut}"',
    '"{first.opaque-swapped}"',
    '"{first.opaque-cut}*"',
    '"{first.opaque},x"',
    '"x,{first.opaque}"',
    '"x,{first.opaque},x"',
    '"W/{first.opaque}"',
    '"{first.opaque}{first.opaque}"',
)
"""Tags that differ from the current one whatever that is, but are like it to a careless reader."""

_SEPARATORS: Final = (", ", ",", " , ", " ,", ",\t", "\t,  ")  # RFC 9110 5.6.1: OWS "," OWS
_MOST_BESIDE: Final = 4

_TEXT: Final = _LETTERS + _LETTERS.upper() + _DIGITS + "-_.!?()äéñøßžλжя日本語"
_WORDS_MOST: Final = 3
_WORD_LONGEST: Final = 10

_SHORT: Final = "abAB1é"
_SHORT_LONGEST: Final = 3
_STATES: Final = 4
_WRITES: Final = (2, 8)
# Texts that a careless digest takes for one another.
_VARIATIONS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text + "x",
    str.swapcase,
    lambda text: text[::-1],
    lambda text: text + text,
    lambda text: text[0],
    lambda text: text.replace("a", "á"),
)

_LENGTHS: Final = ((200, "a"), (1_000, "a"), (60_000, "a"))
"""How long a text is before it differs: many a digest looks at the beginning alone.

Of a list above 64 KiB the suite keeps no body, so it could not be written to any more.
"""

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEARS: Final = (
    2000,
    *range(1985, 2000),
    *range(2001, 2020),
)  # of no two digits does anybody doubt the century
_FORMS: Final = (
    "{day:.3}, {at.day:02} {month} {at.year} {at:%H:%M:%S} GMT",
    "{day}, {at.day:02}-{month}-{at:%y} {at:%H:%M:%S} GMT",
    "{day:.3} {month} {at.day:2} {at:%H:%M:%S} {at.year}",
)
"""RFC 9110 5.6.7: the one that is sent, and the two that are to be read."""

_CHOOSING: Final = (
    ("Accept", ("text/html", "application/xml", "text/csv", "application/json;q=0.1, */*")),
    ("Accept-Language", ("de", "fr;q=0.5, ar", "zz")),
    ("Accept-Charset", ("iso-8859-1",)),
    ("Accept-Datetime", ("Thu, 31 May 2007 20:35:00 GMT",)),
    ("Cookie", ("theme=dark; lang=de",)),
    (
        "User-Agent",
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile", "Googlebot/2.1", "curl/8"),
    ),
    ("Referer", ("https://example.org/",)),
    ("Origin", ("https://example.org",)),
    ("X-Requested-With", ("XMLHttpRequest",)),
    ("Save-Data", ("on",)),
    ("Prefer", ("return=minimal", "handling=strict")),
    ("DNT", ("1",)),
    ("Sec-GPC", ("1",)),
    ("Sec-CH-UA-Mobile", ("?1",)),
    ("Sec-CH-Prefers-Color-Scheme", ("dark",)),
    ("Device-Memory", ("0.5",)),
    ("Viewport-Width", ("320",)),
    ("DPR", ("2.0",)),
    ("API-Version", ("2",)),
    ("X-API-Version", ("2",)),
    ("X-Timezone", ("Asia/Tokyo",)),
    ("X-Tenant", ("other",)),
)
"""Fields by which servers are known to choose; none that a proxy sends, or that says who is asking."""
_CHOICES: Final = tuple((name, value) for name, values in _CHOOSING for value in values)
_MOST_CHOOSING: Final = 3

_REQUESTED: Final = (
    "max-age=0",
    "no-cache",
    "no-store",
    "max-stale",
    "only-if-cached",
    "no-transform",
    "max-age=60",
    "max-age=2147483648",
    "max-stale=0",
    "max-stale=3600",
    "min-fresh=60",
    'community="UCI, and others"',
    "NO-CACHE",
    "Max-Age=0",
)
"""RFC 9111 5.2.1, and what 5.2.3 has ignored."""
_MOST_REQUESTED: Final = 4

_JOINTS: Final = ("", ":", "-", "|", ",", "_", "&", "=", ";", ".", " ", "::", "%", "+", "\x00", '","')
_PARTS: Final = ("1", "2", "3", "12", "a", "b", "0", "true")

_POSITIONS: Final = (*range(24), 99, 100, 199, 1_000, 65_536)
_LEAST_LENGTH: Final = 8  # of a body that is worth a range

_LEAST_TIMES: Final = 2
_MOST_TIMES: Final = 20


def choice(options: Sequence[T]) -> st.SearchStrategy[T]:
    """One of the options, the first being the simplest."""
    bits = (len(options) - 1).bit_length()

    def chosen(drawn: tuple[bool, ...]) -> T:
        return options[sum(bit << place for place, bit in enumerate(reversed(drawn))) % len(options)]

    return st.tuples(*[st.booleans()] * bits).map(chosen)


def _one_of(*options: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return choice(options).flatmap(lambda option: option)


def _often(simplest: T, otherwise: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """`otherwise`, or in one draw of four the simplest: few booleans, so that shrinking can drop it."""
    return choice((st.just(simplest), *[otherwise] * 3)).flatmap(lambda option: option)


def _joined(
    pieces: st.SearchStrategy[str], least: int, most: int, between: str = ""
) -> st.SearchStrategy[str]:
    return st.lists(pieces, min_size=least, max_size=most).map(between.join)


def _literally(text: str) -> bool:
    """Whether a text holds nothing that would be taken for a capture."""
    return PATTERN.search(text) is None


# ------------------------------------------------------------------ what is drawn


def _entity_tags() -> st.SearchStrategy[str]:
    opaque = _joined(_often("a", choice(_PIECES)), 0, _LONGEST_TAG).filter(_literally)
    tag = _one_of(opaque.map(lambda text: f'"{text}"'), choice(_NEAR_MISSES))
    return st.tuples(choice(("", "W/")), tag).map("".join)


def _entity_tag_lists() -> st.SearchStrategy[str]:
    beside = st.lists(st.tuples(_entity_tags(), choice(_SEPARATORS)), max_size=_MOST_BESIDE)

    def written(drawn: tuple[list[tuple[str, str]], list[tuple[str, str]]]) -> str:
        before, after = drawn
        left = "".join(tag + separator for tag, separator in before)
        return left + "{first.etag}" + "".join(separator + tag for tag, separator in after)

    return st.tuples(beside, beside).map(written)


def _counts() -> st.SearchStrategy[int]:
    return st.lists(st.none(), min_size=_LEAST_TIMES, max_size=_MOST_TIMES).map(len)


def _texts() -> st.SearchStrategy[str]:
    return _joined(_joined(_often("a", choice(_TEXT)), 1, _WORD_LONGEST), 1, _WORDS_MOST, " ")


def _histories() -> st.SearchStrategy[list[str]]:
    """Writes that go from one to another of a few states that are much alike, so that content comes back.

    Each step says how many states further the next one is, so no two neighbours are equal.
    """
    first = _joined(choice(_SHORT), 1, _SHORT_LONGEST)
    variations = st.lists(choice(_VARIATIONS), min_size=1, max_size=_STATES - 1)
    leaps = st.lists(choice(range(_STATES - 1)), min_size=_WRITES[0], max_size=_WRITES[1])

    def written(drawn: tuple[str, list[Callable[[str], str]], list[int]]) -> list[str]:
        text, ways, steps = drawn
        states = list(dict.fromkeys([text, *(vary(text) for vary in ways)]))
        if len(states) == 1:
            states.append(text + "y")
        here, history = 0, []
        for leap in steps:
            history.append(states[here])
            here = (here + 1 + leap % (len(states) - 1)) % len(states)
        return history

    return st.tuples(first, variations, leaps).map(written)


def _dates() -> st.SearchStrategy[str]:
    """A date of the past, of a few years or of many, with a day of one digit as of two."""
    numbers = choice(_YEARS), choice(range(1, 13)), choice(range(1, 29))
    time = choice(range(24)), choice((0, 9, 59)), choice((0, 37, 59))
    at = st.tuples(*numbers, *time).map(_moment)
    return st.tuples(choice(_FORMS), at).map(lambda drawn: _dated(*drawn))


def _moment(drawn: tuple[int, int, int, int, int, int]) -> datetime:
    year, month, day, hour, minute, second = drawn
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _dated(form: str, at: datetime) -> str:
    """A date in one of the forms, whatever the locale says of days and months."""
    return form.format(at=at, day=_DAYS[at.weekday()], month=_MONTHS[at.month - 1])


def _request_fields() -> st.SearchStrategy[dict[str, str]]:
    return st.lists(choice(_CHOICES), min_size=1, max_size=_MOST_CHOOSING).map(dict)


def _cache_requests() -> st.SearchStrategy[dict[str, str]]:
    """Each directive but once, with one argument."""

    def written(drawn: tuple[list[str], dict[str, str]]) -> dict[str, str]:
        said, more = drawn
        once = {each.partition("=")[0].lower(): each for each in said}
        return {"Cache-Control": ", ".join(once.values())} | more

    directives = st.lists(choice(_REQUESTED), min_size=1, max_size=_MOST_REQUESTED)
    return st.tuples(directives, choice(({}, {}, {}, {"Pragma": "no-cache"}))).map(written)


def _joined_keys() -> st.SearchStrategy[list[list[str]]]:
    parts = st.tuples(*[choice(_PARTS)] * 3)
    return st.tuples(choice(_JOINTS), parts).map(lambda drawn: _alike(*drawn))


def _alike(joint: str, parts: tuple[str, str, str]) -> list[list[str]]:
    """Two keys, taken apart at either joint of the same text."""
    first, between, last = parts
    return [[first + joint + between, last], [first, between + joint + last]]


def _byte_ranges() -> st.SearchStrategy[str]:
    """So many bytes from a position on, all from there on, or the last so many."""
    closed = st.tuples(choice(_POSITIONS), choice(_POSITIONS)).map(lambda at: f"{at[0]}-{sum(at)}")
    ended = choice(range(_LEAST_LENGTH)).map(lambda first: f"{first}-{{first.length}}")
    open_ = choice(_POSITIONS).map(lambda first: f"{first}-")
    last = choice(_POSITIONS[1:]).map(lambda count: f"-{count}")
    return _one_of(closed, closed, ended, open_, last).map("bytes={}".format)


# ------------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True)
class Kind:
    """One strategy.

    Args:
        draw: makes it.
        corners: what is tried before anything is drawn: traps that are known.
    """

    draw: Callable[[], Strategy]
    corners: tuple[Json, ...]


KINDS: Final[Mapping[str, Kind]] = {
    "entity-tags": Kind(
        _entity_tags, (*_NEAR_MISSES, '""', '"*"', '"a,b"', *(f'"x{each}x"' for each in _ETAGC))
    ),
    "entity-tag-lists": Kind(
        _entity_tag_lists,
        (
            '"a",{first.etag}',
            '"a"\t,{first.etag} ,"b"',
            '"a,b", {first.etag}',
            'W/"a", "", {first.etag}, "b"',
            '"a", "b", "c", "d", "e", "f", {first.etag}',
        ),
    ),
    "counts": Kind(_counts, ()),
    "texts": Kind(_texts, ("0", "é", "日本語", "a" * 40)),
    "histories": Kind(
        _histories,
        (
            ["a", "A"],
            ["ab", "ba"],
            ["e", "é"],
            ["\u00e9", "e\u0301"],  # one letter, in the two ways that Unicode has to write it
            ["\ufb01", "fi"],  # a ligature, and what it is compatible with
            ["a", "b", "a", "b", "a", "b", "a", "b"],
            *([each * length + end for end in "xy"] for length, each in _LENGTHS),
        ),
    ),
    "dates": Kind(
        _dates,
        # Each month in each form, with days of one digit and of two, before and after the century turns.
        tuple(
            _dated(form, datetime(1985 + 2 * month, month, 2 * month + 5, month, tzinfo=UTC))
            for month in range(1, 13)
            for form in _FORMS
        ),
    ),
    "request-fields": Kind(_request_fields, tuple({name: value} for name, value in _CHOICES)),
    "cache-requests": Kind(
        _cache_requests, (*({"Cache-Control": each} for each in _REQUESTED), {"Pragma": "no-cache"})
    ),
    "joined-keys": Kind(_joined_keys, tuple(_alike(joint, ("1", "2", "3")) for joint in _JOINTS)),
    "byte-ranges": Kind(
        _byte_ranges,
        # One byte, the first and the last; positions that compare as text the other way round; all.
        ("bytes=0-0", "bytes=9-10", "bytes=-1", "bytes=0-{first.length}", "bytes=99-100", "bytes=65536-"),
    ),
}


def build(forall: ForAll) -> Strategy:
    """What a variable of a check is drawn from.

    Raises:
        HarnessError: there is no such strategy.
    """
    return _kind(forall).draw()


def corners(forall: ForAll) -> tuple[Json, ...]:
    """What is tried before anything is drawn.

    Raises:
        HarnessError: as `build`.
    """
    return _kind(forall).corners


def _kind(forall: ForAll) -> Kind:
    if forall.strategy not in KINDS:
        raise HarnessError(f"no strategy is called {forall.strategy!r}; there are {', '.join(KINDS)}")
    return KINDS[forall.strategy]
