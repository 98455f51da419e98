"""conformance.plan.choosing: what is asked for, by words that people know."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from conformance.errors import UsageError
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.plan.choosing import chosen
from conformance.plan.lanes import plan

SUITE, TARGET = load(), load_target()
RUNS = plan(SUITE, TARGET, "core").runs
INM = "specs/if-none-match.yaml::items::inm-current-is-304"


def of(only: Sequence[str] = (), skip: Sequence[str] = ()) -> set[str] | None:
    found = chosen(SUITE, TARGET, "core", only, skip)
    return None if found is None else set(found)


def test_without_a_word_all_are_asked_for() -> None:
    assert of() is None
    assert of([""]) is None


@pytest.mark.parametrize(
    "word",
    ["inm-current-is-304", "INM-CURRENT-*", INM, "if-none-match", "LES0?", "B01", "must", "items", "*"],
)
def test_a_check_is_found_by_its_id_its_topic_its_rows_its_level_and_its_resource(word: str) -> None:
    found = of([word])
    assert found is not None
    assert INM in found


def test_a_pattern_is_of_the_whole_name() -> None:
    assert of(["inm-current-is-304"]) == {run.id for run in RUNS if run.check.id == "inm-current-is-304"}


def test_words_with_commas_add_up_and_what_is_skipped_is_left_out() -> None:
    both = of(["if-none-match,not-modified"])
    assert both is not None
    assert {id_.partition("::")[0] for id_ in both} == {"specs/if-none-match.yaml", "specs/not-modified.yaml"}
    less = of(["if-none-match,not-modified"], ["not-modified"])
    assert less == {id_ for id_ in both if "not-modified.yaml" not in id_}
    assert of(["if-none-match"], ["*"]) == set()


def test_a_word_that_names_nothing_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no check is called 'if-nonematch'.*'if-none-match'"):
        of(["if-nonematch"])
    with pytest.raises(UsageError, match="accepted is a check"):
        of((), ["zzz*"])


def test_what_is_of_a_tier_beyond_may_be_skipped_and_can_not_be_asked_for() -> None:
    assert of((), ["ims-iso"]) == {run.id for run in RUNS}
    with pytest.raises(UsageError, match=r"the tier core has no check .*'ims-iso'; the tier \w+ has"):
        of(["ims-iso"])


def test_what_a_check_builds_on_is_run_though_it_is_not_asked_for() -> None:
    names = [run.check.id for run in plan(SUITE, TARGET, "core", of([INM])).runs]
    assert names.count("inm-current-is-304") == 1
    assert "etag-present" in names
