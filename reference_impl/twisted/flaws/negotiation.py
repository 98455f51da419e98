"""Flaws of what is chosen by the request: codings, languages, and the users that answers belong to.

`breaks` names rows of the RFCs. They are about what the target of the reference declares.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import replace

from fastapi import Request, Response
from starlette.types import ASGIApp, Scope

from reference_impl import negotiation
from reference_impl.caching import NOT_MODIFIED
from reference_impl.fields import field
from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer, Asked, Edit, asked_as, edited, without_fields
from reference_impl.twisted.flaws.kind import Divides, Flaw
from reference_impl.twisted.flaws.ttl import keyed
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Create, answering, answering_with, made_of
from reference_impl.whole import NOTHING, Chosen, Kept, Source, Whole

NOTICE, NEWS, PROFILE, WELCOME = "/notice/", "/news/", "/profile/", "/welcome/"
_OK, _NOT_ACCEPTABLE = 200, 406
_LONGER = 60  # bytes that the plain notice is longer than the compressed one


def _of(path: str, edit: Callable[[Asked, Answer], Answer]) -> Apply:
    """The answers of one path changed, and no others."""
    return answering(lambda asked, answer: edit(asked, answer) if asked.path == path else answer)


def _notice(edit: Callable[[Asked, Answer], Answer]) -> Apply:
    return _of(NOTICE, edit)


def _compressed(edit: Callable[[Answer], Answer]) -> Apply:
    """The compressed notice changed."""
    return _notice(lambda _asked, answer: edit(answer) if answer.get("content-encoding") else answer)


def _varying(change: Callable[[Asked, Answer], str | None]) -> Apply:
    """The notice with another Vary; None: with the one that it has."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        vary = change(asked, answer) if answer.get("vary") else None
        if vary is None:
            return answer
        return answer.having("vary", vary) if vary else answer.without("vary")

    return _notice(edit)


def _refuses_unknown(asked: Asked, answer: Answer) -> Answer:
    known = negotiation.weights(asked.get("accept-encoding") or "identity")
    if known.keys() & {"gzip", "identity", "*"}:
        return answer
    fields = answer.without("etag", "last-modified", "content-encoding")
    return replace(fields, status=_NOT_ACCEPTABLE).carrying(b'{"detail":"no such coding"}')


def _saves_data(asked: Asked, answer: Answer) -> Answer:
    """Who saves data gets the welcome alone, by a tag of its own, and no cache is told so."""
    if asked.get("save-data") != "on" or answer.status != _OK or asked.method != "GET":
        return answer
    return answer.carrying(b'{"welcome":""}').having("etag", '"short"')


def _by_the_word(asked: Asked, answer: Answer) -> Answer:
    """Compressed where the word gzip stands in the field, whatever its weight."""
    there = "gzip" in (asked.get("accept-encoding") or "")
    if not there or answer.status != _OK or answer.get("content-encoding") or asked.method != "GET":
        return answer
    coded = answer.carrying(gzip.compress(answer.body, mtime=0)).having("content-encoding", "gzip")
    return coded.having("etag", negotiation.tag_of_coding(answer.get("etag") or '""', "gzip"))


def _deflated(edit: Callable[[Answer], Answer]) -> Apply:
    """The notice is to be had in deflate, too, with a tag of that coding; and that one changed."""

    def other(asked: Asked, answer: Answer) -> Answer:
        wanted = negotiation.weights(asked.get("accept-encoding") or "").get("deflate", 0)
        if not wanted or answer.status != _OK or answer.get("content-encoding") or asked.method != "GET":
            return answer
        coded = answer.carrying(zlib.compress(answer.body)).having("content-encoding", "deflate")
        return edit(coded.having("etag", negotiation.tag_of_coding(answer.get("etag") or '""', "deflate")))

    return _notice(other)


def _tag_outside(asked: Asked, answer: Answer) -> Answer:
    """As where a module compresses in front: it gives a tag of its own, and takes none back."""
    etag = answer.get("etag")
    coded = negotiation.coding(asked.get("accept-encoding")) == "gzip"
    if not coded or etag is None or answer.status not in (_OK, NOT_MODIFIED):
        return answer
    return answer.having("etag", etag.replace("-gzip", ";gzip"))


def _one_tag(_asked: Asked, answer: Answer) -> Answer:
    """The same for both languages, and another for each coding."""
    etag = answer.get("etag")
    return answer.having("etag", negotiation.tag_of_coding('"notice"', _coding(answer))) if etag else answer


def _coding(answer: Answer) -> str:
    return "gzip" if "-gzip" in (answer.get("etag") or "") else "identity"


def _right(path: str, edit: Callable[[Answer], Answer]) -> Apply:
    """The answers of one path changed that are no errors."""
    return _of(path, lambda _asked, answer: edit(answer) if answer.status in (_OK, NOT_MODIFIED) else answer)


def _last_one_seen(path: str) -> Callable[[Parts], Edit]:
    """What whoever had a login was shown last is shown to who has none, while it is kept."""

    def make(parts: Parts) -> Edit:
        clock, last, until = parts.settings.clock, Answer(_OK), 0.0

        def edit(asked: Asked, answer: Answer) -> Answer:
            nonlocal last, until
            conditional = any(name.startswith("if-") for name, _ in asked.fields)
            if asked.path != path or asked.method != "GET" or conditional:
                return answer
            if not asked.get("authorization"):
                return last if clock() < until else answer
            if answer.status == _OK:
                last, until = answer, clock() + parts.settings.ttl
            return answer

        return edit

    return make


def _login_or_not(settings: Settings, create: Create) -> ASGIApp:
    """The news are kept and given out whoever asks, and nothing says that they may be."""

    def nobodys(scope: Scope) -> Scope:
        return without_fields(scope, "authorization") if scope["path"] == NEWS else scope

    def edit(asked: Asked, answer: Answer) -> Answer:
        of_login = asked.path == NEWS and asked.get("authorization") is not None
        return answer.having("cache-control", f"max-age={int(settings.ttl)}") if of_login else answer

    return edited(asked_as(create(Parts.of(settings)), nobodys), edit)


class _OneKey(Whole):
    """What is chosen by the request is no part of the key."""

    def key(self, request: Request, _chosen: Chosen) -> str:
        return super().key(request, NOTHING)


class _ForWantOfAField(Whole):
    """Who asks for no language gets what was kept for whoever asked for one last."""

    last = ""

    async def answer(self, request: Request, source: Source, chosen: Chosen = NOTHING) -> Response:
        if field(request, "accept-language"):
            self.last = self.key(request, chosen)
        elif self.may_reuse(request):
            entry = await self.cache.get(self.last)
            if entry:
                kept = Kept.thaw(entry)
                return self.hit(kept, self.clock() - kept.made)
        return await super().answer(request, source, chosen)


def _plain_positions(answer: Answer) -> Answer:
    """A part of the compressed notice that says where the same would stand in a longer body."""
    span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.get("content-range") or "")
    if span is None:
        return answer
    first, last, whole = (int(each) + _LONGER for each in span.groups())
    return answer.having("content-range", f"bytes {first}-{last}/{whole}")


FLAWS = (
    Flaw(
        "compressed-twice",
        "the compressed notice is compressed twice, and says so once",
        _compressed(lambda answer: answer.carrying(gzip.compress(answer.body, mtime=0))),
        breaks=("A28",),
    ),
    Flaw(
        "deflate-same-tag",
        "the notice in deflate has the strong tag of the plain one",
        _deflated(lambda answer: answer.having("etag", (answer.get("etag") or "").replace("-deflate", ""))),
        breaks=("A08",),
    ),
    Flaw(
        "deflate-of-another",
        "the notice in deflate is an older one",
        _deflated(lambda answer: answer.carrying(zlib.compress(b'{"notice": "an older one"}'))),
        breaks=("A28",),
    ),
    Flaw(
        "deflate-no-vary",
        "the notice in deflate does not say that it was chosen by a coding",
        _deflated(lambda answer: answer.having("vary", "Accept-Language")),
        breaks=("I01",),
    ),
    Flaw(
        "compression-untold",
        "the compressed notice has no Content-Encoding",
        _compressed(lambda answer: answer.without("content-encoding")),
        breaks=("A28",),
    ),
    Flaw(
        "compressed-in-name-only",
        "the notice says that it is compressed, and is not",
        _notice(lambda _asked, answer: answer.having("content-encoding", "gzip") if answer.body else answer),
        breaks=("A28",),
    ),
    Flaw(
        "vary-on-compressed-only",
        "the plain notice does not say that it may come compressed",
        _varying(lambda _asked, answer: None if _coding(answer) == "gzip" else "Accept-Language"),
        breaks=("I02",),
    ),
    Flaw(
        "vary-by-coding",
        "the compressed notice names more fields in Vary than the plain one",
        _varying(
            lambda _asked, answer: f"{answer.get('vary')}, Cookie" if _coding(answer) == "gzip" else None
        ),
        breaks=("I04",),
    ),
    Flaw(
        "unknown-coding-refused",
        "who asks for a coding that there is not gets 406",
        _notice(_refuses_unknown),
        breaks=("I05",),
    ),
    Flaw(
        "gzip-by-the-word",
        "the notice is compressed wherever Accept-Encoding has the word gzip in it",
        _notice(_by_the_word),
        breaks=("I06",),
    ),
    Flaw(
        "gzip-tag-never-current",
        "the tag of the compressed notice is never found current",
        _notice(_tag_outside),
        breaks=("I07",),
    ),
    Divides(
        "ranges-of-the-plain",
        "the positions of a part of the compressed notice are those of the plain one",
        _compressed(_plain_positions),
        breaks=("H24",),
    ),
    Flaw(
        "one-tag-for-languages",
        "both languages have the same tag",
        _notice(_one_tag),
        breaks=("A09",),
    ),
    Flaw(
        "vary-without-language",
        "Vary does not say that the language is chosen",
        _varying(lambda _asked, _answer: "Accept-Encoding"),
        breaks=("I01",),
    ),
    Flaw(
        "default-without-vary",
        "who asks for no language is not told that there are others",
        _varying(lambda asked, _answer: None if asked.get("accept-language") else "Accept-Encoding"),
        breaks=("I02",),
    ),
    Flaw(
        "vary-by-language",
        "in German, Vary names more fields than in English",
        _varying(
            lambda asked, answer: (
                f"{answer.get('vary')}, Cookie" if asked.get("accept-language") == "de" else None
            )
        ),
        breaks=("I04",),
    ),
    Flaw(
        "vary-no-names",
        "Vary has something else than names in it",
        _varying(lambda _asked, answer: f"{answer.get('vary')}, by language"),
        breaks=("I03",),
    ),
    Flaw(
        "saves-data-untold",
        "who saves data gets a shorter welcome, and Vary does not say so",
        _of(WELCOME, _saves_data),
        breaks=("I01",),
    ),
    Flaw(
        "vary-authorization",
        "Vary names Authorization",
        _varying(lambda _asked, answer: f"{answer.get('vary')}, Authorization"),
        breaks=("I08",),
    ),
    Flaw(
        "vary-star-with-lifetime",
        "an asterisk in Vary beside a lifetime",
        _right(NOTICE, lambda answer: answer.having("vary", "*").having("cache-control", "max-age=60")),
        breaks=("I09",),
    ),
    Flaw(
        "key-without-user",
        "the profile is kept under one key for all users",
        keyed(lambda name: "profile" if name.startswith("profile/") else name),
        breaks=("K36",),
    ),
    Flaw(
        "profile-of-the-last",
        "who does not say who he is sees the profile of whoever asked last",
        answering_with(_last_one_seen(PROFILE)),
        breaks=("K36", "K15"),
    ),
    Flaw(
        "welcome-of-the-last",
        "who does not say who he is is welcomed by the name of whoever asked last",
        answering_with(_last_one_seen(WELCOME)),
        breaks=("K36", "K15"),
    ),
    Flaw(
        "news-key-without-language",
        "the news are kept under one key for all languages",
        made_of(lambda parts: replace(parts, whole=_OneKey)),
        breaks=("I10",),
    ),
    Flaw(
        "news-for-want-of-a-field",
        "who asks for no language gets the news as they were kept for somebody who did",
        made_of(lambda parts: replace(parts, whole=_ForWantOfAField)),
        breaks=("I11",),
    ),
    Flaw(
        "news-login-or-not",
        "what was answered to a login is given to who has none",
        _login_or_not,
        breaks=("K15",),
    ),
    Flaw(
        "public-profile",
        "what is one user's own may be kept for all",
        _right(PROFILE, lambda answer: answer.having("cache-control", "public, max-age=60")),
        breaks=("J14",),
    ),
)
