"""conformance.oracle.contacts: when a correct cache asks the origin, and when it may."""

from datetime import UTC, datetime, timedelta

import pytest
from helpers.texts import always_the_same
from hypothesis import given
from hypothesis import strategies as st

from conformance.oracle import Contact, allowed_contacts, describe_policy, expected_contacts

Pairs = list[tuple[str, str]]

RECEIVED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
DATE = "Thu, 01 Jan 2026 12:00:00 GMT"
AFTER = "Thu, 01 Jan 2026 13:00:00 GMT"
ETAG = ("ETag", '"v1"')
NONE, ASKS, FULL = frozenset({"none"}), frozenset({"conditional"}), frozenset({"full"})


def policy(value: str, *more: tuple[str, str]) -> Pairs:
    return [("Cache-Control", value), ETAG, ("Date", DATE), *more]


@pytest.mark.parametrize(
    ("headers", "shared", "contacts"),
    [
        (policy("public, max-age=300"), True, "none none none conditional"),
        (policy("Max-Age=300, PUBLIC"), False, "none none none conditional"),
        (policy("private, max-age=300"), False, "none none none conditional"),
        (policy("private, max-age=300"), True, "full full full full"),
        (policy("no-cache"), False, "conditional conditional conditional conditional"),
        (policy("no-cache, max-age=300"), True, "conditional conditional conditional conditional"),
        (policy("max-age=0, must-revalidate"), True, "conditional conditional conditional conditional"),
        (policy("no-store"), False, "full full full full"),
        (policy("no-store, max-age=300"), True, "full full full full"),
        (policy("max-age=10, s-maxage=300"), True, "none none none conditional"),
        (policy("max-age=5"), True, "none conditional conditional conditional"),
        (policy("max-age=300", ("Age", "292")), True, "none conditional conditional conditional"),
        ([("Cache-Control", "max-age=300")], True, "none none none full"),
        ([("Cache-Control", "no-cache")], True, "full full full full"),
        ([("Expires", AFTER), ("Date", DATE)], True, "none none none none"),
    ],
)
def test_a_cache_contacts_the_origin_as_the_policy_says(headers: Pairs, shared: bool, contacts: str) -> None:
    at = (0, 10, 290, 310)
    assert " ".join(expected_contacts(headers, 200, shared, at)) == contacts


def test_a_contact_renews_what_is_stored() -> None:
    headers = policy("max-age=300")
    assert expected_contacts(headers, 200, True, (299.9, 300, 599.9, 600)) == (
        *("none", "conditional"),
        *("none", "conditional"),
    )


def test_the_caller_may_say_whether_there_is_a_validator() -> None:
    assert expected_contacts(policy("no-cache"), 200, True, (0,), has_validator=False) == ("full",)
    assert expected_contacts([("Cache-Control", "no-cache")], 200, True, (0,), has_validator=True) == (
        "conditional",
    )


@pytest.mark.parametrize(
    ("headers", "shared", "at", "allowed"),
    [
        # Decided until 1 s before the end and from 1 s after it; between not, nor what follows.
        (policy("max-age=300"), True, (299, 299.1, 301), (NONE, NONE | ASKS, NONE | ASKS)),
        (policy("max-age=300"), True, (299, 301), (NONE, ASKS)),
        (policy("max-age=0"), True, (0, 0.5), (ASKS, ASKS)),
        (policy("max-age=1"), True, (0.5, 2), (NONE | ASKS, NONE | ASKS)),
        # Where the standard leaves the choice.
        ([ETAG], True, (0, 900), (NONE | ASKS, NONE | ASKS)),
        (policy("max-age=60, max-age=60"), True, (0, 100), (NONE | ASKS, ASKS)),
        (policy("max-age=5m"), True, (0, 100), (NONE | ASKS, NONE | ASKS)),
        ([ETAG, ("Date", DATE), ("Expires", AFTER), ("Expires", AFTER)], True, (0,), (NONE | ASKS,)),
        (policy('no-cache="Set-Cookie", max-age=60'), True, (0, 100), (NONE | ASKS, ASKS)),
        (policy('no-cache="Set-Cookie"'), True, (0,), (NONE | ASKS,)),
        (policy('private="Set-Cookie", max-age=60'), True, (0, 100), (NONE | FULL, ASKS | FULL)),
        (policy('private="Set-Cookie", max-age=60'), False, (0, 100), (NONE, ASKS)),
        (policy("no-store, must-understand, max-age=60"), True, (0,), (NONE | FULL,)),
        (policy("max-age=60", ("Vary", "*")), True, (0,), (ASKS | FULL,)),
        (
            policy("max-age=60, stale-while-revalidate=30"),
            True,
            (10, 80, 100),
            (NONE, NONE | ASKS, NONE | ASKS),
        ),
        (policy("max-age=60, stale-while-revalidate=30"), True, (10, 100), (NONE, ASKS)),
        (policy("max-age=60, stale-while-revalidate=30, must-revalidate"), True, (80,), (ASKS,)),
        (policy("s-maxage=60, stale-while-revalidate=30"), True, (80,), (ASKS,)),
        (policy("max-age=60, s-maxage=60, stale-while-revalidate=30"), False, (80,), (NONE | ASKS,)),
        # Where it leaves none.
        (policy("no-cache"), True, (0, 10), (ASKS, ASKS)),
        (policy("no-store"), True, (0, 10), (FULL, FULL)),
        (policy("private"), True, (0, 10), (FULL, FULL)),
    ],
)
def test_more_than_one_contact_is_allowed_only_where_nothing_decides(
    headers: Pairs, shared: bool, at: tuple[float, ...], allowed: tuple[frozenset[Contact], ...]
) -> None:
    assert allowed_contacts(headers, 200, shared, at) == allowed


def test_the_tolerance_can_be_set_to_nothing() -> None:
    at = (299.9, 300)
    assert allowed_contacts(policy("max-age=300"), 200, True, at, edge=0) == (NONE, ASKS)


@pytest.mark.parametrize(
    ("late", "allowed"),
    [
        (0.0, (NONE, NONE, ASKS)),
        (0.9, (NONE, NONE, ASKS)),
        # Date is 100 s behind: by apparent age stale at 250, by Age alone still fresh.
        (100.0, (NONE, NONE | ASKS, NONE | ASKS)),
        # Date is ahead: an age is never negative.
        (-100.0, (NONE, NONE, ASKS)),
    ],
)
def test_a_clock_that_differs_from_date_leaves_two_ages(late: float, allowed: object) -> None:
    received = RECEIVED + timedelta(seconds=late)
    assert allowed_contacts(policy("max-age=300"), 200, True, (10, 250, 310), received=received) == allowed


def test_reads_come_in_order() -> None:
    for at in ((10, 0), (-1,)):
        with pytest.raises(ValueError, match="in order"):
            expected_contacts(policy("max-age=300"), 200, True, at)


@always_the_same
@given(
    st.lists(
        st.sampled_from(
            [
                "public",
                "private",
                "no-cache",
                "no-store",
                "max-age=60",
                "max-age=x",
                "s-maxage=9",
                "must-understand",
            ]
        ),
        max_size=4,
    ),
    st.sampled_from([[], [("Age", "30")], [("Vary", "*")], [("Expires", AFTER)]]),
    st.booleans(),
    st.lists(st.floats(0, 200), max_size=5).map(sorted),
    st.sampled_from([None, 0.0, 40.0]),
)
def test_what_is_expected_is_allowed(
    directives: list[str], more: Pairs, shared: bool, at: list[float], late: float | None
) -> None:
    headers = policy(", ".join(directives), *more)
    received = None if late is None else RECEIVED + timedelta(seconds=late)
    expected = expected_contacts(headers, 200, shared, at, received=received)
    allowed = allowed_contacts(headers, 200, shared, at, received=received)
    assert all(contact in choice for contact, choice in zip(expected, allowed, strict=True))
    sure = [contact for contact, choice in zip(expected, allowed, strict=True) if len(choice) == 1]
    assert "no-store" not in directives or "must-understand" in directives or set(sure) <= {"full"}
    assert describe_policy(headers, 200, shared).endswith(".")


@pytest.mark.parametrize(
    ("headers", "shared", "sentence"),
    [
        (policy("max-age=300"), True, "A shared cache reuses it for 300 s without asking, then asks again."),
        (
            policy("max-age=300", ("Age", "100")),
            False,
            "A private cache reuses it for 200 s without asking, then asks again.",
        ),
        (
            policy("private"),
            True,
            "A shared cache does not keep it: private leaves it to the user's own cache.",
        ),
        (
            policy("no-store"),
            False,
            "A private cache does not keep it: no-store forbids every cache to keep it.",
        ),
        (
            policy("no-cache"),
            False,
            "A private cache may keep it, and asks before each reuse: no-cache demands it.",
        ),
        (
            policy("max-age=0"),
            False,
            "A private cache may keep it, and asks before each reuse: a lifetime of 0 s is over at once.",
        ),
        ([], True, "A shared cache may keep it, and has to guess for how long: no max-age, no Expires."),
    ],
)
def test_a_policy_is_put_into_words(headers: Pairs, shared: bool, sentence: str) -> None:
    assert describe_policy(headers, 200, shared) == sentence
