"""From data to an answer: the body, its validators, and what the request's preconditions make of them.

Every route that serves a resource answers by `answer`, every write asks `refusal` first.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from fastapi import HTTPException, Request, Response

from reference_impl import caching, negotiation
from reference_impl.caching import ABSENT, NOT_MODIFIED, Validators
from reference_impl.fields import lines
from reference_impl.ranges import RANGE_NOT_SATISFIABLE, Part
from reference_impl.site import Site

NO_CACHE = caching.cache_control("no-cache")
_JSON = "application/json"
NO_STORE = caching.cache_control("no-store")
_HOW = "Read it first, then repeat the request with its ETag in If-Match"


def to_json(data: Any) -> bytes:
    """JSON in one fixed form, so that equal data are equal bytes."""
    return json.dumps(data, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Representation:
    """A body and the header fields that belong to it, whatever the request."""

    body: str
    etag: str | None = None
    modified: float | None = None
    # A cache may keep a copy but has to ask before each reuse: the data can change at any moment, and asking
    # costs little, since the answer is a 304 as long as they have not.
    cache_control: str = NO_CACHE
    # What chose it among others, and which it is.
    vary: str = ""
    language: str = ""
    coding: str = "identity"

    @classmethod
    def of(cls, site: Site, data: Any, modified: float) -> Self:
        """The representation of data, with a tag made from its bytes."""
        body = to_json(data)
        return cls(body.decode(), site.etag(body), modified)

    def freeze(self) -> bytes:
        """As bytes for the cache: body and tag are kept together, so that they can only change together."""
        return to_json(asdict(self))

    @classmethod
    def thaw(cls, entry: bytes) -> Self:
        """From the cache."""
        return cls(**json.loads(entry))

    def with_policy(self, cache_control: str) -> Self:
        """The same under another policy."""
        return replace(self, cache_control=cache_control)

    def chosen_by(self, names: Sequence[str], language: str) -> Self:
        """The same as one of several, which fields of the request choose among."""
        return replace(self, vary=", ".join(names), language=language)

    def coded(self, coding: str) -> Self:
        """The same in a content coding, under a tag of its own."""
        etag = self.etag and negotiation.tag_of_coding(self.etag, coding)
        return replace(self, coding=coding, etag=etag)

    @property
    def content(self) -> bytes:
        """The bytes that are sent."""
        return negotiation.encode(self.body.encode(), self.coding)

    @property
    def content_fields(self) -> dict[str, str]:
        """The header fields that describe the content: of a 200 and a 206, not of a 304 (RFC 9110 15.4.5)."""
        fields = {"Content-Language": self.language} if self.language else {}
        return fields if self.coding == "identity" else fields | {"Content-Encoding": self.coding}

    @property
    def validators(self) -> Validators:
        """What preconditions are compared with."""
        return Validators(self.etag, self.modified)

    @property
    def divisible(self) -> bool:
        """Whether parts of it are served: a strong tag is what puts them together again (9110 15.3.7.3)."""
        return self.etag is not None and not self.etag.startswith("W/")

    @property
    def fields(self) -> dict[str, str]:
        """The header fields of a 200, all of which a 304 repeats (RFC 9110 15.4.5)."""
        fields = {"Cache-Control": self.cache_control}
        if self.vary:
            fields["Vary"] = self.vary
        if self.etag is not None:
            fields["ETag"] = self.etag
        if self.modified is not None:
            fields["Last-Modified"] = caching.http_date(self.modified)
        return fields


def answer(request: Request, site: Site, shown: Representation) -> Response:
    """The answer to GET or HEAD: 200, 206, 304, 412 or 416."""
    status = site.evaluate(request.method, lines(request), shown.validators)
    if status == NOT_MODIFIED:
        return Response(status_code=NOT_MODIFIED, headers=shown.fields)
    if status is not None:
        raise HTTPException(status, headers={"Cache-Control": NO_STORE})
    body, fields = shown.content, shown.fields | shown.content_fields
    if shown.divisible:
        fields |= {"Accept-Ranges": "bytes"}
    if request.method == "HEAD":
        return Response(headers=fields | {"Content-Length": str(len(body))}, media_type=_JSON)
    part = site.select(lines(request), body, _JSON, shown.validators) if shown.divisible else None
    if part is None:
        return Response(body, headers=fields, media_type=_JSON)
    return partial(part, shown)


def partial(part: Part, shown: Representation) -> Response:
    """The answer to a request for a part: 206, or 416."""
    if part.status == RANGE_NOT_SATISFIABLE:
        raise HTTPException(part.status, headers=dict(part.fields))
    fields = shown.fields
    if part.described:
        fields |= shown.content_fields
    else:
        fields.pop("Last-Modified", None)
    media_type = _JSON if part.described and "Content-Type" not in part.fields else None
    return Response(part.body, part.status, fields | dict(part.fields), media_type)


def refuse_if_asked(request: Request, site: Site, current: Representation | None) -> None:
    """Refuse a write whose preconditions do not hold for the current state: nothing has happened yet.

    `current` is None where a PUT would create what is not there.

    To be called in the transaction that also writes, and with the state from the store: a cached tag may be
    old, and a write by its leave would undo what somebody else has just written.
    """
    sent = lines(request)
    if site.settings.conditions and not caching.guarded(request.method, sent):
        raise HTTPException(caching.PRECONDITION_REQUIRED, _HOW, {"Cache-Control": NO_STORE})
    now = ABSENT if current is None else current.validators
    status = site.evaluate(request.method, sent, now)
    if status is not None:
        raise HTTPException(status)


def written(
    shown: Representation, status: int = 200, sent: bytes | None = None, location: str | None = None
) -> Response:
    """The answer to a write: the new state.

    For PUT, `sent` is the body that was sent: with validators in the answer its sender would take them for
    those of the bytes he has, so they are left out where we store other bytes than he sent (RFC 9110 9.3.4).
    """
    fields = shown.fields if sent is None or sent == shown.body.encode() else {}
    fields.pop("Cache-Control", None)  # says nothing of a write
    if location is not None:
        fields["Location"] = location
    return Response(shown.body, status, fields, _JSON)
