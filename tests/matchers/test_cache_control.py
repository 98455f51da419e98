"""conformance.matchers.cache_control: directives are a set; for how long, for whom, and whether they agree."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource, timed

from conformance.model import StepRecord

BY_STATUS = resource(policies={"404": "no-store", "4xx": "max-age=5"})

USER = resource(users={"ada": (("Authorization", "Bearer ada"),), "bob": (("Authorization", "Bearer bob"),)})


def answered(cc: str, vary: str = "", login: bool = True) -> StepRecord:
    """What was answered to a user."""
    sent = [("Authorization", "Bearer ada")] if login else [("Cookie", "user=ada")]
    return done("a", exchange(cc=cc or None, sent=sent, headers=[("Vary", vary)] if vary else []))


EXAMPLES = [
    # ---- cache-control
    holds("cache-control", "present", done("a", exchange(cc=""))),
    fails("cache-control", "present", done("a", exchange()), says=("a Cache-Control field", "none")),
    *[
        holds("cache-control", "valid", done("a", exchange(cc=cc)))
        for cc in (None, "public, max-age=300", 'x=1, PRIVATE="Set-Cookie"', ["public", "max-age=5"], "a , b")
    ],
    fails(
        "cache-control",
        "valid",
        done("a", exchange(cc="public"), exchange(cc="max-age=5m")),
        says=(
            "valid Cache-Control directives",
            "Cache-Control: max-age=5m (max-age takes whole seconds, found '5m')",
        ),
        index=1,
    ),
    holds("cache-control", {"lifetime-from": 10}, done("a", exchange(cc="public, max-age=10"))),
    fails(
        "cache-control",
        {"lifetime-from": 10},
        done("a", exchange(cc="max-age=15", headers=[("Age", "6"), ("Via", "1.1 edge")])),
        says=("Cache-Control with a max-age of 10 s or more", "Cache-Control: max-age=15, and Age: 6"),
    ),
    holds(
        "cache-control",
        "declared",
        done("a", exchange(cc=["Private", "max-age=10"])),
        on=resource(policy="max-age=10, private"),
    ),
    fails(
        "cache-control",
        "declared",
        done("a", exchange()),
        on=resource(policy="private, max-age=10"),
        says=("the declared Cache-Control (private, max-age=10)", "none"),
    ),
    holds("cache-control", "named-by-status", done("a", exchange(404)), on=BY_STATUS),
    fails(
        "cache-control",
        "named-by-status",
        done("a", exchange(500)),
        on=BY_STATUS,
        says=("a status for which a Cache-Control is declared", "500"),
    ),
    holds("cache-control", "declared-by-status", done("a", exchange(404, cc="No-Store")), on=BY_STATUS),
    holds("cache-control", "declared-by-status", done("a", exchange(410, cc="max-age=5")), on=BY_STATUS),
    fails(
        "cache-control",
        "declared-by-status",
        done("a", exchange(404, cc="max-age=5")),
        on=BY_STATUS,
        says=("the Cache-Control that is declared for 404 (no-store)", "Cache-Control: max-age=5"),
    ),
    holds("cache-control", "reusable", done("a", exchange(headers=[("Vary", "Accept")]))),
    fails(
        "cache-control",
        "reusable",
        done("a", exchange(headers=[("Vary", "Accept, *")])),
        says=("an answer that a cache can reuse", "Vary: *, by which it matches no later request"),
    ),
    fails(
        "cache-control",
        {"lifetime-from": 10},
        done("a", exchange(cc="max-age=9")),
        says=("Cache-Control with a max-age of 10 s or more", "Cache-Control: max-age=9"),
    ),
    holds("cache-control", "consistent", done("a", exchange(cc="no-store, no-cache, max-age=0"))),
    fails(
        "cache-control",
        "consistent",
        done("a", exchange(cc=["max-age=5", "max-age=6"])),
        says=(
            "directives that agree",
            "Cache-Control: max-age=5, max-age=6 (max-age is there 2 times (max-age=5 and max-age=6): keep one)",
        ),
    ),
    holds(
        "cache-control",
        {"same-as": "b"},
        done("b", exchange(cc="public, max-age=5")),
        done("a", exchange(304, cc=["MAX-AGE=5", "Public"])),
    ),
    holds("cache-control", {"same-as": "b"}, done("b", exchange()), done("a", exchange(304))),
    holds(  # what is left of it, two seconds later
        "cache-control",
        {"same-as": "b"},
        done("b", exchange(cc="public, max-age=30")),
        done("a", exchange(304, cc="public, max-age=28", at=2)),
    ),
    fails(
        "cache-control",
        {"same-as": "b"},
        done("b", exchange(cc="public, max-age=30")),
        done("a", exchange(304, cc="public, max-age=20", at=2)),
        says=(
            "the same Cache-Control as with the 200 (public, max-age=30)",
            "Cache-Control: public, max-age=20",
        ),
    ),
    holds(  # of what is kept for 30 s
        "cache-control",
        "declared",
        done("a", exchange(cc="max-age=12")),
        on=timed(policy="max-age=30"),
    ),
    fails(
        "cache-control",
        "declared",
        done("a", exchange(cc="max-age=12")),
        on=resource(policy="max-age=30"),
        says=("the declared Cache-Control (max-age=30)", "Cache-Control: max-age=12"),
    ),
    holds(  # its Age is that of the server's own cache
        "cache-control",
        {"lifetime-from": 10},
        done("a", exchange(cc="max-age=15", headers=[("Age", "5")])),
        on=timed(),
    ),
    fails(
        "cache-control",
        {"lifetime-from": 10},
        done("a", exchange(cc="max-age=15", headers=[("Age", "6")])),
        on=timed(),
        says=("Cache-Control with a max-age of 10 s or more", "Cache-Control: max-age=15, and Age: 6"),
    ),
    *[
        fails(
            "cache-control",
            {"same-as": "b"},
            done("b", exchange(cc="public, max-age=5")),
            done("a", exchange(304, cc=cc)),
            says=("the same Cache-Control as with the 200 (public, max-age=5)", said),
        )
        for cc, said in (
            (None, "none"),
            ("public", "Cache-Control: public"),
            ("public, max-age=6", "Cache-Control: public, max-age=6"),
        )
    ],
    fails(
        "cache-control",
        {"same-as": "b"},
        done("a", exchange()),
        says=("the same Cache-Control as with the 200 (none)", "none"),
    ),
    holds(
        "cache-control",
        {"has": ["max-age"], "lacks": ["no-store", "private"]},
        done("a", exchange(cc="Max-Age=5")),
    ),
    fails("cache-control", {"has": ["no-store"]}, done("a", exchange()), says=("Cache-Control with no-store", "none")),
    fails(
        "cache-control",
        {"has": ["max-age"], "lacks": ["private"]},
        done("a", exchange(cc="private, max-age=5")),
        says=("Cache-Control without private", "Cache-Control: private, max-age=5"),
    ),
    fails(
        "cache-control",
        {"same-as": "b", "has": ["no-store"]},
        done("b", exchange(cc="public")),
        done("a", exchange(cc="public")),
        says=("Cache-Control with no-store", "Cache-Control: public"),
    ),
    fails("cache-control", "valid", done("a", exchange(None)), says=("an answer", "no answer within 10 s")),
    fails("cache-control", "valid", done("a"), says=("an answer", "none: nothing was asked")),
    # ---- what is one user's own
    *(
        holds("cache-control", "not-shared", answered(cc, vary), on=USER)
        for cc, vary in [
            ("", ""),
            ("max-age=60", ""),
            ("private, max-age=60", ""),
            ("public, no-cache, max-age=60", ""),
            ("public, max-age=60", "Authorization"),
            ("public, max-age=60", "*"),
            ("public, max-age=0", ""),
            ("no-store", ""),
        ]
    ),
    holds("cache-control", "not-shared", answered("no-cache", login=False), on=USER),
    holds("cache-control", "of-a-login", answered("max-age=60")),
    *(
        holds("cache-control", "never-stale", answered(cc))
        for cc in ("no-cache", "max-age=9, must-revalidate", "proxy-revalidate", "s-maxage=9")
    ),
    fails(
        "cache-control",
        "never-stale",
        answered("max-age=9, stale-if-error=9"),
        says=(
            "Cache-Control with no-cache, must-revalidate, proxy-revalidate or s-maxage",
            "Cache-Control: max-age=9, stale-if-error=9",
        ),
    ),
    fails(
        "cache-control",
        "of-a-login",
        answered("max-age=60", login=False),
        says=("an answer to Authorization", "one to a request without it"),
    ),
    fails(
        "cache-control",
        "of-a-login",
        answered("s-maxage=60"),
        says=("Cache-Control without s-maxage", "Cache-Control: s-maxage=60"),
    ),
    *(
        fails(
            "cache-control",
            "not-shared",
            answered(cc, login=login),
            on=USER,
            says=("an answer that no shared cache gives to others", f"Cache-Control: {cc}"),
        )
        for cc, login in [
            ("public, max-age=60", True),
            ("public", True),
            ("s-maxage=60", True),
            ("must-revalidate, max-age=60", True),
            ("max-age=60", False),
        ]
    ),
]  # fmt: skip


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()
