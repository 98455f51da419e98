"""tools.servers.expecting: nothing new is accepted silently, and nothing that is gone is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.rules import none_of

from conformance.load.specs import load
from tools.servers import expecting
from tools.servers.expecting import Behaviour, compared, expected, problems, rewritten, write_expected
from tools.servers.judging import Finding
from tools.servers.table import Row

ROW = Row("A server", "serve", {"page": {}, "text": {}}, name="a")
STAR = Behaviour("It knows no asterisk.", "its source", {"inm-star": "B06"})
SUITE = load()


def found(check: str, *resources: str) -> list[Finding]:
    return [Finding(check, resource, "fail", "it does not hold") for resource in resources or ROW.resources]


def test_what_fails_as_expected_is_nothing_new() -> None:
    assert compared(ROW, [STAR], found("inm-star")) == ([], [])


def test_what_is_expected_on_all_is_missed_where_one_holds() -> None:
    assert compared(ROW, [STAR], found("inm-star", "page")) == ([], [("inm-star", "text")])


def test_what_is_expected_on_one_resource_is_new_on_another() -> None:
    alone = Behaviour("", "", {"inm-star": "B06"}, ("page",))
    assert compared(ROW, [alone], found("inm-star")) == (found("inm-star", "text"), [])


def test_what_is_new_is_written_down_without_a_reason_and_told_until_it_has_one() -> None:
    after = rewritten(ROW, [STAR], found("ims-junk", "text"), [], SUITE)
    assert after == [STAR, Behaviour("", "", {"ims-junk": "C06"}, ("text",))]
    assert problems(ROW, after, SUITE) == [
        "a: ims-junk: no reason is given (why and source, in expected/a.yaml)"
    ]


def test_what_is_gone_is_forgotten_and_the_rest_keeps_its_reason() -> None:
    after = rewritten(ROW, [STAR], [], [("inm-star", "text")], SUITE)
    assert after == [Behaviour(STAR.why, STAR.source, STAR.breaks, ("page",))]
    assert rewritten(ROW, after, [], [("inm-star", "page")], SUITE) == []


def test_a_row_that_the_check_is_not_about_is_told() -> None:
    wrong = Behaviour("why", "source", {"inm-star": "B05"})
    assert problems(ROW, [wrong], SUITE) == ["a: inm-star is about B06, not about 'B05'"]


def test_a_check_or_a_resource_that_there_is_not_is_told() -> None:
    wrong = Behaviour("why", "source", {"inm-moon": "B05"}, ("list",))
    said = problems(ROW, [wrong], SUITE)
    assert said == ["a: inm-moon: it has no resource 'list'", "a: there is no check 'inm-moon' any more"]


def test_what_is_written_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expecting, "FOLDER", tmp_path)
    odd = Behaviour("It says: nothing, 'ever'.", "issue #1", {"inm-star": "B06"}, ("page",))
    write_expected("a", [STAR, odd], tmp_path)
    assert expected("a") == [STAR, odd]
    write_expected("a", [], tmp_path)
    assert expected("a") == []
    none_of(tmp_path.iterdir())
