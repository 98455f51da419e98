"""The options of the plugin, checked once and for all, before anything is collected or sent.

It must not know what they are for: it turns them into `engine.Options`, and every fault into the
UsageError that pytest prints as one sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from conformance.api import make_options
from conformance.clocks import Clock
from conformance.engine import Options
from conformance.errors import ConformanceError
from conformance.report import check_path
from conformance.target import DEFAULT

_NO_URL: Final = "http://localhost"  # stands in for the URL until there is one
MISSING: Final = (
    "--conformance needs the URL of the server to judge, and has none: "
    "add --base-url http://localhost:8000, or set PYTEST_BASE_URL, or base_url in pytest's configuration"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A server that was started to be judged, and how its time passes."""

    url: str
    clock: Callable[[], Clock]


Hosting = Callable[[Options, str], AbstractContextManager[Subject]]
"""Starts a server: the options, and the clock's name as it was asked for or "" -> the server, until left."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session is to do.

    Args:
        options: `base_url` and `clock` are not meant where `hosting` is set.
        hosting: starts the server, where no URL was given.
        clock: its name as asked for, or "".
        strict: whether a warning fails its item.
        reports: the files to write.
    """

    options: Options
    hosting: Hosting | None
    clock: str
    strict: bool
    reports: tuple[Path, ...]


def base_url(config: pytest.Config) -> str:
    """The URL as pytest-base-url takes it: its option, its environment variable or its ini key; or ""."""
    url = config.getoption("base_url", None)
    if not url:
        try:
            url = config.getini("base_url")
        except (KeyError, ValueError):  # nobody registers it
            url = None
    return str(url or "").strip()


def read(config: pytest.Config, hosting: Hosting | None, *, worker: bool = False) -> Settings:
    """Check all options.

    Raises:
        pytest.UsageError: one is wrong, or the URL is missing; collecting alone needs none.
    """
    option = config.getoption
    url = base_url(config)
    hosting = None if url else hosting
    if not url and hosting is None and not worker and not option("collectonly"):
        raise pytest.UsageError(MISSING)
    clock = option("conformance_clock") or ""
    try:
        reports = tuple(Path(config.invocation_params.dir, p) for p in option("conformance_report") or ())
        for report in reports:
            check_path(report)
        options = make_options(
            url or _NO_URL,
            target=option("conformance_target") or DEFAULT,
            tier=option("conformance_tier") or "lesson",
            clock="real" if clock == "virtual" and hosting is not None else clock or "real",
            seed=option("conformance_seed"),
            overrides=option("conformance_set") or (),
            allow_writes=option("conformance_allow_writes"),
            fuzz=option("conformance_fuzz"),
            deadline=option("conformance_deadline"),
            ca=option("conformance_ca"),
        )
    except ConformanceError as problem:
        raise pytest.UsageError(str(problem)) from None
    return Settings(options, hosting, clock, option("conformance_strict"), reports)


def header(settings: Settings) -> str:
    """The line of the report header: what this run is about to do."""
    options = settings.options
    where = "the embedded reference" if settings.hosting else options.base_url
    clock = settings.clock or ("virtual" if settings.hosting else "real")
    return (
        f"conformance: {where}, target {options.target.name}, tier {options.tier}, clock {clock}, "
        f"seed {options.seed}, specs sha256:{options.suite.sha256[:12]}"
    )
