"""Each odd server keeps the lesson's promises, and is odd in the way that it says."""

import gzip
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from helpers.sites import TTL, Fields, Served

from reference_impl.twisted.variants import VARIANTS

WITHOUT_WRITES = {"no-writes": 405, "auth-writes": 401, "methods-ignored": 200}
ELSEWHERE = {"report-of-text": ("/reports/",), "catch-all": ("/reports/", "/policies/public")}


class Site(Served):
    """A running variant, asked by a client that follows where it is sent, and takes nothing compressed."""

    def ask(self, method: str, path: str, fields: Fields | None = None, **more: Any) -> httpx.Response:
        plain: Any = {b"accept-encoding": b"identity"} | (fields or {})
        return super().ask(method, path, plain, follow_redirects=True, **more)

    def get(self, path: str, tag: bytes | None = None, **fields: bytes) -> httpx.Response:
        named = {name.replace("_", "-").encode(): value for name, value in fields.items()}
        return self.ask("GET", path, named | ({} if tag is None else {b"if-none-match": tag}))


def tag_of(answer: httpx.Response) -> bytes:
    return next(value for name, value in answer.headers.raw if name.lower() == b"etag")


def items_of(answer: httpx.Response) -> list[dict[str, Any]]:
    data = answer.json()
    if isinstance(data, dict) and "1" in data:
        data = list(data.values())
    while isinstance(data, dict):
        data = next(iter(data.values()))
    items: list[dict[str, Any]] = data
    return items


@pytest.fixture
def site(variant: str) -> Iterator[Site]:
    made = Site(variant=variant)
    with made.stack:
        yield made


each_variant = pytest.mark.parametrize("variant", VARIANTS)


@each_variant
@pytest.mark.parametrize("path", ["/items/", "/reports/", "/policies/public"])
def test_a_variant_revalidates(site: Site, path: str) -> None:
    if path in ELSEWHERE.get(site.variant, ()):
        assert "etag" not in site.get(path).headers  # it is another route
        return
    site.get(path)
    first = site.get(path)
    again = site.get(path, tag_of(first))
    assert (again.status_code, again.content, tag_of(again)) == (304, b"", tag_of(first))
    assert again.headers.get_list("cache-control") == first.headers.get_list("cache-control")
    other = site.get(path, b'"other"')
    assert (other.status_code, other.content) == (200, first.content)


@each_variant
def test_a_variant_keeps_to_its_ttl(site: Site) -> None:
    first = site.get("/cached-time/").json()
    assert first["cached"] is False
    site.clock.now += TTL - 1
    assert site.get("/cached-time/").json() == first | {"cached": True}
    site.clock.now += 2
    assert site.get("/cached-time/").json()["cached"] is False


@each_variant
def test_a_variant_shows_a_write_at_once_or_refuses_it(site: Site) -> None:
    before = site.get("/items/")
    item = items_of(before)[0]
    known = next(iter(before.json())) if site.variant == "items-by-id" else item.get("sku")
    path = f"/items/{item.get('id', known)}"
    condition = {b"if-match": tag_of(site.get(path))} if site.variant == "needs-if-match" else {}
    changed = site.ask("PATCH", path, condition, json={"name": "Other"})
    if site.variant in WITHOUT_WRITES:
        assert changed.status_code == WITHOUT_WRITES[site.variant]
        return
    assert changed.status_code == 200
    after = site.get("/items/", tag_of(before))
    assert after.status_code == 200
    assert items_of(after)[0] == site.get(path).json() == item | {"name": "Other"}


def _status(method: str, path: str) -> Callable[[Site], int]:
    return lambda site: site.ask(method, path, json={"name": "x"}).status_code


def _line(site: Site) -> bytes:
    return site.raw("GET", "/items/").split(b"\r\n")[0]


def _fields(site: Site) -> list[bytes]:
    return site.raw("GET", "/items/").partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]


def _tag(site: Site) -> bytes:
    return tag_of(site.get("/items/"))


def _grows_strong(site: Site) -> bool:
    weak = _tag(site)
    site.clock.now += 2
    return b"W/" + _tag(site) == weak


def _policies(site: Site) -> list[str]:
    return site.get("/policies/public").headers.get_list("cache-control")


def _flags_and_tags(site: Site) -> int:
    return len({tag_of(site.get("/reports/")) for _ in range(3)})


def _one_waits_for_the_other(site: Site) -> bool:
    with socket.create_connection(("127.0.0.1", site.running.port)) as first:
        first.sendall(b"GET /items/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert first.recv(4096)
        with socket.create_connection(("127.0.0.1", site.running.port)) as second:
            second.sendall(b"GET /items/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            first.sendall(b"GET /items/ HTTP/1.1\r\nHost: x\r\n\r\n")
            assert first.recv(4096)  # it goes on while the other waits
            second.setblocking(False)
            with pytest.raises(BlockingIOError):
                second.recv(4096)
            second.setblocking(True)
            first.close()
            return second.recv(4096).startswith(b"HTTP/1.1 200")


def _notices(site: Site) -> list[httpx.Response]:
    return [site.get("/notice/", accept_encoding=coding) for coding in (b"identity", b"gzip")]


def _profile(site: Site) -> Any:
    return site.get("/profile/", authorization=b"Bearer ada").json()


def _kept(site: Site, kind: str = "public", *methods: str) -> httpx.Response:
    """The last answer of a cache of whole answers, three seconds after the first."""
    site.get(f"/kept/{kind}")
    site.clock.now += 3
    for method in methods:
        site.ask(method, f"/kept/{kind}")
    return site.get(f"/kept/{kind}")


def _made_before(site: Site) -> bool:
    first = site.get("/kept/public").headers["date"]
    return _kept(site).headers["date"] == first


ODD: dict[str, Callable[[Site], bool]] = {
    "two-envelopes": lambda site: len(site.get("/items/").json()["data"]["items"]) == 3,
    "items-by-id": lambda site: set(site.get("/items/").json()) == {"1", "2", "3"},
    "skus": lambda site: [item["sku"] for item in site.get("/items/").json()] == ["a1", "a2", "a3"],
    "soft-deletes": lambda site: (
        _status("DELETE", "/items/1")(site) == 204 and site.get("/items/1").json()["deleted"] is True
    ),
    "normalised-names": lambda site: (
        site.ask("POST", "/items/", json={"name": "a  new pen"}).json()["name"] == "A New Pen"
    ),
    "clears-later": lambda site: _status("DELETE", "/cache/")(site) == 202,
    "report-of-text": lambda site: site.get("/reports/").json() == {"report": "Q1"},
    "catch-all": lambda site: site.get("/no/such/path").json() == {"error": "unknown"},
    "methods-ignored": lambda site: len(site.ask("POST", "/items/", json={"name": "x"}).json()) == 3,
    "old-public-errors": lambda site: site.get("/items/999").headers["cache-control"] == "public, max-age=0",
    "weak-tags": lambda site: _tag(site).startswith(b'W/"'),
    "strong-after-a-second": _grows_strong,
    "comma-in-tag": lambda site: b"," in _tag(site),
    "long-tag": lambda site: len(_tag(site)) == 1002,
    "obs-text-tag": lambda site: max(_tag(site)) == 0xFC,
    "hit-flag-in-tag": lambda site: _flags_and_tags(site) == 2,
    "no-last-modified": lambda site: "last-modified" not in site.get("/items/").headers,
    "uppercase-cache-control": lambda site: _policies(site) == ["PUBLIC, MAX-AGE=300"],
    "cache-control-two-lines": lambda site: _policies(site) == ["public", "max-age=300", "no-transform"],
    "unknown-directives": lambda site: 'community="UCI, and others"' in _policies(site)[0],
    "gzip-with-vary": lambda site: site.get("/items/", accept_encoding=b"gzip").headers["vary"] != "",
    "chunked": lambda site: b"transfer-encoding: chunked" in map(bytes.lower, _fields(site)),
    "head-knows-no-content": lambda site: "etag" not in site.ask("HEAD", "/items/").headers,
    "closing": lambda site: site.get("/items/").headers["connection"] == "close",
    "slow": lambda site: site.get("/items/").elapsed.total_seconds() > 0.09,
    "via-proxy": lambda site: site.get("/items/").headers["via"] == "1.1 gateway.example",
    "content-length-on-304": lambda site: (
        site.get("/items/", b"*").headers["content-length"] == site.get("/items/").headers["content-length"]
    ),
    "content-type-on-304": lambda site: "content-type" in site.get("/items/", b"*").headers,
    "envelope": lambda site: list(site.get("/items/").json()) == ["items"],
    "newest-first": lambda site: [item["id"] for item in site.get("/items/").json()] == [3, 2, 1],
    "whole-second-ttl": lambda site: True,
    "one-weak-tag": lambda site: len({tag_of(each) for each in _notices(site)}) == 1,
    "gzip-in-members": lambda site: (
        site.raw("GET", "/notice/", "Accept-Encoding: gzip").count(b"\x1f\x8b\x08") == 2
    ),
    "in-deflate": lambda site: (
        b"content-encoding: deflate" in site.raw("GET", "/notice/", "Accept-Encoding: deflate").lower()
    ),
    "gzip-unless-refused": lambda site: b"\x1f\x8b\x08" in site.raw("GET", "/notice/"),
    "vary-in-lines": lambda site: len(site.get("/notice/").headers.get_list("vary")) == 2,
    "counted-profile": lambda site: [_profile(site)["reads"] for _ in range(2)] == [1, 2],
    "profile-by-login": lambda site: site.raw("GET", "/profile/").startswith(b"HTTP/1.1 303"),
    "no-head": lambda site: _status("HEAD", "/items/")(site) == 405,
    "no-writes": lambda site: _status("POST", "/items/")(site) == 405,
    "auth-writes": lambda site: _status("POST", "/items/")(site) == 401,
    "needs-if-match": lambda site: _status("DELETE", "/items/1")(site) == 428,
    "patch-only": lambda site: _status("PUT", "/items/1")(site) == 405,
    "uuid-ids": lambda site: len(site.ask("POST", "/items/", json={"name": "x"}).json()["id"]) == 36,
    "no-slash": lambda site: len(site.get("/items/").history) == 1,
    "report-counts-down": lambda site: site.get("/reports/").headers["cache-control"].startswith("max-age="),
    "time-to-the-minute": lambda site: len(site.get("/cached-time/").json()["time"]) == 16,
    "time-is-a-date": lambda site: len(site.get("/cached-time/").json()["time"]) == 10,
    "time-never-changes": lambda site: site.get("/cached-time/").json()["time"] == "noon",
    "fresh-for-ever": lambda site: "2147483648" in site.get("/items/").headers["cache-control"],
    "aged": lambda site: site.get("/items/").headers["age"] == "7",
    "vary-star": lambda site: site.get("/items/").headers["vary"] == "*",
    "whole-dated-as-made": _made_before,
    "whole-validating": lambda site: _kept(site, "no-cache").headers["x-cache"] == "HIT",
    "whole-forgetting": lambda site: _kept(site, "public", "HEAD").headers["x-cache"] == "MISS",
    "whole-by-status": lambda site: _kept(site).headers["cache-status"] == "Reference; hit",
    "lowercase-fields": lambda site: all(line[:4].islower() for line in _fields(site)),
    "uppercase-fields": lambda site: all(line[:4].isupper() for line in _fields(site)),
    "http10": lambda site: _line(site) == b"HTTP/1.0 200 OK",
    "empty-reason": lambda site: _line(site) == b"HTTP/1.1 200 ",
    "own-reason": lambda site: _line(site) == b"HTTP/1.1 200 As You Like It",
    "extra-whitespace": lambda site: all(line.endswith(b" \t ") for line in _fields(site)),
    "no-whitespace": lambda site: b"cache-control:no-cache" in _fields(site),
    "early-hints": lambda site: _line(site) == b"HTTP/1.1 103 Early Hints",
    "in-drops": lambda site: True,
    "single-connection": _one_waits_for_the_other,
}


def test_every_variant_is_shown_here() -> None:
    assert list(ODD) == list(VARIANTS)


@each_variant
def test_a_variant_is_odd_in_its_way(site: Site) -> None:
    assert ODD[site.variant](site)


@pytest.mark.parametrize("variant", ["gzip-with-vary"])
def test_codings_have_their_own_tags_and_do_not_match_crosswise(site: Site) -> None:
    plain, coded = (
        site.ask("GET", "/items/", {b"accept-encoding": coding}) for coding in (b"identity", b"gzip")
    )
    assert plain.content == coded.content
    assert coded.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == coded.headers["vary"] == "Accept-Encoding"
    assert b"\r\n\r\n" + gzip.compress(plain.content, mtime=0) in site.raw(
        "GET", "/items/", "Accept-Encoding: gzip"
    )
    tags = [tag_of(plain), tag_of(coded)]
    for coding, expected in ((b"identity", [304, 200]), (b"gzip", [200, 304]), (b"gzip;q=0", [304, 200])):
        assert [site.get("/items/", tag, accept_encoding=coding).status_code for tag in tags] == expected
    item = tag_of(site.get("/items/1", accept_encoding=b"gzip"))
    assert site.ask("PATCH", "/items/1", {b"if-match": item}, json={"price": 3}).status_code == 200
