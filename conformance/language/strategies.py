"""The names of the strategies that `forall` may use, without Hypothesis: the loader reads this.

What each draws is in `fuzz/strategies.py`, under the same name; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

STRATEGIES: Final = {
    "entity-tags": "entity tags that no server has issued, and near misses of the current one",
    "entity-tag-lists": "If-None-Match lists that hold the current tag somewhere",
    "counts": "how often to read, from 2 up",
    "texts": "texts that a field may hold",
    "histories": "lists of texts, to be written one after another, with repetitions",
    "dates": "dates of the past in the three forms that HTTP has",
    "request-fields": "fields of a request that may choose a representation",
    "cache-requests": "what a request may say of caches: Cache-Control, and Pragma",
    "joined-keys": "two keys of two parts each that are one text where the parts are run together",
    "byte-ranges": "Range fields of one range, within what the answer has and beyond",
}
