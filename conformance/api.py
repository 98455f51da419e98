"""The whole pipeline as functions: what the doors call, the command, the plugin and `commands/running.py`.

Shell. It checks what it is given, starts an engine, and hands back a Report; it knows no option
parser, no terminal and no pytest.
"""

from __future__ import annotations

import dataclasses
import math
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from conformance.clocks import CLOCKS, Clock
from conformance.errors import UsageError
from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.execute.patience import refuse_short_ttls
from conformance.execute.progress import Progress
from conformance.guesses import guessed
from conformance.load.headers import typed_headers
from conformance.load.specs import load_with
from conformance.load.target import load_target
from conformance.model import Assignment, Report, Suite, Target, Tier
from conformance.model.targets import BASE, sent_along
from conformance.options.run import UNVERIFIED, Asked, Serving, tier_named
from conformance.plan.choosing import chosen
from conformance.plan.lanes import plan
from conformance.report.pending import pending as not_ended
from conformance.report.redact import without_userinfo
from conformance.report.result import result
from conformance.servers.environment import withheld
from conformance.servers.specs import AppSpec, CommandSpec
from conformance.wire.address import parse_base
from conformance.wire.trust import trusted

if TYPE_CHECKING:
    from conformance.servers.server import Server

__all__ = ["caution", "conduct", "exit_code", "make_options", "pending", "unmoved"]

AUTO: Final = "auto"
_TO_COME: Final = "http://127.0.0.1"  # until the server is started
_GLANCE: Final = 0.1  # seconds between looks at the progress
_MOST_SEED: Final = 2**63


def conduct(options: Options, on_progress: Callable[[Progress], None] | None = None) -> Report:
    """Run what the options say to its end; whatever breaks it off, what was changed is put back."""
    engine = Engine(options)
    engine.start()
    try:
        while not engine.wait(_GLANCE if on_progress else None):
            if on_progress is not None:
                on_progress(engine.progress())
    except BaseException:
        engine.cancel("the run was interrupted")
        engine.close()
        raise
    engine.close()
    return engine.report()


def pending(options: Options, assignment: Assignment | None = None) -> Report:
    """What stands where the report of a run is to come, until it has ended; `assignment`: what grades it."""
    return not_ended(
        options.suite,
        options.target,
        options.tier,
        assignment,
        secrets=options.secrets,
        base_url="" if options.start is not None else options.base_url,
        seed=options.seed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


# ------------------------------------------------------------------ options


def make_options(
    asked: Asked,
    spec: AppSpec | CommandSpec | None = None,
    *,
    suite: Suite | None = None,
    start: Callable[[], Server] | None = None,
) -> Options:
    """The options of a run, each checked before anything is sent.

    Args:
        asked: as the user has it.
        spec: what is to be started, where `asked.serving` does not say it.
        suite: the specs; by default the built-in ones.
        start: gives the server of `spec`, which has begun to start already.

    Raises:
        UsageError: an argument is wrong. SpecError, TargetError: a file is.
    """
    url, target = asked.url, asked.target
    if "@" in url.partition("://")[2].partition("/")[0]:
        # Said here, since the text about any other fault of a URL repeats it, and it holds a password.
        raise UsageError(
            f"the base URL {without_userinfo(url)!r} holds a user name or password: give credentials "
            "as a header of a target file instead"
        )
    spec = spec or asked.apart().spec()
    if spec is not None and url:
        raise UsageError(
            "a base URL, and a server to be started, exclude each other: one server is judged at a time"
        )
    if spec is None:
        parse_base(url)
    suite = suite or load_with(asked.specs)
    judged = load_target(target, asked.overrides, asked.require) if isinstance(target, str) else target
    if judged is target and (asked.overrides or asked.require):
        raise UsageError(
            "overrides, and what is required, are for a target that is named; this one is given as an object"
        )
    if asked.base_path:
        if not re.match(BASE, asked.base_path):
            raise UsageError(f"the base path {asked.base_path!r} is none; accepted is a path such as /api")
        judged = replace(judged, base=asked.base_path.rstrip("/"))
    judged = sent_along(judged, tuple((each.name, each.value) for each in typed_headers(asked.headers)))
    commands = [each.command for each in judged.hooks if each.command]
    if commands and not asked.allow_commands:
        raise UsageError(
            f"the target {judged.name!r} has commands of its own run on this machine ({commands[0]}): "
            "--allow-commands consents to that (in pytest: --conformance-allow-commands)"
        )
    _check_numbers(asked)
    tier = tier_named(asked.tier)
    refuse_short_ttls(judged, moves=start is not None or spec is not None or callable(asked.clock))
    return Options(
        base_url=url or _TO_COME,
        start=start or _start(spec),
        starts="" if spec is None else spec.by_hand,
        server="url" if spec is None else "app" if isinstance(spec, AppSpec) else "command",
        suite=suite,
        target=judged,
        tier=tier,
        clock=_clock(asked.clock, spec),
        seed=secrets.randbelow(2**32) if asked.seed is None else asked.seed,
        selected=_selected(asked, suite, judged, tier),
        allow_writes=asked.allow_writes,
        deadline=asked.deadline,
        verify=trusted(asked.ca, insecure=asked.insecure),
        **(_search(asked) if asked.fuzz else {}),
        **_share(asked),
        restarts=not asked.no_restart,
        secrets=_secrets(spec),
        isolation=_isolation(spec),
        user_agent=_user_agent(asked.user_agent),
        wait=asked.wait,
    )


def unmoved(
    asked: Asked, spec: AppSpec | CommandSpec | None = None, *, suite: Suite | None = None
) -> Options:
    """The options of the same run by a clock that waits; nothing in the app's process could move it."""
    spec = spec or asked.apart().spec()
    if isinstance(spec, AppSpec):
        spec = dataclasses.replace(spec, clock=False)
    return make_options(dataclasses.replace(asked, clock="real", deadline=None), spec, suite=suite)


def _check_numbers(asked: Asked) -> None:
    if asked.seed is not None and not 0 <= asked.seed < _MOST_SEED:
        raise UsageError(
            f"the seed {asked.seed} is out of range; accepted is a whole number from 0 to 2**63 - 1"
        )
    if asked.deadline is not None and not (asked.deadline > 0 and math.isfinite(asked.deadline)):
        raise UsageError(f"the deadline {asked.deadline} is none; accepted is a number of seconds above 0")
    if not 0 <= asked.wait < math.inf:
        raise UsageError(f"a wait of {asked.wait} is none; accepted is a number of seconds, such as 30")


def _start(spec: AppSpec | CommandSpec | None) -> Callable[[], Server] | None:
    if spec is None:
        return None

    def begin() -> Server:
        from conformance.servers.server import start  # noqa: PLC0415 (psutil, and most runs start nothing)

        return start(spec)

    return begin


def _isolation(spec: AppSpec | CommandSpec | None) -> str:
    """The level by which what is started is isolated, which this machine has; "" where nothing is."""
    if spec is None:
        return ""
    from conformance.servers.isolation import chosen  # noqa: PLC0415 (most runs start nothing)

    return chosen(spec.isolate).name


def caution(serving: Serving, options: Options) -> str:
    """What whoever asked for it is to know: nobody is verified, or there was no isolation; or ""."""
    if options.verify is False:
        return UNVERIFIED
    if serving.isolate != AUTO or options.isolation != "none":
        return ""
    from conformance.servers.isolation import none_because  # noqa: PLC0415 (most runs start nothing)

    return none_because()


def _user_agent(text: str) -> str:
    if text and not re.fullmatch(r"[!-~](?:[ -~]*[!-~])?", text):
        raise UsageError(f"the User-Agent {text!r} can't be sent; accepted is a line of printable ASCII")
    return text


def _secrets(spec: AppSpec | CommandSpec | None) -> tuple[str, ...]:
    """The values of the variables that are passed on although they look like secrets, or hold one."""
    env = (spec.env if spec is not None else None) or {}
    return tuple(env[name] for name in withheld(env))


def _clock(
    clock: str | Callable[[], Clock], spec: AppSpec | CommandSpec | None
) -> Callable[[], Clock] | None:
    """What makes the clock; None leaves it to the engine, which knows whether the server's can be moved."""
    if callable(clock):
        return clock
    if clock not in (AUTO, *CLOCKS):
        raise UsageError(f"there is no clock {clock!r}; accepted: {AUTO}, {', '.join(CLOCKS)}")
    if clock == "virtual" and not isinstance(spec, AppSpec):
        raise UsageError(
            "the clock 'virtual' moves the server's own clock, so it only works for an app that the suite "
            "starts itself (main:app); use the clock 'real', which waits"
        )
    return None if clock in (AUTO, "virtual") else CLOCKS[clock]


def _selected(asked: Asked, suite: Suite, target: Target, tier: Tier) -> frozenset[str] | None:
    """The runs that are asked for, or None for all."""
    selected = asked.selected
    if selected is None and not (asked.only or asked.skip):
        return None
    named = chosen(suite, target, tier, asked.only, asked.skip, explored=asked.fuzz)
    if selected is None:
        return named
    known = {run.id for run in plan(suite, target, tier, explored=asked.fuzz).runs}
    for each in selected:
        if each not in known:
            says = f"the tier {tier} has no check {each!r} for the target {target.name!r}"
            raise UsageError(guessed(says, each, known))
    return frozenset(selected) if named is None else named & frozenset(selected)


def _share(asked: Asked) -> dict[str, Any]:
    """How far all searches may go, where somebody says so."""
    if asked.save_failing is not None and not asked.fuzz:
        raise UsageError("--save-failing is for what a search finds: say --fuzz, too")
    for name, most in (("fuzz_time", asked.fuzz_time), ("fuzz_examples", asked.fuzz_examples)):
        if most is None:
            continue
        option = f"--{name.replace('_', '-')}"
        if not asked.fuzz:
            raise UsageError(f"{option} is for a search: say --fuzz, too")
        if not (most > 0 and math.isfinite(most)):
            raise UsageError(f"{option} {most} is none; accepted is a number above 0")
    found = {"fuzz_time": asked.fuzz_time, "fuzz_examples": asked.fuzz_examples}
    return {name: value for name, value in found.items() if value is not None}


def _search(asked: Asked) -> dict[str, Any]:
    """What searches and explores, and by what."""
    try:
        # Hypothesis takes 0.5 s, and is an extra.
        from conformance.fuzz import machine, saving, search  # noqa: PLC0415
    except ImportError as problem:
        raise UsageError(
            "searching for counterexamples needs Hypothesis; install it with: "
            f"pip install 'cache-conformance[fuzz]' ({problem})"
        ) from None
    folder = Path(asked.save_failing) if asked.save_failing is not None else None
    if folder is not None and folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r}, in which to save what fails, is no folder")
    save = saving.Saver(folder) if folder is not None else None
    return {"search": search.search, "explore": machine.explore, "save": save, "searched_by": search.BY}


# ------------------------------------------------------------------ what it comes to


def exit_code(report: Report, *, strict: bool = False) -> int:
    """The exit code of a run, of the command and of pytest.

    0: every MUST that applies was judged and holds. 1: one fails, or its request gets no answer; with
    `strict` a SHOULD counts, too. 7: none fails, and one could not be judged, or nothing has passed at all.
    2: the run ended early. 3: the suite itself failed. 5: nothing was selected.
    """
    return result(report, strict=strict).code
