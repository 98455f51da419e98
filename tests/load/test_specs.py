"""conformance.load.specs: a folder of specs -> Suite, and every way in which a file can be wrong."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import SpecError
from conformance.load import specs as loading
from conformance.load.folder import spec_paths, specs_folder
from conformance.load.specs import load
from conformance.model import Suite

REGISTER = """\
topics: [a, b, c]
requirements:
  - {id: LES01, level: MUST, tier: lesson, topic: b, says: it holds, source: "9110 8.8.3", rfc: [A01]}
  - {id: A01, level: MUST, tier: core, topic: b, says: it holds, source: "the lesson, ETags", quote: "It holds."}
"""
SPEC = """\
title: A topic
timelines:
  life:
    needs: [ttl, hit]
    steps:
      - {do: read-miss, as: fresh}
      - {do: wait, for: ttl + 2m, after: fresh}
      - {do: read, as: later}
checks:
  - id: a-check
    title: A GET is answered
    requirement: LES01
    level: SHOULD
    tier: lesson
    after: [b-check]
    forall:
      other: {strategy: entity-tags, examples: ['"{first.opaque}x"']}
    steps:
      - {do: read, as: first, given: {status: 200}}
      - do: read
        as: again
        headers: {If-None-Match: "{other}"}
        expect: {etag: {same-as: first}}
      - {do: read, as: last}
    doubts: [others-write]
    why: Because.
    hint: Mend it.
  - id: b-check
    title: It is gone after its TTL
    requirement: A01
    level: MUST
    tier: lesson
    on: life
    expect: {later: {value: {differs-from: fresh}}}
    why: Because.
    hint: Mend it.
"""
Loads = Callable[..., Suite]


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    """Load a folder that holds these texts."""

    def of(*texts: str | bytes, register: str = REGISTER) -> Suite:
        loading.load.cache_clear()
        (tmp_path / "requirements.yaml").write_text(register, "utf-8")
        for name, text in zip("abc", texts, strict=False):
            (tmp_path / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(tmp_path)

    return of


def with_(old: str, new: str, text: str = SPEC) -> str:
    """The text with something in it replaced."""
    assert old in text
    return text.replace(old, new, 1)


def line_of(part: str, text: str) -> int:
    return text[: text.index(part)].count("\n") + 1


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


# What replaces what, what the error says, and the text that stands in its line.
WRONG: dict[str, tuple[str, str, str, str]] = {
    "key of the file": ("title: A topic", "titel: A topic", "unknown key 'titel'; did you mean 'title'?", "titel"),
    "key of a timeline": ("    needs: [ttl, hit]", "    need: [ttl]\n    needs: [ttl, hit]", "unknown key 'need'; did you mean 'needs'? accepted: needs, steps, without", "need: "),
    "key of a check": ("    level: S", "    lvl: MUST\n    level: S", "unknown key 'lvl'; did you mean 'level'?", "lvl"),
    "key of a step": ("as: first,", "ass: first,", "unknown key 'ass'; did you mean 'as'? accepted: as, at,", "ass: first"),
    "name of a doubt": ("[others-write]", "[others-wriet]", "doubts: found 'others-wriet'; did you mean 'others-write'? accepted: others-write, ", "doubts"),
    "key of a variable": ("{strategy: entity", "{sample: 1, strategy: entity", "unknown key 'sample'; did you mean 'examples'? accepted: examples, strategy", "sample"),
    "name of a matcher": ("{status: 200}", "{stats: 200}", "unknown key 'stats'; did you mean 'status'? accepted: age, ", "stats"),
    "argument of a matcher": ("{status: 200}", "{status: OK}", "status: found 'OK'; accepted: the status code: a number such as 304, a class such as 2xx, or a list", "OK"),
    "number out of range": ("{status: 200}", "{status: 2000}", "status: found 2000; accepted: the status code: a number", "2000"),
    "relation of a matcher": ("{same-as: first}", "{same: first}", "etag: found {'same': 'first'}; accepted: the ETag: present, quoted, {same-as: STEP}, {differs-from: STEP},", "same: first"),
    "nothing expected of a step": ("{status: 200}", "{}", "given: found {}; accepted: a mapping with at least 1 entry", "{}"),
    "name of a verb": ("do: read, as: first", "do: raed, as: first", "do: found 'raed'; did you mean 'read'? accepted: read, read-miss, wait,", "raed"),
    "argument that a verb needs": ("wait, for: ttl + 2m, after", "wait, after", "the step lacks 'for'", "do: wait"),
    "argument that a verb lacks": ("wait, for", "wait, times: 2, for", "unknown key 'times'; accepted: after, as, do,", "times"),
    "no verb": ("do: read, as: first", "as: first", "the step lacks 'do'", "as: first"),
    "a check without an id": ("id: b-check\n    title", "title", "the check lacks 'id'", "It is gone"),
    "id that is no name": ("id: b-check", "id: B_check", "id: found 'B_check'; accepted: text like ^[a-z]", "B_check"),
    "level": ("level: MUST", "level: must", "level: found 'must'; accepted: MUST, SHOULD, MAY", "must"),
    "tier": ("tier: lesson", "tier: lessn", "tier: found 'lessn'; did you mean 'lesson'? accepted: lesson, core, full, strict", "lessn"),
    "title that is too long": ("A GET is answered", "A" * 91, "title: found 'AAAA", "AAAA"),
    "capability": ("needs: [ttl, hit]", "needs: [tll, hit]", "needs: found 'tll'; did you mean 'ttl'? accepted: read, etag, ttl,", "tll"),
    "capability twice": ("needs: [ttl, hit]", "needs: [ttl, ttl]", "needs: found ['ttl', 'ttl']; accepted: a list without repetitions", "ttl, ttl"),
    "needs that lack a verb's, timeline": ("needs: [ttl, hit]", "needs: [hit]", "its steps need ttl, which `needs` does not name", "life:"),
    "needs that lack a verb's": ("do: read, as: first", "do: change, as: first", "its steps need change, which `needs` does not name", "    steps:\n      - {do: ch"),
    "requirement": ("requirement: LES01", "requirement: LES02", "the register (specs/requirements.yaml) has no requirement 'LES02'; did you mean 'LES01'?", "LES02"),
    "requirement like no other": ("requirement: LES01", "requirement: zzz", "the register (specs/requirements.yaml) has no requirement 'zzz'", "zzz"),
    "further requirement": ("    level: S", "    also: [A01, LES9]\n    level: S", "the register (specs/requirements.yaml) has no requirement 'LES9'; did you", "also"),
    "after": ("after: [b-check]", "after: [b-chekc]", "`after` names 'b-chekc', and no check is called that; did you mean 'b-check'?", "id: a-check"),
    "after itself": ("after: [b-check]", "after: [a-check]", "`after` goes round in a circle: a-check -> a-check", "id: a-check"),
    "after each other": ("on: life", "on: life\n    after: [a-check]", "`after` goes round in a circle: a-check -> b-check -> a-check", "id: a-check"),
    "timeline": ("on: life", "on: live", "`on` names 'live', and no timeline is called that", "id: b-check"),
    "step of a timeline": ("expect: {later:", "expect: {latr:", "`expect`: the timeline 'life' has no step 'latr'", "id: b-check"),
    "step that one of a timeline refers to": ("{differs-from: fresh}", "{differs-from: frsh}", "`expect`: the timeline 'life' has no step 'frsh'", "id: b-check"),
    "neither steps nor timeline": ("    on: life\n", "", "a check has either `steps` of its own or is `on` a timeline", "id: b-check"),
    "steps and timeline": ("    steps:\n      - {do: read, as: first", "    on: life\n    steps:\n      - {do: read, as: first", "a check has either `steps` of its own or is `on` a timeline", "id: a-check"),
    "nothing expected": ("        expect: {etag: {same-as: first}}\n", "", "the check 'a-check' expects nothing, so it can't fail", "id: a-check"),
    "name of a step twice": ("as: again", "as: first", "the name 'first' is taken by an earlier step", "as: first\n"),
    "step that comes later": ("given: {status: 200}", "given: {etag: {same-as: again}}", "no earlier step is called 'again'", "same-as: again"),
    "step that `when` names": ("as: again\n", "as: again\n        when: {frist: {status: 200}}\n", "no earlier step is called 'frist'", "when: {frist"),
    "step that a wait counts from": ("after: fresh", "after: frsh", "no earlier step is called 'frsh'", "frsh"),
    "doubt about other steps": ("[others-write]", "[entry-ended, done-later]", "the doubt 'done-later' is about other steps than these", "doubts"),
    "doubt about other steps than those of a timeline": ("on: life", "on: life\n    doubts: [done-later]", "the doubt 'done-later' is about other steps than those of 'life'", "id: b-check"),
    "step that the check's only-if names": ("    doubts:", "    only-if: {x: {status: 200}}\n    doubts:", "no step is called 'x'", "only-if"),
    "duration": ("for: ttl + 2m", "for: ttl + 2x", "'x' is no quantity; use ttl, end, m, w, longest, resolution, lifetime, or seconds", "2x"),
    "duration without a sense": ("for: ttl + 2m", "for: ttl +", "'ttl +' is no duration; write for instance 'ttl + 2m', 'ttl / 2' or '1.1 s'", "ttl +"),
    "division by nothing": ("for: ttl + 2m", "for: ttl / 0", "'ttl / 0' is no duration;", "ttl / 0"),
    "placeholder with a capital letter": ('"{other}"', "'\"{First.etag}\", {other}'", "{First.etag} is no placeholder, and would be taken as it stands; in what is sent {STEP.CAPTURE} and {VARIABLE} are,", "headers:"),
    "placeholder with a blank": ('"{other}"', "'\"{first. etag}\", {other}'", "{first. etag} is no placeholder, and", "headers:"),
    "placeholder that never ends": ('"{other}"', "'\"{first.etag\", {other}'", '{first.etag", ', "headers:"),
    "placeholder that is not known in an example": ("{first.opaque}", "{first_opaque}", "{first_opaque} is no placeholder", "strategy: entity"),
    "placeholder in what is expected": ("given: {status: 200}", "given: {cache-control: {has: ['{other}']}}", "{other} is no placeholder, and would be taken as it stands", "given"),
    "capture before it is made": ('"{other}"', '"{later.etag}"', "{later.etag} is used before anything is called 'later'", "do: read\n        as: again"),
    "capture that is unknown": ('"{other}"', '"{first.etga}"', "nothing called 'etga' can be captured; did you mean 'etag'? accepted: etag, last-modified,", "do: read\n        as: again"),
    "variable that is unknown": ('"{other}"', '"{another}"', "{another} is used before anything is called 'another'", "do: read\n        as: again"),
    "step without a capture": ('"{other}"', '"{first}"', "{first}: 'first' is a step: write {first.etag}, for instance", "do: read\n        as: again"),
    "capture of a variable": ('"{other}"', '"{other.etag}"', "{other.etag}: 'other' is a variable: write {other}", "do: read\n        as: again"),
    "capture in an example": ("{first.opaque}", "{frist.opaque}", "{frist.opaque} is used before anything is called 'frist'", "do: read\n        as: again"),
    "example without quotes": ("['\"{first.opaque}x\"']", '["abc"]', "If-None-Match: abc is no list of entity tags; YAML has taken its quotes?", "headers:"),
    "variable that no step uses": ('"{other}"', "'\"x\"'", "no step uses the variable 'other'", "other: {strategy"),
    "strategy": ("strategy: entity-tags", "strategy: entity-tag", "strategy: found 'entity-tag'; did you mean 'entity-tags'?", "strategy"),
    "no example": ("['\"{first.opaque}x\"']", "[]", "examples: found []; accepted: a list with at least 1 entry", "examples"),
    "header that is a number": ('"{other}"', "5", "If-None-Match: found 5; accepted: text, which in YAML an ETag keeps its quotes in only as", "headers:"),
    "header that is true": ('"{other}"', "true", "If-None-Match: found True; accepted: text", "headers:"),
    "header that is nothing": ('"{other}"', "", "If-None-Match: found None; accepted: text", "headers:"),
    "asterisk without quotes": ('"{other}"', "*", "is not YAML: ", "headers:"),
    "tag that lost its quotes": ('"{other}"', '"abc"', "If-None-Match: abc is no list of entity tags; YAML has taken its quotes? write '\"abc\"', or {raw: ...} to send what is malformed on purpose", "headers:"),
    "opaque part without quotes": ('"{other}"', '"{first.opaque}"', "If-None-Match: {first.opaque} is no list of entity tags;", "headers:"),
    "alias": ("title: A topic", "title: *t", "anchors and aliases (& and *) are not part of the language", "title"),
    "key twice": ("    tier: lesson", "    tier: lesson\n    tier: core", "the key 'tier' stands twice (first in line", "tier: core"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says", "at"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_line(loads: Loads, old: str, new: str, says: str, at: str) -> None:
    text = with_(old, new)
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert caught.value.says.startswith(says)
    assert (caught.value.file, caught.value.line) == ("specs/a.yaml", line_of(at, text))
    assert "\n" not in str(caught.value)


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


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "specs/a.yaml: is empty"),
        (b"- a\n", "specs/a.yaml:1: the file: found ['a']; accepted: a mapping"),
        (b"a text\n", "specs/a.yaml:1: the file: found 'a text'; accepted: a mapping"),
        (b"title: x\n", "specs/a.yaml:1: the file lacks 'checks'"),
        (b"title: x\nchecks: []\n", "specs/a.yaml:2: checks: found []; accepted: a list with at least 1 entry"),
        (b"title: x\nchecks:\n  - y\n", "specs/a.yaml:3: checks: found 'y'; accepted: a mapping"),
        (b"title: \xff\n", "specs/a.yaml: is not UTF-8 text (byte 7)"),
        (b"title: x\n\tchecks: []\n", "specs/a.yaml:2: is not YAML: "),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_checks_is_refused(loads: Loads, raw: bytes, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(raw)
    assert str(caught.value).startswith(expected)


def test_a_folder_without_specs_is_refused(loads: Loads, tmp_path: Path) -> None:
    for wanted in (loads, lambda: load(tmp_path / "missing")):
        with pytest.raises(SpecError, match="holds no spec files"):
            wanted()


def test_a_folder_without_a_register_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SPEC, "utf-8")
    with pytest.raises(SpecError) as caught:
        load(tmp_path)
    assert str(caught.value) == "specs/requirements.yaml: can't be read: No such file or directory"


_PIECES = st.sampled_from(
    [
        *(
            "",
            "*",
            "&a",
            "*a",
            "!!x ",
            "{",
            "}",
            "[",
            "]",
            ": ",
            "- ",
            "\n",
            "\t",
            "#",
            '"',
            "'",
            "|",
            ">",
            "%",
        ),
        *(
            "@",
            "<<: {}",
            "\0",
            "\x1b",
            "\ud800",
            "é",
            "null",
            "true",
            "5",
            "1e9",
            "{first.etag}",
            "---\n",
            "?",
        ),
        *("...\n", " ", "    ", "steps", "expect", "read", "id: a-check\n", "ttl / 0", "9" * 5000, ","),
    ]
)
_POSITIONS = st.integers(0, len(SPEC))


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.lists(st.tuples(_POSITIONS, st.integers(0, 30), _PIECES), min_size=1, max_size=4))
def test_no_text_raises_anything_but_a_spec_error(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, str]]
) -> None:
    text = SPEC
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    folder = tmp_path_factory.mktemp("mutated")
    (folder / "requirements.yaml").write_text(REGISTER, "utf-8")
    (folder / "a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        suite = load(folder)
    except SpecError as problem:
        assert str(problem).startswith(("specs/a.yaml", str(folder)))  # noqa: PT017 - mostly, not always
    else:
        assert suite.files[0].checks
