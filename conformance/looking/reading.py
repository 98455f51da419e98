"""The answers of one URL -> what they mean to a browser and to a shared cache. Pure.

What a cache may do is said by the oracle, as for every check; nothing here knows a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from conformance.content.codings import codings_of
from conformance.fields import (
    Headers,
    answered_by_cache,
    came_through,
    field_value,
    field_values,
    media_type,
    parse_age,
    parse_cache_control,
    parse_entity_tag,
    parse_http_date,
    parse_vary,
    tags_match_weakly,
)
from conformance.looking.seen import Asked, Keeping, Look, Parts, Source, Validator, Variants
from conformance.model import Exchange
from conformance.oracle import freshness_lifetime, may_reuse

__all__ = ["read"]

_OK, _PARTIAL, _NOT_MODIFIED = 200, 206, 304
_TENTH = 0.1  # of the time since the last change: "a typical setting" of RFC 9111 4.2.2
_STRICT = ("must-revalidate", "no-cache")
_STRICT_SHARED = (*_STRICT, "proxy-revalidate", "s-maxage")
_IN_FRONT = ("Via", "X-Cache", "CF-Cache-Status", "Cache-Status")
_CONDITIONS = ("if-none-match", "if-modified-since", "range", "accept-encoding")


def read(url: str, answers: Mapping[str, Exchange]) -> Look:
    """What the answers say, without remarks.

    Args:
        url: that was asked for.
        answers: by name, as `asking.py` has them; `plain` is there, and was answered.
    """
    plain = answers["plain"]
    headers, response = plain.headers, plain.response
    assert response is not None  # noqa: S101 - see above
    login = field_value(plain.request.headers, "authorization") is not None
    return Look(
        url=url,
        status=response.status,
        reason=response.reason,
        media=media_type(headers),
        length=response.body.length,
        milliseconds=round(1000 * (plain.received_at - plain.sent_at), 1),
        redirect=(field_value(headers, "location") or "") if 300 <= response.status < 400 else "",  # noqa: PLR2004
        login=login,
        cache_control=field_value(headers, "cache-control"),
        front=next((name for name in _IN_FRONT if field_value(headers, name) is not None), ""),
        kept=came_through(headers) and answered_by_cache(headers) is not None,
        age=parse_age(field_value(headers, "age") or "") or 0,
        browser=_keeping(headers, response.status, shared=False, login=login),
        shared=_keeping(headers, response.status, shared=True, login=login),
        etag=_tag(answers),
        last_modified=_date(answers),
        head=answers["head"].status if "head" in answers else None,
        parts=_parts(answers),
        variants=_variants(answers),
        moves=_moves(plain, answers.get("again")),
        asked=tuple(_asked(name, each) for name, each in answers.items()),
    )


# ------------------------------------------------------------------ for how long


def _keeping(headers: Headers, status: int, *, shared: bool, login: bool) -> Keeping:
    reuse = may_reuse(headers, status, 0, shared, login)
    cc = parse_cache_control(field_values(headers, "Cache-Control"))
    if reuse.verdict == "never":
        return Keeping("never", why=reuse.why, section=reuse.section)
    strict = any(name in cc for name in (_STRICT_SHARED if shared else _STRICT))
    stale = 0 if strict else cc.seconds("stale-while-revalidate") or 0
    lifetime = freshness_lifetime(headers, shared)
    if reuse.section == "9111 4.2.2":
        return Keeping("guess", _guess(headers), "guess", reuse.why, reuse.section, stale, strict)
    source: Source = (
        "s-maxage" if shared and "s-maxage" in cc else "max-age" if "max-age" in cc else "Expires"
    )
    if reuse.verdict == "revalidate" or lifetime is None:
        source = source if lifetime is not None else ""
        return Keeping("ask", 0, source, reuse.why, reuse.section, stale, strict)
    age = parse_age(field_value(headers, "age") or "") or 0
    if age >= lifetime:
        why = f"its Age of {age} s is past its {lifetime} s already"
        return Keeping("ask", 0, source, why, "9111 4.2", stale, strict)
    return Keeping("fresh", lifetime - age, source, section=reuse.section, stale=stale, strict=strict)


def _guess(headers: Headers) -> float | None:
    """What caches usually guess: a tenth of the time for which it has not changed; None: nobody can tell."""
    date, modified = _first_date(headers, "date"), _first_date(headers, "last-modified")
    if date is None or modified is None or modified > date:
        return None
    return round((date - modified).total_seconds() * _TENTH)


def _first_date(headers: Headers, name: str) -> datetime | None:
    values = field_values(headers, name)
    return parse_http_date(values[0]) if values else None


# ------------------------------------------------------------------ asked for how


def _status(answers: Mapping[str, Exchange], name: str) -> int | None:
    return answers[name].status if name in answers else None


def _is(answers: Mapping[str, Exchange], name: str, status: int) -> bool | None:
    return None if name not in answers else answers[name].status == status


def _tag(answers: Mapping[str, Exchange]) -> Validator:
    value = field_value(answers["plain"].headers, "etag")
    if value is None:
        return Validator()
    tag = parse_entity_tag(value)
    return Validator(
        value,
        tag is not None,
        tag is not None and tag.weak,
        _lasts("etag", answers),
        _is(answers, "same tag", _NOT_MODIFIED),
        _is(answers, "other form", _NOT_MODIFIED),
        _is(answers, "other tag", _OK),
    )


def _date(answers: Mapping[str, Exchange]) -> Validator:
    value = field_value(answers["plain"].headers, "last-modified")
    if value is None:
        return Validator()
    valid = parse_http_date(value) is not None
    works = _is(answers, "same date", _NOT_MODIFIED)
    return Validator(value, valid, lasts=_lasts("last-modified", answers), works=works)


def _lasts(name: str, answers: Mapping[str, Exchange]) -> bool | None:
    again = answers.get("again")
    if again is None or again.response is None:
        return None
    first, second = field_value(answers["plain"].headers, name), field_value(again.headers, name)
    return second is not None and first is not None and tags_match_weakly(first, second)


def _moves(plain: Exchange, again: Exchange | None) -> bool | None:
    return None if again is None or again.response is None else again.digest != plain.digest


# ------------------------------------------------------------------ parts and forms


def _parts(answers: Mapping[str, Exchange]) -> Parts:
    said = field_value(answers["plain"].headers, "accept-ranges") or ""
    part = answers.get("part")
    if part is None or part.response is None:
        return Parts(said)
    right = None
    if part.status == _PARTIAL and part.facts.slices is not None:
        held = part.facts.slices.slices
        right = not part.facts.slices.broken and all(
            each.length == 1 and (each.due == each.digest or not each.due) for each in held
        )
    return Parts(said, part.status, right)


def _variants(answers: Mapping[str, Exchange]) -> Variants:
    plain, coded = answers["plain"], answers.get("coded")
    found = parse_vary(field_values(plain.headers, "vary"))
    vary = ("*",) if found == "*" else tuple(sorted(found))
    if coded is None or coded.response is None or plain.response is None or not codings_of(coded.headers):
        return Variants(vary)
    tags = field_value(plain.headers, "etag"), field_value(coded.headers, "etag")
    return Variants(
        vary or _vary_of(coded),
        ", ".join(codings_of(coded.headers)),
        plain.response.body.length,
        coded.response.body.length,
        None if None in tags else tags[0] != tags[1],
    )


def _vary_of(coded: Exchange) -> tuple[str, ...]:
    found = parse_vary(field_values(coded.headers, "vary"))
    return ("*",) if found == "*" else tuple(sorted(found))


def _asked(name: str, each: Exchange) -> Asked:
    ours = tuple(f"{n}: {v}" for n, v in each.request.headers if n.lower() in _CONDITIONS)
    says = each.fault.says if each.fault else ""
    return Asked(name, each.request.method, ours, each.status, says)
