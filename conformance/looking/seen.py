"""What there is to say of a URL: records, as they are the JSON of `conformance look --format json`. Pure."""

from __future__ import annotations

from typing import Final, Literal

from conformance.model import Frozen, Level
from conformance.model.words import Safe

__all__ = ["FORMAT", "Asked", "Keeping", "Look", "Parts", "Remark", "Validator", "Variants"]

FORMAT: Final = 1
Source = Literal["s-maxage", "max-age", "Expires", "guess", ""]
How = Literal["fresh", "guess", "ask", "never"]
"""Used without asking for a while, as stated or by a guess; kept, and asked for each time; not kept."""


class Keeping(Frozen, frozen=True, omit_defaults=False):
    """What one kind of cache does with the answer.

    Args:
        seconds: for how long it is fresh, from its receipt; None where nobody says, or it is not.
        source: the directive or field that says so; "guess": a heuristic, by Last-Modified at best.
        why: the rule, where it is not kept, or asked for each time. section: of the RFC.
        stale: seconds after that in which it may be served while it is asked for (stale-while-revalidate).
        strict: whether it may never be served stale.
    """

    how: How
    seconds: float | None = None
    source: Source = ""
    why: str = ""
    section: Safe = ""
    stale: int = 0
    strict: bool = False


class Asked(Frozen, frozen=True, omit_defaults=False):
    """A request that was made, and its answer's status; None: there was none, and `fault` says why."""

    name: Safe
    method: Safe
    headers: tuple[str, ...] = ()
    status: int | None = None
    fault: str = ""


class Validator(Frozen, frozen=True, omit_defaults=False):
    """ETag or Last-Modified, and whether a conditional request by it works.

    Args:
        value: as it was sent, or "". valid: whether it is one by its syntax.
        weak: of a tag. lasts: whether a second answer had the same; None: there was none.
        works: whether the same again is answered 304; None: it was not tried.
        loosely: whether a weak form of a strong tag, or the reverse, is found, too.
        fails: whether another tag brings the whole answer.
    """

    value: str = ""
    valid: bool = False
    weak: bool = False
    lasts: bool | None = None
    works: bool | None = None
    loosely: bool | None = None
    fails: bool | None = None


class Parts(Frozen, frozen=True, omit_defaults=False):
    """Whether a part can be had: served (206), ignored (200), or what else; None: it was not tried."""

    said: str = ""
    status: int | None = None
    right: bool | None = None


class Variants(Frozen, frozen=True, omit_defaults=False):
    """By what an answer varies.

    Args:
        vary: the names of fields, or ("*",).
        coding: how it comes to who accepts gzip, or "". plain, coded: bytes of both.
        own_tag: whether the coded form has a tag of its own; None: one of them has none.
    """

    vary: tuple[str, ...] = ()
    coding: str = ""
    plain: int = 0
    coded: int = 0
    own_tag: bool | None = None


class Remark(Frozen, frozen=True, omit_defaults=False):
    """Something that is not as it is due, and what to do about it.

    Args:
        check: the id of the check that is about it: `conformance explain` tells more.
    """

    check: Safe
    level: Level
    requirement: Safe
    title: Safe
    found: str
    next: str = ""


class Look(Frozen, frozen=True, omit_defaults=False):
    """All that there is to say of a URL.

    Args:
        redirect: where it leads, or "".
        login: whether the request had credentials.
        front: the field by which a cache in front tells of itself.
        kept: whether that cache has answered itself.
        age: what it says that the answer is old.
        head: whether HEAD is answered as GET is; None: it was not tried, or not answered 2xx.
        moves: whether the content was another in the second answer; None: there was none.
    """

    url: str
    status: int
    format: int = FORMAT
    reason: str = ""
    media: str = ""
    length: int = 0
    milliseconds: float = 0.0
    redirect: str = ""
    login: bool = False
    cache_control: str | None = None
    front: str = ""
    kept: bool = False
    age: int = 0
    browser: Keeping = Keeping("ask")
    shared: Keeping = Keeping("ask")
    etag: Validator = Validator()
    last_modified: Validator = Validator()
    head: int | None = None
    parts: Parts = Parts()
    variants: Variants = Variants()
    moves: bool | None = None
    remarks: tuple[Remark, ...] = ()
    asked: tuple[Asked, ...] = ()
