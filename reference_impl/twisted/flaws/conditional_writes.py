"""Flaws of writes and their conditions, beyond the lesson: what is carried out, and what is said of it.

`breaks` names rows of the RFCs.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import EllipsisType

from starlette.types import ASGIApp, Receive, Scope

from reference_impl import caching
from reference_impl.caching import PRECONDITION_FAILED, PRECONDITION_REQUIRED, Validators
from reference_impl.twisted.asgi import Answer, Asked, Edit, ask, unconditional
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.preconditions import Fields, deaf_to, evaluating, hearing, line, without
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, behind, made_of, on_status
from reference_impl.twisted.wire import content, head

Wire = Iterable[bytes | float | EllipsisType]

_READS = frozenset({"GET", "HEAD"})
_IM, _INM, _IUS = "if-match", "if-none-match", "if-unmodified-since"
_OK, _CREATED, _NO_CONTENT, _RESET, _CONFLICT = 200, 201, 204, 205, 409
_ITEMS = "/items/"
_RACE = 0.01  # seconds between a comparison and the write that rests on it


def _where_nothing_is(change: Callable[[Fields], Fields]) -> Apply:
    """Where nothing is there, other fields are heard."""
    return hearing(lambda _method, fields, now: fields if now.exists else change(fields))


def _no_tags(fields: Fields) -> Fields:
    return fields if line(fields, _IM) == "*" else without(fields, _IM)


def _never_on_nothing(fields: Fields) -> Fields:
    return {**fields, _IM: ['"never"']} if line(fields, _INM) == "*" else fields


def _conflict(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    status = caching.evaluate(method, fields, now, clock)
    return _CONFLICT if status == PRECONDITION_FAILED and method not in _READS else status


def _any_tag_stops_writes(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    if method not in _READS and line(fields, _INM) not in {"", "*"}:
        return PRECONDITION_FAILED
    return caching.evaluate(method, fields, now, clock)


def _formerly(status: int | None) -> Apply:
    """A write with a tag that was the current one once is answered so, or carried out."""

    def change(parts: Parts) -> Parts:
        seen: set[str] = set()

        def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
            seen.add(now.etag or "")
            due = caching.evaluate(method, fields, now, clock)
            refused = due == PRECONDITION_FAILED and method not in _READS and now.exists
            return status if refused and line(fields, _IM) in seen - {""} else due

        return replace(parts, evaluate=evaluate)

    return made_of(change)


def _weak_and_current(parts: Parts) -> Parts:
    """Weak tags, which If-Match compares as if they were strong."""

    def evaluate(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
        current = now.etag is not None and now.etag in (caching.entity_tags(line(fields, _IM)) or ())
        return caching.evaluate(method, without(fields, _IM, _IUS) if current else fields, now, clock)

    return replace(parts, etag=lambda _data, body: caching.weak(caching.etag_of(body)), evaluate=evaluate)


# ---- what needs the request


async def _compares_then_writes(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """The comparison is one request, and the write another one, a moment later."""
    asked = Asked.of(scope)
    tags = asked.get(_IM)
    if asked.method not in {"PUT", "PATCH"} or tags is None:
        return await ask(app, scope, receive)
    plain = unconditional(scope)
    shown = await ask(app, {**plain, "method": "GET"}, receive)
    if shown.status == _OK and caching.if_match(tags, Validators(shown.get("etag"))):
        await asyncio.sleep(_RACE)
        return await ask(app, plain, receive)
    return await ask(app, scope, receive)


def _unconditional(asked: Asked) -> bool:
    changes = asked.method in {"PUT", "PATCH", "DELETE"} and asked.path.startswith(_ITEMS)
    return changes and asked.get(_IM) is None


async def _knows_its_fields(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    asked = Asked.of(scope)
    unknown = any(name.startswith("nobodys-") for name, _ in asked.fields)
    if asked.method == "PUT" and unknown:
        return Answer.of_json(400, {"detail": "What is this field?"})
    return await ask(app, scope, receive)


# ---- what is on the answer


def _performed_428(asked: Asked, answer: Answer) -> Answer:
    """It has been carried out, and is said not to have been."""
    done = _unconditional(asked) and asked.method != "DELETE" and answer.status in {_OK, _CREATED}
    says = {"detail": "Send If-Match with the ETag of the item"}
    return Answer.of_json(PRECONDITION_REQUIRED, says) if done else answer


def _insisting(change: Callable[[Answer], Answer]) -> Apply:
    """The reference where a change needs a condition, with what it answers to one that has none changed."""
    edit = on_status(PRECONDITION_REQUIRED, change)
    return lambda settings, create: edit(replace(settings, conditions=True), create)


def _on_writes(method: str, was: int, status: int) -> Apply:
    return answering(
        lambda asked, answer: (
            replace(answer, status=status) if (asked.method, answer.status) == (method, was) else answer
        )
    )


def _malformed_is_412(_asked: Asked, answer: Answer) -> Answer:
    return replace(answer, status=PRECONDITION_FAILED) if answer.status == 400 else answer  # noqa: PLR2004


def _failing_the_second_time(asked: Asked, answer: Answer) -> Answer:
    missing = asked.method == "DELETE" and asked.path.startswith(_ITEMS) and answer.status == 404  # noqa: PLR2004
    return replace(answer, status=500) if missing else answer


def _a_part(asked: Asked, answer: Answer) -> Answer:
    if asked.method != "POST" or asked.get("range") is None or answer.status != _CREATED:
        return answer
    whole = f"bytes 0-4/{len(answer.body)}"
    return replace(answer.carrying(answer.body[:5]).having("content-range", whole), status=206)


def _adds_on_put(parts: Parts) -> Edit:
    async def edit(asked: Asked, answer: Answer) -> Answer:
        key = asked.path.removeprefix(_ITEMS)
        if asked.method == "PUT" and answer.status == _OK and key.isdigit():
            counts[key] = counts.get(key, 0) + 1
            with parts.store.transaction():
                found = parts.store.item(int(key))
                if found is not None:
                    parts.store.update(int(key), {"name": f"{found[0]['name']} ({counts[key]})"})
            await parts.invalidate(parts.cache, "update", int(key))
        return answer

    counts: dict[str, int] = {}
    return edit


def _body_on_204(asked: Asked, answer: Answer) -> Wire:
    yield head(answer) + (b"null" if answer.status == _NO_CONTENT else content(asked, answer))


FLAWS = (
    Flaw(
        "false-is-conflict",
        "a write whose condition is false is answered 409",
        evaluating(_conflict),
        breaks=("D03", "E03", "B10", "B11"),
    ),
    Flaw("if-match-not-on-patch", "PATCH ignores If-Match", deaf_to(_IM, "PATCH"), breaks=("D02", "D01")),
    Flaw("if-match-not-on-post", "POST ignores If-Match", deaf_to(_IM, "POST"), breaks=("D02", "D01")),
    Flaw(
        "if-match-weak-current",
        "a weak tag matches in If-Match where it is the current one",
        made_of(_weak_and_current),
        breaks=("D05",),
    ),
    Flaw(
        "if-match-former",
        "If-Match holds for any tag that the item once had",
        _formerly(None),
        breaks=("D11", "D13"),
    ),
    Flaw(
        "former-tag-crashes",
        "a write with a tag that was the current one once ends in a failure",
        _formerly(500),
        breaks=("D14",),
    ),
    Flaw(
        "if-match-star-on-nothing",
        "If-Match: * holds where nothing is there",
        _where_nothing_is(lambda fields: without(fields, _IM) if line(fields, _IM) == "*" else fields),
        breaks=("D09",),
    ),
    Flaw(
        "if-match-tag-on-nothing",
        "tags in If-Match are not looked at where nothing is there",
        _where_nothing_is(_no_tags),
        breaks=("D15",),
    ),
    Flaw(
        "compares-then-writes",
        "between the comparison of the tag and the write others come in",
        behind(_compares_then_writes),
        breaks=("D12",),
    ),
    Flaw("inm-not-on-patch", "PATCH ignores If-None-Match", deaf_to(_INM, "PATCH"), breaks=("B10",)),
    Flaw("inm-not-on-post", "POST ignores If-None-Match", deaf_to(_INM, "POST"), breaks=("B10",)),
    Flaw("inm-not-on-delete", "DELETE ignores If-None-Match", deaf_to(_INM, "DELETE"), breaks=("B10",)),
    Flaw(
        "inm-star-never-creates",
        "If-None-Match: * is false where nothing is there, too",
        _where_nothing_is(_never_on_nothing),
        breaks=("B12",),
    ),
    Flaw(
        "inm-stops-writes",
        "any tag in If-None-Match stops a write",
        evaluating(_any_tag_stops_writes),
        breaks=("B13",),
    ),
    Flaw(
        "put-200-on-create",
        "a PUT that creates is answered 200",
        _on_writes("PUT", _CREATED, _OK),
        breaks=("L01",),
    ),
    Flaw("put-adds", "each PUT adds to what it stores", answering_with(_adds_on_put), breaks=("L06",)),
    Flaw(
        "second-delete-fails",
        "a DELETE of what is gone ends in a failure",
        answering(_failing_the_second_time),
        breaks=("L06",),
    ),
    Flaw(
        "delete-205", "a DELETE is answered 205", _on_writes("DELETE", _NO_CONTENT, _RESET), breaks=("L07",)
    ),
    Flaw(
        "put-knows-its-fields",
        "a PUT with a header field that it does not know is answered 400",
        behind(_knows_its_fields),
        breaks=("L08",),
    ),
    Flaw("post-206", "a POST with a Range is answered 206", answering(_a_part), breaks=("G11",)),
    Flaw("body-on-204", "a 204 has a body", render=_body_on_204, breaks=("A27",)),
    Flaw("412-for-400", "what is no JSON is answered 412", answering(_malformed_is_412), breaks=("G12",)),
    Flaw(
        "428-silent",
        "a 428 has no content",
        _insisting(lambda answer: answer.carrying(b"")),
        breaks=("G14",),
    ),
    Flaw(
        "428-terse",
        "a 428 says that it refuses, and not what it waits for",
        _insisting(lambda answer: answer.carrying(b'{"detail":"Refused"}')),
        breaks=("G14",),
    ),
    Flaw(
        "428-cacheable",
        "a 428 may be kept for an hour",
        _insisting(lambda answer: answer.having("cache-control", "public, max-age=3600")),
        breaks=("G15",),
    ),
    Flaw(
        "428-performed",
        "a change without a condition is answered 428, and carried out",
        answering(_performed_428),
        breaks=("G16",),
    ),
)
