"""The flaws beyond the lesson: each answers a request otherwise than the reference does."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from helpers.proof import caught
from helpers.sites import Served

from reference_impl.settings import Settings
from reference_impl.twisted.flaws import FLAWS
from reference_impl.twisted.serve import start

NOW = 1_750_000_000.0
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Mon, 16 Jun 2025 00:00:00 GMT"
PEN = b'{"name":"Pen"}'


@dataclass(frozen=True)
class Raw:
    """An answer as bytes."""

    status: int
    head: str
    body: bytes

    def lines(self, name: str) -> list[str]:
        return re.findall(rf"(?im)^{name}: *(.*?)\r$", self.head + "\r\n")


class Site(Served):
    """A running server, asked by bytes."""

    def answer(self, method: str, path: str, *fields: str) -> Raw:
        body = PEN if method in {"PUT", "PATCH", "POST"} else b""
        head, _, content = self.raw(method, path, *fields, body=body).partition(b"\r\n\r\n")
        return Raw(int(head.split()[1]), head.decode("latin-1"), content)

    def known(self, text: str) -> str:
        """The text with the current tag (also in other case, or longer) and date of the first item put in."""
        shown = self.answer("GET", "/items/1")
        tag = shown.lines("etag")[0]
        filled = {"SWAPPED": tag.swapcase(), "LONGER": f'{tag[:-1]}2"', "TAG": tag}
        for name, value in (*filled.items(), ("DATE", shown.lines("last-modified")[0])):
            text = text.replace(name, value)
        return text


# Flaw, method, path, fields, the reference's status, the flaw's status.
ASKED: list[tuple[str, str, str, tuple[str, ...], int, int]] = [
    ("inm-strong", "GET", "/items/1", ("If-None-Match: W/TAG",), 304, 200),
    ("inm-whole-string", "GET", "/items/1", ('If-None-Match: "x", TAG',), 304, 200),
    ("inm-first-tag", "GET", "/items/1", ('If-None-Match: "x", TAG',), 304, 200),
    ("inm-first-line", "GET", "/items/1", ('If-None-Match: "x"', "If-None-Match: TAG"), 304, 200),
    ("inm-no-star", "GET", "/items/1", ("If-None-Match: *",), 304, 200),
    ("inm-splits-commas", "GET", "/items/1", ('If-None-Match: "a,b", TAG',), 304, 200),
    ("inm-any-case", "GET", "/items/1", ("If-None-Match: SWAPPED",), 200, 304),
    ("inm-substring", "GET", "/items/1", ("If-None-Match: LONGER",), 200, 304),
    ("inm-not-on-head", "HEAD", "/items/1", ("If-None-Match: TAG",), 304, 200),
    ("inm-not-on-writes", "PUT", "/items/1", ("If-None-Match: TAG",), 412, 200),
    ("inm-304-on-writes", "PUT", "/items/1", ("If-None-Match: TAG",), 412, 304),
    ("ims-ignored", "GET", "/items/1", ("If-Modified-Since: DATE",), 304, 200),
    ("ims-not-on-head", "HEAD", "/items/1", ("If-Modified-Since: DATE",), 304, 200),
    ("ims-equal-only", "GET", "/items/1", (f"If-Modified-Since: {LATER}",), 304, 200),
    ("ims-always-304", "GET", "/items/1", (f"If-Modified-Since: {LONG_AGO}",), 200, 304),
    ("ims-beats-inm", "GET", "/items/1", ('If-None-Match: "x"', "If-Modified-Since: DATE"), 200, 304),
    ("ims-fussy", "GET", "/items/1", ("If-Modified-Since: noon",), 200, 412),
    ("ims-on-writes", "PUT", "/items/1", ("If-Modified-Since: DATE",), 200, 412),
    ("dates-imf-only", "GET", "/items/1", ("If-Modified-Since: Mon Jun 16 00:00:00 2025",), 304, 200),
    ("if-match-ignored", "PUT", "/items/1", ('If-Match: "x"',), 412, 200),
    ("if-match-not-on-reads", "GET", "/items/1", ('If-Match: "x"',), 412, 200),
    ("if-match-not-on-delete", "DELETE", "/items/1", ('If-Match: "x"',), 412, 204),
    ("if-match-weak", "PUT", "/items/1", ("If-Match: W/TAG",), 412, 200),
    ("if-match-first-tag", "PUT", "/items/1", ('If-Match: "x", TAG',), 200, 412),
    ("if-match-no-star", "PUT", "/items/1", ("If-Match: *",), 200, 412),
    ("if-match-never", "PUT", "/items/1", ("If-Match: TAG",), 200, 412),
    ("ius-ignored", "PUT", "/items/1", (f"If-Unmodified-Since: {LONG_AGO}",), 412, 200),
    (
        "ius-beats-if-match",
        "PUT",
        "/items/1",
        ("If-Match: TAG", f"If-Unmodified-Since: {LONG_AGO}"),
        200,
        412,
    ),
    ("inm-before-if-match", "GET", "/items/1", ('If-Match: "x"', "If-None-Match: TAG"), 412, 304),
    ("412-for-404", "GET", "/items/99", ("If-None-Match: *",), 404, 412),
    ("304-for-redirect", "GET", "/items", ("If-None-Match: *",), 307, 304),
    ("put-201", "PUT", "/items/1", (), 200, 201),
]

GET, HEAD = ("GET", "/items/"), ("HEAD", "/items/")
HIT = ("GET", "/items/1", "If-None-Match: TAG")
CODED = ("GET", "/items/1", "Accept-Encoding: gzip")

# Flaw, request, and what is to be seen on its answer.
SEEN: list[tuple[str, tuple[str, ...], Callable[[Raw], bool]]] = [
    ("last-modified-later", GET, lambda raw: raw.lines("last-modified") == ["Mon, 16 Jun 2025 15:06:40 GMT"]),
    ("last-modified-iso", GET, lambda raw: raw.lines("last-modified") == ["2024-02-29T12:00:00Z"]),
    ("no-date", GET, lambda raw: raw.lines("date") == []),
    ("no-date-on-304", HIT, lambda raw: raw.lines("date") == []),
    ("etag-twice", GET, lambda raw: len(raw.lines("etag")) == 2),
    ("head-other-length", HEAD, lambda raw: raw.lines("content-length") == ["1"]),
    ("head-without-fields", HEAD, lambda raw: not raw.lines("etag") and not raw.lines("cache-control")),
    ("head-with-body", HEAD, lambda raw: raw.body == b"[]"),
    ("zero-length-304", HIT, lambda raw: raw.lines("content-length") == ["0"]),
    ("length-on-204", ("DELETE", "/items/1"), lambda raw: raw.lines("content-length") == ["0"]),
    ("gzip-same-tag", CODED, lambda raw: bool(raw.lines("vary")) and raw.lines("etag")[0].startswith('"')),
    ("gzip-no-vary", CODED, lambda raw: bool(raw.lines("content-encoding")) and not raw.lines("vary")),
    ("age-negative", GET, lambda raw: raw.lines("age") == ["-1"]),
    ("expires-in-words", GET, lambda raw: raw.lines("expires") == ["tomorrow"]),
    ("cc-quoted-max-age", GET, lambda raw: raw.lines("cache-control") == ['max-age="0"']),
    ("cc-argument", GET, lambda raw: raw.lines("cache-control") == ["no-store=1"]),
    ("cc-empty-element", GET, lambda raw: raw.lines("cache-control") == ["no-cache,, private"]),
    ("swr-without-seconds", GET, lambda raw: raw.head.count("stale-while-revalidate") == 1),
    ("created-without-location", ("POST", "/items/"), lambda raw: not raw.lines("location")),
    ("write-old-tag", ("PUT", "/items/1"), lambda raw: len(raw.lines("etag")) == 1),
    ("put-tag-of-transformed", ("PUT", "/items/1"), lambda raw: len(raw.lines("etag")) == 1),
    ("405-without-allow", ("HEAD", "/items/"), lambda raw: raw.status == 405 and not raw.lines("allow")),
]


def _moved_date(site: Site) -> bool:
    clock = iter(range(10**6))
    with start(Settings(clock=lambda: NOW + next(clock)), "last-modified-now") as running:
        site.running.close()
        site.running = running
        dates = [site.answer("GET", "/items/").lines("last-modified") for _ in range(2)]
    return dates[0] != dates[1]


def _writes_in_spite(site: Site) -> bool:
    before = site.answer("GET", "/items/1").body
    assert site.answer("PUT", "/items/1", 'If-Match: "x"').status == 412
    return site.answer("GET", "/items/1").body != before


OTHERS: dict[str, Callable[[Site], bool]] = {
    "last-modified-now": _moved_date,
    "performed-412": _writes_in_spite,
    "reads-write": lambda site: site.answer("GET", "/items/1").body != site.answer("GET", "/items/1").body,
}


def test_every_flaw_is_shown_here_or_by_a_check_that_fails_under_it() -> None:
    shown = {row[0] for row in ASKED} | {row[0] for row in SEEN} | set(OTHERS)
    beyond = {flaw.name for flaw in FLAWS.values() if not flaw.breaks[0].startswith("LES")}
    assert beyond - shown - caught() == set()
    assert shown - beyond == set()


@pytest.mark.parametrize(("flaw", "method", "path", "fields", "right", "wrong"), ASKED)
def test_a_flaw_gives_another_status(  # noqa: PLR0913, PLR0917 - a row of the table
    flaw: str, method: str, path: str, fields: tuple[str, ...], right: int, wrong: int
) -> None:
    for name, expected in (("", right), (flaw, wrong)):
        site = Site(name)
        with site.stack:
            assert site.answer(method, path, *map(site.known, fields)).status == expected


@pytest.mark.parametrize(("flaw", "request_line", "seen"), SEEN)
def test_a_flaw_is_seen_on_the_answer(
    flaw: str, request_line: tuple[str, ...], seen: Callable[[Raw], bool]
) -> None:
    method, path, *fields = request_line
    for name, expected in (("", False), (flaw, True)):
        site = Site(name)
        with site.stack:
            assert seen(site.answer(method, path, *map(site.known, fields))) is expected


@pytest.mark.parametrize("flaw", OTHERS)
def test_a_flaw_is_seen_by_several_requests(flaw: str) -> None:
    site = Site(flaw)
    with site.stack:
        assert OTHERS[flaw](site)


def test_a_flaw_says_what_it_breaks() -> None:
    for flaw in FLAWS.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", flaw.name)
        assert flaw.says
        assert not flaw.says.endswith(".")
        assert flaw.breaks
        assert all(re.fullmatch(r"[A-Z]+\d\d", row) for row in flaw.breaks)
