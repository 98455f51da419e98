"""conformance.matchers.etag: tags are compared and never taken apart."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

import pytest
from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

from conformance.matchers.etag import is_weak, tag_of
from conformance.model import Exchange, Level

A, B, WEAK_A, BARE = '"a"', '"b"', 'W/"a"', "a"


def tagged(etag: str | None, body: bytes = b"[]", status: int = 200) -> Exchange:
    return exchange(status, body, etag=etag)


ONE, TWO = b"[1]", b"[2]"
QUOTED = 'an ETag in double quotes, such as "a1b2" or W/"a1b2"'
STILL, MOVED = "the same body and ETag as before, since nobody writes", "others: /0 was 1, and is 2"
AGAIN = f"the ETag {A} again, since the body is the same to the byte"
TWICE = exchange(headers=[("ETag", A), ("etag", B)])
RENAMED = done("a", tagged(A, ONE), tagged(B, ONE))  # another tag on the same body
REUSED = done("a", tagged(A, ONE), tagged(A, TWO))  # the same tag on another body
REUSED_WEAK = done("a", tagged(WEAK_A, ONE), tagged(WEAK_A, TWO))


EXAMPLES = [
    # ---- by itself
    holds("etag", "present", done("a", tagged(A), tagged(BARE))),
    fails("etag", "present", done("a", tagged(A), tagged(None)), says=("an ETag", "none"), index=1),
    fails("etag", "present", done("a", tagged("")), says=("an ETag", "an empty one")),
    fails("etag", "present", done("a", exchange(None)), says=("an answer", "no answer within 10 s")),
    fails("etag", "present", done("a"), says=("an answer", "none: nothing was asked")),
    holds("etag", "strong", done("a", tagged(A))),
    *[
        fails("etag", "strong", done("a", tagged(tag)), says=("a strong ETag", f"ETag: {tag}"))
        for tag in (WEAK_A, BARE)
    ],
    fails("etag", "strong", done("a", tagged(None)), says=("a strong ETag", "none")),
    holds("etag", "weak", done("a", tagged(WEAK_A))),
    fails("etag", "weak", done("a", tagged(A)), says=("a weak ETag", f"ETag: {A}")),
    fails("etag", "weak", done("a", tagged(None)), says=("an ETag", "none")),
    *[holds("etag", "quoted", done("a", tagged(tag))) for tag in (A, WEAK_A, '""', '"a,b"', '"W/"')],
    *[
        fails("etag", "quoted", done("a", tagged(tag)), says=(QUOTED, f"ETag: {tag}"))
        for tag in (BARE, "'a'", '"a', 'w/"a"', "W/a", '"a b"', '"a", "b"', "*")
    ],
    fails("etag", "quoted", done("a", TWICE), says=("one ETag", f"2: {A}, {B}")),
    fails("etag", "quoted", done("a", tagged(None)), says=("an ETag", "none")),
    # ---- beside that of another step
    holds("etag", {"same-as": "b"}, done("b", tagged(A)), done("a", tagged(A), tagged(A))),
    fails(
        "etag",
        {"same-as": "b"},
        done("b", tagged(None)),
        done("a", tagged(A)),
        says=("an ETag to compare with (b)", "none"),
    ),
    fails("etag", {"same-as": "b"}, done("a", tagged(A)), says=("an ETag to compare with (b)", "none")),
    *[
        holds("etag", {"same-as": "b"}, done("b", tagged(b)), done("a", tagged(a)))
        for a, b in ((A, A), (WEAK_A, A), (A, WEAK_A), (WEAK_A, WEAK_A), (BARE, BARE))
    ],
    *[
        fails(
            "etag",
            {"same-as": "b"},
            done("b", tagged(A)),
            done("a", tagged(a)),
            says=(f"the same ETag as before, {A}", f"ETag: {a}"),
        )
        for a in (B, BARE, '"A"')
    ],
    *[
        holds("etag", {"differs-from": "b"}, done("b", tagged(A)), done("a", tagged(a)))
        for a in (B, BARE, 'W/"b"')
    ],
    *[
        fails(
            "etag",
            {"differs-from": "b"},
            done("b", tagged(A)),
            done("a", tagged(a)),
            says=(f"another ETag than {A}", f"the same, {a}"),
        )
        for a in (A, WEAK_A)
    ],
    # ---- among several
    holds("etag", "stable", done("a", tagged(A, ONE), tagged(B, TWO), tagged(A, ONE))),
    fails("etag", "stable", RENAMED, says=(AGAIN, f"ETag: {B}"), index=1),
    holds("etag", "stable", REUSED),
    holds("etag", "stable", done("a", tagged(A, ONE), tagged(A, ONE), tagged(B, ONE, status=500))),
    *[
        fails("etag", wanted, step, says=("two or more answers with an ETag", count))
        for wanted in ("stable", "unique", "one-to-one", {"unique-with": ["b"]})
        for step, count in (
            (done("a", tagged(A)), "1"),  # one tag agrees with anything
            (done("a", tagged(A), tagged(None)), "1"),
            (done("a", tagged(A, status=304), tagged(A, status=304)), "none"),
            (done("a", exchange(None), tagged(None)), "none"),
        )
    ],
    fails("etag", "stable", done("a"), says=("an answer", "none: nothing was asked")),
    holds("etag", "still", done("a", tagged(A, ONE), tagged(A, ONE))),
    holds("etag", "stable", done("a", tagged(WEAK_A, ONE), tagged(A, ONE))),  # as Apache's, after a second
    holds("etag", "still", RENAMED),  # which is told by `stable`
    holds("etag", "still", done("a", tagged(WEAK_A, ONE), tagged(WEAK_A, TWO))),
    holds("etag", "still", REUSED),  # which is told by `unique`
    holds("etag", "still", done("a", tagged(A, ONE))),
    holds("etag", "still", done("a", tagged(A, ONE), tagged(B, TWO, status=500), tagged(A, ONE))),
    fails("etag", "still", done("a", tagged(A, ONE), tagged(B, TWO)), says=(STILL, MOVED), index=1),
    fails("etag", "still", done("a", tagged(None, ONE), tagged(None, TWO)), says=(STILL, MOVED), index=1),
    fails("etag", "still", done("a"), says=("an answer", "none: nothing was asked")),
    holds("etag", "unique", done("a", tagged(A, ONE), tagged(B, TWO), tagged(A, ONE))),
    fails(
        "etag",
        "unique",
        REUSED,
        says=("another ETag for another body", f"the strong ETag {A} on both"),
        index=1,
    ),
    holds("etag", {"unique-with": ["b"]}, done("b", tagged(A, ONE)), done("a", tagged(B, TWO))),
    holds("etag", {"unique-with": ["b"]}, done("b", tagged(A, ONE)), done("a", tagged(B, ONE))),
    holds("etag", {"unique-with": ["b"]}, done("b", tagged(WEAK_A, ONE)), done("a", tagged(WEAK_A, TWO))),
    fails(
        "etag",
        {"unique-with": ["b", "c"]},
        done("b", tagged(A, ONE)),
        done("c", tagged(B, b"[3]")),
        done("a", tagged(A, TWO)),
        says=("another ETag for another body", f"the strong ETag {A} on both"),
    ),
    holds("etag", "one-to-one", done("a", tagged(A, ONE), tagged(B, TWO), tagged(A, ONE))),
    holds("etag", "one-to-one", done("a", tagged(A, ONE), tagged(B, TWO), tagged('"c"', ONE))),
    fails(
        "etag",
        "one-to-one",
        RENAMED,
        says=("the old ETag with the old body", f"a new ETag {B} with it"),
        index=1,
    ),
    fails(
        "etag",
        "one-to-one",
        REUSED,
        says=("a new ETag with the new body", f"the old ETag {A} with it"),
        index=1,
    ),
    fails(
        "etag",
        "one-to-one",
        done("a", tagged(A, ONE), tagged(B, TWO), tagged(A, b"[3]")),
        says=("another ETag for another body", f"the strong ETag {A} on both"),
        index=2,
    ),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        # only the server knows when a weak tag has to change: at most a warning
        (fails("etag", {"differs-from": "b"}, done("b", tagged(WEAK_A)), done("a", tagged(WEAK_A)), says=("", "")), "SHOULD"),
        (fails("etag", {"differs-from": "b"}, done("b", tagged(A)), done("a", tagged(A)), says=("", "")), None),
        (fails("etag", "one-to-one", REUSED_WEAK, says=("", "")), "SHOULD"),
        (fails("etag", "one-to-one", REUSED, says=("", "")), None),
        (fails("etag", "stable", RENAMED, says=("", "")), None),
    ],
)  # fmt: skip
def test_a_weak_tag_that_stayed_counts_at_most_as_a_should(example: Example, expected: Level | None) -> None:
    finding = example.finding()
    assert finding is not None
    assert finding.at_most == expected


@pytest.mark.parametrize(
    ("tag", "expected"), [(WEAK_A, True), (A, False), (BARE, False), ("W/a", False), ('w/"a"', False)]
)
def test_only_what_is_marked_as_weak_is_weak(tag: str, expected: bool) -> None:
    assert is_weak(tag) is expected


@pytest.mark.parametrize(
    ("answer", "expected"), [(TWICE, A), (exchange(), None), (exchange(None), None), (tagged(" a "), "a")]
)
def test_the_tag_of_an_answer_is_the_first_as_it_came(answer: Exchange, expected: str | None) -> None:
    assert tag_of(answer) == expected
