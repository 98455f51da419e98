"""conformance.load.specs: every way in which a file of specs can be wrong is said, with its line."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.specs import REGISTER, SPEC, Loads, loader, refused_at, with_
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import SpecError
from conformance.load.specs import load


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    """Load a folder that holds these texts."""
    return loader(tmp_path)


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
    "capture that is unknown": ('"{other}"', '"{first.etga}"', "nothing called 'etga' can be captured; did you mean 'etag'? accepted: bytes-apart, date,", "do: read\n        as: again"),
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
    refused_at(loads, with_(old, new), says, at, "specs/a.yaml")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "specs/a.yaml: is empty"),
        (b"- a\n", "specs/a.yaml:1: the file: found ['a']; accepted: a mapping"),
        (b"a text\n", "specs/a.yaml:1: the file: found 'a text'; accepted: a mapping"),
        (b"title: x\n", "specs/a.yaml:1: the file lacks 'checks', 'tables' or 'lints'"),
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
    with pytest.raises(SpecError, match="holds no spec files"):
        loads()
    with pytest.raises(SpecError, match="holds no spec files"):
        load(tmp_path / "missing")


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
