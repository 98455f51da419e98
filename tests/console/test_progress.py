"""conformance.console.progress: the line on a terminal, or rarely one in a log; and what it says."""

from __future__ import annotations

import io

import pytest

from conformance.console import progress
from conformance.execute.progress import Progress, line


def state(*waits: tuple[str, str, float]) -> Progress:
    return Progress(3, 9, waits, lambda _why: None)


def test_the_line_says_what_is_waited_for() -> None:
    assert line(state()) == "3 of 9 checks judged"
    one, two = ("a", "its TTL to end", 1.0), ("b\x1b", "its TTL of 30 s to end", 28.6)
    soon, three = ("c", "a moment", 0.5), ("d", "its TTL to end", 3.0)
    assert line(state(soon)) == "3 of 9 checks judged"
    assert line(state(soon, one)) == "3 of 9 checks judged, 1 s more for its TTL to end (a)"
    assert line(state(soon, one, three, two)) == (
        "3 of 9 checks judged, 29 s more for its TTL to end (a, d); its TTL of 30 s to end (b\\x1b)"
    )


def test_before_anything_can_be_judged_only_the_wait_is_told() -> None:
    starting = Progress(0, 0, (("main:app", "the start of the server", 17.6),), lambda _why: None)
    assert line(starting) == "18 s more for the start of the server (main:app)"


def test_without_a_terminal_each_wait_gets_a_line_once_it_takes_longer_than_a_second() -> None:
    now = 0.0
    stream = io.StringIO()
    with progress.shown(stream, lambda: now) as show:
        for now in (0.0, 0.5, 1.0, 1.5, 2.0):
            show(state(("b", "its TTL to end", 1.2 - now), ("a", "its TTL to end", 5.0 - now)))
        now = 2.5
        show(state(("c", "a second to pass", 1.5)))
    assert stream.getvalue() == "conformance: 3 of 9 checks judged, 4 s more for its TTL to end (a)\n"


def test_without_a_terminal_a_line_comes_rarely() -> None:
    now = 0.0
    stream = io.StringIO()
    with progress.shown(stream, lambda: now) as show:
        for _ in range(251):
            show(state())
            now += 0.1
    assert stream.getvalue() == "conformance: 3 of 9 checks judged\n" * 2


def test_on_a_terminal_the_line_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with progress.shown(stream) as show:
        show(state(("a", "[bold]x", 2.0)))
    assert "\x1b[?25h" in stream.getvalue()  # the cursor is back
