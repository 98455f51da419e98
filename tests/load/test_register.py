"""conformance.load.register: the register's rows and topics, and every way in which they can be wrong."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import helpers.specs
import pytest

from conformance.errors import SpecError
from conformance.load.register import Register, load_register

REGISTER = """\
topics: [b, a]
requirements:
  - {id: LES01, level: MUST, tier: lesson, topic: a, says: it holds, source: "9110 8.8.3", rfc: [A01]}
  - {id: A01, level: MUST, tier: core, topic: b, says: it holds, source: "the lesson, ETags", quote: It is.}
  - {id: A02, level: MAY, tier: info, topic: b, says: it holds, source: "9110 8", unchecked: only a letter tells it}
"""
with_ = partial(helpers.specs.with_, text=REGISTER)
Reads = Callable[[str], Register]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Read a register of this text."""

    def of(text: str) -> Register:
        path = tmp_path / "requirements.yaml"
        path.write_text(text, "utf-8")
        return load_register(path)

    return of


def test_rows_and_topics_become_records(reads: Reads) -> None:
    register = reads(REGISTER)
    les01, a01, a02 = register.requirements.values()
    assert register.topics == ("b", "a")
    assert (les01.id, les01.level, les01.says, les01.rfc) == ("LES01", "MUST", "it holds", ("A01",))
    assert (les01.tier, les01.topic, les01.unchecked) == ("lesson", "a", "")
    assert (a01.source, a01.url, a01.quote) == ("the lesson, ETags", "", "It is.")
    assert (a02.tier, a02.topic, a02.unchecked) == ("info", "b", "only a letter tells it")


@pytest.mark.parametrize(
    ("source", "text", "url"),
    [
        ("9110 8.8.3", "RFC 9110, section 8.8.3", "rfc9110.html#section-8.8.3"),
        ("9111 5.2.2.4, 5.2", "RFC 9111, sections 5.2.2.4 and 5.2", "rfc9111.html#section-5.2.2.4"),
        ("6585 3, 4, 5", "RFC 6585, sections 3, 4 and 5", "rfc6585.html#section-3"),
        ("9110", "RFC 9110", "rfc9110.html"),
        ("the lesson, ETags", "the lesson, ETags", ""),
        ("²³¹⁰ 8", "²³¹⁰ 8", ""),
    ],
)
def test_a_source_has_a_link_where_it_is_an_rfc(reads: Reads, source: str, text: str, url: str) -> None:
    row = reads(with_("9110 8.8.3", source)).requirements["LES01"]
    assert (row.source, row.url) == (text, url and f"https://www.rfc-editor.org/rfc/{url}")


def test_what_is_derived_says_so(reads: Reads) -> None:
    row = reads(with_('"9110 8.8.3"', '"9110 8.8.3", derived: true')).requirements["LES01"]
    assert row.source == "derived from RFC 9110, section 8.8.3"
    assert row.url == "https://www.rfc-editor.org/rfc/rfc9110.html#section-8.8.3"


@pytest.mark.parametrize("judged", [{"LES01", "A01"}, set[str]()])
def test_a_row_without_a_check_need_not_say_why(reads: Reads, judged: set[str]) -> None:
    reads(REGISTER).hold(judged)


def test_a_row_with_a_check_may_not_say_why_it_has_none(reads: Reads) -> None:
    with pytest.raises(SpecError) as caught:
        reads(REGISTER).hold({"A02"})
    assert str(caught.value) == (
        "specs/requirements.yaml:5: A02 says why nothing can show it, and a check judges it; "
        "take `unchecked` out"
    )


def test_files_are_in_the_order_of_the_topics(reads: Reads) -> None:
    register = reads(REGISTER)
    assert register.in_order([Path("specs/a.yaml"), Path("specs/b.yaml")]) == [
        Path("specs/b.yaml"),
        Path("specs/a.yaml"),
    ]


def test_a_file_without_a_topic_is_refused(reads: Reads) -> None:
    with pytest.raises(SpecError) as caught:
        reads(with_("[b, a]", "[b, a, ranges]")).in_order([Path("specs/range.yaml")])
    assert str(caught.value) == (
        "specs/range.yaml: is no topic of the register (specs/requirements.yaml); "
        "did you mean 'ranges'? accepted: a, b, ranges"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "specs/requirements.yaml: is empty"),
        ("topics: [a]\nrequirements: []\n", "specs/requirements.yaml:2: requirements: found []; accepted: a"),
        ("requirements: []\n", "specs/requirements.yaml:1: requirements: found []; accepted: a list with at"),
        (with_("topics: [b, a]\n", ""), "specs/requirements.yaml:1: the file lacks 'topics'"),
        (
            with_("[b, a]", "[b, a, b]"),
            "specs/requirements.yaml:1: topics: found ['b', 'a', 'b']; accepted: ",
        ),
        (with_("[b, a]", "[B]"), "specs/requirements.yaml:1: topics: found 'B'; accepted: text like"),
        (with_("{id: A01", "{id: LES01"), "specs/requirements.yaml:4: the id 'LES01' stands twice"),
        (with_("[A01]", "[A09]"), "specs/requirements.yaml:3: the register has no 'A09'"),
        (with_("level: MUST", "level: MUSST"), "specs/requirements.yaml:3: level: found 'MUSST'; did you"),
        (with_("says: it holds, ", ""), "specs/requirements.yaml:3: the row lacks 'says'"),
        (with_("id: A01", "id: a01"), "specs/requirements.yaml:4: id: found 'a01'; accepted: text like"),
        (
            with_("tier: core", "tier: cure"),
            "specs/requirements.yaml:4: tier: found 'cure'; did you mean 'core'",
        ),
        (with_("tier: core, ", ""), "specs/requirements.yaml:4: the row lacks 'tier'"),
        (with_("topic: a, ", ""), "specs/requirements.yaml:3: the row lacks 'topic'"),
        (with_("topic: a", "topic: c"), "specs/requirements.yaml:3: topic: there is no 'c'; accepted: a, b"),
        (
            with_("only a letter tells it", "not yet"),
            "specs/requirements.yaml:5: unchecked: found 'not yet'; acce",
        ),
        (
            with_("it holds,", "it holds, derived: no,"),
            "specs/requirements.yaml:3: derived: found 'no'; accepted",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(reads: Reads, text: str, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        reads(text)
    assert str(caught.value).startswith(expected)


def test_a_register_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_register(tmp_path / "requirements.yaml")
    assert str(caught.value) == "specs/requirements.yaml: can't be read: No such file or directory"
