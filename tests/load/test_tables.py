"""conformance.load.tables and .lints: each cell and each lint a check, and what can be wrong with one."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.specs import REGISTER, with_

from conformance.errors import SpecError
from conformance.load.specs import load
from conformance.model import Suite

TABLE = """\
title: A topic
tables:
  a-table:
    needs: [etag]
    after: [a-lint]
    why: Because it matters.
    hint: Mend it in one place.
    values:
      If-None-Match: {current: "{plain.etag}", other: '"x"'}
      If-Match: {star: "*"}
    cells:
      - {id: a-cell, requirement: A01, where: {etag: weak}, send: {If-None-Match: current}}
      - id: two
        title: Two requests are one cell
        requirement: A01
        method: HEAD
        after: [a-cell]
        hint: Mend it here.
        send: [{If-None-Match: other}, {If-None-Match: current, If-Match: star}]
    mixtures:
      - id: a-mixture
        title: Both are answered in order
        requirement: A01
        methods: [GET, HEAD]
        mix: {If-None-Match: [current, other], If-Match: [star]}
lints:
  - id: a-lint
    title: Every answer has a Date
    requirement: A01
    answers: {status: 2xx}
    expect: {field: {present: [Date]}}
    why: Because it matters.
    hint: Mend it in one place.
"""


def loaded(folder: Path, text: str) -> Suite:
    """What a folder with this file comes to."""
    (folder / "requirements.yaml").write_text(REGISTER)
    (folder / "b.yaml").write_text(text)
    return load(folder)


def test_a_table_is_a_timeline_and_a_check_for_each_cell(tmp_path: Path) -> None:
    suite = loaded(tmp_path, TABLE)
    cell, two, _, lint = suite.files[0].checks
    line = suite.timelines["a-table"]
    names = [s.name for s in line.steps]
    assert (names[:4], names[-1]) == (["plain", "a-cell", "two-0", "two-1"], "last")
    assert (line.apart, line.needs) == (True, ("etag",))
    assert (cell.title, cell.level, cell.tier, cell.on) == ("It holds", "MUST", "core", "a-table")
    assert (cell.only_if, two.only_if) == ({"plain": {"etag": "weak"}}, {})
    assert (cell.after, two.after) == (("a-lint",), ("a-lint", "a-cell"))
    assert cell.expects == ({"a-cell": {"due": {"after": "plain"}}},)
    assert set(two.expects[0]) == {"two-0", "two-1"}
    assert (cell.hint, two.hint) == ("Mend it in one place.", "Mend it here.")
    sent = line.steps[3]
    assert sent.args == {"headers": {"If-None-Match": "{plain.etag}", "If-Match": "*"}, "method": "HEAD"}
    assert [s.place.line for s in line.steps][:4] == [3, 12, 13, 13]
    assert (lint.answers, lint.level, lint.tier) == ({"status": "2xx"}, "MUST", "core")


def test_a_mixture_sends_each_class_with_each_and_each_alone(tmp_path: Path) -> None:
    suite = loaded(tmp_path, TABLE)
    mixed = suite.files[0].checks[2]
    sent = {s.name: s.args for s in suite.timelines["a-table"].steps}
    assert mixed.alone == {
        f"{method}-if-none-match-{each}-if-match-star": (
            f"{method}-if-none-match-{each}",
            f"{method}-if-match-star",
        )
        for method in ("get", "head")
        for each in ("current", "other")
    }
    assert sent["get-if-match-star"] == {"headers": {"If-Match": "*"}}
    both = {"If-None-Match": '"x"', "If-Match": "*"}
    assert sent["head-if-none-match-other-if-match-star"] == {"headers": both, "method": "HEAD"}
    assert mixed.expects == ({name: {"due": {"after": "plain"}} for name in mixed.alone},)
    assert {name for names in mixed.alone.values() for name in names} <= set(sent)


def test_a_table_and_a_cell_may_look_at_more_than_is_due(tmp_path: Path) -> None:
    more = TABLE.replace(
        "    why: Because it matters.\n",
        "    only-if: {last: {body: {same-as: plain}}}\n    expect: {body: present}\n    why: Because.\n",
        1,
    ).replace("        method: HEAD\n", "        only-if: {status: 2xx}\n        expect: {status: 200}\n")
    suite = loaded(tmp_path, more)
    cell, two, mixed, _ = suite.files[0].checks
    assert cell.expects == ({"a-cell": {"body": "present"}},)
    assert two.expects == ({"two-0": {"status": 200}, "two-1": {"status": 200}},)
    assert two.only_if == mixed.only_if == {"last": {"body": {"same-as": "plain"}}}
    assert cell.only_if == {**two.only_if, "plain": {"etag": "weak"}}
    steps = suite.timelines["a-table"].steps
    assert [s.only_if for s in steps[:4]] == [{"status": 200}, {}, {"status": "2xx"}, {"status": "2xx"}]


WRITES = """\
title: A topic
tables:
  a-table:
    subject: item
    needs: [etag]
    why: Because it matters.
    hint: Mend it in one place.
    values:
      If-Match: {current: "{plain.strong-etag}", star: "*"}
    cells:
      - {id: a-cell, requirement: A01, send: {If-Match: current}}
      - {id: two, title: Both are judged, requirement: A01, judge: [reply], method: PUT, item: removed, send: [{If-Match: star}, {If-Match: current}]}
      - {id: three, title: It is sent again, requirement: A01, item: changed, body: same, send: {If-Match: star}}
"""


def test_a_table_of_writes_is_about_an_item_of_ours(tmp_path: Path) -> None:
    suite = loaded(tmp_path, WRITES)
    cell, two, _ = suite.files[0].checks
    line = suite.timelines["a-table"]
    assert [s.do for s in line.steps] == ["read", "write", "write", "write", "write", "read"]
    assert line.needs == cell.needs == ("create", "change", "remove", "item", "etag")
    assert cell.expects == ({"a-cell": {"state": "due", "reply": "due"}},)
    assert [*cell.expects[0]["a-cell"]] == ["state", "reply"]  # the state first
    assert two.expects == ({"two-0": {"reply": "due"}, "two-1": {"reply": "due"}},)
    assert line.steps[3].args == {
        "headers": {"If-Match": "{plain.strong-etag}"},
        "method": "PUT",
        "item": "removed",
    }
    assert line.steps[4].args == {"headers": {"If-Match": "*"}, "item": "changed", "body": "same"}
    assert cell.doubts == ()  # nobody else knows an item of ours


def test_a_mixture_of_writes_is_judged_by_the_state_and_by_the_reply(tmp_path: Path) -> None:
    more = """\
    mixtures:
      - {id: both, title: Both are looked at, requirement: A01, item: removed, methods: [change, PUT], mix: {If-Match: [star], If-None-Match: [star]}}
"""
    more = WRITES.replace('star: "*"}\n', 'star: "*"}\n      If-None-Match: {star: "*"}\n') + more
    suite = loaded(tmp_path, more)
    mixed = suite.files[0].checks[3]
    sent = {s.name: s.args for s in suite.timelines["a-table"].steps}
    assert mixed.expects == ({name: {"state": "due", "reply": "due"} for name in mixed.alone},)
    alone = {"headers": {"If-Match": "*"}, "item": "removed"}
    assert sent["change-removed-if-match-star"] == alone
    assert sent["put-removed-if-match-star"] == {**alone, "method": "PUT"}


WRONG_WRITES = {
    "method": ("method: PUT", "method: HEAD", 12, "method: found 'HEAD'; accepted: POST, PUT, PATCH, DELETE"),
    "subject": ("subject: item", "subject: list", 4, "subject: found 'list'; accepted: item"),
    "state": ("item: removed", "item: lost", 12, "item: found 'lost'"),
    "what is judged": (
        "judge: [reply]",
        "judge: [status]",
        12,
        "found 'status'; did you mean 'state'? accepted: state, reply",
    ),
    "key of a read": ("    subject: item\n", "", 11, "method: found 'PUT'; accepted: HEAD"),
}


@pytest.mark.parametrize("name", WRONG_WRITES)
def test_what_is_wrong_with_a_table_of_writes_is_said_with_its_line(tmp_path: Path, name: str) -> None:
    before, after, line, says = WRONG_WRITES[name]
    with pytest.raises(SpecError) as caught:
        loaded(tmp_path, with_(before, after, WRITES))
    assert str(caught.value).startswith(f"specs/b.yaml:{line}: ")
    assert says in str(caught.value)


WRONG = {
    "step of a table": ("    needs: [etag]", "    only-if: {first: {status: 200}}", 12,
              "`only-if`: the timeline 'a-table' has no step 'first'"),
    "class": ("send: {If-None-Match: current}}", "send: {If-None-Match: curent}}", 12,
              "`values` of If-None-Match has no class 'curent'; did you mean 'current'?"),
    "field": ("send: {If-None-Match: current}}", "send: {If-None-Mach: current}}", 12,
              "`values` has no field 'If-None-Mach'; did you mean 'If-None-Match'?"),
    "class of a mixture": ("If-Match: [star]", "If-Match: [stars]", 21, "`values` of If-Match has no class 'stars'; did you mean 'star'?"),
    "method of a mixture": ("[GET, HEAD]", "[GET, PUT]", 24, "found 'PUT'; accepted: GET, HEAD"),
    "row": ("id: a-cell, requirement: A01", "id: a-cell, requirement: A9", 12, "the register (specs/requirements.yaml) has no requirement 'A9'"),
    "key of a cell": ("id: a-cell,", "id: a-cell, level: MUST,", 12, "unknown key 'level'"),
    "key of a table": ("    needs: [etag]", "    need: [etag]", 4, "unknown key 'need'; did you mean 'needs'?"),
    "key of a lint": ("    answers: {status: 2xx}", "    where: {status: 2xx}", 30, "unknown key 'where'"),
    "capture": ("{plain.etag}", "{plain.tag}", 12, "nothing called 'tag' can be captured"),
    "tag without quotes": ("""'"x"'""", '"x"', 13, "If-None-Match: x is no list of entity tags"),
    "step that no lint has": ("{field: {present: [Date]}}", "{etag: {same-as: first}}", 27, "a lint knows the step 'plain' only, and no 'first'"),
    "after nobody": ("after: [a-cell]", "after: [no-cell]", 13, "`after` names 'no-cell', and no check is called that"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, name: str) -> None:
    before, after, line, says = WRONG[name]
    with pytest.raises(SpecError) as caught:
        loaded(tmp_path, with_(before, after, TABLE))
    assert str(caught.value).startswith(f"specs/b.yaml:{line}: ")
    assert says in str(caught.value)


def test_a_title_that_is_too_long_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "requirements.yaml").write_text(
        REGISTER.replace('says: it holds, source: "the', f'says: {"x" * 91}, source: "the')
    )
    (tmp_path / "b.yaml").write_text(TABLE)
    with pytest.raises(SpecError, match="what A01 says is 91 characters long; a title has 90 at most"):
        load(tmp_path)


def test_two_cells_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SpecError, match=r"specs/b\.yaml:13: the id 'a-cell' stands already in specs/b\.yaml:12"
    ):
        loaded(tmp_path, TABLE.replace("id: two", "id: a-cell"))
