"""conformance.load.specs: a folder of specs -> Suite, in its order, and the rules over all its checks."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.specs import REGISTER, SPEC, Loads, line_of, loader, with_

from conformance.errors import SpecError
from conformance.load.folder import spec_paths, specs_folder
from conformance.load.specs import load


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    """Load a folder that holds these texts."""
    return loader(tmp_path)


def test_a_whole_file_becomes_records(loads: Loads) -> None:
    suite = loads(SPEC)
    (file,) = suite.files
    a, b = file.checks
    assert (file.name, file.title, list(suite.timelines)) == ("specs/a.yaml", "A topic", ["life"])
    assert (a.id, a.level, a.ground.id, b.ground.id, a.after, a.needs) == (
        "a-check", "SHOULD", "A01", "A01", ("b-check",), ("read",),
    )  # fmt: skip
    assert [s.name for s in a.steps] == ["first", "again", "last"]
    assert [s.name for s in suite.timelines["life"].steps] == ["fresh", "wait-1", "later"]
    assert a.steps[1].args == {"headers": {"If-None-Match": "{other}"}}
    assert (b.on, b.steps, b.expects) == ("life", (), ({"later": {"value": {"differs-from": "fresh"}}},))
    assert str(a.place) == f"specs/a.yaml:{line_of('- id: a-check', SPEC)}"
    assert a.requirement.source == "RFC 9110, section 8.8.3"
    assert a.requirement.url == "https://www.rfc-editor.org/rfc/rfc9110.html#section-8.8.3"
    assert (b.requirement.source, b.requirement.url, b.requirement.quote) == (
        "the lesson, ETags", "", "It holds.",
    )  # fmt: skip


def test_the_built_in_specs_load() -> None:
    suite = load()
    assert [p.name for p in spec_paths(specs_folder())] == sorted(Path(f.name).name for f in suite.files)
    assert load() is suite


def test_files_are_taken_in_the_order_of_the_register(loads: Loads) -> None:
    second = SPEC.replace("-check", "-other").replace("life", "live")
    suite = loads(SPEC, second, register=with_("[a, b, c]", "[b, a]", REGISTER))
    assert [file.name for file in suite.files] == ["specs/b.yaml", "specs/a.yaml"]


def test_a_file_that_is_no_topic_is_refused(loads: Loads) -> None:
    with pytest.raises(SpecError, match=r"specs/a.yaml: is no topic of the register .*; accepted: b, c"):
        loads(SPEC, register=with_("[a, b, c]", "[b, c]", REGISTER))


@pytest.mark.parametrize("old", ["rfc: [A01]", 'quote: "It holds."'])
def test_a_row_that_a_check_judges_says_no_reason_why_none_does(loads: Loads, old: str) -> None:
    """Whether the check cites it or a row of the lesson that says the same."""
    reason = f"{old}, unchecked: nothing shows it to anybody"
    with pytest.raises(SpecError, match=r"specs/requirements.yaml:\d: \w+ says why nothing can show it"):
        loads(SPEC.replace("requirement: A01", "requirement: LES01"), register=with_(old, reason, REGISTER))


def test_the_digest_is_of_what_the_files_say(loads: Loads) -> None:
    digests = {loads(SPEC).sha256, loads(SPEC).sha256, loads(SPEC + "# a remark\n").sha256}
    assert len(digests) == 2


# Parts of the file that stay as they are: it is right, though it looks wrong.
RIGHT = {
    "on is a key": ("on: life", "on: life"),
    "yes is a text": ("why: Because.", "why: yes"),
    "a date is a text": ("title: A topic", "title: 2026-01-01"),
    "an asterisk in quotes": ('headers: {If-None-Match: "{other}"}', "headers: {If-None-Match: '*', X: '{other}'}"),
    "a tag in quotes": ('"{other}"', "'\"a\", W/\"b,c\", {other}'"),
    "an empty list of tags": ('headers: {If-None-Match: "{other}"}', "headers: {If-Match: '', X: '{other}'}"),
    "a date in If-Range": ('headers: {If-None-Match: "{other}"}', "headers: {If-Range: 'Thu, 01 Jan 2026 12:00:00 GMT', X: '{other}'}"),
    "a captured date in If-Range": ('headers: {If-None-Match: "{other}"}', "headers: {If-Range: '{first.last-modified}', X: '{other}'}"),
    "captures with and without quotes": ('"{other}"', "'\"{first.opaque}\", {first.etag}, {other}'"),
    "malformed on purpose": ('"{other}"', "{raw: 'abc {other}'}"),
    "a reference to itself": ("{same-as: first}", "{unique-with: [first, again]}"),
    "expectations as alternatives": ("expect: {later: {value: {differs-from: fresh}}}", "expect: [{later: {hit: false}}, {fresh: {hit: true}}]"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), RIGHT.values(), ids=RIGHT)
def test_what_only_looks_wrong_loads(loads: Loads, old: str, new: str) -> None:
    assert len(loads(with_(old, new)).files[0].checks) == 2


@pytest.mark.parametrize("encode", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t])
def test_line_ends_and_byte_order_marks_of_any_editor_are_fine(
    loads: Loads, encode: Callable[[str], str]
) -> None:
    assert loads(encode(SPEC)).files == loads(SPEC).files


GIVEN = """\
title: A topic
checks:
  - {id: owner, title: It is quoted, requirement: A01, level: MUST, tier: lesson, steps: [{do: read, expect: {etag: quoted}}], why: w, hint: h}
  - {id: between, title: It is between, requirement: A01, level: MUST, tier: lesson, steps: [{do: read, expect: {etag: present}}], why: w, hint: h}
  - id: user
    title: It needs the quotes
    requirement: A01
    level: MUST
    tier: lesson
    steps:
      - {do: read, as: first, given: {etag: quoted}}
      - {do: read, as: again, headers: {If-None-Match: "{first.etag}"}, expect: {status: 304}}
    why: w
    hint: h
"""  # fmt: skip


def test_what_another_check_judges_is_given_only_after_it(loads: Loads) -> None:
    """Else a server that lacks it gets no verdict at all."""
    with pytest.raises(SpecError) as caught:
        loads(GIVEN)
    says = "`given` rests on `etag`, which owner judges: this check has to come `after` that"
    assert str(caught.value) == f"specs/a.yaml:{line_of('- {do: read, as: first', GIVEN)}: {says}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("needs the quotes", "needs the quotes\n    after: [owner]"),
        ("id: between,", "id: between, after: [owner],"),  # what comes after it in two steps does, too
        ("id: owner,", "id: owner, tier: core,"),  # not run as far as this check is
        ("id: owner,", "id: owner, needs: [etag],"),  # not asked of each resource that this check is
        ("id: owner,", "id: owner, without: [ttl],"),
        ("id: owner,", "id: owner, after: [user],"),  # it builds on this check itself
        (
            "steps: [{do: read, expect: {etag: quoted",
            "steps: [{do: read, headers: {X: y}, expect: {etag: quoted",
        ),
        ("expect: {etag: quoted", "expect: {etag: present"),
    ],
)
def test_what_nobody_judges_before_it_is_given_without_more(loads: Loads, old: str, new: str) -> None:
    text = with_(old, new, GIVEN)
    if "between, after" in new:
        text = with_("needs the quotes", "needs the quotes\n    after: [between]", text)
    if "tier: core" in new:
        text = with_("level: MUST, tier: lesson, steps: [{do: read, expect: {etag: quoted", "level: MUST, steps: [{do: read, expect: {etag: quoted", text)  # fmt: skip
    assert len(loads(text).files[0].checks) == 3


def test_an_id_stands_once_over_all_files(loads: Loads) -> None:
    second = SPEC[: SPEC.index("timelines")] + SPEC[SPEC.index("checks:") :]
    with pytest.raises(SpecError) as caught:
        loads(SPEC, with_("b-check\n    title", "c-check\n    title", second))
    first = line_of("- id: a-check", SPEC)
    assert str(caught.value) == f"specs/b.yaml:3: the id 'a-check' stands already in specs/a.yaml:{first}"


def test_an_id_stands_once_in_a_file(loads: Loads) -> None:
    text = with_("id: b-check", "id: a-check")
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert caught.value.says == f"the id 'a-check' stands already in specs/a.yaml:{line_of('- id: a', text)}"


def test_a_timeline_stands_once_over_all_files(loads: Loads) -> None:
    with pytest.raises(SpecError) as caught:
        loads(SPEC, SPEC)
    assert str(caught.value) == "specs/b.yaml:3: the timeline 'life' stands already in specs/a.yaml:3"
