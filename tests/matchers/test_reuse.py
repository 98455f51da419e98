"""conformance.matchers.reuse: what a cache inside the server may give out again, and what it says of it."""

from __future__ import annotations

from typing import Any, Final

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource, timed

from conformance.model import StepRecord

MARKED: Final = resource(hit="header:X-Cache", http_cache=True)
UNMARKED: Final = resource(http_cache=True)
KEPT: Final = timed(hit="header:X-Cache", http_cache=True)


def got(
    name: str = "a", at: float = 0.0, cc: str | None = None, age: int | None = None, **more: Any
) -> StepRecord:
    """A step that was answered once; `fields` are of the answer, `hit` its mark."""
    fields = [*more.pop("fields", ()), *([("Age", str(age))] if age is not None else [])]
    return done(name, exchange(more.pop("status", 200), at=at, cc=cc, headers=fields, **more))


FIRST = got("first", body=b"[1]")
FRESH = got("fresh", cc="max-age=30", fields=[("Content-Type", "text/plain"), ("ETag", '"a"')])
LONGER = got("fresh", cc="max-age=90, s-maxage=30")

EXAMPLES = [
    # ---- told-beside
    holds("reuse", {"told-beside": "first"}, FIRST, got(body=b"[2]"), on=UNMARKED),
    holds("reuse", {"told-beside": "first"}, FIRST, got(body=b"[1]", hit=False), on=MARKED),
    holds("reuse", {"told-beside": "first"}, FIRST, got(body=b"[1]", age=2), on=UNMARKED),
    fails(
        "reuse",
        {"told-beside": "first"},
        FIRST,
        got(body=b"[1]"),
        on=UNMARKED,
        says=("an answer that tells whether it was kept", "the same content, and no mark"),
    ),
    # ---- never
    holds("reuse", "never", got(hit=False), on=MARKED),
    holds("reuse", "never", got(age=0), on=UNMARKED),
    fails(
        "reuse",
        "never",
        got(hit=True, age=2),
        on=MARKED,
        says=("an answer of the source", "one that was kept, Age: 2"),
    ),
    fails(
        "reuse",
        "never",
        got(fields=[("X-Cache", "HIT")]),
        on=UNMARKED,
        says=("an answer of the source", "one that was kept"),
    ),
    # ---- validated
    holds("reuse", "validated", got(hit=True, age=0), on=MARKED),
    fails(
        "reuse",
        "validated",
        got(hit=True, age=2),
        on=MARKED,
        says=(
            "an answer that the source has given or validated",
            "one that was kept, and not validated",
        ),
    ),
    # ---- aged-since
    holds("reuse", {"aged-since": "fresh"}, FRESH, got(at=10.0, hit=True, age=10), on=KEPT),
    holds("reuse", {"aged-since": "fresh"}, FRESH, got(at=10.0, hit=False), on=KEPT),
    fails(
        "reuse",
        {"aged-since": "fresh"},
        FRESH,
        got(at=10.0, hit=True),
        on=KEPT,
        says=("an Age of 8 to 12 s, since it was kept for so long", "none"),
    ),
    fails(
        "reuse",
        {"aged-since": "fresh"},
        FRESH,
        got(at=10.0, hit=True, age=1),
        on=KEPT,
        says=("an Age of 8 to 12 s, since it was kept for so long", "Age: 1"),
    ),
    fails(
        "reuse",
        {"aged-since": "fresh"},
        got(hit=True),
        on=KEPT,
        says=("an answer to count from", "none"),
    ),
    # ---- ends-with
    holds("reuse", {"ends-with": "fresh"}, FRESH, got(at=10.0, cc="max-age=30", hit=True, age=10), on=KEPT),
    holds("reuse", {"ends-with": "fresh"}, FRESH, got(at=10.0, cc="max-age=20", hit=True), on=KEPT),
    holds("reuse", {"ends-with": "fresh"}, FRESH, got(at=10.0, cc="max-age=30", hit=False), on=KEPT),
    fails(
        "reuse",
        {"ends-with": "fresh"},
        FRESH,
        got(at=10.0, cc="max-age=30", hit=True),
        on=KEPT,
        says=("a lifetime that ends with the entry, in 20 s", "30 s more: max-age=30, Age: none"),
    ),
    holds("reuse", {"ends-with": "fresh"}, LONGER, got(at=10.0, cc="max-age=90", hit=True, age=10), on=KEPT),
    holds("reuse", {"ends-with": "fresh"}, LONGER, got(at=10.0, cc="max-age=80", hit=True), on=KEPT),
    fails(
        "reuse",
        {"ends-with": "fresh"},
        LONGER,
        got(at=10.0, cc="max-age=90", hit=True),
        on=KEPT,
        says=("a lifetime that ends with that of the miss, in 80 s", "90 s more: max-age=90, Age: none"),
    ),
    fails(
        "reuse",
        {"ends-with": "fresh"},
        got(hit=True),
        on=KEPT,
        says=("an entry to count from", "none"),
    ),
    # ---- as-made-by
    holds(
        "reuse",
        {"as-made-by": "fresh"},
        FRESH,
        got(cc="max-age=30", hit=True, fields=[("Content-Type", "text/plain"), ("ETag", '"a"')]),
        on=KEPT,
    ),
    holds(
        "reuse",
        {"as-made-by": "fresh"},
        FRESH,
        got(cc="max-age=25", at=5.0, hit=True, body=b"[9]", fields=[("Content-Type", "text/plain")]),
        on=KEPT,
    ),
    holds("reuse", {"as-made-by": "fresh"}, FRESH, got(hit=False), on=KEPT),
    fails(
        "reuse",
        {"as-made-by": "fresh"},
        FRESH,
        got(status=203, hit=True),
        on=KEPT,
        says=("status 200, as when it was made", "203"),
    ),
    fails(
        "reuse",
        {"as-made-by": "fresh"},
        FRESH,
        got(cc="max-age=30", hit=True, fields=[("Content-Type", "text/plain")]),
        on=KEPT,
        says=('ETag: "a", as when it was made', "none"),
    ),
    fails(
        "reuse",
        {"as-made-by": "fresh"},
        FRESH,
        got(cc="private", hit=True, fields=[("Content-Type", "text/plain"), ("ETag", '"a"')]),
        on=KEPT,
        says=("Cache-Control: max-age=30, as when it was made", "private"),
    ),
    fails(
        "reuse",
        {"as-made-by": "fresh"},
        got(hit=True),
        on=KEPT,
        says=("an answer to compare with", "none"),
    ),
]


@each(EXAMPLES)
def test_each_form_finds_what_does_not_hold(example: Example) -> None:
    example.check()


def test_on_another_machine_a_mark_that_nobody_has_declared_may_be_of_a_cache_in_front() -> None:
    hit = got(fields=[("X-Cache", "HIT")])
    here, elsewhere = (Example("reuse", "never", (hit,), None, on=UNMARKED, remote=r) for r in (False, True))
    assert here.finding() is not None
    assert elsewhere.finding() is None
