"""Each flawed server has the defect that it names, and the reference has none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from helpers.defects import DEFECTS
from helpers.proof import caught
from helpers.rules import none_of
from helpers.sites import TIME, TTL, Site

from reference_impl.twisted.flaws import FLAWS


@pytest.fixture
def site(flaw: str) -> Iterator[Site]:
    made = Site(flaw)
    with made.stack:
        yield made


def test_every_flaw_is_shown_here_or_by_a_check_that_fails_under_it() -> None:
    of_lesson = [flaw.name for flaw in FLAWS.values() if flaw.breaks[0].startswith("LES")]
    assert [name for name in of_lesson if name not in DEFECTS and name not in caught()] == []
    assert [name for name in DEFECTS if name not in of_lesson] == []


@pytest.mark.parametrize("flaw", DEFECTS)
def test_a_flawed_server_has_its_defect(site: Site) -> None:
    assert DEFECTS[site.flaw](site)


def test_the_reference_has_no_defect() -> None:
    none_of(name for name, has in DEFECTS.items() if _shows(has))


def _shows(has: Callable[[Site], bool]) -> bool:
    site = Site("")
    with site.stack:
        return has(site)


def test_the_lessons_sample_keeps_to_ttl_and_clock() -> None:
    site = Site("lesson-sample")
    with site.stack:
        first = site.get(TIME).json()
        site.clock.now += TTL - 1
        assert site.get(TIME).json() == {"time": first["time"], "cached": True}
        site.clock.now += 1
        assert site.cached() is False
        hit = site.hit()
        assert (hit.status_code, hit.headers["etag"]) == (304, site.tag())
