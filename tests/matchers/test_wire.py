"""conformance.matchers.wire: what a client library hides."""

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource

from conformance.model import Round

NULL = exchange(304, b"", stray=b"null")

ROUND = Round(keys=500, counts=40_000, grew=90_000)

HIT = exchange(headers=[("Age", "5"), ("X-Cache", "HIT")])

KEEPING = resource("time", http_cache=True)

LAST = Round(keys=500, counts=40_000, grew=30_000)


EXAMPLES = [
    # ---- redirect
    holds("redirect", "none", done("a", exchange())),
    fails(
        "redirect", "none", done("a", exchange(redirected="/items")), says=("no redirect", "one to /items")
    ),
    # ---- stray
    holds("stray", "none", done("a", exchange(304, b""))),
    fails("stray", "none", done("a", NULL), says=("no body after the 304", "4 bytes: b'null'")),
    # ---- bytes
    holds(
        "bytes", {"fewer-than": "full"}, done("full", exchange(size=300)), done("a", exchange(304, size=299))
    ),
    fails(
        "bytes",
        {"fewer-than": "full"},
        done("full", exchange(size=300)),
        done("a", exchange(304, size=300)),
        says=("fewer than the 300 bytes of the 200", "300 bytes"),
    ),
    fails(
        "bytes",
        {"fewer-than": "full"},
        done("full", exchange(None)),
        done("a", exchange(304)),
        says=("an answer to compare with", "none"),
    ),
    # ---- time
    holds(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(took=0.05)),
        done("a", exchange(took=0.119)),
    ),
    holds(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(took=0)),
        done("a", exchange(took=0.02)),
    ),
    holds(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(took=0.05)),
        done("a", exchange(took=9), exchange(took=0.01)),
    ),
    fails(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(took=0.05)),
        done("a", exchange(took=0.13)),
        says=("no longer than the miss, 50.0 ms", "130.0 ms"),
    ),
    holds(
        "time",
        {"quickest": {"among": ["b", "c"], "no-slower-than": "m"}},
        done("m", exchange(took=0.05)),
        done("b", exchange(took=0.01)),
        done("a", exchange(took=9)),
    ),
    holds(  # by as much as they differ among themselves
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(took=0.05)),
        done("b", exchange(took=0.15)),
        done("a", exchange(took=0.2)),
    ),
    fails(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(took=0.05)),
        done("b", exchange(took=0.2)),
        done("a", exchange(took=0.21)),
        says=("no longer than the miss, 50.0 ms", "200.0 ms"),
    ),
    fails(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("a", exchange()),
        says=("an answer to compare with", "none"),
    ),
    fails(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange(None, took=10)),
        done("a", exchange()),
        says=("an answer to compare with", "none"),
    ),
    fails(
        "time",
        {"quickest": {"among": ["b"], "no-slower-than": "m"}},
        done("m", exchange()),
        done("a"),
        says=("an answer to compare with", "none"),
    ),
    # ---- answered-by-cache
    holds("answered-by-cache", True, done("a", exchange(), exchange(headers=[("Age", "5")]))),
    holds("answered-by-cache", True, done("a", exchange(headers=[("X-Cache", "HIT from edge")]))),
    *[
        fails("answered-by-cache", True, step, says=("an answer of a cache in front", "no sign of one"))
        for step in (
            done("a", exchange(headers=[("X-Cache", "MISS")])),
            done("a", exchange(headers=[("Via", "1.1 proxy"), ("Age", "0")])),
        )
    ],
    fails("answered-by-cache", True, done("a"), says=("an answer", "none: nothing was asked")),
    fails(  # the very cache that is judged
        "answered-by-cache",
        True,
        done("a", HIT),
        on=KEEPING,
        says=("an answer of a cache in front", "one of the server, which keeps whole answers"),
    ),
    Example("answered-by-cache", True, (done("a", HIT),), None, on=KEEPING, remote=True),
    # ---- remote
    Example("remote", True, (done("a"),), None, remote=True),
    Example("remote", True, (done("a"),), ("a server elsewhere", "not so")),
    # ---- workers
    holds("workers", {"at-least": 2}, done("a"), workers=2),
    fails("workers", {"at-least": 2}, done("a"), workers=1, says=("2 workers or more", "1")),
    fails("workers", {"at-least": 1}, done("a"), says=("1 workers or more", "an unknown number")),
    holds("workers", "unknown", done("a")),
    fails("workers", "unknown", done("a"), workers=1, says=("an unknown number of workers", "1")),
    # ---- clock
    holds("clock", "real", done("a")),
    fails("clock", "moved", done("a"), says=("moved time", "real time")),
    Example("clock", "moved", (done("a"),), None, moved=True),
    Example("clock", "real", (done("a"),), ("real time", "moved time"), moved=True),
    # ---- growth
    holds("growth", "bounded", done("a", rounds=(ROUND, LAST, LAST))),
    *[
        fails(
            "growth",
            "bounded",
            done("a", rounds=rounds),
            says=("memory that stops growing", f"{kib} distinct keys"),
        )
        for rounds, kib in (
            ((ROUND, LAST), "117 KiB more after 1000"),  # once may be chance
            ((LAST, LAST), "59 KiB more after 1000"),  # one of them warms up
            ((ROUND, LAST, ROUND), "205 KiB more after 1500"),
        )
    ],
    fails(
        "growth",
        "bounded",
        done("a", rounds=(ROUND, ROUND)),
        says=("memory that stops growing", "176 KiB more after 1000 distinct keys"),
    ),
    fails(
        "growth", "bounded", done("a"), says=("memory that stops growing", "0 KiB more after 0 distinct keys")
    ),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()
