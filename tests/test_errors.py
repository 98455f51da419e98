"""conformance.errors: the type says whose fault it is, the text is fit to print."""

from __future__ import annotations

import pytest

from conformance import errors
from conformance.errors import (
    AssignmentError,
    ConformanceError,
    HarnessError,
    SpecError,
    TargetError,
    UsageError,
)


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
