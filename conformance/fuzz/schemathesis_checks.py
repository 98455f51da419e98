"""Checks for Schemathesis; importing this module registers them, for `st run` and for pytest alike.

Each is one claim, so that each has a title of its own in a report. Those that send something besides do so by
`schemathesis_probes.py`. `ConformanceEtagCoverage` fails a run in which nothing was revalidated, since
silence is no success.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import schemathesis
from schemathesis import Case, CheckContext, Response

from conformance.fields import (
    contradictions,
    parse_cache_control,
    parse_entity_tag,
    parse_vary,
    tags_match_weakly,
)
from conformance.fuzz.schemathesis_probes import bare, curl, known, negotiated, only, resent, tag_to_ask_with

_OK: Final = 200
_NOT_MODIFIED: Final = 304
_SERVER_ERROR: Final = 500
_SKIPPED: Final = True  # what Schemathesis takes for "does not apply"
_ODD: Final = (
    "",
    "W/",
    '"',
    '"unclosed',
    "*, *",
    '"\xe9"',
    f'"{"l" * 4_000}"',
    f'"{"l" * 9_000}"',
    ", ".join(f'"m{n}"' for n in range(300)),
    "   ",
    '\t"unclosed',
)
"""What is no tag, or too many of them; white space at the beginning goes over our wire."""


@schemathesis.check
def conformance_etag_revalidation(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """A GET answered 200 with an ETag is answered 304 when it is sent again with that ETag."""
    tag = tag_to_ask_with(response, case)
    if tag is None:
        return _SKIPPED
    again, asked = resent(ctx, response, case, tag, {"If-None-Match": tag})
    if not asked or (again is not None and again.status_code == _NOT_MODIFIED):
        return None if asked else _SKIPPED
    plain, asked = resent(ctx, response, case, tag, {})
    if not asked or plain is None or not _is_still(tag, plain):
        return _SKIPPED  # the resource has moved under us, or does not answer us any more
    unquoted = " (the ETag is not in double quotes, as RFC 9110 8.8.3 has it)"
    came = "no answer" if again is None else str(again.status_code)
    problem = f"sent If-None-Match: {tag}, expected 304, got {came}"
    problem += unquoted if parse_entity_tag(tag) is None else ""
    only("revalidation", case, _told("Revalidation fails", problem, response, case, tag, _WHY_304))
    return None


@schemathesis.check
def conformance_not_modified_is_bare(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """A 304 has no body, and the ETag that has matched."""
    tag = tag_to_ask_with(response, case)
    again, _ = resent(ctx, response, case, tag, {"If-None-Match": tag}) if tag is not None else (None, False)
    if tag is None or again is None or again.status_code != _NOT_MODIFIED:
        return _SKIPPED
    named, problem, asked = again.headers.get("etag", []), "", f"sent If-None-Match: {tag}, expected 304"
    if again.content:
        problem = f"{asked} without a body, got a body of {len(again.content)} bytes"
    elif not named:
        problem = f"{asked} with the ETag, got a 304 without one"
    elif not tags_match_weakly(named[0], tag):
        problem = f"{asked} with that ETag, got a 304 with ETag: {named[0]}"
    only("bare", case, problem and _told("A 304 is not as it is due", problem, response, case, tag, _WHY_304))
    return None


@schemathesis.check
def conformance_near_misses(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """A tag that differs from the current one in a letter is not answered 304."""
    tag = tag_to_ask_with(response, case)
    parsed = parse_entity_tag(tag) if tag is not None else None
    if tag is None or parsed is None:
        return _SKIPPED
    opaque = parsed.opaque
    ways = (f'"{opaque}x"', f'"x{opaque}"', f'"{opaque[:-1]}"', f'"{opaque},x"', f'"{opaque.swapcase()}"')
    near = _by(tag, ways)
    if tags_match_weakly(near, tag):
        return _SKIPPED  # there was no letter to be swapped
    return _never_304(ctx, response, case, tag, near)


@schemathesis.check
def conformance_odd_fields(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """What is no tag at all, or very long, brings nothing down, and matches nothing."""
    tag = tag_to_ask_with(response, case)
    if tag is None or any(other is not None for _, other, _ in negotiated(response, case)):
        return _SKIPPED  # or there would be four requests besides: it is asked by the others
    return _never_304(ctx, response, case, tag, _by(tag, _ODD), odd=True)


def _never_304(  # noqa: PLR0913 - what there is of an exchange, and what is sent besides
    ctx: CheckContext, response: Response, case: Case[Any], tag: str, sent: str, *, odd: bool = False
) -> bool | None:
    fields = {"If-None-Match": sent}
    asks = (
        bare(response, case, tag, fields)
        if sent != sent.lstrip()
        else resent(ctx, response, case, tag, fields)
    )
    again, asked = asks
    if not asked:
        return _SKIPPED
    status = None if again is None else again.status_code
    broken = odd and (status is None or status >= _SERVER_ERROR)
    if status != _NOT_MODIFIED and not broken:
        return None
    came = "no answer" if status is None else str(status)
    problem = f"sent If-None-Match: {sent[:60]}, while {tag} is current, expected no {came}"
    title, why = ("An odd field is too much" if broken else "What does not match is answered 304"), _WHY_MATCH
    only("odd" if odd else "near", case, _told(title, problem, response, case, sent, why))
    return None


@schemathesis.check
def conformance_cache_control(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG001
    """Cache-Control, where it is sent, can be read."""
    lines = response.headers.get("cache-control", [])
    if not lines:
        return _SKIPPED
    broken = [each for each in parse_cache_control(lines).problems if each.level == "MUST"]
    said = f"Cache-Control: {', '.join(lines)}"
    only("cache-control", case, f"{said}: {broken[0].says} (RFC {broken[0].section})" if broken else "")
    return None


@schemathesis.check
def conformance_coherent_cache_control(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG001
    """No directive of Cache-Control contradicts another, or is said twice with two numbers."""
    lines = response.headers.get("cache-control", [])
    if not lines:
        return _SKIPPED
    against = contradictions(parse_cache_control(lines))
    said = f"Cache-Control: {', '.join(lines)}"
    only("coherent", case, f"{said}: {against[0].says} (RFC {against[0].section})" if against else "")
    return None


@schemathesis.check
def conformance_vary(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """An answer that was chosen by a field of the request names that field in Vary."""
    choices = negotiated(response, case)
    if not choices:
        return _SKIPPED
    for name, other, told in choices:
        again: Response | None = response
        if other is not None:  # whether it is chosen at all, another request shows
            again, asked = resent(ctx, response, case, f"by {name}", {name: other})
            chosen = again is not None and again.headers.get(told) != response.headers.get(told)
            if not asked or again is None or again.status_code != _OK or not chosen:
                continue
        assert again is not None  # noqa: S101 - as above
        vary = parse_vary(again.headers.get("vary", []))
        if vary != "*" and name.lower() not in vary:
            line = ", ".join(again.headers.get("vary", [])) or "none"
            problem = (
                f"{told}: {', '.join(again.headers.get(told, []))} was chosen by {name}, and Vary is {line}"
            )
            only("vary", case, problem + _WHY_VARY)
    return None


@schemathesis.check
def conformance_unsafe_methods(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG001
    """Nothing but GET and HEAD is answered 304."""
    if case.method in ("GET", "HEAD"):
        return _SKIPPED
    problem = f"{case.method} was answered 304, which is an answer to GET and HEAD alone (RFC 9110, 13.1.2)"
    only("unsafe", case, problem if response.status_code == _NOT_MODIFIED else "")
    return None


@schemathesis.check
def conformance_strong_tags(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG001
    """Two answers with the same strong tag, of the same URL, have the same bytes."""
    tag = tag_to_ask_with(response, case)
    if tag is None or tag.startswith("W/"):
        return _SKIPPED
    chosen = (v for n, v in sorted(response.request.headers.items()) if n.lower().startswith("accept"))
    key = (str(response.request.url), tag, *map(str, chosen))
    first = known(case).bodies.setdefault(key, response.content)
    problem = f"two answers with ETag: {tag} differ: {len(first)} bytes and {len(response.content)} bytes"
    only("strong", case, problem + _WHY_STRONG if first != response.content else "")
    return None


@schemathesis.check
class ConformanceEtagCoverage:
    """Fails where nothing was revalidated, or not one of the operations that had to be.

    Args:
        require: labels of operations, such as "GET /items/", of each of which an ETag has to be
            seen; without it, an ETag anywhere is enough. Set under `[checks.ConformanceEtagCoverage]`.
    """

    def __init__(self, *, require: Iterable[str] | None = None) -> None:
        self._required = frozenset(require or ())
        self._asked: set[str] = set()
        self._seen: set[str] = set()

    def after_response(self, ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG002
        """Note what the checks above have had to do with."""
        if case.method == "GET":
            self._asked.add(case.operation.label)
            if tag_to_ask_with(response, case) is not None:
                self._seen.add(case.operation.label)
        return None

    def after_run(self, ctx: CheckContext) -> None:  # noqa: ARG002
        """Fail an empty run."""
        missing = sorted(self._required - self._seen)
        if missing:
            raise AssertionError(f"never answered 200 with an ETag, so not revalidated: {', '.join(missing)}")
        if self._asked and not self._seen:
            raise AssertionError(
                "no GET was answered 200 with an ETag that may be kept, so nothing was revalidated; "
                f"asked were: {', '.join(sorted(self._asked))}"
            )


# ------------------------------------------------------------------ what is said

_WHY_304: Final = (
    "RFC 9110, 13.1.2: a recipient must not perform the requested method where a listed tag matches; "
    "for GET it answers 304 (Not Modified), with the ETag of the 200 (15.4.5) and without its body."
)
_WHY_MATCH: Final = (
    "RFC 9110, 13.1.2: the condition is false only where a listed tag matches the current one, character by "
    "character (8.8.3.2); else the method is performed. Whatever else is sent, anybody can send it."
)
_WHY_STRONG: Final = (
    "\n\nRFC 9110, 8.8.1: a strong tag changes whenever the bytes change; make it from what is sent."
)


_WHY_VARY: Final = (
    "\n\nRFC 9110, 12.5.5: Vary names the fields that have chosen; else caches give one choice to everybody."
)


def _told(title: str, problem: str, response: Response, case: Case[Any], sent: str, why: str) -> str:  # noqa: PLR0913, PLR0917
    etag = (response.headers.get("etag") or [""])[0]
    return (
        f"{title}: {problem}\n\n"
        f"The first is answered 200 with ETag: {etag}, and the second asks by If-None-Match:\n\n"
        f"    {curl(response, case, {})}\n"
        f"    {curl(response, case, {'If-None-Match': sent})}\n\n{why}"
    )


def _is_still(etag: str, plain: Response) -> bool:
    """Whether a plain read shows that nothing has changed (A-B-A)."""
    tags = plain.headers.get("etag", [])
    return plain.status_code == 200 and len(tags) == 1 and tags_match_weakly(tags[0], etag)  # noqa: PLR2004


def _by(tag: str, ways: tuple[str, ...]) -> str:
    """One of some ways, always the same for the same tag: over an API all of them are met."""
    return ways[hashlib.sha256(tag.encode()).digest()[0] % len(ways)]
