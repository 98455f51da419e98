"""What the committed matrix shows, for tests that would else want an example of their own."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from conformance.matchers import MATCHERS, Form
from conformance.model import Check, Json
from helpers.runs import SUITE
from reference_impl.twisted.flaws import FLAWS
from tools.matrix.data import check_of, read
from tools.matrix.pages import catches
from tools.matrix.which import aimed, checks

__all__ = ["caught", "forms_shown"]


@functools.cache
def caught() -> frozenset[str]:
    """The flaws that a check of what they break fails under."""
    lines = read().flaws
    return frozenset(
        name
        for name, line in lines.items()
        if set(map(check_of, line.fails)) & set(aimed(FLAWS[name], SUITE))
    )


@functools.cache
def forms_shown() -> frozenset[tuple[str, str]]:
    """(matcher, word) of what is expected by checks that pass on the reference and fail under a flaw."""
    table = catches(read(), SUITE)
    return frozenset(
        (name, form.text)
        for check in checks(SUITE)
        if table[check.id]
        for wanted in _expected(check)
        for name, argument in wanted.items()
        for form in _forms(name, argument)
    )


def _expected(check: Check) -> list[Mapping[str, Json]]:
    return [*(step.expect for step in check.steps), *(each for way in check.expects for each in way.values())]


def _forms(name: str, argument: Json) -> list[Form]:
    return [form for form, _ in MATCHERS[name].uses(argument)]
