"""Which flaws of the reference's twins are of histories: on which resource, and which claims tell of them.

A flaw is of histories where it takes reads and writes in some order, or time, to show. Each of these is found
by exploring alone, whatever the plain checks say. What is not here, and why:

- several workers, and a restart (`etag-per-worker`, `per-worker-cache`, `python-hash-etag`, `set-order-etag`,
  `version-alone`): a history is played to one process in one life;
- memory (`unbounded-cache`) and a stampede (`stampede`): other checks send the flood or burst that they need;
- keys of several resources (`shared-key`, `key-without-place`): one machine explores one resource;
- how one answer looks (`cached-as-string`, `unquoted-etag`, policies, dates, ranges): a plain check or a
  lint shows it by any answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FLAWS_OF_HISTORIES", "Told"]


@dataclass(frozen=True, slots=True)
class Told:
    """Where a flaw shows, and the claims of which one is broken first."""

    resource: str
    claims: tuple[str, ...]


def _of(resource: str, *claims: str) -> Told:
    return Told(resource, claims)


FLAWS_OF_HISTORIES: Final = {
    "create-not-invalidated": _of("items", "created"),
    "update-not-invalidated-list": _of("items", "changed"),
    "update-invalidates-once": _of("items", "changed"),
    "update-loses-the-item": _of("items", "changed"),
    "update-not-invalidated-item": _of("items", "changed"),
    "delete-not-invalidated": _of("items", "removed"),
    "delete-not-invalidated-item": _of("items", "removed"),
    "tag-lags-body": _of("items", "one-body", "current", "still", "same-tag", "old"),
    "body-lags-tag": _of("items", "changed", "removed", "created"),
    "filled-late": _of("items", "overlapped", "changed"),
    "refused-write-changes-data": _of("items", "refused"),
    "refused-write-half-done": _of("items", "refused"),
    "refused-write-changes-tag": _of("items", "refused"),
    "nonce-in-list": _of("items", "still", "current", "old"),
    "nonce-under-tag": _of("items", "one-body", "old"),
    "random-etag": _of("items", "still", "same-tag", "current"),
    "shuffled-str-etag": _of("items", "still", "same-tag", "current"),
    "constant-etag": _of("items", "one-body"),
    "count-etag": _of("items", "one-body"),
    "length-etag": _of("items", "one-body"),
    "first-item-etag": _of("items", "one-body"),
    "updates-only-etag": _of("items", "one-body"),
    "constant-item-etag": _of("items", "one-body"),
    "sticky-revert-tag": _of("items", "one-body"),
    "sticky-304": _of("items", "answered"),
    "always-304": _of("items", "old", "missed"),
    "old-tag-304": _of("items", "old"),
    "prefix-match": _of("items", "missed"),
    "case-blind-compare": _of("items", "missed"),
    "inm-substring": _of("items", "missed"),
    "other-etag-on-304": _of("items", "current"),
    "no-body-on-mismatch": _of("items", "old", "missed"),
    "put-adds": _of("items", "changed"),
    "version-not-raised": _of("versioned", "one-body"),
    "version-counts-reads": _of("versioned", "still", "same-tag", "current"),
    "no-cache-at-all": _of("cached-time", "kept"),
    "two-caches-in-turn": _of("cached-time", "kept"),
    "flag-by-age": _of("cached-time", "kept", "told"),
    "recomputes-but-says-cached": _of("cached-time", "told", "kept", "again"),
    "never-miss": _of("cached-time", "told"),
    "cached-flag-inverted": _of("cached-time", "kept", "told", "again"),
    "half-ttl": _of("cached-time", "kept", "again"),
    "double-ttl": _of("cached-time", "ended", "again"),
    "never-expires": _of("cached-time", "ended", "again"),
    "sliding-ttl": _of("cached-time", "ended", "again"),
    "lying-cached": _of("cached-time", "told"),
    "clear-does-nothing": _of("cached-time", "cleared"),
    "clear-500": _of("cached-time", "answered", "cleared"),
    "clear-relabels": _of("cached-time", "cleared", "told", "again"),
    "kept-twice": _of("cached-time", "again", "kept"),
    "old-timer": _of("cached-time", "again", "kept"),
    "ends-with-ticks": _of("cached-time", "kept", "again"),
    "failure-kept": _of("cached-time", "answered"),
    "head-renews-the-time": _of("cached-time", "kept", "again", "told"),
    "changed-by-reader": _of("reports", "kept", "told"),
    "report-tag-ticks": _of("reports", "same-tag", "hits-current"),
    "report-tag-stays": _of("reports", "anew"),
    "old-hits-no-304": _of("reports", "hits-current"),
}
"""Name of the flaw -> where it shows."""
