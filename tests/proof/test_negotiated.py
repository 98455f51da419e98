"""What is chosen by the request: the reference, and servers that are odd but correct, fail nothing of it."""

from __future__ import annotations

import pytest
from helpers.runs import bad, on, reference

from reference_impl.twisted.variants import negotiation

MINE = ("specs/negotiation.yaml", "users-have-own-answers", "nobody-has-a-users-answer")
OTHER_CODINGS = ("other-codings-have-own-tags", "other-codings-are-the-plain-one", "other-codings-vary")
UNTAGGED = {"counted-profile": {"etag-present"}}  # its target says that it has a tag


@pytest.mark.slow
@pytest.mark.parametrize("name", [variant.name for variant in negotiation.VARIANTS])
def test_a_variant_of_what_is_chosen_fails_nothing(name: str) -> None:
    with reference(variant=name) as server:
        report = server.judge(target="reference", tier="full")
    wrong = bad(report, "fail", "error", "unreachable", "inconclusive", "warn")
    assert {id_.rpartition("::")[2] for id_ in wrong} == UNTAGGED.get(name, set())


def test_the_reference_passes_all_that_is_asked_of_users_and_variants() -> None:
    with reference() as server:
        report = server.judge(target="reference", tier="strict")
    assert {e.verdict.verdict for e in report.judged} == {"pass", "info", "not-applicable", "untestable"}
    mine = [e for e in report.judged if any(each in e.nodeid for each in MINE)]
    beyond = {"star-has-no-lifetime", *OTHER_CODINGS}
    assert {e.id for e in mine if e.verdict.outcome == "pass"} == {e.id for e in mine} - beyond


def test_another_coding_than_gzip_is_judged_where_there_is_one() -> None:
    with reference(variant="in-deflate") as server:
        runs = frozenset(f"specs/negotiation.yaml::notice::{name}" for name in OTHER_CODINGS)
        report = server.judge(target="reference", tier="core", selected=runs)
    assert {on(report, name, "notice").verdict for name in OTHER_CODINGS} == {"pass"}
