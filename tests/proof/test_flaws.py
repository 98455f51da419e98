"""The proof: each flaw is caught by a check of what it breaks, and each check catches a flaw.

What is committed was measured (`python -m tools.matrix`); here it is held to be fresh by its digests, and a
few flaws are run, others after each change of the machinery. CI runs them all (`.ci/run`).
"""

from __future__ import annotations

import random
from typing import Final

import pytest
from helpers.runs import SUITE

from reference_impl.twisted.flaws import FLAWS
from tools.matrix import command
from tools.matrix.data import check_of, now, read
from tools.matrix.pages import catches
from tools.matrix.runs import Task
from tools.matrix.which import aimed, checks, of_lesson, rows, runnable, way

DATA: Final = read()
LESSON: Final = tuple(name for name in runnable(SUITE) if of_lesson(FLAWS[name]))
QUICK: Final = [name for name in LESSON if not (way(name, SUITE).workers or way(name, SUITE).started)]
SAMPLE: Final = random.Random(DATA.ground.machinery).sample(QUICK, 6)  # noqa: S311 - the same for all of xdist


def fails(name: str) -> set[str]:
    return {check_of(each) for each in DATA.flaws[name].fails} if name in DATA.flaws else set()


def test_what_is_committed_is_fresh() -> None:
    assert command.unfresh(DATA, now(SUITE), SUITE) == []


@pytest.mark.parametrize("name", SAMPLE)
def test_a_flaw_shows_what_is_committed(name: str) -> None:
    (trial,) = command.run([Task(name)], DATA, SUITE)
    assert trial.wrong + trial.changed == []


def test_each_flaw_of_the_lesson_fails_a_check_of_what_it_breaks() -> None:
    assert [name for name in LESSON if not fails(name) & set(aimed(FLAWS[name], SUITE))] == []


def test_each_check_has_a_flaw_of_its_row_under_which_it_fails() -> None:
    table = catches(DATA, SUITE)
    assert [check.id for check in checks(SUITE) if not table[check.id]] == []


@pytest.mark.parametrize(
    ("name", "only"),
    [
        ("half-ttl", {"hit-until-ttl"}),
        ("double-ttl", {"ttl-ends"}),
        ("never-expires", {"ttl-ends"}),
        ("sliding-ttl", {"reads-do-not-prolong"}),
        ("no-cache-at-all", {"hit-within-ttl"}),
        ("never-miss", {"miss-says-so"}),
        ("lying-cached", {"flag-is-true"}),
        ("cached-as-string", {"flag-is-boolean"}),
        ("stampede", {"one-recomputation"}),
        ("no-etag", {"etag-present"}),
        ("random-etag", {"etag-repeats"}),
        ("unquoted-etag", {"etag-quoted"}),
        ("constant-etag", {"etag-changes-with-content"}),
        ("first-item-etag", {"etag-changes-with-content"}),
        ("updates-only-etag", {"etag-changes-with-create"}),
        ("names-only-etag", {"etag-changes-with-content"}),
        ("constant-item-etag", {"etag-changes-with-content"}),
        ("update-invalidates-once", {"change-shows"}),
        ("update-stores-nothing", {"change-shows"}),
        ("late-without-a-word", {"create-shows", "change-shows"}),
        ("update-loses-the-item", {"change-shows-on-item"}),
        ("refused-write-half-done", {"refused-write-changes-nothing"}),
        ("old-tag-304", {"old-tag-is-200"}),
        ("sticky-304", {"plain-get-is-200"}),
        ("body-on-304", {"not-modified-has-no-body"}),
        ("late-body-on-304", {"not-modified-has-no-body"}),
        ("no-etag-on-304", {"not-modified-has-etag"}),
        ("no-cc-on-304", {"not-modified-repeats-cache-control"}),
        ("update-not-invalidated-item", {"change-shows-on-item"}),
        ("delete-not-invalidated-item", {"remove-shows-on-item"}),
        ("clear-does-nothing", {"clear-empties"}),
        ("refused-write-changes-data", {"refused-write-changes-nothing"}),
        ("cc-unit", {"cache-control-valid"}),
        ("cached-time-404", {"members-present"}),
        ("fresh-but-aged", {"max-age-where-sent"}),
        ("lesson-sample", {"etag-quoted", "cache-control-present"}),
        ("lesson-merged", {"etag-quoted", "not-modified-repeats-cache-control"}),
    ],
)
def test_a_flaw_fails_nothing_else(name: str, only: set[str]) -> None:
    assert fails(name) == only


@pytest.mark.parametrize(
    ("check", "flaw"),
    [
        ("body-and-tag-move-together", "tag-lags-body"),
        ("inm-current-is-304", "ignores-inm"),
        ("keys-are-apart", "shared-key"),
    ],
)
def test_the_flaw_that_is_made_for_its_row_comes_first(check: str, flaw: str) -> None:
    assert catches(DATA, SUITE)[check][0] == flaw


def test_every_flaw_is_run_or_breaks_what_no_check_cites() -> None:
    cited = frozenset[str]().union(*map(rows, checks(SUITE)))
    left = {name for name in FLAWS if name not in DATA.flaws}
    assert {name for name in left if set(FLAWS[name].breaks) & cited} == set()
