"""The claims that an exploration may make, by the names that a spec file calls them. Pure.

A row has what people are told, and the moves without which nothing could break the claim: the machine draws
those that some claim of the check's tier has use for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CLAIMS", "Claim"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Args:
        says: it in English, as what is expected of every history.
        moves: the words of the moves that it is about.
    """

    name: str
    says: str
    moves: tuple[str, ...]


_READS: Final = ("look",)
_WRITES: Final = ("put", "patch")
CLAIMS: Final = {
    claim.name: claim
    for claim in (
        Claim(
            "answered",
            "no request of it is answered 5xx, and what is there is answered 200",
            (*_READS, "ask"),
        ),
        Claim("changed", "what was changed is shown by every later read", (*_READS, *_WRITES)),
        Claim("created", "what was created is shown by every later read", (*_READS, "put", "drop", "make")),
        Claim("removed", "what was removed is shown by no later read", (*_READS, "put", "drop", "make")),
        Claim("refused", "a refused write changes neither body nor tag", (*_READS, "put", "spoil")),
        Claim(
            "overlapped",
            "what was written beside another request is shown once both are over",
            (*_READS, "both"),
        ),
        Claim("one-body", "no two bodies of a resource carry the same strong tag", (*_READS, *_WRITES)),
        Claim(
            "same-tag", "with nothing written in between, equal bodies carry equal tags", (*_READS, "pass")
        ),
        Claim("still", "with nothing written in between, the tag stands still", (*_READS, "head", "put")),
        Claim("current", "the current tag in If-None-Match is answered 304", (*_READS, *_WRITES, "ask")),
        Claim(
            "old",
            "an older tag in If-None-Match is answered 200 with the body as it is",
            (*_READS, *_WRITES, "ask"),
        ),
        Claim("missed", "a near miss of a tag in If-None-Match is answered 200", (*_READS, *_WRITES, "ask")),
        Claim("kept", "within its TTL a value is served as it was kept", (*_READS, "pass", "head")),
        Claim(
            "ended", "after its TTL a value is served no more, however often it was read", (*_READS, "pass")
        ),
        Claim("again", "each later life of a value is like its first", (*_READS, "pass", "clear")),
        Claim("cleared", "after a clear no value is served that was kept before", (*_READS, "clear", "pass")),
        Claim("told", "what is marked a hit was kept, and what is marked a miss is new", (*_READS, "pass")),
        Claim(
            "hits-current", "within a life its tag in If-None-Match is answered 304", (*_READS, "pass", "ask")
        ),
        Claim(
            "anew",
            "each life has its own tag, and that of an earlier one is answered 200",
            (*_READS, "pass", "ask"),
        ),
    )
}
