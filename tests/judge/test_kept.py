"""Symptoms of values that are kept: by whom, for how long, what ends them; and what to do next."""

from __future__ import annotations

from helpers.looks import OLD, TIME, Known, Like, Look, life
from helpers.records import done, exchange, timed

__all__ = ["KNOWN", "LIKE"]

NEW = {"value": {"differs-from": "fresh"}}
HIT = {"hit": True}
SHORT = life(("fresh", 0, False, "a"), ("soon", 0.1, True, "a"), ("midway", 10, False, "b"))
AGAIN = ("nearly", 20, True, "a")
BESIDE = (
    ("fresh", 0, False, "a"),
    ("soon", 1, False, "b"),
    ("burst", 10, True, "a"),
    ("burst", 10, True, "b"),
)
WORKERS = life(*BESIDE, AGAIN)
ENDED = life(*BESIDE, ("nearly", 20, True, "b"))
MISSES = life(
    ("fresh", 0, False, "a"),
    ("soon", 1, True, "a"),
    ("burst", 10, True, "a"),
    ("burst", 10, False, "a"),
    AGAIN,
)
GROWN = life(("fresh", 0, False, ["a"]), ("soon", 1, True, ["a", "b"]))
SECOND = life(
    ("first", 0, False, "a"), ("fresh", 40, False, "b"), ("soon", 41, True, "b"), ("midway", 60, False, "c")
)
BY_PORT = life(
    ("fresh", 0, False, "a"), ("soon", 0.1, True, "a"), ("midway", 10, False, "b"), connections=(1, 1, 2)
)
FIRST = done("mine", exchange(path="/a/", hit=False, value="a"))
LATE = life(("fresh", 0, False, "a"), ("later", 33, True, "a"), ("latest", 46, False, "b"))
ONCE_MORE = life(("fresh", 0, False, "a"), ("later", 33, True, "a"), ("latest", 33.1, True, "b"))
STILL = "the old value is still served 33.0 s after it was computed, with a TTL of 30 s"
TOO_SHORT = "the value was kept for less than 10.0 s, with a TTL of 30 s"

KNOWN: Known = {
    "another TTL": (Look(OLD, SHORT, "midway", TIME), TOO_SHORT, "tell the suite: --set time.ttl=..."),
    "a short TTL of moved time": (
        Look(OLD, SHORT, "midway", TIME, moved=True),
        "the value was kept for less than 10.0 s of moved time, with a TTL of 30 s",
        "",
    ),
    "an eviction": (Look(OLD, SHORT, "midway", TIME), TOO_SHORT, "another request that clears or evicts it"),
    "ticks": (Look(OLD, SHORT, "midway", TIME), TOO_SHORT, "ticks of the clock in the key (time() // ttl)"),
    "a key for each connection": (
        Look(OLD, BY_PORT, "midway", TIME),
        TOO_SHORT,
        "a key with the client's port in it, which is another for each connection",
    ),
    "a second life that is too short": (
        Look(OLD, SECOND, "midway", TIME),
        "the value was kept for less than 20.0 s, with a TTL of 30 s",
        "something else ends it: a timer that is left of the entry before",
    ),
    "an end that is late": (
        Look(NEW, LATE, "later", TIME),
        STILL,
        "",
    ),
    "an old value once more": (
        Look(NEW, ONCE_MORE, "later", TIME),
        f"{STILL}, once more before another one comes",
        "(stale-while-revalidate), say for how long: --set time.stale=SECONDS",
    ),
    "a key that two share": (
        Look(
            {"hit": False},
            (FIRST, done("theirs", exchange(path="/b/", at=2.0, hit=True, value="a"))),
            "theirs",
            TIME,
        ),
        "GET /b/ is given the value that was made for GET /a/: they share a key",
        "",
    ),
    "a cache per worker, by its values": (
        Look(OLD, WORKERS, "burst", TIME, workers=2),
        "each worker has a cache of its own",
        "Run one worker, or keep the cache in Redis",
    ),
    "a cache per worker, by what was read before": (
        Look(HIT, WORKERS, "soon", TIME),
        "each worker has a cache of its own",
        "Run one worker",
    ),
    "a cache per worker, by its misses": (
        Look(HIT, MISSES, "burst", TIME),
        "each worker has a cache of its own",
        "Run one worker",
    ),
    "a hit that is called a miss": (
        Look(HIT, life(("fresh", 0, False, "a"), ("soon", 0.1, False, "a")), "soon", TIME),
        "the same value comes again, and its flag says that it was computed anew",
        "the flag is the wrong way round",
    ),
    "an entry that its reader changes": (
        Look(OLD, GROWN, "soon", TIME, workers=1),
        "the kept value is changed by whoever reads it",
        "copy.deepcopy",
    ),
}

LIKE: Like = {
    "another value that is called a miss": Look(
        HIT, life(("fresh", 0, False, "a"), ("soon", 0.1, False, "b")), "soon", TIME
    ),
    "a value that was never kept": Look(
        OLD, life(("fresh", 0, False, "a"), ("soon", 1, False, "b")), "soon", TIME
    ),
    "a value that is not kept past its TTL": Look(
        OLD, life(("fresh", 0, False, "a"), ("soon", 1, True, "a"), ("late", 40, False, "b")), "late", TIME
    ),
    "a burst at the end of a life": Look(
        OLD,
        life(("fresh", 0, False, "a"), ("burst", 40, False, "b"), ("burst", 40, True, "b")),
        "burst",
        TIME,
    ),
    "an entry that ends within a burst": Look(HIT, ENDED, "soon", TIME),
    "one worker": Look(OLD, WORKERS, "burst", TIME, workers=1),
    "an old value that may be served stale": Look(NEW, LATE, "later", timed(stale=10)),
    "a hit of its own": Look(
        {"hit": False},
        (FIRST, done("theirs", exchange(path="/b/", at=2.0, hit=True, value="b"))),
        "theirs",
        TIME,
    ),
    "a first value": Look({"hit": True}, life(("fresh", 0, False, "a")), "fresh", TIME),
}


def test_the_client_port_is_not_suspected_on_one_connection() -> None:
    symptom = Look(OLD, SHORT, "midway", TIME).symptom()
    assert symptom is not None
    assert "client's port" not in symptom.mend
    assert "timer" not in symptom.mend
