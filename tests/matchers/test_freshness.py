"""conformance.matchers.freshness: lifetimes and ages as they are stated."""

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource, timed

from conformance.model import StepRecord


def having(name: str = "a", at: float = 0.0, cc: str | None = None, **fields: str) -> StepRecord:
    """A step that was answered once, with these fields: `_` stands for a hyphen."""
    headers = [(key.replace("_", "-"), value) for key, value in fields.items()]
    return done(name, exchange(cc=cc, at=at, headers=headers))


DATE, A_MINUTE_LATER = "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:37 GMT"
DATED = having("first", date=DATE)
PLAIN = having("plain", cc="max-age=60")

EXAMPLES = [
    # ---- stated
    holds("freshness", "stated", having(cc="max-age=0")),
    holds("freshness", "stated", having(date=DATE, expires=DATE)),
    fails("freshness", "stated", having(date=DATE, expires="0"), says=("a stated lifetime", "none")),
    # ---- agreed
    holds("freshness", "agreed", having(cc="max-age=60", date=DATE, expires=A_MINUTE_LATER)),
    holds("freshness", "agreed", having(cc="max-age=64", date=DATE, expires=A_MINUTE_LATER)),
    holds("freshness", "agreed", having(cc="max-age=5", date=DATE, expires="never")),
    fails(
        "freshness",
        "agreed",
        having(cc="max-age=600", date=DATE, expires=A_MINUTE_LATER),
        says=("an Expires 600 s after Date, as max-age says", "Expires 60 s after Date"),
    ),
    # ---- as-plain
    holds("freshness", "as-plain", PLAIN, having(cc="max-age=60")),
    holds("freshness", "as-plain", PLAIN, having(cc="max-age=50", at=10.0)),
    holds("freshness", "as-plain", PLAIN, having()),
    fails(
        "freshness",
        "as-plain",
        PLAIN,
        having(date=DATE, expires=DATE),
        says=("the lifetime of the ordinary answer (60 s)", "0 s"),
    ),
    fails("freshness", "as-plain", having(), says=("an ordinary answer to compare with", "none")),
    # ---- targeted-alike
    holds("freshness", "targeted-alike", having(cc="max-age=60", cdn_cache_control="max-age=600")),
    holds("freshness", "targeted-alike", having(cc="max-age=60", cdn_cache_control="no-store")),
    holds("freshness", "targeted-alike", having(cc="public", cdn_cache_control="what is this")),
    holds("freshness", "targeted-alike", having(cc="no-store", cdn_cache_control="max-age=600, no-store")),
    fails(
        "freshness",
        "targeted-alike",
        having(cc="s-maxage=60", cdn_cache_control="no-store"),
        says=("nothing beside no-store that tells shared caches otherwise", "Cache-Control with s-maxage"),
    ),
    fails(
        "freshness",
        "targeted-alike",
        having(cc="private", cdn_cache_control="max-age=600"),
        says=("no lifetime for a CDN beside Cache-Control: private", "max-age=600 for a CDN"),
    ),
    # ---- dated-since
    holds("freshness", {"dated-since": "first"}, DATED, having(date=A_MINUTE_LATER, at=61.0)),
    holds("freshness", {"dated-since": "first"}, DATED, having(date=DATE, age="60", at=60.0)),
    holds("freshness", {"dated-since": "first"}, DATED, having(date=A_MINUTE_LATER, age="20", at=60.0)),
    holds(
        "freshness",
        {"dated-since": "first"},
        DATED,
        done("a", exchange(at=50.0, took=10.0, headers=[("Date", A_MINUTE_LATER)])),
    ),
    fails(
        "freshness",
        {"dated-since": "first"},
        DATED,
        having(date=DATE, at=60.0),
        says=("a Date 60 s later, as time is", "one 0 s later"),
    ),
    fails(
        "freshness",
        {"dated-since": "first"},
        DATED,
        having(date="noon"),
        says=("two dates to compare", "less"),
    ),
    # ---- stated-twice, shared-counts
    holds("freshness", "stated-twice", having(cc="max-age=5, s-maxage=30")),
    fails(
        "freshness",
        "stated-twice",
        having(cc="max-age=5"),
        says=("two lifetimes that differ, such as s-maxage and max-age", "one at most"),
    ),
    holds("freshness", "shared-counts", having(cc="max-age=5, s-maxage=30"), on=timed()),
    holds("freshness", "shared-counts", having(cc="max-age=60, s-maxage=90"), on=timed()),
    holds("freshness", "shared-counts", having(cc="max-age=30"), on=timed()),
    fails(
        "freshness",
        "shared-counts",
        having(cc="max-age=30, s-maxage=5"),
        on=timed(),
        says=("an entry that is kept for 5 s, as Cache-Control tells shared caches", "30 s"),
    ),
    fails(
        "freshness",
        "shared-counts",
        having(cc="max-age=30, s-maxage=90"),
        on=timed(),
        says=("an entry that is kept for 90 s, as Cache-Control tells shared caches", "30 s"),
    ),
    # ---- age-possible
    holds("freshness", "age-possible", having(age="7"), on=resource(http_cache=True), workers=1),
    holds("freshness", "age-possible", having(age="20"), on=timed(), workers=1),
    holds("freshness", "age-possible", having(age="7", via="1.1 cache"), workers=1),
    holds("freshness", "age-possible", having(age="0", via="1.1 cache"), workers=1),
    holds("freshness", "age-possible", having(age="0", x_cache="MISS"), workers=1),
    holds("freshness", "age-possible", having(age="soon"), workers=1),
    holds("freshness", "age-possible", having(age="7")),  # of whatever stands in front of a URL
    holds("freshness", "age-possible", having(age="0")),
    fails(
        "freshness",
        "age-possible",
        having(age="7"),
        workers=1,
        says=("no Age, since nothing here is declared to keep answers", "Age: 7"),
    ),
    fails(
        "freshness",
        "age-possible",
        having(age="0"),
        workers=1,
        says=("no Age, since nothing here is declared to keep answers", "Age: 0"),
    ),
    fails(
        "freshness",
        "age-possible",
        having(age="90"),
        workers=1,
        on=timed(),
        says=("an Age of 30 s at most", "Age: 90"),
    ),
]


@each(EXAMPLES)
def test_each_form_finds_what_does_not_hold(example: Example) -> None:
    example.check()


def test_where_time_is_moved_a_date_that_stands_still_may_be_of_another_clock() -> None:
    steps = (DATED, having(date=DATE, at=60.0))
    waited, moved = (
        Example("freshness", {"dated-since": "first"}, steps, None, moved=m) for m in (False, True)
    )
    assert waited.finding() is not None
    assert moved.finding() is None
