"""The reads of a TTL check, drawn: what was seen when, beside the TTL that is declared."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.embedded import judged
from msgspec.structs import replace

from conformance.content.summaries import summary
from conformance.model import (
    MISSING,
    Exchange,
    Facts,
    Place,
    Record,
    Request,
    Resource,
    Response,
    StepRecord,
    Verdict,
)
from conformance.report.html.timeline import Timeline, timeline

KEPT = Resource("kept", "/kept", Place("", 0), ttl=30.0, value="/time", hit="/cached")


def read(name: str, *seen: tuple[float, Any, Any], status: int = 200, **about: Any) -> StepRecord:
    """A step with an answer for each time, value and flag."""
    return StepRecord(
        name,
        exchanges=tuple(
            Exchange(
                Request(), Response(status), sent_at=at, received_at=at, facts=Facts(value=value, hit=hit)
            )
            for at, value, hit in seen
        ),
        **about,
    )


def wait(until: float) -> StepRecord:
    return StepRecord("wait", "wait", until=until)


def drawn(*steps: StepRecord, resource: Resource = KEPT, clock: str = "virtual", **verdict: Any) -> Timeline:
    found = timeline(Record("w", steps, clock=clock), resource, Verdict("fail", "fail", **verdict))
    assert found is not None
    return found


LIFE = (
    read("fresh", (100.0, "a", False)),
    read("soon", (100.1, "a", True), (100.2, "a", True), alike=18),
    wait(128.5),
    read("nearly", (128.5, "a", True)),
    wait(131.0),
    read("later", (131.0, "b", False)),
)


def test_a_row_for_all_that_came_out_the_same_in_a_step() -> None:
    rows = drawn(*LIFE).rows
    assert [(row.name, row.count, row.letter, row.answered) for row in rows] == [
        ("fresh", 1, "A", "computed"),
        ("soon", 20, "A", "kept"),
        ("nearly", 1, "A", "kept"),
        ("later", 1, "B", "computed"),
    ]
    assert [row.age for row in rows] == pytest.approx([0.0, 0.2, 28.5, 0.0])


def test_a_shape_for_each_value() -> None:
    line = drawn(*LIFE)
    assert [mark.row.shape for mark in line.marks] == ["circle", "circle", "circle", "square"]
    assert line.values == (("A", "circle", "a"), ("B", "square", "b"))


def test_the_ttl_begins_with_each_value_and_ends_with_the_next() -> None:
    line = drawn(*LIFE)
    assert [each.x for each in line.lives] == [line.marks[0].x, line.marks[-1].x]
    assert line.lives[0].end < line.lives[1].x
    assert line.margin == 1.0
    (guard,) = line.margins
    assert line.marks[2].x < guard.x < line.lives[0].end <= guard.end <= line.marks[-1].x


def test_what_outlives_its_ttl_stands_beyond_it() -> None:
    line = drawn(*LIFE[:-1], read("later", (140.0, "a", True)), step="later")
    assert len(line.lives) == 1
    assert line.marks[-1].x > line.margins[0].end
    assert [mark.row.decisive for mark in line.marks] == [False, False, False, True]


def test_where_the_clock_was_moved_is_marked_and_only_there() -> None:
    assert drawn(*LIFE).jumps[0].end == drawn(*LIFE).marks[2].x
    assert len(drawn(*LIFE).jumps) == 2
    assert drawn(*LIFE, clock="real").jumps == ()


def test_marks_at_one_moment_stand_above_each_other() -> None:
    assert [mark.level for mark in drawn(*LIFE).marks] == [0, 1, 0, 0]
    assert drawn(*LIFE).levels == 2


def test_what_else_was_done_is_a_line_with_a_name() -> None:
    cleared = StepRecord(
        "gone", "clear", exchanges=(Exchange(Request("DELETE", "/cache/"), Response(204), sent_at=110.0),)
    )
    line = drawn(*LIFE[:2], wait(110.0), cleared, read("anew", (110.1, "b", False)))
    assert [each.says for each in line.events] == ["gone"]
    assert [row.answered for row in line.rows][2] == "DELETE: 204"


def test_an_answer_without_the_value_is_told_from_one_that_is_as_before() -> None:
    line = drawn(
        *LIFE, read("again", (131.1, MISSING, MISSING), status=304), read("x", (131.2, MISSING, MISSING))
    )
    assert [(mark.row.shape, mark.row.answered) for mark in line.marks][-2:] == [
        ("bar", "304"),
        ("cross", "200"),
    ]


def test_without_a_flag_a_new_value_alone_begins_a_life() -> None:
    steps = (read("a", (0.0, 1, MISSING), (0.1, 1, MISSING)), wait(40.0), read("b", (40.0, 2, MISSING)))
    line = drawn(*steps)
    assert len(line.lives) == 2
    assert {row.answered for row in line.rows} == {"not told"}


def test_a_long_value_is_told_by_its_beginning_and_two_that_begin_alike_stay_two() -> None:
    one, other = (summary("x" * 100 + end) for end in "ab")
    line = drawn(read("a", (0.0, one, False)), wait(40.0), read("b", (40.0, other, False)))
    assert [text for _, _, text in line.values] == ["x" * 24 + "... (101 characters)"] * 2
    long = drawn(read("a", (0.0, "y" * 500, False)), wait(40.0), read("b", (40.0, [1], False)))
    assert [text for _, _, text in long.values] == ["y" * 60 + "...", "[1]"]


def test_many_values_and_rows_are_cut() -> None:
    steps = [each for n in range(100) for each in (read(f"r{n}", (float(n), n, False)), wait(n + 1.0))]
    line = drawn(*steps)
    assert len(line.rows) == 60
    assert line.more == 40
    assert len(line.ticks) <= 7
    assert all(0 <= mark.x <= 100 for mark in line.marks)


@pytest.mark.parametrize(
    ("steps", "resource"),
    [
        (LIFE, None),
        (LIFE, replace(KEPT, ttl=None)),
        ([step for step in LIFE if step.do != "wait"], KEPT),
        (LIFE[2:3], KEPT),
        ([*LIFE[:1], wait(131.0)], KEPT),
    ],
)
def test_where_no_time_passed_between_reads_of_a_value_nothing_is_drawn(steps: Any, resource: Any) -> None:
    assert timeline(Record("w", tuple(steps)), resource, Verdict("pass", "pass")) is None


def test_a_real_run_is_drawn() -> None:
    report = judged("sliding-ttl")
    entry = report.entry("specs/server-cache.yaml::cached-time::reads-do-not-prolong")
    (resource,) = (each for each in report.target.resources if each.name == "cached-time")
    record = report.record(entry)
    assert record is not None
    line = timeline(record, resource, entry.verdict)
    assert line is not None
    (decisive,) = (row for row in line.rows if row.decisive)
    assert (decisive.letter, decisive.answered) == ("A", "kept")
    assert decisive.age is not None
    assert decisive.age > resource.ttl + line.margin  # type: ignore[operator]
