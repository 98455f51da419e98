"""A look at a URL, in words, on one screen. Pure.

It is written for somebody who has never read an RFC: what happens, then the word in the header that says so.
Whatever a server sent passes through `safe`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from conformance.looking.seen import Keeping, Look, Remark, Validator
from conformance.model import Headers
from conformance.report.redact import Redactor, credentials
from conformance.report.safe import safe

__all__ = ["duration", "encoded", "redacted", "tell"]

_WIDTH: Final = 80
_NARROWEST: Final = 40
_LABEL: Final = 17
_MOST: Final = 4  # remarks that are told without being asked for all
_VALUE: Final = 44  # characters of a field's value
_OK: Final = 200
_LOGIN: Final = (401, 403)
_UNITS: Final = ((86400, 1, "day"), (3600, 1, "hour"), (60, 2, "minute"))  # seconds, from how many on
_LONG: Final = 7200  # seconds, of which nobody wants to know each


def tell(look: Look, *, every: bool = False, width: int = _WIDTH) -> Iterator[str]:
    """The lines; with `every` all remarks, else the first of them.

    Args:
        look: that is told.
        every: see above.
        width: of a line; what a server has made long may be longer.
    """
    for label, says in _rows(look):
        yield from _wrapped(f"{label:<{_LABEL}}", says, width) if label else ("",)
    shown = look.remarks if every else look.remarks[:_MOST]
    yield ""
    if not look.remarks:
        yield "No remarks."
        return
    yield f"Remarks, not verdicts ({len(look.remarks)}):"
    for each in shown:
        yield from _wrapped(f"{each.level:<7}", f"{safe(each.title)}.", width)
        yield from _wrapped(" " * 7, f"Found: {safe(each.found, 300)}", width)
        yield from _wrapped(" " * 7, f"Next: {safe(each.next)}", width)
    if len(look.remarks) > len(shown):
        yield f"... and {len(look.remarks) - len(shown)} more: --all"
    yield f"More of one: conformance explain {shown[0].check}"


def _wrapped(label: str, says: str, width: int) -> list[str]:
    indent = " " * len(label)
    whole = label.startswith("URL")  # to be copied
    return textwrap.wrap(
        says,
        max(width, _NARROWEST),
        initial_indent=label,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=not whole,
    )


def _rows(look: Look) -> Iterator[tuple[str, str]]:
    """Label and sentence; ("", "") is an empty line."""
    made = len(look.asked)
    yield "URL", f"{safe(look.url)} ({made} {'request' if made == 1 else 'requests'}, GET and HEAD alone)"
    media = f", {safe(look.media, _VALUE)}" if look.media else ""
    yield (
        "Answer",
        f"{look.status} {safe(look.reason, _VALUE)}{media}, {look.length} bytes, {look.milliseconds:.0f} ms",
    )
    if note := _note(look):
        yield "Note", note
    said = "none" if look.cache_control is None else safe(look.cache_control, 300)
    yield "Cache-Control", said
    yield "", ""
    browser, shared = keeping(look.browser, look), keeping(look.shared, look)
    if browser == shared:
        yield "Any cache", browser
    else:
        yield "A browser", browser
        yield "A shared cache", shared
    if look.front:
        yield "In front", _front(look)
    yield "", ""
    yield "ETag", _tag(look)
    yield "Last-Modified", _date(look.last_modified)
    yield "HEAD", _head(look)
    yield "Parts", _parts(look)
    yield "Forms", _forms(look)


def _note(look: Look) -> str:
    """What somebody who meant another answer is to do."""
    if look.redirect:
        return f"it leads elsewhere: look at {safe(look.redirect, 300)}"
    if look.status in _LOGIN:
        return "it wants a login: say who asks, as in -H 'Authorization: Bearer ${TOKEN}'"
    if look.status != _OK:
        return f"this is how a {look.status} is kept; of an API give the path of a resource, such as /items/"
    if look.media == "text/html":
        return "this is a page; of an API give the path of a resource, such as /items/"
    return ""


# ------------------------------------------------------------------ for how long


def keeping(each: Keeping, look: Look) -> str:
    """What one kind of cache does."""
    if each.how == "never":
        return f"does not keep it: {safe(each.why)}"
    then = _then(look)
    stale = f", and serves it {duration(each.stale)} longer while it asks" if each.stale else ""
    if each.how == "fresh" and each.seconds is not None:
        strict = ", and never serves it stale" if each.strict else ""
        return (
            f"uses it for {duration(each.seconds)} without asking ({each.source}){stale}, then {then}{strict}"
        )
    if each.how == "guess":
        about = "by no change date, so most ask each time or keep it for a little"
        if each.seconds is not None:
            about = f"about {duration(each.seconds)}, a tenth of its age by Last-Modified"
        return f"guesses for how long: nobody says it ({about}); then {then}"
    return f"keeps it, and before each use {then}: {safe(each.why)}{stale}"


def _then(look: Look) -> str:
    """How it is asked for again."""
    by = [
        name
        for name, each in (("If-None-Match", look.etag), ("If-Modified-Since", look.last_modified))
        if each.valid
    ]
    if not by:
        return "loads all of it again (there is nothing to ask by)"
    if not (look.etag.works if look.etag.valid else look.last_modified.works):
        return f"asks by {by[0]}, and gets all of it again"
    return f"asks by {by[0]}, and gets a 304"


def duration(seconds: float) -> str:
    """A span of time as people say it: 60 s, 2 hours, 365 days."""
    for size, least, word in _UNITS:
        number = seconds / size
        if number >= least and (seconds % size == 0 or seconds >= max(size, _LONG)):
            return f"{number:.0f} {word}{'' if round(number) == 1 else 's'}"
    return f"{seconds:g} s"


def _front(look: Look) -> str:
    age = f", {duration(look.age)} old" if look.age else ""
    kept = f"it answered by itself{age}" if look.kept else "it asked the server"
    return f"something keeps answers before the server ({look.front}): {kept}"


# ------------------------------------------------------------------ asked for how


def _tag(look: Look) -> str:
    tag = look.etag
    if not tag.value:
        return "none"
    kind = "weak" if tag.weak else "strong"
    parts = [f"{safe(tag.value, _VALUE)} ({kind if tag.valid else 'no valid tag'})", *_lasting(tag, look)]
    if tag.works is not None:
        form = "" if tag.loosely is None or not tag.works else _loosely(tag)
        parts.append(f"If-None-Match {'works: 304' if tag.works else 'does not work: no 304'}{form}")
    return "; ".join(parts)


def _loosely(tag: Validator) -> str:
    return f", also {'without' if tag.weak else 'with'} W/" if tag.loosely else ", but not in its other form"


def _lasting(each: Validator, look: Look) -> Iterator[str]:
    if each.lasts is False:
        yield f"another one a moment later, {'as the content' if look.moves else 'of the same content'}"


def _date(each: Validator) -> str:
    if not each.value:
        return "none"
    works = {True: "; If-Modified-Since works: 304", False: "; If-Modified-Since brings no 304", None: ""}
    return f"{safe(each.value, _VALUE)}{'' if each.valid else ' (no valid date)'}{works[each.works]}"


def _head(look: Look) -> str:
    if look.head is None:
        return "not tried"
    return "answered as GET is" if look.head == look.status else f"answered {look.head}"


def _parts(look: Look) -> str:
    said = f"Accept-Ranges: {safe(look.parts.said, _VALUE)}; " if look.parts.said else ""
    if look.parts.status is None:
        return f"{said}not tried"
    told = {
        206: "a range is served (206)" if look.parts.right else "206, with something else than was asked for",
        200: "ranges are not served: the whole comes, which is allowed",
    }
    return said + told.get(look.parts.status, f"a range is answered {look.parts.status}")


def _forms(look: Look) -> str:
    forms = look.variants
    vary = f"Vary: {safe(', '.join(forms.vary), _VALUE)}" if forms.vary else "one for everybody (no Vary)"
    if not forms.coding:
        return vary if look.parts.status is None else f"{vary}; not compressed for who accepts gzip"
    tag = {True: ", with a tag of its own", False: ", with the same tag", None: ""}[forms.own_tag]
    return f"{vary}; {safe(forms.coding)}: {forms.coded} bytes in place of {forms.plain}{tag}"


# ------------------------------------------------------------------ without credentials, and as JSON


def redacted(look: Look, found: tuple[Remark, ...], sent: Headers) -> Look:
    """All of it, without the credentials that were sent, wherever the server repeats them."""
    whole: Look = Redactor(credentials(sent)).record(replace(look, remarks=found))
    return whole


def encoded(look: Look) -> str:
    """As JSON; what is at its default is left out."""
    return msgspec.json.format(msgspec.json.encode(look), indent=2).decode()
