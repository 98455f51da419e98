"""conformance.sending.wholes: which whole answer the parts of another are held against."""

from __future__ import annotations

from helpers.records import exchange

from conformance.model import Exchange, Slices
from conformance.sending.wholes import Wholes

GZIP = ("Accept-Encoding", "gzip")


def held(wholes: Wholes, each: Exchange) -> Slices | None:
    assert each.response is not None
    return wholes.held(each.request, each.response)


def part(*sent: tuple[str, str], body: bytes = b"12", path: str = "/items/") -> Exchange:
    told = [("Content-Range", "bytes 1-2/4")]
    return exchange(206, body, headers=told, sent=[("Range", "bytes=1-2"), *sent], path=path)


def fits(wholes: Wholes, each: Exchange) -> bool:
    found = held(wholes, each)
    assert found is not None
    return found.slices[0].digest == found.slices[0].due


def test_a_part_is_held_against_the_whole_to_the_same_request() -> None:
    wholes = Wholes()
    assert held(wholes, exchange(body=b"0123")) is None
    assert held(wholes, exchange(body=b"abcd", sent=[GZIP])) is None
    assert fits(wholes, part(("If-Range", '"a"')))
    assert not fits(wholes, part(GZIP))
    assert fits(wholes, part(("accept-encoding", "gzip"), body=b"bc"))


def test_where_none_was_read_there_is_nothing_to_hold_it_against() -> None:
    wholes = Wholes()
    held(wholes, exchange(body=b"0123"))
    found = held(wholes, part(path="/other/"))
    assert found is not None
    assert (found.of, found.slices[0].due) == ("", "")


def test_what_is_no_whole_is_not_kept() -> None:
    wholes = Wholes()
    held(wholes, exchange(body=b"0123"))
    for other in (
        exchange(404, b"none"),
        exchange(body=b"abcd", sent=[("Range", "lines=0-1")]),
        exchange(body=b"abcd", sent=[("If-None-Match", '"x"')]),
        exchange(body=b"abcd", method="POST"),
    ):
        assert held(wholes, other) is None
    assert fits(wholes, part())


def test_two_are_kept_at_most_and_the_last_of_each() -> None:
    wholes = Wholes()
    for body, sent in ((b"0123", []), (b"abcd", [GZIP]), (b"9123", []), (b"wxyz", [("Accept", "a")])):
        held(wholes, exchange(body=body, sent=sent))
    assert fits(wholes, part())
    found = held(wholes, part(GZIP))
    assert found is not None
    assert found.of == ""
