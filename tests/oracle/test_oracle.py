"""conformance.oracle: preconditions (RFC 9110 13), storing and freshness (RFC 9111 3, 4.2), case by case."""

from datetime import UTC, datetime, timedelta

import pytest
from helpers.texts import always_the_same
from hypothesis import given
from hypothesis import strategies as st

from conformance.fields import EntityTag, format_http_date, parse_cache_control
from conformance.oracle import (
    ResourceState,
    current_age,
    freshness_lifetime,
    may_reuse,
    precondition_outcome,
    storable,
)

Pairs = list[tuple[str, str]]


MODIFIED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
AT, BEFORE, AFTER = (format_http_date(MODIFIED + timedelta(hours=hours)) for hours in (0, -1, 1))
STRONG = ResourceState(exists=True, etag=EntityTag("v1"), last_modified=MODIFIED, now=MODIFIED)
WEAK = ResourceState(exists=True, etag=EntityTag("v1", weak=True), last_modified=MODIFIED)
TEN, EMPTY = (ResourceState(exists=True, etag=EntityTag("v1"), length=length) for length in (10, 0))
OLD = ResourceState(exists=True, last_modified=MODIFIED, now=MODIFIED + timedelta(minutes=1))
BARE = ResourceState(exists=True)
ABSENT = ResourceState(exists=False)
RANGE = "bytes=0-9"
DATE = "Thu, 01 Jan 2026 12:00:00 GMT"


def fields(**named: str) -> Pairs:
    """If_None_Match='*' -> [("If-None-Match", "*")]."""
    return [(name.replace("_", "-"), value) for name, value in named.items()]


# ---- preconditions


@pytest.mark.parametrize(
    ("method", "headers", "state", "expected"),
    [
        # If-Match, strong comparison
        ("PUT", fields(If_Match='"v1"'), STRONG, "perform"),
        ("PUT", fields(If_Match='"zz", "v1"'), STRONG, "perform"),
        ("PUT", fields(If_Match='"zz"'), STRONG, "412"),
        ("GET", fields(If_Match='"zz"'), STRONG, "412"),
        ("PUT", fields(If_Match='W/"v1"'), STRONG, "412"),
        ("PUT", fields(If_Match='W/"v1"'), WEAK, "412"),
        ("PUT", fields(If_Match='"v1"'), BARE, "412"),
        ("PUT", fields(If_Match=""), STRONG, "412"),
        ("PUT", fields(If_Match="*"), BARE, "perform"),
        ("PUT", fields(If_Match="*"), ABSENT, "412"),
        ("PUT", fields(If_Match='"v1"'), ABSENT, "412"),
        # If-Unmodified-Since
        ("PUT", fields(If_Unmodified_Since=AT), STRONG, "perform"),
        ("PUT", fields(If_Unmodified_Since=AFTER), STRONG, "perform"),
        ("PUT", fields(If_Unmodified_Since=BEFORE), STRONG, "412"),
        ("GET", fields(If_Unmodified_Since="Thu Jan  1 11:00:00 2026"), STRONG, "412"),
        ("PUT", fields(If_Unmodified_Since="Thursday, 01-Jan-26 11:00:00 GMT"), STRONG, "412"),
        ("PUT", fields(If_Unmodified_Since=f"{BEFORE}, {BEFORE}"), STRONG, "perform"),
        ("PUT", fields(If_Unmodified_Since="2020-01-01"), STRONG, "perform"),
        ("PUT", fields(If_Unmodified_Since=BEFORE), BARE, "perform"),
        ("PUT", fields(If_Unmodified_Since=BEFORE), ABSENT, "perform"),
        ("PUT", fields(If_Match='"v1"', If_Unmodified_Since=BEFORE), STRONG, "perform"),
        # If-None-Match, weak comparison
        ("GET", fields(If_None_Match='"v1"'), STRONG, "304"),
        ("HEAD", fields(If_None_Match='W/"v1"'), STRONG, "304"),
        ("GET", fields(If_None_Match='"v1"'), WEAK, "304"),
        ("GET", fields(If_None_Match=', "zz",, "v1"'), STRONG, "304"),
        ("GET", [("if-none-match", '"zz"'), ("IF-NONE-MATCH", '"v1"')], STRONG, "304"),
        ("GET", fields(If_None_Match='"V1"'), STRONG, "perform"),
        ("GET", fields(If_None_Match='"v1"'), BARE, "perform"),
        ("GET", fields(If_None_Match="*"), BARE, "304"),
        ("PUT", fields(If_None_Match='"v1"'), STRONG, "412"),
        ("DELETE", fields(If_None_Match='"zz"'), STRONG, "perform"),
        ("PUT", fields(If_None_Match="*"), STRONG, "412"),
        ("PUT", fields(If_None_Match="*"), ABSENT, "perform"),
        # If-Modified-Since
        ("GET", fields(If_Modified_Since=AT), STRONG, "304"),
        ("HEAD", fields(If_Modified_Since=AFTER), STRONG, "304"),
        ("GET", fields(If_Modified_Since=BEFORE), STRONG, "perform"),
        ("PUT", fields(If_Modified_Since=AFTER), STRONG, "perform"),
        ("GET", fields(If_Modified_Since=AFTER), BARE, "perform"),
        ("GET", fields(If_Modified_Since="now"), STRONG, "perform"),
        ("GET", [("If-Modified-Since", AT), ("If-Modified-Since", AT)], STRONG, "perform"),
        ("GET", fields(If_None_Match='"zz"', If_Modified_Since=AFTER), STRONG, "perform"),
        ("GET", fields(If_None_Match='"v1"', If_Modified_Since=BEFORE), STRONG, "304"),
        # the order
        ("GET", fields(If_Match='"zz"', If_None_Match='"v1"'), STRONG, "412"),
        ("GET", fields(If_Match='"v1"', If_None_Match='"v1"'), STRONG, "304"),
        ("PUT", fields(If_Match='"v1"', If_None_Match='"v1"'), STRONG, "412"),
        ("GET", fields(If_Unmodified_Since=BEFORE, If_None_Match='"v1"'), STRONG, "412"),
        ("GET", fields(If_None_Match='"v1"', Range=RANGE), STRONG, "304"),
        ("GET", fields(If_Match='"zz"', Range=RANGE), STRONG, "412"),
        ("GET", fields(If_None_Match='"zz"', If_Range='"v1"', Range=RANGE), STRONG, "206"),
        # Range and If-Range
        ("GET", fields(Range=RANGE), STRONG, "206"),
        ("GET", fields(Range="bytes=-5, 0-"), STRONG, "206"),
        ("GET", fields(Range=RANGE, If_Range='"v1"'), STRONG, "206"),
        ("GET", fields(Range=RANGE, If_Range=AT), STRONG, "206"),
        ("GET", fields(Range=RANGE, If_Range='"zz"'), STRONG, "perform"),
        ("GET", fields(Range=RANGE, If_Range='W/"v1"'), WEAK, "perform"),
        ("GET", fields(Range=RANGE, If_Range=AFTER), STRONG, "perform"),
        ("GET", fields(Range=RANGE, If_Range="v1"), STRONG, "perform"),
        ("GET", fields(If_Range='"zz"'), STRONG, "perform"),
        ("HEAD", fields(Range=RANGE), STRONG, "perform"),
        ("GET", fields(Range="lines=0-1"), STRONG, "perform"),
        ("GET", fields(Range="bytes=9-5"), STRONG, "perform"),
        ("GET", fields(Range="bytes=-0"), STRONG, "416"),
        ("GET", fields(Range="bytes=-0,0-"), STRONG, "206"),
        ("GET", fields(Range="bytes=10-"), TEN, "416"),
        ("GET", fields(Range="bytes=10-, 9-"), TEN, "206"),
        ("GET", fields(Range=f"bytes=9-{'9' * 5000}"), TEN, "206"),
        ("GET", fields(Range="bytes=0-"), EMPTY, "416"),
        ("GET", fields(Range="bytes=0-,1-,2-"), TEN, "perform"),
        ("GET", fields(Range="bytes 0-4"), TEN, "perform"),
        ("HEAD", fields(Range="bytes=10-"), TEN, "perform"),
        ("GET", fields(Range="bytes="), STRONG, "perform"),
        # when preconditions are ignored
        ("OPTIONS", fields(If_Match='"zz"'), STRONG, "perform"),
        ("GET", fields(If_None_Match="*", If_Match='"x"'), ABSENT, "perform"),
        ("DELETE", fields(If_Match='"x"'), ABSENT, "perform"),
        ("GET", [], STRONG, "perform"),
    ],
)
def test_preconditions_are_evaluated_in_order(
    method: str, headers: Pairs, state: ResourceState, expected: str
) -> None:
    outcome = precondition_outcome(method, headers, state)
    assert outcome.expected == expected
    assert expected in outcome.acceptable
    assert outcome.section.startswith("9110 1")
    assert outcome.why


@pytest.mark.parametrize(
    ("method", "headers", "acceptable"),
    [
        # No choice where a MUST speaks, ...
        ("GET", fields(If_None_Match='"v1"'), {"304"}),
        ("PUT", fields(If_Match='"zz"'), {"412"}),
        ("GET", fields(Range=RANGE, If_Range='"zz"'), {"perform"}),
        # ... a choice where a SHOULD or a MAY does, ...
        ("GET", fields(If_Modified_Since=AT), {"304", "perform"}),
        ("GET", fields(If_Modified_Since=AT, Range=RANGE), {"304", "206", "perform"}),
        ("GET", fields(Range=RANGE), {"206", "perform"}),
        ("GET", fields(Range="lines=0-1"), {"perform", "416"}),
        ("GET", fields(Range="bytes=x"), {"perform", "400", "416"}),
        # ... and leniency for what is no valid field.
        ("GET", fields(If_None_Match="v1"), {"perform", "304", "400"}),
        ("GET", fields(If_None_Match='"zz", *'), {"perform", "304", "400"}),
        ("PUT", fields(If_None_Match='w/"v1"'), {"perform", "412", "400"}),
        ("GET", fields(If_None_Match="zz", If_Modified_Since=AT), {"perform", "400"}),
        ("PUT", fields(If_Match="v1"), {"412", "400", "perform"}),
        ("PUT", fields(If_Match="zz"), {"412", "400"}),
    ],
)
def test_an_outcome_has_all_that_is_acceptable(method: str, headers: Pairs, acceptable: set[str]) -> None:
    assert precondition_outcome(method, headers, STRONG).acceptable == acceptable


@pytest.mark.parametrize(
    ("headers", "state", "as_good"),
    [
        (fields(Range="bytes=10-"), TEN, {"perform"}),
        (fields(Range="bytes=0-9"), TEN, {"perform"}),
        (fields(Range="bytes=-99"), TEN, {"perform"}),
        (fields(Range="bytes=0-8"), TEN, set()),
        (fields(Range="lines=0-1"), TEN, {"416"}),
        (fields(Range="bytes=x"), TEN, {"400", "416"}),
        (fields(Range="x"), TEN, {"400", "416"}),
        (fields(Range="bytes=0-,1-,2-"), TEN, {"206", "400", "416"}),
        (
            fields(Range=",".join(f"{at}-{at}" for at in range(200)).join(["bytes=", ""])),
            TEN,
            {"206", "400", "416"},
        ),
        # A date is a strong validator only where it is known to tell apart what was there in its second.
        (fields(Range=RANGE, If_Range=AT), STRONG, {"perform"}),
        (fields(Range=RANGE, If_Range=AT), OLD, set()),
    ],
)
def test_what_the_text_leaves_open_is_as_good(
    headers: Pairs, state: ResourceState, as_good: set[str]
) -> None:
    outcome = precondition_outcome("GET", headers, state)
    assert outcome.as_good == as_good
    assert outcome.as_good | {outcome.expected} <= outcome.acceptable


@pytest.mark.parametrize(
    ("plain_status", "expected"),
    [(200, "412"), (412, "412"), (301, "perform"), (403, "perform"), (404, "perform")],
)
def test_preconditions_count_only_where_the_plain_answer_is_2xx_or_412(
    plain_status: int, expected: str
) -> None:
    outcome = precondition_outcome("PUT", fields(If_Match="*"), ABSENT, plain_status=plain_status)
    assert outcome.expected == expected


def test_a_change_that_is_already_there_may_be_called_a_success() -> None:
    def acceptable(method: str) -> frozenset[str]:
        return frozenset(
            precondition_outcome(method, fields(If_Match='"zz"'), STRONG, already_applied=True).acceptable
        )

    assert acceptable("PUT") == {"412", "2xx"}
    assert acceptable("GET") == {"412"}


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "If-Match": st.sampled_from(["*", '"v1"', '"zz"', "junk"]),
        "If-Unmodified-Since": st.sampled_from([AT, BEFORE, "junk"]),
        "If-None-Match": st.sampled_from(["*", '"v1"', 'W/"v1"', '"zz"', "junk"]),
        "If-Modified-Since": st.sampled_from([AT, BEFORE, "junk"]),
        "If-Range": st.sampled_from(['"v1"', '"zz"', AT, BEFORE, "junk"]),
        "Range": st.sampled_from([RANGE, "lines=1", "junk"]),
    },
)


@always_the_same
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]),
    CONDITIONS,
    st.sampled_from([STRONG, WEAK, BARE, ABSENT]),
)
def test_every_outcome_fits_its_method(method: str, conditions: dict[str, str], state: ResourceState) -> None:
    outcome = precondition_outcome(method, list(conditions.items()), state)
    assert outcome.expected in outcome.acceptable
    assert method in {"GET", "HEAD"} or "304" not in outcome.acceptable
    assert method == "GET" or not outcome.acceptable & {"206", "416"}
    assert conditions or outcome.acceptable == {"perform"}


# ---- storing and freshness


@pytest.mark.parametrize(
    ("value", "status", "private", "shared"),
    [
        ("public, max-age=60", 200, True, True),
        ("PRIVATE", 200, True, False),
        ('private="Set-Cookie"', 200, True, True),
        ("no-cache", 200, True, True),
        ("no-store", 200, False, False),
        ("max-age=60, No-Store", 200, False, False),
        ("no-store, must-understand", 200, True, True),
        ("no-store, must-understand", 299, False, False),
        ("public, private", 200, True, False),
        ("", 200, True, True),
        ("", 404, True, True),
        ("", 302, False, False),
        ("max-age=60", 302, True, True),
        ("s-maxage=60", 302, False, True),
        ("private", 302, True, False),
        ("public", 206, False, False),
        ("public", 304, False, False),
        ("public", 103, False, False),
    ],
)
def test_who_may_store_follows_from_the_directives(
    value: str, status: int, private: bool, shared: bool
) -> None:
    cc = parse_cache_control([value])
    assert bool(storable("GET", status, cc, shared=False)) is private
    assert bool(storable("GET", status, cc, shared=True)) is shared
    assert storable("GET", status, cc, shared=True).why


def test_storing_depends_on_the_request_too() -> None:
    cc = parse_cache_control(["max-age=60"])
    assert not storable("POST", 200, cc, shared=False)
    assert storable("GET", 302, parse_cache_control([]), shared=True, has_expires=True)
    assert storable("GET", 200, cc, shared=False, has_authorization=True)
    assert storable("GET", 200, cc, shared=True, has_authorization=True).section == "9111 3.5"
    for allows in ("public", "s-maxage=1", "must-revalidate"):
        assert storable("GET", 200, parse_cache_control([allows]), shared=True, has_authorization=True)


@pytest.mark.parametrize(
    ("headers", "private", "shared"),
    [
        (fields(Cache_Control="max-age=60, s-maxage=600", Expires=AFTER, Date=DATE), 60, 600),
        (fields(Cache_Control="S-MaxAge=600", Expires=AFTER, Date=DATE), 3600, 600),
        (fields(Expires=AFTER.upper(), Date=DATE), 3600, 3600),
        (fields(Expires=BEFORE, Date=DATE), 0, 0),
        (fields(Expires="0", Date=DATE), 0, 0),
        (fields(Expires=AFTER), 0, 0),
        ([("Cache-Control", "max-age=1"), ("cache-control", "max-age=2")], 1, 1),
        (fields(Cache_Control="max-age=5m", Expires=AFTER, Date=DATE), 0, 0),
        (fields(Cache_Control="public"), None, None),
        ([], None, None),
    ],
)
def test_a_lifetime_is_the_first_that_applies(
    headers: Pairs, private: int | None, shared: int | None
) -> None:
    assert freshness_lifetime(headers, False) == private
    assert freshness_lifetime(headers, True) == shared


def test_the_receipt_stands_in_for_a_missing_or_unreadable_date() -> None:
    assert freshness_lifetime(fields(Expires=AFTER), False, MODIFIED) == 3600
    assert freshness_lifetime(fields(Expires=AFTER, Date="?"), False, MODIFIED.timestamp()) == 3600


@pytest.mark.parametrize(
    ("age_value", "date", "age"),
    [
        (None, MODIFIED, 12.0),  # 2 s late by Date
        (None, MODIFIED + timedelta(hours=1), 10.5),  # a clock ahead of ours: the delay alone
        (100, MODIFIED, 110.5),  # Age and the delay
        (1, MODIFIED - timedelta(seconds=98), 110.0),  # a cache that adds no Age
        (None, None, 10.5),
    ],
)
def test_age_is_the_more_cautious_of_two(age_value: int | None, date: datetime | None, age: float) -> None:
    sent, received, now = (MODIFIED + timedelta(seconds=s) for s in (1.5, 2, 12))
    assert current_age(age_value, date, sent, received, now) == age
    assert current_age(age_value, date, *(each.timestamp() for each in (sent, received, now))) == age


def test_an_instant_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        current_age(None, None, MODIFIED.replace(tzinfo=None), MODIFIED, MODIFIED)


@pytest.mark.parametrize(
    ("headers", "age", "shared", "verdict"),
    [
        (fields(Cache_Control="max-age=60"), 59.9, True, "fresh"),
        (fields(Cache_Control="max-age=60"), 60, True, "revalidate"),
        (fields(Cache_Control="max-age=60, s-maxage=0"), 1, False, "fresh"),
        (fields(Cache_Control="max-age=60, s-maxage=0"), 1, True, "revalidate"),
        (fields(Cache_Control="no-cache, max-age=60"), 0, True, "revalidate"),
        (fields(Cache_Control="max-age=60", Vary="*"), 0, True, "revalidate"),
        (fields(Cache_Control="public"), 0, True, "revalidate"),
        (fields(Cache_Control="private, max-age=60"), 0, True, "never"),
        (fields(Cache_Control="private, max-age=60"), 0, False, "fresh"),
        (fields(Cache_Control="no-store"), 0, False, "never"),
    ],
)
def test_reuse_is_free_only_while_fresh(headers: Pairs, age: float, shared: bool, verdict: str) -> None:
    assert may_reuse(headers, 200, age, shared).verdict == verdict


def test_a_cache_shared_by_users_does_not_reuse_an_authorized_answer() -> None:
    assert (
        may_reuse(fields(Cache_Control="max-age=60"), 200, 0, True, has_authorization=True).verdict == "never"
    )


@pytest.mark.parametrize(
    ("headers", "state", "held", "performed"),
    [
        (fields(If_Match='"zz"'), STRONG, True, False),
        (fields(If_Match="*"), ABSENT, True, False),
        (fields(If_None_Match="*"), STRONG, True, False),
        (fields(If_None_Match="*"), ABSENT, False, True),
        (fields(If_Match='"v1"'), STRONG, False, True),
        (fields(If_Modified_Since=AFTER), STRONG, False, True),
        (fields(If_Match="v1"), STRONG, False, False),  # no list of tags, and yet the tag is in it
    ],
)
def test_whether_the_state_may_change_follows_from_what_is_acceptable(
    headers: Pairs, state: ResourceState, *, held: bool, performed: bool
) -> None:
    outcome = precondition_outcome("PUT", headers, state, plain_status=200)
    assert (outcome.held, outcome.performed) == (held, performed)
