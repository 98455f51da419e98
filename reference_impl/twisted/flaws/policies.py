"""Flaws of Cache-Control: its syntax, what it says, and whether it is sent."""

import itertools
from collections.abc import Mapping

from reference_impl.caching import PRECONDITION_FAILED
from reference_impl.twisted.asgi import Answer, Asked, Edit, unconditional
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, asking, on_status

_POLICIES = "/policies/"
_DOCUMENT = "/versioned/"
_FRESH = "public, max-age=300"


def _list_says(*values: str) -> Apply:
    """The list with another Cache-Control, on 200 and on 304."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        shown = asked.path == LIST and answer.get("cache-control") is not None
        return answer.having("cache-control", *values) if shown else answer

    return answering(edit)


def _policies(**sent: str) -> Apply:
    """The reference with other values on the routes of /policies/, named with underscores."""
    values: Mapping[str, str] = {name.replace("_", "-"): value for name, value in sent.items()}

    def edit(asked: Asked, answer: Answer) -> Answer:
        value = values.get(asked.path.removeprefix(_POLICIES)) if asked.path.startswith(_POLICIES) else None
        return answer if value is None else answer.having("cache-control", value)

    return answering(edit)


def _dropped(asked: Asked, answer: Answer) -> Answer:
    return answer.without("cache-control") if asked.path.startswith(_POLICIES) else answer


def _none_but_policies(asked: Asked, answer: Answer) -> Answer:
    return answer if asked.path.startswith(_POLICIES) else answer.without("cache-control")


def _by_turns(*policies: str) -> Apply:
    """The list and the document with these policies in turn."""

    def make(_parts: Parts) -> Edit:
        turns = {path: itertools.cycle(policies) for path in (LIST, _DOCUMENT)}

        def edit(asked: Asked, answer: Answer) -> Answer:
            shown = asked.path in turns and asked.method == "GET" and answer.get("cache-control") is not None
            return answer.having("cache-control", next(turns[asked.path])) if shown else answer

        return edit

    return answering_with(make)


def _aged(asked: Asked, answer: Answer) -> Answer:
    if asked.path != LIST or answer.get("cache-control") is None:
        return answer
    return answer.having("cache-control", _FRESH).having("age", "600")


def _time_says(value: str) -> Apply:
    """The cached time with a Cache-Control."""
    return answering(
        lambda asked, answer: (
            answer.having("cache-control", value) if asked.path == "/cached-time/" else answer
        )
    )


def _deaf_at(path: str) -> Apply:
    """The reference where one path never sees a precondition, and so never answers 304."""
    return asking(lambda scope: unconditional(scope) if scope["path"] == path else scope)


def _strong_report(asked: Asked, answer: Answer) -> Answer:
    etag = answer.get("etag")
    if asked.path != "/reports/" or etag is None:
        return answer
    return answer.having("etag", etag.removeprefix("W/"))


FLAWS = (
    Flaw(
        "refused-without-policy",
        "a refusal lacks the Cache-Control that it should have",
        on_status(PRECONDITION_FAILED, lambda answer: answer.without("cache-control")),
        breaks=("J16",),
    ),
    Flaw("cc-unit", "max-age has a unit: 5m", _list_says("public, max-age=5m"), breaks=("LES28",)),
    Flaw(
        "cc-semicolon",
        "directives are set apart by a semicolon",
        _list_says("public; max-age=300"),
        breaks=("LES28",),
    ),
    Flaw("cc-fraction", "max-age has a fraction", _list_says("max-age=0.5"), breaks=("LES28",)),
    Flaw("cc-negative", "max-age is below zero", _list_says("max-age=-1"), breaks=("LES28",)),
    Flaw("cc-colon", "max-age is followed by a colon", _list_says("max-age: 0"), breaks=("LES28",)),
    Flaw(
        "cc-unit-on-cached",
        "the cached time is sent with max-age=30s",
        _time_says("public, max-age=30s"),
        breaks=("LES28",),
    ),
    Flaw(
        "fresh-but-aged",
        "the list is fresh for five minutes, and says that it is ten minutes old already",
        answering(_aged),
        breaks=("LES31",),
    ),
    Flaw(
        "private-by-turns",
        "every other answer is private, the rest public",
        _by_turns(_FRESH, "private"),
        breaks=("LES32",),
        counting=True,
    ),
    Flaw(
        "no-cache-by-turns",
        "every other answer is to be revalidated, the rest is fresh for five minutes",
        _by_turns("no-cache", _FRESH),
        breaks=("LES33",),
        counting=True,
    ),
    Flaw(
        "no-store-by-turns",
        "every third answer is not to be stored, the rest is fresh for five minutes",
        _by_turns("no-store", _FRESH, _FRESH),
        breaks=("LES34",),
        counting=True,
    ),
    Flaw(
        "no-cache-control",
        "only the routes of /policies/ send Cache-Control",
        answering(_none_but_policies),
        breaks=("LES29",),
    ),
    Flaw(
        "cc-contradiction",
        "public and private at once",
        _list_says("public, private, max-age=0"),
        breaks=("LES30",),
    ),
    Flaw(
        "cc-no-store-and-max-age",
        "not to be stored, and fresh for five minutes",
        _list_says("no-store, max-age=300"),
        breaks=("LES30",),
    ),
    Flaw(
        "cc-max-age-twice",
        "max-age twice, with two values",
        _list_says("max-age=0, max-age=300"),
        breaks=("LES30",),
    ),
    Flaw(
        "dropped-cache-control",
        "the policy is set on a Response that is not the one returned",
        answering(_dropped),
        breaks=("LES31", "LES32", "LES33", "LES34"),
    ),
    Flaw(
        "public-not-cacheable",
        "/policies/public says no-store",
        _policies(public="no-store"),
        breaks=("LES31",),
    ),
    Flaw(
        "public-short",
        "/policies/public is fresh for one second",
        _policies(public="public, max-age=1"),
        breaks=("LES31",),
    ),
    Flaw(
        "public-long",
        "/policies/public is fresh for a year",
        _policies(public="public, max-age=31536000"),
        breaks=("LES31",),
    ),
    Flaw(
        "private-is-public",
        "/policies/private says public",
        _policies(private="public, max-age=300"),
        breaks=("LES32",),
    ),
    Flaw(
        "private-not-cacheable",
        "/policies/private may not even be stored by a browser",
        _policies(private="private, no-store"),
        breaks=("LES32",),
    ),
    Flaw(
        "no-cache-is-max-age",
        "/policies/no-cache is fresh for five minutes",
        _policies(no_cache="max-age=300"),
        breaks=("LES33",),
    ),
    Flaw(
        "no-cache-no-revalidation",
        "/policies/no-cache never answers 304",
        _deaf_at("/policies/no-cache"),
        breaks=("LES33",),
    ),
    Flaw(
        "no-store-is-cached",
        "/policies/no-store may be stored",
        _policies(no_store="public, max-age=300"),
        breaks=("LES34",),
    ),
    Flaw(
        "no-store-is-no-cache",
        "/policies/no-store says no-cache, which lets caches keep it",
        _policies(no_store="no-cache"),
        breaks=("LES34",),
    ),
    Flaw(
        "strong-tag-over-flag",
        "the report's tag is strong, and `cached` flips under it",
        answering(_strong_report),
        breaks=("LES03",),
    ),
    Flaw("reports-no-304", "/reports/ never answers 304", _deaf_at("/reports/"), breaks=("LES06",)),
)
