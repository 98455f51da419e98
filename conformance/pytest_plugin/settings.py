"""The options of the plugin, checked once and for all, before anything is collected or sent.

It must not know what they are for: it turns them into the engine's `Options`, and every fault into the
UsageError that pytest prints as one sentence. Where nothing will be sent (`--collect-only`, the
workers of xdist) the engine is not even imported.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from conformance.errors import ConformanceError, UsageError
from conformance.load.folder import named
from conformance.load.specs import load_with
from conformance.load.target import load_target
from conformance.model import Suite, Target, Tier
from conformance.options import PLUGIN, Asked, Serving, Telling, made, options, tier_named
from conformance.pytest_plugin import paths

if TYPE_CHECKING:
    from conformance.execute.options import Options
    from conformance.report.write import Place
    from conformance.servers.specs import AppSpec, CommandSpec

MISSING: Final = (
    "--conformance needs the URL of the server to judge, and has none: "
    "add --base-url http://localhost:8000 (or set PYTEST_BASE_URL, or base_url in pytest's configuration), "
    "or let the suite start it: --conformance-app main:app"
)

T = TypeVar("T")
Stand = Callable[[Target], "AppSpec | CommandSpec"]
"""The target -> what to start for it, where nobody says which server to judge."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session is about: enough to collect.

    Args:
        sending: None where this process sends nothing.
        own: files of the user's own -> what they are called.
        explored: whether histories are searched for.
    """

    suite: Suite
    target: Target
    tier: Tier
    sending: Sending | None
    own: Mapping[Path, str] = field(default_factory=dict)
    explored: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What the process that runs the plan is to do.

    Args:
        clock: its name, as asked for.
        places: where reports go. starts: what is started to be judged, as it was asked for, or "".
    """

    options: Options
    clock: str
    telling: Telling
    places: tuple[Place, ...] = ()
    starts: str = ""


def asked(config: pytest.Config, record: type[T]) -> T:
    """A record of `conformance.options`, as it was typed."""
    typed = {each.field: config.getoption(each.flag(PLUGIN)) for each in options(record)}
    return made(record, typed)


def base_url(config: pytest.Config) -> str:
    """The URL as pytest-base-url takes it: its option, its environment variable or its ini key; or ""."""
    url = config.getoption("base_url", None)
    if not url:
        try:
            url = config.getini("base_url")
        except (KeyError, ValueError):  # nobody registers it
            url = None
    return str(url or "").strip()


def read(config: pytest.Config, stand: Stand | None) -> Settings:
    """Check all options.

    Raises:
        pytest.UsageError: one is wrong, or the URL is missing; collecting alone needs none.
    """
    try:
        wanted = asked(config, Asked)
        tier = tier_named(wanted.tier)
        target = load_target(str(wanted.target), wanted.overrides, wanted.require)
        here, own = config.invocation_params.dir, paths.own(config, wanted.specs)
        names = {path: named(path, here) for path in own}
        settings = Settings(load_with(own, here), target, tier, None, names, explored=wanted.fuzz)
        if config.getoption("collectonly") or hasattr(config, "workerinput"):
            return settings
        return dataclasses.replace(settings, sending=_sending(config, settings, wanted, stand))
    except ConformanceError as problem:
        raise pytest.UsageError(str(problem)) from None


def _sending(config: pytest.Config, settings: Settings, wanted: Asked, stand: Stand | None) -> Sending:
    from conformance.api import make_options  # noqa: PLC0415 (see the rules above)
    from conformance.report.write import place  # noqa: PLC0415
    from conformance.servers.specs import AppSpec  # noqa: PLC0415

    serving, url = asked(config, Serving), base_url(config)
    spec = serving.spec()
    if spec is None and not url:
        if stand is None:
            raise UsageError(MISSING)
        spec = stand(settings.target)
    here = config.invocation_params.dir
    telling = asked(config, Telling)
    places = tuple(place(each, here) for each in telling.reports)
    wanted = dataclasses.replace(wanted, url=url, target=settings.target, overrides=(), require=(), specs=())
    options = make_options(wanted, spec, suite=settings.suite)
    starts = "" if spec is None else spec.app if isinstance(spec, AppSpec) else spec.command
    return Sending(options, str(wanted.clock), telling, places, starts)


def header(settings: Settings) -> str:
    """The line of the report header: what this run is about to do."""
    about = f"target {settings.target.name}, tier {settings.tier}"
    specs = f"specs sha256:{settings.suite.sha256[:12]}"
    sending = settings.sending
    if sending is None:
        return f"conformance: {about}, {specs}"
    where = f"{sending.starts}, started here" if sending.starts else sending.options.base_url
    clock = sending.clock if sending.starts else "real"
    return f"conformance: {where}, {about}, clock {clock}, seed {sending.options.seed}, {specs}"
