"""Doubts: causes that are not the server's fault, named once for all checks. Pure.

Where one that a check cites holds, what it finds does not count as a fail. To add one, add a row; the
loader, the language's JSON Schema, `explain` and the judge read it. The steps in `when` are called as in
the checks that cite it: an alternative about steps that a check lacks does not hold there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance.model import Doubt

__all__ = ["DOUBTS"]

_KEPT_ON: Final = {"hit": {"at-least-once": True}, "value": {"some-same-as": "fresh"}}
"""Of answers at one moment: the value comes back, though a read before them has missed it."""

_MIXED: Final = {"hit": "mixed", "value": {"some-same-as": "fresh"}}
_AT_ONCE: Final[tuple[Mapping[str, Mapping[str, Any]], ...]] = (
    {"workers-soon": {"hit": "mixed"}},
    {"soon": {"hit": False}, "workers-soon": _KEPT_ON},
    {"soon": {"value": {"not-same-as": "fresh"}}, "workers-soon": _KEPT_ON},
)
_STILL_KEPT: Final[tuple[Mapping[str, Mapping[str, Any]], ...]] = (
    {"midway": {"value": {"same-as": "fresh"}}},
    {"workers-midway": {"value": {"some-same-as": "fresh"}}},
)
"""A third of the TTL later somebody still has the old value: else it was not kept so long by anybody."""

DOUBTS: Final[Mapping[str, Doubt]] = {
    doubt.name: doubt
    for doubt in (
        Doubt(
            "others-write",
            "somebody else writes: what we read moved while we asked",
            (
                {"last": {"etag": {"differs-from": "first"}}},
                {"last": {"etag": {"differs-from": "plain"}}},
                {"reads": {"body": "drifting"}},
                {"reads": {"remote": True}},
            ),
            retry=True,
            outside="anybody",
        ),
        Doubt(
            "others-read",
            "the server is not on this machine, and other clients may keep its cache warm",
            ({"fresh": {"remote": True}},),
            outside="anybody",
        ),
        Doubt(
            "cache-in-front",
            "a cache in front answers",
            (
                {"fresh": {"answered-by-cache": True}},
                {"later": {"answered-by-cache": True}},
                {"list": {"answered-by-cache": True}},
                {"list-again": {"answered-by-cache": True}},
                {"item": {"answered-by-cache": True}},
            ),
            outside="anybody",
        ),
        Doubt(
            "several-workers",
            "several workers each have a cache of their own",
            (
                *({**seen, **later} for seen in _AT_ONCE for later in _STILL_KEPT),
                {"workers-midway": _MIXED},
                {"workers": _MIXED},
                {"midway": {"hit": False}, "workers-midway": _KEPT_ON},
                {"midway": {"value": {"not-same-as": "fresh"}}, "workers-midway": _KEPT_ON},
                {"nearly": {"hit": False}, "workers": _KEPT_ON},
                {"nearly": {"value": {"not-same-as": "fresh"}}, "workers": _KEPT_ON},
            ),
            outside="workers",
            told_by="workers-agree",
        ),
        Doubt(
            "whole-seconds",
            "the cache may count whole seconds, which a longer TTL would show",
            ({"aged": {"ttl": {"under": 4}, "hit": False}, "warm": {"hit": True}},),
        ),
        Doubt(
            "whole-seconds-more",
            "the cache may count whole seconds, which a longer TTL would show",
            ({"later": {"ttl": {"under": 10}}, "latest": {"hit": False}},),
        ),
        Doubt(
            "entry-ended",
            "the entry ended while we asked",
            ({"last": {"etag": {"differs-from": "first"}}},),
            retry=True,
        ),
        Doubt(
            "done-later",
            "the write was accepted to be done later (202)",
            ({"write": {"status": 202}}, {"second": {"status": 202}}),
            own=True,
        ),
        Doubt(
            "seen-nowhere",
            "the write was answered with success, and its effect is seen nowhere, whatever is waited for or "
            "cleared",
            (
                {
                    "write": {"echoed": False, "taken": True},
                    "item": {"shows": {"not-of": "write"}},
                    "list-outlived": {"shows": {"not-of": "write"}},
                },
                {
                    "write": {"echoed": False, "taken": True, "item-known": False},
                    "list-outlived": {"shows": {"not-of": "write"}},
                },
            ),
            own=True,
        ),
        Doubt(
            "moved-on",
            "the list does not have the item any more, so it may be sorted or paged",
            ({"list-outlived": {"shows": {"without": "write"}}},),
            own=True,
        ),
        Doubt(
            "not-on-the-list",
            "the new item is not on the list, whatever is waited for or cleared: it may be paged or limited, "
            "or be kept for ever",
            (
                {
                    "list-outlived": {"shows": {"not-of": "write"}, "items": {"not-more-than": "before"}},
                    "list-changed": {"items": {"not-more-than": "before"}},
                },
            ),
            own=True,
            of_lists=True,
        ),
        Doubt(
            "source-still-answers",
            "the source still answers: what the target declares as its hook to `break` has broken nothing",
            (
                {"down": {"value": {"not-same-as": "fresh"}}},
                {"down": {"status": 200, "body": {"unlike": ["first", "again"]}}, "again": {"status": 200}},
                {"down": {"status": 200, "hit": False}, "again": {"status": 200}},
            ),
        ),
        Doubt(
            "moves-by-itself",
            "the body changes by itself, such as by a time that is in it",
            (
                {"control": {"body": {"differs-from": "again"}}},
                {"second-control": {"body": {"differs-from": "still"}}},
            ),
            own=True,
        ),
    )
}
