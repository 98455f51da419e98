import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helpers.fuzzing import SUITE
from hypothesis import given, seed, settings

from conformance.errors import HarnessError
from conformance.fields import (
    is_imf_fixdate,
    parse_byte_ranges,
    parse_cache_control,
    parse_entity_tag,
    parse_entity_tag_list,
    parse_http_date,
)
from conformance.fuzz import strategies
from conformance.fuzz.strategies import KINDS, build, corners
from conformance.language.captures import CAPTURES, PATTERN, named
from conformance.language.strategies import STRATEGIES
from conformance.model import ForAll, Json

FORALLS = [
    pytest.param(forall, id=f"{check.id}-{forall.name}")
    for file in SUITE.files
    for check in file.checks
    for forall in check.forall
]


def forall(strategy: str) -> ForAll:
    return ForAll("it", strategy, ())


def drawn(what: ForAll, number: int = 0, examples: int = 60) -> list[Any]:
    """What a search would draw, with every health check of Hypothesis on."""
    values = []

    @seed(number)
    @settings(max_examples=examples, database=None, deadline=None, derandomize=False)
    @given(build(what))
    def collect(value: Json) -> None:
        values.append(value)

    collect()
    return values


def filled(value: str, etag: str = '"v1"') -> str:
    """The captures of a current ETag filled in."""
    opaque = etag.removeprefix("W/").strip('"')
    known = {
        "etag": etag,
        "opaque": opaque,
        "opaque-cut": opaque[:-1],
        "opaque-swapped": opaque.swapcase(),
    }
    return PATTERN.sub(lambda match: known[match[2]], value)


def kind_of(value: Json) -> object:
    return [type(each) for each in value[:1]] if isinstance(value, list) else type(value)


def test_each_name_that_specs_may_use_has_a_strategy_and_no_other() -> None:
    assert list(STRATEGIES) == list(KINDS)


@pytest.mark.parametrize("what", FORALLS)
def test_the_examples_of_the_specs_look_like_what_is_drawn(what: ForAll) -> None:
    kinds = {str(kind_of(value)) for value in (*drawn(what, examples=5), *corners(what))}

    assert kinds == {str(kind_of(example)) for example in what.examples}


@pytest.mark.parametrize("name", KINDS)
def test_one_seed_draws_the_same_values_again_and_another_draws_others(name: str) -> None:
    first, again, other = (drawn(forall(name), number, examples=20) for number in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", KINDS)
def test_drawing_leaves_no_file_behind(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hypothesis.internal.conjecture.providers._get_local_constants", pytest.fail)

    assert drawn(forall(name))
    assert list(tmp_path.iterdir()) == []


def test_tags_are_valid_and_never_the_current_one() -> None:
    values = [*drawn(forall("entity-tags"), examples=300), *corners(forall("entity-tags"))]
    tags = [tag for value in values if (tag := parse_entity_tag(filled(value)))]

    assert len(tags) == len(values)
    assert [tag for tag in tags if tag.opaque == "v1"] == []
    assert {tag.weak for tag in tags} == {True, False}
    assert any("," in tag.opaque for tag in tags)


def test_each_character_that_a_tag_may_hold_is_tried_whatever_the_seed() -> None:
    tried = {tag[2] for tag in corners(forall("entity-tags")) if isinstance(tag, str) and len(tag) == 5}
    assert tried >= {chr(code) for code in (0x21, *range(0x23, 0x7F))}


def test_lists_are_valid_and_hold_the_current_tag_somewhere() -> None:
    values = [*drawn(forall("entity-tag-lists")), *corners(forall("entity-tag-lists"))]
    lists = [tags for value in values if isinstance(tags := parse_entity_tag_list(filled(value)), tuple)]

    assert len(lists) == len(values)
    assert all("v1" in [tag.opaque for tag in tags] for tags in lists)
    places = {[tag.opaque for tag in tags].index("v1") for tags in lists}
    assert {0, 1, 2, 3} <= places


@pytest.mark.parametrize("name", ["entity-tags", "entity-tag-lists"])
def test_captures_are_of_the_step_called_first(name: str) -> None:
    what = forall(name)
    found = {each for value in (*drawn(what), *corners(what)) for each in named(value)}

    assert {step for step, _ in found} == {"first"}
    assert {capture for _, capture in found} <= CAPTURES.keys()


def test_dates_are_valid_of_the_past_and_in_three_forms() -> None:
    values = [*drawn(forall("dates"), examples=200), *corners(forall("dates"))]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    read = [parse_http_date(value, now) for value in values]
    assert [value for value, date in zip(values, read, strict=True) if date is None or date > now] == []
    assert {value.partition(",")[0].isalpha() for value in values} == {True, False}
    assert any("-" in value for value in values)
    assert any("  " in value for value in values)
    assert all(is_imf_fixdate(value) for value in values if value[3] == "," and "-" not in value)
    assert len({date.month for date in read if date}) == 12


def test_ranges_can_be_read_and_are_of_every_kind() -> None:
    values = [*drawn(forall("byte-ranges"), examples=200), *corners(forall("byte-ranges"))]
    read = [parse_byte_ranges(value.replace("{first.length}", "40")) for value in values]
    assert None not in read
    assert {len(each or ()) for each in read} == {1}
    assert any(value.startswith("bytes=-") for value in values)
    assert any(value.endswith("-") for value in values)
    assert {each for value in values for each in named(value)} == {("first", "length")}


def test_fields_of_requests_are_no_conditions_and_each_is_tried() -> None:
    values = [*drawn(forall("request-fields"), examples=200), *corners(forall("request-fields"))]
    names = {name.lower() for value in values for name in value}
    assert len(names) > 20
    assert names.isdisjoint({"authorization", "range", "cache-control"})
    assert [name for name in names if name.startswith("if-")] == []


def test_what_is_asked_of_caches_can_be_read() -> None:
    values = [*drawn(forall("cache-requests"), examples=200), *corners(forall("cache-requests"))]
    said = [parse_cache_control([value["Cache-Control"]]) for value in values if "Cache-Control" in value]
    assert [each.problems for each in said if each.problems] == []
    assert len({name for each in said for name in each.names}) == 8
    assert any("Pragma" in value for value in values)


def test_keys_are_two_and_one_text_where_their_parts_are_run_together() -> None:
    values = [*drawn(forall("joined-keys"), examples=200), *corners(forall("joined-keys"))]
    joints = strategies._JOINTS  # noqa: SLF001
    alike = [[joint for joint in joints if joint.join(one) == joint.join(other)] for one, other in values]
    assert [keys for keys in values if keys[0] == keys[1]] == []
    assert all(alike)
    assert {joint for each in alike for joint in each} == set(joints)


def test_counts_go_from_2_to_20() -> None:
    values = drawn(forall("counts"), examples=200)

    assert (min(values), max(values)) == (2, 20)


def test_texts_hold_nothing_that_an_honest_api_refuses_or_changes() -> None:
    values = [*drawn(forall("texts"), examples=200), *corners(forall("texts"))]

    assert [text for text in values if not re.fullmatch(r"[\w.!?()-]+( [\w.!?()-]+)*", text)] == []
    assert max(map(len, values)) <= 40
    assert any(not text.isascii() for text in values)


def test_histories_write_something_else_each_time_and_come_back() -> None:
    values = [*drawn(forall("histories"), examples=200), *corners(forall("histories"))]

    assert all(2 <= len(history) <= 8 for history in values)
    assert [pair for history in values for pair in pairwise(history) if pair[0] == pair[1]] == []
    assert any(len(set(history)) < len(history) for history in values)


def test_what_there_is_not_is_said() -> None:
    says = "no strategy is called 'entity-tag'; there are entity-tags, "
    with pytest.raises(HarnessError, match=re.escape(says)):
        build(forall("entity-tag"))
