"""What is found since another entry of the server's cache has answered is no fault of the tag."""

from __future__ import annotations

import pytest
from helpers.records import check, court, done, exchange, failed, record, run, step, timed
from msgspec.structs import replace

from conformance.judge.verdicts import judge, retryable
from conformance.model import Effect, Exchange, Run, StepRecord, Verdict

FIRST = step("first")
AGAIN = step("again", expect={"etag": {"same-as": "first"}})
WRITE = step("write", do="change")
MINE = run(check("a-check", FIRST, AGAIN), timed())
OF_TTL = run(check("of-ttl", step("soon", expect={"hit": True}), needs=("ttl",)), timed())


def read(value: str, etag: str, *, hit: bool = True) -> Exchange:
    return exchange(body=value.encode(), etag=etag, value=value, hit=hit)


def verdict(of: Run, *steps: StepRecord, **known: Verdict) -> Verdict:
    judged = {OF_TTL.id: known["ttl"]} if known else {}
    kept = replace(record(*steps), kept=of.resource is not None and of.resource.ttl is not None)
    return judge(of, kept, court(of, OF_TTL, verdicts=judged))


SAME = done("again", read("noon", '"b"'))
OTHER = done("again", read("one", '"b"'))
ANEW = done("again", read("noon", '"b"', hit=False))
BEFORE = done("first", read("noon", '"a"'))


def test_another_tag_of_the_same_entry_is_a_fault() -> None:
    assert verdict(MINE, BEFORE, SAME).outcome == "fail"


@pytest.mark.parametrize("later", [OTHER, ANEW], ids=["another value", "computed anew"])
def test_another_tag_of_another_entry_is_none_and_worth_another_try(later: StepRecord) -> None:
    found = verdict(MINE, BEFORE, later)
    assert (found.outcome, found.cause) == ("inconclusive", "the entry ended while we asked")
    assert retryable(found, MINE)


@pytest.mark.parametrize("later", [OTHER, ANEW], ids=["another value", "computed anew"])
def test_where_the_cache_itself_has_failed_that_blocks_it(later: StepRecord) -> None:
    found = verdict(MINE, BEFORE, later, ttl=replace(failed(), code="hit.true"))
    assert (found.outcome, found.cause) == ("blocked", OF_TTL.id)


def test_what_is_not_kept_has_no_such_excuse() -> None:
    mine = run(check("a-check", FIRST, AGAIN))
    assert verdict(mine, BEFORE, OTHER).outcome == "fail"


def test_a_tag_that_is_missing_is_a_fault_of_any_entry() -> None:
    mine = run(check("a-check", FIRST, step("again", expect={"etag": "present"})), timed())
    bare = done("again", exchange(value="one", hit=True))
    assert verdict(mine, BEFORE, bare).outcome == "fail"


def test_the_read_after_a_write_is_of_another_entry_in_any_case() -> None:
    mine = run(check("a-check", FIRST, WRITE, AGAIN), timed())
    written = done("write", exchange(method="PUT"), do="change", effect=Effect("change"))
    assert verdict(mine, BEFORE, written, OTHER).outcome == "fail"


def test_a_body_that_is_needed_again_and_is_of_another_entry_does_not_make_a_check_inapplicable() -> None:
    mine = run(check("a-check", FIRST, replace(AGAIN, only_if={"body": {"same-as": "first"}})), timed())
    assert verdict(mine, BEFORE, OTHER).outcome == "inconclusive"
