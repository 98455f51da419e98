"""`conformance fuzz`: Schemathesis with our checks over a whole API, as its OpenAPI describes it. Shell.

It runs in a process and a folder of its own, so that nothing of it is left in anybody's; a schemathesis.toml
of the user's is taken along, with whatever hooks it has, since our checks are registered before it is read:
what they name is found where it would be found without us.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.options.run import Serving
from conformance.servers import ServerDied, start
from conformance.wire.address import parse_base

__all__ = ["UNCLEAN", "command", "fuzz"]

_MAIN: Final = (
    "import conformance.fuzz.schemathesis_checks; from schemathesis.cli import schemathesis; schemathesis()"
)
_CONFIG: Final = "schemathesis.toml"
_NOT_KEPT: Final = (
    "[cache]\nenabled = false\n"  # else it names a failure for `st replay`, and the folder is gone
)
_HOOKS: Final = "SCHEMATHESIS_HOOKS"
_MOMENT: Final = 0.5  # seconds, after each of which the clock of an app is moved
_STEP: Final = 61.0
_SAFE: Final = ("GET", "HEAD")
_OTHERS: Final = "(?i)^(POST|PUT|PATCH|DELETE|OPTIONS|TRACE|QUERY)$"
"""All other methods: unless excluded, the coverage phase also sends those that OpenAPI does not declare."""
UNCLEAN: Final = (
    "Schemathesis does not clean up: what its requests create stays there, and what they change stays so."
)
"""What whoever allows writes has to know."""


def fuzz(  # noqa: PLR0913 - what is asked for
    url: str,
    openapi: str,
    serving: Serving | None = None,
    writes: bool = False,
    *,
    seed: int | None,
    examples: int,
) -> int:
    """Run it, its output going where ours goes; its exit code: 0 found nothing, 1 something, else it failed.

    Args:
        url: of the API, or "" where `serving` says what is to be started: of an app the clock is moved on
            meanwhile, so that what it keeps for a while ends, again and again.
        openapi: the path of its OpenAPI.
        serving: what is to be started.
        writes: whether more than GET and HEAD may be sent.
        seed: of Schemathesis.
        examples: for each operation.

    Raises:
        UsageError: the URL is none, a number is out of range, or Schemathesis is not installed.
        ServerError: what is to be started does not start.
    """
    spec = serving.spec() if serving is not None else None
    if bool(url) is (spec is not None):
        raise UsageError("a base URL, or a server to be started by --app: one of them is wanted")
    if spec is None:
        parse_base(url)
    if examples < 1:
        raise UsageError(f"--fuzz-examples {examples} is none; accepted is a whole number above 0")
    if importlib.util.find_spec("schemathesis") is None:
        raise UsageError(
            "fuzzing a whole API needs Schemathesis; install it with: pip install 'cache-conformance[fuzz]'"
        )
    chosen = secrets.randbelow(2**32) if seed is None else seed
    config = Path.cwd() / _CONFIG
    with ExitStack() as stack:
        server = stack.enter_context(start(spec)) if spec is not None else None
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-"))
        asked = server.url if server is not None else url
        words = command(asked, openapi, writes=writes, seed=chosen, examples=examples, config=config)
        if not config.is_file():
            (Path(folder) / _CONFIG).write_text(_NOT_KEPT, "utf-8")
        # Schemathesis looks for a module of hooks in the current folder, after all others.
        found = [*filter(None, sys.path), str(config.parent)]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(found), "PYTHONDONTWRITEBYTECODE": "1"}
        _link_hooks(Path(folder), config)
        process = stack.enter_context(subprocess.Popen(words, cwd=folder, env=env))  # noqa: S603 - ours
        stack.callback(process.kill)
        while server is not None and server.moves:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(_MOMENT)
            try:
                server.move(_STEP)
            except ServerDied:  # which Schemathesis meets, and tells
                break
        return process.wait()


def _link_hooks(folder: Path, config: Path) -> None:
    """Have a file of hooks found in the folder of its own as it would be in the current one.

    Raises:
        UsageError: it is in no folder below the current one, and not named by its whole path.
    """
    import tomllib  # noqa: PLC0415 (who fuzzes no whole API does without)

    said = {f"${_HOOKS}": os.environ.get(_HOOKS, "")}
    if config.is_file():
        with contextlib.suppress(OSError, ValueError):  # Schemathesis says what is wrong with it
            said[f"hooks in {config.name}"] = tomllib.loads(config.read_text("utf-8")).get("hooks", "")
    for where, hooks in said.items():
        if not isinstance(hooks, str) or not (os.sep in hooks or hooks.endswith(".py")):
            continue
        if not Path(hooks).parts:
            continue
        first = Path(hooks).parts[0]
        if first == os.pardir:
            raise UsageError(
                f"{where} is {hooks!r}, which is not below the current folder; name its whole path"
            )
        if not Path(hooks).is_absolute() and not os.path.lexists(folder / first):
            (folder / first).symlink_to(config.parent / first)


def command(  # noqa: PLR0913 - what is asked for
    url: str, openapi: str, *, writes: bool, seed: int, examples: int, config: Path
) -> list[str]:
    """The command line that does it."""
    return [*_words(url, openapi, writes=writes, seed=seed, examples=examples, config=config)]


def _words(  # noqa: PLR0913 - as above
    url: str, openapi: str, *, writes: bool, seed: int, examples: int, config: Path
) -> Iterator[str]:
    from conformance.fuzz import CHECKS, GUARD  # noqa: PLC0415 (names alone: no Schemathesis here)

    yield from (sys.executable, "-c", _MAIN)
    if config.is_file():
        yield from ("--config-file", str(config))
    yield from ("run", f"{url.rstrip('/')}{openapi}", "--checks", ",".join((*CHECKS, GUARD)))
    for method in () if writes else _SAFE:
        yield from ("--include-method", method)
    if not writes:
        yield from ("--exclude-method-regex", _OTHERS)
    yield from ("--seed", str(seed), "--max-examples", str(examples), "--generation-database", "none")
    if not writes:
        yield from ("--phases", "examples,coverage,fuzzing")
