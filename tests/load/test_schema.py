"""conformance.load.schema: the schema of the spec language is true, whole, and what editors are given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helpers.rules import none_of

import conformance
from conformance.errors import SpecError
from conformance.grading.assignment import schema as assignment_schema
from conformance.language.strategies import STRATEGIES
from conformance.language.yamlfile import parse, read
from conformance.load import schema as language
from conformance.load.folder import REGISTER, specs_folder
from conformance.load.folder import spec_paths as paths_in
from conformance.load.register import schema as register_schema
from conformance.load.targetfile import schema as target_schema
from conformance.matchers import MATCHERS
from conformance.model import CAPABILITIES, LEVELS, TIERS
from conformance.report.document import report_schema
from conformance.verbs import VERBS

SCHEMAS = Path(conformance.__file__).parent / "schemas"
SPECS = paths_in(specs_folder())
TARGETS = sorted((specs_folder() / "targets").glob("*.yaml"))
# The files that a person writes, the schema of each kind, and its name among ours.
KINDS: dict[str, tuple[list[Path], Callable[[], dict[str, Any]]]] = {
    "spec": (SPECS, language.schema),
    "target": (TARGETS, target_schema),
    "requirements": ([specs_folder() / REGISTER], register_schema),
}
FILES = [(path, kind) for kind, (paths, _) in KINDS.items() for path in paths]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_a_json_schema(kind: str) -> None:
    schema = KINDS[kind][1]()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(("path", "kind"), FILES, ids=lambda value: getattr(value, "name", value))
def test_the_schema_accepts_what_is_there(path: Path, kind: str) -> None:
    data = read(path, path.name).data
    assert [e.message for e in jsonschema.Draft202012Validator(KINDS[kind][1]()).iter_errors(data)] == []


@pytest.mark.parametrize(("path", "kind"), FILES, ids=lambda value: getattr(value, "name", value))
def test_the_first_line_names_the_schema_for_editors(path: Path, kind: str) -> None:
    start, _, named = path.read_text("utf-8").partition("\n")[0].partition("=")
    assert start == "# yaml-language-server: $schema"
    assert (path.parent / named).resolve() == (SCHEMAS / f"{kind}.json").resolve()


MADE: dict[str, Callable[[], Mapping[str, Any]]] = {
    **{kind: made for kind, (_, made) in KINDS.items()},
    "report": report_schema,
    "assignment": assignment_schema,
}


@pytest.mark.parametrize("kind", MADE)
def test_the_schema_for_editors_is_that_of_the_loader(kind: str) -> None:
    fresh = json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8")) == json.loads(json.dumps(MADE[kind]()))
    assert fresh, f"conformance/schemas/{kind}.json is stale: run make docs"


def test_each_matcher_is_in_the_schema_with_its_forms() -> None:
    words = language.schema()["$defs"]["matchers"]["properties"]
    assert words == {matcher.name: matcher.schema for matcher in MATCHERS.values()}


def test_each_verb_is_in_the_schema_with_its_arguments() -> None:
    then = {
        branch["if"]["properties"]["do"]["const"]: branch["then"]
        for branch in language.schema()["$defs"]["step"]["allOf"]
    }
    assert set(then) == set(VERBS)
    for verb in VERBS.values():
        arguments = {name for name in then[verb.name]["properties"] if name not in language.COMMON}
        assert arguments == {argument.name for argument in verb.arguments}
        assert then[verb.name]["required"] == ["do", *verb.required]


def test_each_word_of_the_vocabulary_is_in_the_schema() -> None:
    text = json.dumps(language.schema())
    words = (*LEVELS, *TIERS, *STRATEGIES, *VERBS, *CAPABILITIES)
    none_of(word for word in words if f'"{word}"' not in text)


def test_every_mapping_of_the_language_is_closed() -> None:
    """A mapping with names of its own refuses all others, and one without says what its values are."""

    def open_ones(part: Any, where: str) -> list[str]:
        if isinstance(part, list):
            return [each for i, value in enumerate(part) for each in open_ones(value, f"{where}/{i}")]
        if not isinstance(part, dict):
            return []
        found = [each for key, value in part.items() for each in open_ones(value, f"{where}/{key}")]
        conditional = where.endswith(("/if", "/step"))  # a step is closed by the branch of its verb
        if part.get("type") == "object" and "properties" in part and not conditional:
            found += [] if part.get("additionalProperties") is False else [where]
        return found

    assert open_ones(language.schema(), "") == []


SMALL = {
    "type": "object",
    "properties": {"level": {"enum": ["MUST", "MAY"]}, "n": {"type": "integer"}},
    "required": ["level"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("level: MUST\n", None),
        ("level: MUST\nn: x\n", "f.yaml:2: n: found 'x'; accepted: integer"),
        ("n: 1\n", "f.yaml:1: the file lacks 'level'"),
        ("level: MUTS\n", "f.yaml:1: level: found 'MUTS'; did you mean 'MUST'? accepted: MUST, MAY"),
        ("levl: MUST\n", "f.yaml:1: unknown key 'levl'; did you mean 'level'? accepted: level, n"),
        ("level: [1]\nn: x\n", "f.yaml:1: level: found [1]; accepted: MUST, MAY"),
        (f"level: {'x' * 200}\n", f"f.yaml:1: level: found '{'x' * 56}...; accepted: MUST, MAY"),
    ],
)
def test_the_first_thing_that_is_wrong_is_said(text: str, expected: str | None) -> None:
    file = parse(text, "f.yaml")
    if expected is None:
        language.check_file(file, SMALL)
        return
    with pytest.raises(SpecError) as caught:
        language.check_file(file, SMALL)
    assert str(caught.value) == expected
