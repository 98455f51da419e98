"""What can be asked of the commands besides `run`, in the way of `run.py`; the plugin has none of it."""

# ruff: noqa: RUF009
# (fields are declared by functions, which return dataclass fields)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.options.run import ca_option, headers_option, insecure_option, option

__all__ = ["Elsewhere", "Looking", "Printing", "Proposing"]


@dataclass(frozen=True, slots=True)
class Printing:
    """What is printed in place of a summary, which then goes to stderr."""

    format: str = option(
        "", "Print a report of that format alone, as --report FORMAT:- does.", metavar="FORMAT"
    )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the server is, as pytest has it."""

    base_url: str = option("", "The same as URL, as pytest calls it.", metavar="URL")


@dataclass(frozen=True, slots=True)
class Proposing:
    """What is asked of `conformance init`, besides where the server is."""

    paths: Sequence[str] = option(
        (),
        "A path to read, such as /items/ or /items/{id}, in place of what OpenAPI lists; repeatable.",
        metavar="PATH",
        name="path",
    )
    openapi: str = option("/openapi.json", "Where its OpenAPI is.", metavar="PATH")
    headers: Sequence[str] = headers_option()
    base_path: str = option("", "A prefix of all paths, such as /api.", metavar="PATH")
    schema: bool = option(
        False, "Lay its schema beside the file, where editors find it by the first line.", kind=bool
    )
    most: int = option(8, "How many resources there may be.", kind=int, metavar="N")
    ca: str | Path | None = ca_option()
    insecure: bool = insecure_option()


@dataclass(frozen=True, slots=True)
class Looking:
    """What is asked of `conformance look`, besides the URL."""

    headers: Sequence[str] = headers_option()
    ca: str | Path | None = ca_option()
    insecure: bool = insecure_option()
    told: str = option("text", "How it is told: text or json.", metavar="FORMAT", name="format")
    all: bool = option(False, "Tell all remarks, and not only the first.", kind=bool)
