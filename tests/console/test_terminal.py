"""conformance.console.terminal: a terminal has what it has, and a log has no control characters."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping

import pytest

from conformance.console.terminal import colours, in_colours, of_the_command, rewrites, say


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "rewritten", "coloured"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "CI": "true"}, False, True),
    ],
)
def test_a_terminal_is_used_as_it_is(env: Mapping[str, str], rewritten: bool, coloured: bool) -> None:
    assert (rewrites(Terminal(), env), colours(Terminal(), env)) == (rewritten, coloured)


def test_a_log_has_neither_unless_colours_are_wanted_there() -> None:
    log = io.StringIO()
    assert (rewrites(log, {}), colours(log, {}), colours(log, {"FORCE_COLOR": "1"})) == (False, False, True)
    assert not colours(log, {"FORCE_COLOR": "1", "NO_COLOR": "1"})


def test_a_pipe_that_closes_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        say("nobody reads this", stream)
        say("nor this", stream)


def test_the_result_is_in_the_colour_of_what_it_comes_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    lines = ["Failed: 1 check does not hold.", "", "First thing to mend: x", "rest"]
    first, *others = in_colours(lines, 1, Terminal())
    assert (first, others) == (
        "\x1b[1;31mFailed: 1 check does not hold.\x1b[0m",
        ["", "\x1b[1mFirst thing to mend: x\x1b[0m", "rest"],
    )
    assert list(in_colours(lines, 1, io.StringIO())) == lines


def test_the_command_tells_of_its_own_options_alone() -> None:
    says = "let the suite start two: --workers 2 (in pytest: --conformance-workers), or (as here) none"
    assert of_the_command(says) == "let the suite start two: --workers 2, or (as here) none"
