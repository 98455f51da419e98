"""`[tool.conformance]` of pyproject.toml: what a project always asks for, as if it were typed first. Shell.

Its keys are the options of `run`, without the dashes before them. What is typed comes after it, so it counts;
what may be typed several times adds up. It is for `run` and `watch`, which judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError
from conformance.guesses import did_you_mean
from conformance.options.run import COMMAND, Asked, Option, Serving, Telling, options

__all__ = ["BASE_URL", "configured", "keys"]

BASE_URL: Final = "base-url"
_FILE: Final = "pyproject.toml"
_JUDGING: Final = ("run", "watch")
_MARK: Final = b"[tool.conformance]"


def keys() -> Mapping[str, Option | None]:
    """Each key -> the option that it is; the base URL is an argument."""
    return {BASE_URL: None} | {each.key: each for each in options(Asked, Serving, Telling)}


def configured(words: Sequence[str], folder: Path | None = None) -> list[str]:
    """The command line with what the project's file says, if there is any.

    Args:
        words: that were typed.
        folder: where they were typed; the file is there, or above. None: the working directory.

    Raises:
        UsageError: the file has a key that is none, or a value of another type.
    """
    if words[:1] and words[0] in _JUDGING and "--help" not in words:
        path, table = _table(folder or Path.cwd())
        if table:
            said = {name: value for name, value in table.items() if not _elsewhere(name, words)}
            return [words[0], *_words(said, path), *words[1:]]
    return list(words)


def _elsewhere(name: str, words: Sequence[str]) -> bool:
    """Whether it is about the server, and another server was typed."""
    server = {BASE_URL, *(each.key for each in options(Serving))}
    named = (f"{COMMAND}{BASE_URL}", "--app", "--serve")
    return name in server and any("://" in word or word.partition("=")[0] in named for word in words)


def _table(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    """The table of the nearest such file, and where that is."""
    for each in (folder, *folder.parents):
        path = each / _FILE
        try:
            text = path.read_bytes()
        except OSError:
            continue
        if _MARK not in text:
            return path, {}
        import tomllib  # noqa: PLC0415 (who has no such table does without)

        try:
            table = tomllib.loads(text.decode("utf-8"))["tool"]["conformance"]
        except (ValueError, LookupError, TypeError) as problem:
            raise UsageError(f"{path}: it can't be read ({problem})") from None
        return path, table if isinstance(table, dict) else {}
    return folder, {}


def _words(table: Mapping[str, Any], path: Path) -> Iterator[str]:
    known = keys()
    for name, value in table.items():
        if name not in known:
            says = f"{path}: [tool.conformance] has no key {name!r}"
            raise UsageError(f"{says}; {did_you_mean(name, known)}")
        option = known[name]
        yield from _typed(name, option, value, path)


def _typed(name: str, option: Option | None, value: Any, path: Path) -> Iterator[str]:
    flag = f"{COMMAND}{name}"
    if option is not None and option.kind is bool:
        if not isinstance(value, bool):
            raise UsageError(f"{path}: {name} in [tool.conformance] is true or false, and not {value!r}")
        yield from [flag] if value else []
        return
    several = option is not None and option.repeatable
    values = value if several and isinstance(value, list) else [value]
    for each in values:
        if isinstance(each, bool) or not isinstance(each, str | int | float):
            accepted = "a text, or a list of them" if several else "a text or a number"
            raise UsageError(f"{path}: {name} in [tool.conformance] is {accepted}, and not {each!r}")
        yield f"{flag}={each}"
