"""conformance.errors: the type says whose fault it is, the text is fit to print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import errors
from conformance.errors import (
    AssignmentError,
    ConformanceError,
    HarnessError,
    SpecError,
    TargetError,
    UsageError,
    coded,
)
from conformance.servers.errors import ServerDied, ServerError

PAGE = (Path(__file__).parents[1] / "docs/errors.md").read_text("utf-8")
CODES = {
    "assignment": AssignmentError,
    "server": ServerError,
    "spec": SpecError,
    "suite": HarnessError,
    "target": TargetError,
    "usage": UsageError,
}


def below(kind: type[ConformanceError]) -> Iterator[type[ConformanceError]]:
    """All kinds of it."""
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


@pytest.mark.parametrize(
    ("line", "expected"), [(3, "specs/a.yaml:3: is wrong"), (None, "specs/a.yaml: is wrong")]
)
@pytest.mark.parametrize("kind", [SpecError, TargetError, AssignmentError])
def test_a_fault_of_a_file_begins_with_its_place(
    kind: type[SpecError], line: int | None, expected: str
) -> None:
    problem = kind("is wrong", "specs/a.yaml", line)
    assert (str(problem), problem.says, problem.line) == (expected, "is wrong", line)


def test_all_that_is_raised_on_purpose_has_one_base() -> None:
    kinds = {getattr(errors, name) for name in errors.__all__}
    kinds = {kind for kind in kinds if isinstance(kind, type)}
    ours = {HarnessError, ConformanceError}
    assert {SpecError, TargetError, AssignmentError, UsageError} | ours == kinds
    assert all(issubclass(kind, ConformanceError) for kind in kinds)


@pytest.mark.parametrize("kind", [TargetError, AssignmentError])
def test_a_fault_of_a_target_or_an_assignment_is_one_of_a_file(kind: type[ConformanceError]) -> None:
    assert issubclass(kind, SpecError)


def test_our_own_fault_is_nobody_elses() -> None:
    assert not issubclass(HarnessError, SpecError | UsageError)


def test_the_exported_names_are_sorted() -> None:
    assert sorted(errors.__all__) == errors.__all__


def test_each_kind_has_the_code_that_it_always_had() -> None:
    codes = {kind.code: kind for kind in below(ConformanceError) if "code" in vars(kind)}
    assert codes == CODES
    assert ServerDied.code == ServerError.code


def test_a_message_is_told_with_its_code_once() -> None:
    problem = TargetError("unknown key 'reed'", "shop.yaml", 4)
    assert coded(problem, type(problem)) == "shop.yaml:4: unknown key 'reed' [target]"


def test_the_page_of_errors_has_a_row_for_each_code() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \|.* \| (\d) \|$", PAGE)
    assert dict(rows) == {code: "3" if kind is HarnessError else "2" for code, kind in CODES.items()}
