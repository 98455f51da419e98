"""docs/run.svg: what a run prints, from a real one, for the first screen of the README."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from reference_impl.settings import Settings
from reference_impl.twisted.serve import start

PICTURE: Final = Path(__file__).parent.parent / "docs" / "run.svg"
FLAW: Final = "old-tag-304"
WIDTH: Final = 112
TTL: Final = 4


def main() -> int:
    """Judge a server with one flaw, and draw the end of what pytest prints."""
    with start(Settings(ttl=TTL), FLAW) as server:
        command = ["-m", "pytest", "--conformance", "--base-url", server.url]
        command += ["--conformance-set", f"*.ttl={TTL}"]
        quiet = ["--tb=no", "--color=yes", "-p", "no:cacheprovider"]
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, *command, *quiet], check=False, capture_output=True, text=True, cwd="/"
        )
    printed = ran.stdout.replace(server.url, "http://localhost:8000")
    _, heading, section = printed.partition("Failed: ")
    shown = "$ pytest --conformance --base-url http://localhost:8000\n\n" + heading + section
    console = Console(record=True, width=WIDTH, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(Text.from_ansi(shown), soft_wrap=True)
    console.save_svg(str(PICTURE), title="pytest --conformance")
    return 0


if __name__ == "__main__":
    sys.exit(main())
