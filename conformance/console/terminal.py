"""What the terminal can show: whether it has colours, and whether a line may be rewritten on it. Shell.

NO_COLOR and FORCE_COLOR are obeyed as others obey them. A log is no terminal, whatever writes it: no
character is printed there that moves or colours anything.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TextIO

__all__ = ["colours", "in_colours", "of_the_command", "painted", "rewrites", "say"]

_OF_THE_CODE: Final = {0: "green", 1: "red"}  # else yellow: nothing is known
_IN_PYTEST: Final = re.compile(r" \(in pytest: --conformance-[^()]*\)")
_SGR: Final = {"red": "31", "green": "32", "yellow": "33", "bold": "1"}


def rewrites(stream: TextIO, env: Mapping[str, str] | None = None) -> bool:
    """Whether a line may be written over: on a terminal that can, and whose text is kept by nobody."""
    env = os.environ if env is None else env
    return stream.isatty() and env.get("TERM", "") != "dumb" and not env.get("CI")


def colours(stream: TextIO, env: Mapping[str, str] | None = None) -> bool:
    """Whether colours are wanted (https://no-color.org, https://force-color.org)."""
    env = os.environ if env is None else env
    if env.get("NO_COLOR"):
        return False
    return bool(env.get("FORCE_COLOR")) or (stream.isatty() and env.get("TERM", "") != "dumb")


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line; whoever reads it may have closed the pipe, which is no fault: then nobody reads more."""
    # Not typer.echo, which takes another encoding than the terminal's where that is ASCII.
    stream = sys.stdout if stream is None else stream
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except BrokenPipeError:
        # Else Python writes what is left once more, when it ends, and complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def painted(text: str, *styles: str) -> str:
    """A text in a colour, or bold."""
    return f"\x1b[{';'.join(_SGR[each] for each in styles)}m{text}\x1b[0m"


def of_the_command(text: str) -> str:
    """What is told of an option, without how pytest calls it."""
    return _IN_PYTEST.sub("", text)


def in_colours(lines: Sequence[str], code: int, stream: TextIO) -> Iterator[str]:
    """The lines of a summary, its result in the colour of what it comes to, headings in bold."""
    plain = not colours(stream)
    for number, line in enumerate(map(of_the_command, lines)):
        if plain or not line:
            yield line
        elif number == 0:
            yield painted(line, "bold", _OF_THE_CODE.get(code, "yellow"))
        elif line.startswith("First thing to mend:"):
            yield painted(line, "bold")
        else:
            yield line
