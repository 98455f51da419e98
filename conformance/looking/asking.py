"""GET and HEAD, ten at most, and nothing else: the only file of this room that sends. Shell.

It must not know what an answer is good for. What is asked next goes by what the first answer has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from conformance.clocks import RealClock
from conformance.content.facts import facts
from conformance.errors import UsageError
from conformance.execute.diagnosis import way_out
from conformance.fields import field_value, parse_entity_tag
from conformance.model import Exchange, Headers
from conformance.sending.wholes import Wholes
from conformance.wire import Limits, Wire

__all__ = ["MADE_UP", "Answers", "ask", "other_form"]

Answers = Mapping[str, Exchange]
"""What each request is called -> what came of it."""
MADE_UP: Final = '"another-tag-than-yours"'
_LIMITS: Final = Limits(deadline=10.0, body=16 * 1024 * 1024)
_OK: Final = 200
_LEAST: Final = 2  # bytes, of which one can be asked for


def ask(origin: str, path: str, headers: Headers, *, verify: bool | str = True) -> Answers:
    """All answers by name, first `plain`.

    Raises:
        UsageError: nobody answers at all, with what to do.
    """
    with Wire(origin, RealClock(), limits=_LIMITS, verify=verify) as wire, wire.lane() as lane:
        wholes = Wholes()

        def send(method: str, more: Headers = ()) -> Exchange:
            sent = lane.exchange(method, path, (*headers, *more))
            if sent.response is None:
                return sent
            found = facts(None, sent.headers, sent.response.body.content or b"", None)
            return replace(sent, facts=replace(found, slices=wholes.held(sent.request, sent.response)))

        plain = send("GET")
        if plain.fault is not None:
            way = way_out(origin, plain.fault, verify=verify) or _usual(plain.fault.kind)
            raise UsageError(f"GET {origin}{path}: {plain.fault.says}. {way}".rstrip(" ."))
        answers = {"plain": plain}
        for name, method, more in _asked(plain):
            answers[name] = send(method, more)
        return answers


def other_form(tag: str) -> str:
    """The same tag in its weak form, or, of a weak one, in its strong form: weak comparison finds it."""
    return tag.removeprefix("W/") if tag.startswith("W/") else f"W/{tag}"


def _asked(plain: Exchange) -> Iterator[tuple[str, str, Headers]]:
    """What is asked besides: of an answer that is none of a resource only whether it is the same again."""
    yield "again", "GET", ()
    if plain.status != _OK:
        return
    yield "head", "HEAD", ()
    tag, modified = field_value(plain.headers, "etag"), field_value(plain.headers, "last-modified")
    if tag is not None:
        yield "same tag", "GET", (("If-None-Match", tag),)
        if parse_entity_tag(tag) is not None:
            yield "other form", "GET", (("If-None-Match", other_form(tag)),)
            yield "other tag", "GET", (("If-None-Match", MADE_UP),)
    if modified is not None:
        yield "same date", "GET", (("If-Modified-Since", modified),)
    if plain.response is not None and plain.response.body.length >= _LEAST:
        yield "part", "GET", (("Range", "bytes=0-0"),)
        yield "coded", "GET", (("Accept-Encoding", "gzip"),)


def _usual(kind: str) -> str:
    """What to do about a fault, where no other way brings an answer."""
    return {
        "refused": "Start your server first, and look at the port in the line that it prints.",
        "dns": "Look at the name of the host for a slip.",
        "timeout": "Something listens there and does not answer: is it your server, or does it hang?",
    }.get(kind, "")
