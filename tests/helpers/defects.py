"""What shows the defect of a flawed server, flaw by flaw: true of a site that has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from helpers.sites import ITEMS, PEN, REPORTS, TIME, TTL, Site
from reference_impl.settings import Settings
from reference_impl.twisted.app import build, choose
from reference_impl.twisted.serve import start

__all__ = ["DEFECTS"]


def _size(answer: httpx.Response) -> int:
    return sum(len(name) + len(value) + 4 for name, value in answer.headers.raw) + len(answer.content)


def _two_tags(site: Site) -> bool:
    first, second = site.get(), site.get()
    return first.content == second.content and first.headers["etag"] != second.headers["etag"]


def _tag_moves_with_the_clock(site: Site) -> bool:
    first = site.tag()
    site.clock.now += 2
    return site.tag() != first


def _another_tag_elsewhere(site: Site) -> bool:
    other = Site(site.flaw)
    with other.stack:
        return other.tag() != site.tag()


def _tag_misses_a_change(site: Site) -> bool:
    before = site.get()
    site.patch(name="Desk ramp")  # as long as before
    after = site.get()
    return before.content != after.content and before.headers["etag"] == after.headers["etag"]


def _sticky_revert(site: Site) -> bool:
    name = site.get("/items/2").json()["name"]
    site.get()
    site.patch(name="Other")
    between = site.tag()
    site.patch(name=name)
    return site.tag() == between


def _old_tag_matches(site: Site) -> bool:
    old = site.tag()
    site.patch(name="Other")
    return site.matching(old).status_code == 304


def _same_tag_after(site: Site, method: str, path: str, data: Any) -> bool:
    before = site.tag()
    site.ask(method, path, json=data).raise_for_status()
    return site.tag() == before


def _stale_the_second_time(site: Site) -> bool:
    shown = []
    for name in ("a", "b"):
        site.patch(name=name)
        shown.append(site.get().json()[1]["name"])
    return shown == ["a", "a"]


def _stale(write: tuple[str, str], shows: str) -> Callable[[Site], bool]:
    def defect(site: Site) -> bool:
        before = site.get(shows).content
        method, path = write
        site.ask(method, path, json=None if method == "DELETE" else PEN).raise_for_status()
        return site.get(shows).content == before

    return defect


def _alive_after(share: float) -> Callable[[Site], bool]:
    def alive(site: Site) -> bool:
        first = site.get(TIME).json()["time"]
        site.clock.now += TTL * share
        return bool(site.get(TIME).json()["time"] == first)

    return alive


def _slides(site: Site) -> bool:
    first = site.get(TIME).json()["time"]
    for _ in range(2):
        site.clock.now += TTL * 0.6
        last = site.get(TIME).json()["time"]
    return bool(first == last)


def _recomputes(site: Site) -> bool:
    first = site.get(TIME).json()["time"]
    site.clock.now += 1
    return bool(site.get(TIME).json()["time"] != first)


def _lies(site: Site) -> bool:
    site.cached()
    site.clock.now += 2
    return not site.cached()


def _report_tag_moves(site: Site) -> bool:
    first = site.get(REPORTS)
    site.clock.now += 10  # a third of its life
    return bool(site.get(REPORTS).headers["etag"] != first.headers["etag"])


def _in_process(site: Site, *paths: str, **settings: Any) -> tuple[Any, list[Any]]:
    """An app in this process, and the data that it answered to requests that were made all at once."""

    async def ask() -> tuple[Any, list[Any]]:
        app = build(replace(site.settings, **settings), choose(site.flaw))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
            answers = await asyncio.gather(*(client.get(path) for path in paths))
        return app, [answer.json() for answer in answers]

    return asyncio.run(ask())


def _stampedes(site: Site) -> bool:
    _, answers = _in_process(site, *[TIME] * 8)
    return [answer["cached"] for answer in answers].count(False) > 1


def _second_is_cached(first: str, second: str) -> Callable[[Site], bool]:
    def shared(site: Site) -> bool:
        site.get(first)
        return bool(site.cached(second))

    return shared


def _keeps_everything(site: Site) -> bool:
    app, _ = _in_process(site, *(f"{TIME}{place}" for place in range(5)), max_entries=2)
    return len(getattr(getattr(app, "app", app).state.site.cache, "_kept", ())) == 5


def _needs_no_redis(site: Site) -> bool:
    nobody = Settings(cache_url="redis://127.0.0.1:1")
    with start(nobody, site.flaw) as running:
        return httpx.get(f"{running.url}{TIME}").status_code == 200


def _hits_are_slow(site: Site) -> bool:
    site.cached()
    return min(site.get(TIME).elapsed.total_seconds() for _ in range(3)) > 0.14


def _clear_fails(site: Site) -> bool:
    site.cached()
    site.clock.now += 1
    site.ask("DELETE", "/cache/")
    return bool(site.cached())


def _version_stays(site: Site) -> bool:
    before = site.tag("/versioned/")
    site.ask("PUT", "/versioned/", json={"text": "Other"})
    return site.tag("/versioned/") == before


def _after_refusal(what: Callable[[httpx.Response], object]) -> Callable[[Site], bool]:
    def defect(site: Site) -> bool:
        before = what(site.get())
        assert site.ask("POST", ITEMS, {"Content-Type": "application/json"}, content=b"{").status_code == 400
        return what(site.get()) != before

    return defect


def _shown(path: str, shown: Callable[[httpx.Response], bool]) -> Callable[[Site], bool]:
    return lambda site: shown(site.get(path))


def _on_hit(shown: Callable[[httpx.Response], bool]) -> Callable[[Site], bool]:
    return lambda site: shown(site.hit())


def _on_miss(shown: Callable[[httpx.Response], bool]) -> Callable[[Site], bool]:
    return lambda site: shown(site.matching('"other"'))


def _says(path: str, *values: str) -> Callable[[Site], bool]:
    return lambda site: site.policy(path) in values


def _malformed(tag: str) -> bool:
    return re.fullmatch(r'(W/)?"[^"]*"', tag) is None


def _strong_report(site: Site) -> bool:
    miss, hit = site.get(REPORTS), site.get(REPORTS)
    return (
        miss.content != hit.content
        and miss.headers["etag"] == hit.headers["etag"][:]
        and (not hit.headers["etag"].startswith("W/"))
    )


def _takes_turns(site: Site) -> bool:
    return len({site.policy(ITEMS) for _ in range(3)}) > 1


DEFECTS: dict[str, Callable[[Site], bool]] = {
    "items-500": _shown(ITEMS, lambda shown: shown.status_code == 500),
    "items-missing": _shown(ITEMS, lambda shown: shown.status_code == 404),
    "list-as-html": _shown(ITEMS, lambda shown: shown.headers["content-type"].startswith("text/html")),
    "list-as-broken-json": _shown(ITEMS, lambda shown: not shown.text.endswith("]")),
    "no-etag": _shown(ITEMS, lambda shown: "etag" not in shown.headers),
    "timestamp-etag": _tag_moves_with_the_clock,
    "random-etag": _two_tags,
    "report-tag-ticks": _report_tag_moves,
    "python-hash-etag": _shown(ITEMS, lambda shown: shown.headers["etag"] == f'"{hash(shown.content):x}"'),
    "etag-per-worker": _another_tag_elsewhere,
    "shuffled-str-etag": lambda site: any(_two_tags(site) for _ in range(20)),
    "constant-etag": _tag_misses_a_change,
    "count-etag": _tag_misses_a_change,
    "length-etag": _tag_misses_a_change,
    "first-item-etag": _tag_misses_a_change,
    "names-only-etag": lambda site: _same_tag_after(site, "PATCH", "/items/2", {"price": 3.25}),
    "updates-only-etag": lambda site: _same_tag_after(site, "POST", ITEMS, PEN),
    "constant-item-etag": lambda site: (
        (
            site.tag("/items/2"),
            site.patch(name="Other").status_code,
            site.tag("/items/2"),
        )
        == ('"item-2"', 200, '"item-2"')
    ),
    "redirecting-slash": _shown(ITEMS, lambda shown: shown.status_code == 307),
    "unquoted-etag": lambda site: _malformed(site.tag()) and site.hit().status_code == 304,
    "single-quoted-etag": lambda site: _malformed(site.tag()) and site.hit().status_code == 304,
    "lowercase-weak": lambda site: _malformed(site.tag()) and site.hit().status_code == 304,
    "sticky-revert-tag": _sticky_revert,
    "ignores-inm": _on_hit(lambda answer: answer.status_code == 200),
    "stripped-compare": _on_hit(lambda answer: answer.status_code == 200),
    "bare-compare": _on_hit(lambda answer: answer.status_code == 200),
    "200-with-null": _on_hit(lambda answer: (answer.status_code, answer.content) == (200, b"null")),
    "always-304": _on_miss(lambda answer: answer.status_code == 304),
    "prefix-match": lambda site: site.matching(f'{site.tag()[:-1]}0"').status_code == 304,
    "no-body-on-mismatch": _on_miss(lambda answer: (answer.status_code, answer.content) == (200, b"")),
    "no-tag-on-mismatch": _on_miss(lambda answer: answer.status_code == 200 and "etag" not in answer.headers),
    "sticky-304": lambda site: (site.hit().status_code, site.get().status_code) == (304, 304),
    "old-tag-304": _old_tag_matches,
    "no-etag-on-304": _on_hit(lambda answer: "etag" not in answer.headers),
    "other-etag-on-304": lambda site: site.hit().headers["etag"] != site.tag(),
    "fat-304": lambda site: _size(site.hit()) > _size(site.get()),
    "no-cc-on-304": _on_hit(lambda answer: "cache-control" not in answer.headers),
    "other-cc-on-304": _on_hit(lambda answer: answer.headers["cache-control"] != "no-cache"),
    "body-on-304": lambda site: site.raw_after_304() == b"null",
    "late-body-on-304": lambda site: site.raw_after_304() == b"null",
    "closing-body-on-304": lambda site: site.raw_after_304().startswith(b"{"),
    "chunked-body-on-304": lambda site: site.raw_after_304().startswith(b"4\r\nnull"),
    "no-cache-at-all": lambda site: _recomputes(site) and not site.cached(),
    "recomputes-but-says-cached": lambda site: _recomputes(site) and site.cached(),
    "never-miss": lambda site: site.cached() is True,
    "cached-flag-inverted": lambda site: (site.cached(), site.cached()) == (True, False),
    "half-ttl": lambda site: not _alive_after(0.6)(site),
    "double-ttl": lambda site: _alive_after(1.9)(site) and not _alive_after(2.1)(site),
    "never-expires": _alive_after(1000),
    "sliding-ttl": _slides,
    "cached-as-string": lambda site: site.cached() == "False",
    "cached-as-number": lambda site: type(site.cached()) is int,
    "lying-cached": _lies,
    "stampede": _stampedes,
    "shared-key": _second_is_cached(TIME, REPORTS),
    "key-without-place": _second_is_cached(TIME, f"{TIME}oslo"),
    "unbounded-cache": _keeps_everything,
    "per-worker-cache": _needs_no_redis,
    "time-missing": _shown(TIME, lambda shown: list(shown.json()) == ["cached"]),
    "time-not-string": _shown(TIME, lambda shown: isinstance(shown.json()["time"], float)),
    "cached-missing": _shown(TIME, lambda shown: list(shown.json()) == ["time"]),
    "cached-time-404": _shown(TIME, lambda shown: shown.status_code == 404),
    "cached-time-500": _shown(TIME, lambda shown: shown.status_code == 500),
    "cached-time-html": _shown(TIME, lambda shown: shown.text.startswith("<p>")),
    "slow-hit": _hits_are_slow,
    "create-not-invalidated": _stale(("POST", ITEMS), ITEMS),
    "update-not-invalidated-list": _stale(("PUT", "/items/1"), ITEMS),
    "update-not-invalidated-item": _stale(("PUT", "/items/1"), "/items/1"),
    "delete-not-invalidated": _stale(("DELETE", "/items/1"), ITEMS),
    "delete-not-invalidated-item": _stale(("DELETE", "/items/1"), "/items/1"),
    "update-invalidates-once": _stale_the_second_time,
    "update-stores-nothing": lambda site: (
        site.patch(name="Other").status_code == 200 and site.get("/items/2").json()["name"] == "Desk lamp"
    ),
    "late-without-a-word": lambda site: (
        _stale(("PUT", "/items/1"), ITEMS)(site) and site.get("/items/1").status_code == 405
    ),
    "update-loses-the-item": lambda site: (
        [site.patch(name=name).status_code for name in ("a", "b")] == [200, 200]
        and site.get("/items/2").status_code == 404
    ),
    "tag-lags-body": _tag_misses_a_change,
    "body-lags-tag": _stale(("POST", ITEMS), ITEMS),
    "clear-does-nothing": _clear_fails,
    "clear-500": lambda site: site.ask("DELETE", "/cache/").status_code == 500,
    "version-not-raised": _version_stays,
    "version-counts-reads": lambda site: site.tag("/versioned/") != site.tag("/versioned/"),
    "refused-write-changes-data": _after_refusal(lambda shown: shown.content),
    "refused-write-half-done": lambda site: (
        site.ask("PUT", "/items/2", json={"name": "Other", "price": "none"}).status_code == 422
        and site.get("/items/2").json()["name"] == "Other"
    ),
    "refused-write-changes-tag": _after_refusal(lambda shown: shown.headers["etag"]),
    "cc-unit": _says(ITEMS, "public, max-age=5m"),
    "cc-semicolon": _says(ITEMS, "public; max-age=300"),
    "cc-fraction": _says(ITEMS, "max-age=0.5"),
    "cc-negative": _says(ITEMS, "max-age=-1"),
    "cc-colon": _says(ITEMS, "max-age: 0"),
    "cc-unit-on-cached": _says(TIME, "public, max-age=30s"),
    "fresh-but-aged": _shown(ITEMS, lambda shown: shown.headers.get("age") == "600"),
    "private-by-turns": _takes_turns,
    "no-cache-by-turns": _takes_turns,
    "no-store-by-turns": _takes_turns,
    "no-cache-control": lambda site: (
        site.policy(ITEMS) is None and site.policy("/policies/public") is not None
    ),
    "cc-contradiction": _says(ITEMS, "public, private, max-age=0"),
    "cc-no-store-and-max-age": _says(ITEMS, "no-store, max-age=300"),
    "cc-max-age-twice": _says(ITEMS, "max-age=0, max-age=300"),
    "dropped-cache-control": lambda site: (
        site.policy("/policies/public") is None and bool(site.policy(ITEMS))
    ),
    "public-not-cacheable": _says("/policies/public", "no-store"),
    "public-short": _says("/policies/public", "public, max-age=1"),
    "public-long": _says("/policies/public", "public, max-age=31536000"),
    "private-is-public": _says("/policies/private", "public, max-age=300"),
    "private-not-cacheable": _says("/policies/private", "private, no-store"),
    "no-cache-is-max-age": _says("/policies/no-cache", "max-age=300"),
    "no-cache-no-revalidation": lambda site: site.hit("/policies/no-cache").status_code == 200,
    "no-store-is-cached": _says("/policies/no-store", "public, max-age=300"),
    "no-store-is-no-cache": _says("/policies/no-store", "no-cache"),
    "strong-tag-over-flag": _strong_report,
    "reports-no-304": lambda site: site.hit(REPORTS).status_code == 200,
    "lesson-sample": lambda site: _malformed(site.tag()) and site.policy(ITEMS) is None,
    "lesson-merged": lambda site: _malformed(site.tag()) and site.policy(ITEMS) == "public, max-age=300",
}
