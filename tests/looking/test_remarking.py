"""conformance.looking.remarking: what is not as it is due, by the checks that are about it."""

from __future__ import annotations

import pytest
from helpers.records import exchange
from helpers.rules import none_of

from conformance.load.specs import load
from conformance.looking.reading import read
from conformance.looking.remarking import OBSERVED, remarks
from conformance.looking.seen import Remark
from conformance.model import ASCENDING, Exchange

FINE = [("Date", "Mon, 01 Jan 2024 00:00:00 GMT"), ("Content-Length", "2")]


def answer(
    status: int = 200, etag: str | None = '"a"', cc: str | None = "no-cache", **more: object
) -> Exchange:
    headers = [*FINE, *more.pop("headers", ())]  # type: ignore[misc]
    media = None if status == 304 else "application/json"
    body = b"" if status == 304 else more.pop("body", b"[]")
    return exchange(status, body, etag=etag, cc=cc, media=media, headers=headers, **more)  # type: ignore[arg-type]


def right() -> dict[str, Exchange]:
    """What a server that does all of it right answers."""
    unmatched = [("If-None-Match", '"other"')]
    return {
        "plain": answer(),
        "again": answer(),
        "head": answer(body=b"", method="HEAD"),
        "same tag": answer(304, sent=[("If-None-Match", '"a"')]),
        "other form": answer(304, sent=[("If-None-Match", 'W/"a"')]),
        "other tag": answer(sent=unmatched),
        "part": answer(sent=[("Range", "bytes=0-0")]),
        "coded": answer(sent=[("Accept-Encoding", "gzip")]),
    }


def remarked(**changed: Exchange) -> tuple[Remark, ...]:
    answers = right() | {name.replace("_", " "): each for name, each in changed.items()}
    return remarks(load(), read("http://h/items/", answers), answers)


def test_of_a_server_that_is_right_nothing_is_remarked() -> None:
    assert remarked() == ()


ZIPPED = [("Content-Encoding", "gzip")]


@pytest.mark.parametrize(
    ("check", "changed"),
    [
        ("inm-current-is-304", {"same_tag": answer(sent=[("If-None-Match", '"a"')])}),
        ("inm-compares-weakly", {"other_form": answer(sent=[("If-None-Match", 'W/"a"')])}),
        ("inm-other-is-200", {"other_tag": answer(304, sent=[("If-None-Match", '"x"')])}),
        ("etag-repeats", {"again": answer(etag='"b"')}),
        ("one-body-for-a-strong-tag", {"again": answer(body=b"{}")}),
        ("not-modified-has-etag", {"same_tag": answer(304, etag=None)}),
        ("head-has-the-fields-of-get", {"head": answer(cc=None, body=b"", method="HEAD")}),
        ("compressed-answer-varies", {"coded": answer(headers=ZIPPED, etag='"z"')}),
        ("codings-have-own-tags", {"coded": answer(headers=[*ZIPPED, ("Vary", "Accept-Encoding")])}),
        ("directives-agree", {"plain": answer(cc="no-cache, public, private")}),
        ("tags-everywhere-are-valid", {"plain": answer(etag="abc")}),
    ],
)
def test_each_mistake_is_remarked_with_what_to_do(check: str, changed: dict[str, Exchange]) -> None:
    found = {each.check: each for each in remarked(**changed)}
    assert check in found
    assert found[check].next
    assert found[check].found


def test_no_validator_at_all_is_remarked_unless_nobody_keeps_a_copy() -> None:
    def checks(policy: str) -> list[str]:
        answers = {"plain": answer(etag=None, cc=policy)}
        return [each.check for each in remarks(load(), read("http://h/", answers), answers)]

    assert ("etag-present" in checks("max-age=60"), "etag-present" in checks("no-store")) == (True, False)


def test_what_binds_hardest_comes_first_and_each_check_once() -> None:
    found = remarked(
        plain=answer(etag="abc", cc=None), again=answer(etag="abd", cc=None), same_tag=answer(etag="abc")
    )
    levels = [ASCENDING.index(each.level) for each in found]
    assert levels == sorted(levels, reverse=True)
    assert len({each.check for each in found}) == len(found)


def test_what_the_requests_show_is_told_by_checks_that_there_are() -> None:
    known = {check.id for file in load().files for check in file.checks}
    none_of(each.check for each in OBSERVED if each.check not in known)
