"""The options of the plugin, checked once and for all, before anything is collected or sent.

It must not know what they are for: it turns them into the engine's `Options`, and every fault into the
UsageError that pytest prints as one sentence. Where nothing will be sent (`--collect-only`, the
workers of xdist) the engine is not even imported.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

from conformance.errors import ConformanceError, UsageError, coded
from conformance.load.folder import named
from conformance.load.specs import load_with
from conformance.load.target import DEFAULT, load_target
from conformance.model import Assignment, Report, Suite, Target, Tier
from conformance.options.run import (
    PLUGIN,
    UNVERIFIED,
    Asked,
    Option,
    Serving,
    Telling,
    made,
    options,
    tier_named,
)
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
        secret: the node ids of what an assignment hides from students: there are no items of them.
        own: files of the user's own -> what they are called.
        explored: whether histories are searched for.
        only, skip: words for what is asked for.
    """

    suite: Suite
    target: Target
    tier: Tier
    sending: Sending | None
    own: Mapping[Path, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    only: Sequence[str] = ()
    skip: Sequence[str] = ()
    explored: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What the process that runs the plan is to do.

    Args:
        clock: its name, as asked for.
        places: where reports go.
        assignment: what it is graded by, or None. folder: what is served is in.
        unmoved: makes the options for judging it again in real time.
        baseline: what it may not be worse than, or None.
        secret: as in Settings. now: when it began, for what is hidden until a date.
        starts: what is started to be judged, as it was asked for, or "".
    """

    options: Options
    clock: str
    telling: Telling
    places: tuple[Place, ...] = ()
    starts: str = ""
    assignment: Assignment | None = None
    baseline: Report | None = None
    secret: frozenset[str] = frozenset()
    folder: Path = Path()
    unmoved: Callable[[], Options] | None = None
    now: datetime | None = None


def asked(config: pytest.Config, record: type[T]) -> T:
    """A record of `conformance.options.run`, as it was typed, or else as the configuration has it.

    Raises:
        UsageError: the configuration has what can't be read.
    """
    typed = {}
    for each in options(record):
        value = config.getoption(each.flag(PLUGIN))
        typed[each.field] = _configured(config, each) if value is None else value
    return made(record, typed)


def _configured(config: pytest.Config, each: Option) -> Any:
    try:
        value = config.getini(each.ini)
        return value if value is None or each.repeatable or each.kind in (None, bool) else each.kind(value)
    except (TypeError, ValueError) as problem:
        raise UsageError(f"pytest's configuration: {each.ini} can't be read ({problem})") from None


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
        here, own = config.invocation_params.dir, paths.own(config, wanted.specs)
        suite = load_with(own, here)
        made = None
        if wanted.assignment is not None:
            wanted, made = _graded(wanted, asked(config, Serving), suite, here)
        tier = tier_named(wanted.tier)
        target = load_target(str(wanted.target), wanted.overrides, wanted.require)
        names = {path: named(path, here) for path in own}
        now = datetime.now(UTC)
        secret = (
            frozenset()
            if made is None or asked(config, Telling).show_hidden
            else _secret(made, suite, target, now)
        )
        searched = wanted.fuzz
        settings = Settings(suite, target, tier, None, names, secret, wanted.only, wanted.skip, searched)
        if config.getoption("collectonly") or hasattr(config, "workerinput"):
            return settings
        sending = _sending(config, settings, wanted, stand)
        sending = dataclasses.replace(sending, assignment=made, secret=secret, now=now)
        return dataclasses.replace(settings, sending=sending)
    except ConformanceError as problem:
        raise pytest.UsageError(coded(problem, type(problem))) from None


def _graded(wanted: Asked, serving: Serving, suite: Suite, here: Path) -> tuple[Asked, Assignment]:
    """What is asked of a run that is graded, and by what it is."""
    from conformance.commands.assigning import Chosen  # noqa: PLC0415 (few sessions are graded)
    from conformance.grading.opening import open_assignment  # noqa: PLC0415

    named_ = str(wanted.assignment)
    path = named_ if named_ == DEFAULT else here / named_
    made = open_assignment(path, suite, started=bool(serving.app))
    chosen = Chosen(made, Path(path).parent)
    typed = {each.field: getattr(wanted, each.field) for each in options(Asked)}
    return chosen.asked(dataclasses.replace(wanted, serving=serving), typed, PLUGIN), made


def _secret(made: Assignment, suite: Suite, target: Target, now: datetime) -> frozenset[str]:
    from conformance.plan.lanes import plan  # noqa: PLC0415 (few sessions are graded)
    from conformance.report.public import secrets  # noqa: PLC0415

    return secrets(made.rows, [run.id for run in plan(suite, target, made.tier).runs], now)


def _sending(config: pytest.Config, settings: Settings, wanted: Asked, stand: Stand | None) -> Sending:
    from conformance.api import make_options, unmoved  # noqa: PLC0415 (see the rules above)
    from conformance.report.changes import refuse_broken  # noqa: PLC0415
    from conformance.report.write import place  # noqa: PLC0415
    from conformance.report.write import read as read_report  # noqa: PLC0415
    from conformance.servers.specs import AppSpec  # noqa: PLC0415

    serving, url = wanted.serving or asked(config, Serving), base_url(config)
    wanted = dataclasses.replace(wanted, serving=serving)
    here, telling = config.invocation_params.dir, asked(config, Telling)
    places = tuple(place(each, here) for each in telling.reports)
    wanted = wanted.apart(*(each.path for each in places))
    spec = wanted.spec()
    if spec is None and not url:
        if stand is None:
            raise UsageError(MISSING)
        spec = stand(settings.target)
    folder = here / (serving.app_dir or "")
    baseline = None if telling.baseline is None else read_report(here / telling.baseline)
    if baseline is not None:
        refuse_broken(baseline, repr(telling.baseline))
    wanted = dataclasses.replace(wanted, url=url, target=settings.target, overrides=(), require=(), specs=())
    wanted = dataclasses.replace(wanted, only=(), skip=())  # which items there are tells that
    options = make_options(wanted, spec, suite=settings.suite)
    starts = "" if spec is None else spec.app if isinstance(spec, AppSpec) else spec.command
    return Sending(
        options,
        str(wanted.clock),
        telling,
        places,
        starts,
        baseline=baseline,
        folder=folder,
        unmoved=functools.partial(unmoved, wanted, spec, suite=settings.suite),
    )


def header(settings: Settings) -> str:
    """The line of the report header: what this run is about to do."""
    about = f"target {settings.target.name}, tier {settings.tier}"
    specs = f"specs sha256:{settings.suite.sha256[:12]}"
    sending = settings.sending
    if sending is None:
        return f"conformance: {about}, {specs}"
    where = f"{sending.starts}, started here" if sending.starts else sending.options.base_url
    clock = sending.clock if sending.starts else "real"
    said = f"conformance: {where}, {about}, clock {clock}, seed {sending.options.seed}, {specs}"
    return f"{said}\nconformance: {UNVERIFIED}" if sending.options.verify is False else said
