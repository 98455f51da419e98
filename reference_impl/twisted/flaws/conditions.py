"""Flaws of conditional requests on the list: when 304 is answered, and what it carries."""

from collections.abc import Callable
from dataclasses import replace

from reference_impl import caching
from reference_impl.caching import NOT_MODIFIED, Validators
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.preconditions import Fields, line, without
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, made_of, on_status

Matches = Callable[[str, str], bool]


def _comparing(matches: Callable[[Parts], Matches]) -> Apply:
    """The reference with another comparison of If-None-Match with the current tag, on reads everywhere."""

    def change(parts: Parts) -> Parts:
        compare = matches(parts)

        def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
            field = line(fields, "if-none-match")
            if not field or method not in {"GET", "HEAD"} or now.etag is None:
                return caching.evaluate(method, fields, now, clock)
            if compare(field, now.etag):
                return NOT_MODIFIED
            return caching.evaluate(method, without(fields, "if-none-match", "if-modified-since"), now, clock)

        return replace(parts, evaluate=evaluate)

    return made_of(change)


def _old_tag_304(parts: Parts) -> Parts:
    issued: set[str] = set()

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        asked = caching.entity_tags(line(fields, "if-none-match")) or []
        if method in {"GET", "HEAD"}:
            if issued.intersection(asked):
                return NOT_MODIFIED
            issued.add(now.etag or "")
        return caching.evaluate(method, fields, now, clock)

    return replace(parts, evaluate=evaluate)


def _sticky_304(_parts: Parts) -> Edit:
    hits: list[Answer] = []

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != LIST or asked.method != "GET":
            return answer
        if answer.status == NOT_MODIFIED:
            hits[:] = [answer]
        elif not asked.conditional and hits:
            return hits.pop()
        return answer

    return edit


def _no_body_on_mismatch(asked: Asked, answer: Answer) -> Answer:
    missed = asked.method == "GET" and asked.get("if-none-match") is not None and answer.status == 200  # noqa: PLR2004
    return answer.carrying(b"") if missed and asked.path == LIST else answer


def _no_tag_on_mismatch(asked: Asked, answer: Answer) -> Answer:
    missed = asked.get("if-none-match") is not None and answer.status == 200  # noqa: PLR2004
    return answer.without("etag") if missed and asked.path == LIST else answer


def _200_without_body(asked: Asked, answer: Answer) -> Answer:
    if answer.status != NOT_MODIFIED or asked.path != LIST:
        return answer
    return replace(answer, status=200).carrying(b"null")


FLAWS = (
    Flaw(
        "ignores-inm",
        "If-None-Match is never looked at",
        _comparing(lambda _: lambda _f, _t: False),
        breaks=("LES06",),
    ),
    Flaw(
        "stripped-compare",
        "the header loses its quotes, the tag does not, and they never match",
        _comparing(lambda _: lambda field, etag: field.strip('W/"') == etag),
        breaks=("LES06",),
    ),
    Flaw(
        "bare-compare",
        "the header, quotes and all, is compared with the bare digest",
        _comparing(lambda _: lambda field, etag: field == etag.strip('W/"')),
        breaks=("LES06",),
    ),
    Flaw(
        "200-with-null",
        "a match is answered 200 with null for a body",
        answering(_200_without_body),
        breaks=("LES06",),
    ),
    Flaw(
        "always-304",
        "any If-None-Match is answered 304",
        _comparing(lambda _: lambda _f, _t: True),
        breaks=("LES09", "LES11"),
    ),
    Flaw(
        "prefix-match",
        "the first characters of a tag are enough to match",
        _comparing(lambda _: lambda field, etag: etag.strip('W/"').startswith(field.strip('W/"')[:8])),
        breaks=("LES09",),
    ),
    Flaw(
        "case-blind-compare",
        "tags are compared without regard to upper and lower case",
        _comparing(lambda _: lambda field, etag: etag.removeprefix("W/").lower() in field.lower()),
        breaks=("LES09",),
    ),
    Flaw(
        "no-body-on-mismatch",
        "another tag is answered 200 without a body",
        answering(_no_body_on_mismatch),
        breaks=("LES09", "LES11"),
    ),
    Flaw(
        "no-tag-on-mismatch",
        "another tag is answered 200 without an ETag",
        answering(_no_tag_on_mismatch),
        breaks=("LES09", "LES11"),
    ),
    Flaw(
        "sticky-304",
        "after a 304 the next read without a condition is answered 304 too",
        answering_with(_sticky_304),
        breaks=("LES10",),
    ),
    Flaw(
        "old-tag-304",
        "every tag that was ever current is answered 304",
        made_of(_old_tag_304),
        breaks=("LES11",),
    ),
    Flaw(
        "no-etag-on-304",
        "a 304 has no ETag",
        on_status(NOT_MODIFIED, lambda answer: answer.without("etag")),
        breaks=("LES08",),
    ),
    Flaw(
        "other-etag-on-304",
        "a 304 has another ETag than the one that matched",
        on_status(NOT_MODIFIED, lambda answer: answer.having("etag", '"not-modified"')),
        breaks=("LES08",),
    ),
    Flaw(
        "fat-304",
        "a 304 is longer than its 200",
        on_status(NOT_MODIFIED, lambda answer: answer.having("x-trace", *(["0123456789abcdef" * 32] * 8))),
        breaks=("LES12",),
    ),
    Flaw(
        "no-cc-on-304",
        "a 304 has no Cache-Control",
        on_status(NOT_MODIFIED, lambda answer: answer.without("cache-control")),
        breaks=("LES35",),
    ),
    Flaw(
        "other-cc-on-304",
        "a 304 has another Cache-Control than its 200",
        on_status(NOT_MODIFIED, lambda answer: answer.having("cache-control", "max-age=0, must-revalidate")),
        breaks=("LES35",),
    ),
)
