"""The options of the plugin, checked once and for all, before anything is collected or sent.

It must not know what they are for: it turns them into `engine.Options`, and every fault into the
UsageError that pytest prints as one sentence. Where nothing will be sent (`--collect-only`, the
workers of xdist) the engine is not even imported.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest

from conformance.clocks import Clock
from conformance.errors import ConformanceError, UsageError
from conformance.execute.starting import Serving
from conformance.load.specs import load
from conformance.load.target import DEFAULT, load_target
from conformance.model import TIERS, Suite, Target, Tier

if TYPE_CHECKING:
    from conformance.execute.engine import Options

_TO_COME: Final = "http://127.0.0.1"  # stands in for the URL of a server that will be started
MISSING: Final = (
    "--conformance needs the URL of the server to judge, and has none: "
    "add --base-url http://localhost:8000 (or set PYTEST_BASE_URL, or base_url in pytest's configuration), "
    "or let the suite start it: --conformance-app main:app"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A server that was started to be judged, and how its time passes."""

    url: str
    clock: Callable[[], Clock]


Hosting = Callable[["Options", str], AbstractContextManager[Subject]]
"""Starts a server: the options, and the clock's name as it was asked for or "" -> the server, until left."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session is about: enough to collect.

    Args:
        sending: None where this process sends nothing.
    """

    suite: Suite
    target: Target
    tier: Tier
    sending: Sending | None


@dataclass(frozen=True, slots=True)
class Sending:
    """What the process that runs the plan is to do.

    Args:
        options: `base_url` and `clock` are not meant where `hosting` is set.
        hosting: starts the server, where no URL was given.
        clock: its name as asked for, or "".
        strict: whether a warning fails its item.
        reports: the files to write.
        starts: what is started to be judged, as it was asked for, or "".
    """

    options: Options
    hosting: Hosting | None
    clock: str
    strict: bool
    reports: tuple[Path, ...]
    starts: str = ""


def base_url(config: pytest.Config) -> str:
    """The URL as pytest-base-url takes it: its option, its environment variable or its ini key; or ""."""
    url = config.getoption("base_url", None)
    if not url:
        try:
            url = config.getini("base_url")
        except (KeyError, ValueError):  # nobody registers it
            url = None
    return str(url or "").strip()


def read(config: pytest.Config, hosting: Hosting | None) -> Settings:
    """Check all options.

    Raises:
        pytest.UsageError: one is wrong, or the URL is missing; collecting alone needs none.
    """
    option = config.getoption
    try:
        tier = option("conformance_tier") or TIERS[0]
        if tier not in TIERS:
            raise UsageError(f"there is no tier {tier!r}; accepted: {', '.join(TIERS)}")
        suite = load()
        target = load_target(option("conformance_target") or DEFAULT, option("conformance_set") or ())
        settings = Settings(suite, target, cast("Tier", tier), None)
        if option("collectonly") or hasattr(config, "workerinput"):
            return settings
        return Settings(suite, target, settings.tier, _sending(config, settings, hosting))
    except ConformanceError as problem:
        raise pytest.UsageError(str(problem)) from None


def _sending(config: pytest.Config, settings: Settings, hosting: Hosting | None) -> Sending:
    from conformance.api import make_options  # noqa: PLC0415 (see the rules above)
    from conformance.report import check_path  # noqa: PLC0415

    option = config.getoption
    serving = Serving(
        app=option("conformance_app"),
        serve=option("conformance_serve"),
        app_dir=option("conformance_app_dir"),
        factory=option("conformance_factory"),
        workers=option("conformance_workers"),
    )
    started = serving.host() is not None
    url = base_url(config)
    hosting = None if url or started else hosting
    if not url and not started and hosting is None:
        raise UsageError(MISSING)
    reports = tuple(Path(config.invocation_params.dir, p) for p in option("conformance_report") or ())
    for report in reports:
        check_path(report)
    clock = option("conformance_clock") or ""
    options = make_options(
        url or ("" if started else _TO_COME),
        serving=serving,
        target=settings.target,
        tier=settings.tier,
        clock="real" if clock == "virtual" and hosting is not None else clock or "auto",
        seed=option("conformance_seed"),
        allow_writes=option("conformance_allow_writes"),
        fuzz=option("conformance_fuzz"),
        deadline=option("conformance_deadline"),
        ca=option("conformance_ca"),
        suite=settings.suite,
    )
    name = serving.app or serving.serve or ""
    return Sending(options, hosting, clock, option("conformance_strict"), reports, name)


def header(settings: Settings) -> str:
    """The line of the report header: what this run is about to do."""
    about = f"target {settings.target.name}, tier {settings.tier}"
    specs = f"specs sha256:{settings.suite.sha256[:12]}"
    sending = settings.sending
    if sending is None:
        return f"conformance: {about}, {specs}"
    where = f"{sending.starts}, started here" if sending.starts else sending.options.base_url
    where = "the reference, started here" if sending.hosting else where
    clock = sending.clock or ("virtual" if sending.hosting else "auto" if sending.starts else "real")
    return f"conformance: {where}, {about}, clock {clock}, seed {sending.options.seed}, {specs}"
