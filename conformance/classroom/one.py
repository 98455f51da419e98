"""Grade one submission: bytes and a frozen assignment -> a result. Whoever grades a class calls this.

It rests on nothing but its arguments, and leaves nothing behind but what it returns. It must not know who the
student is, what other submissions there are, nor where results are kept.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from conformance import api
from conformance.classroom.apps import AppFound, Several, Unfound, app_of
from conformance.classroom.packing import Packed, Unfit, unpack
from conformance.classroom.standing import Standing, standing_of, withheld
from conformance.classroom.submitted import submitted_of
from conformance.classroom.temporary import temporary
from conformance.execute.options import Options
from conformance.execute.patience import allowance
from conformance.execute.progress import Progress
from conformance.execute.starting import await_start, start_soon
from conformance.grading.auditing import Submitted
from conformance.grading.document import decode, digest
from conformance.grading.settling import Means, settled
from conformance.load.specs import load_with
from conformance.model import Assignment, Report, Target
from conformance.options.run import Asked
from conformance.report.document import encode
from conformance.report.formats import FORMATS
from conformance.report.sheet import Sheet
from conformance.servers.errors import ServerError
from conformance.servers.server import Server
from conformance.servers.specs import AppSpec
from conformance.wire.outgoing import NEUTRAL

__all__ = [
    "PAGE",
    "Graded",
    "Order",
    "file_of",
    "files_of",
    "grade_lost",
    "grade_one",
    "most_seconds",
    "pending",
]

PAGE: Final = "html"
_ENDINGS: Final[Mapping[str, str]] = {"github-summary": ".md", "github-annotations": ".txt"}
_SPARE: Final = 30.0  # seconds
_LEVEL: Final = 6  # of the compression: more costs more than it saves


class Order(msgspec.Struct, frozen=True):
    """What is asked of every submission of a class.

    Args:
        frozen: the assignment as `grading.document.encode` writes it, as in a file.
        target: as the assignment has it, its file read.
        app: `module:attribute`, or "" to have it looked for. factory: whether that is a function.
        env: variables that it is to see. isolate: a level of isolation.
        specs: paths of checks of one's own.
        formats: of reports, by name, besides JSON.
        allow_writes: consent to writes on servers that are not on this machine.
        now: when the class is graded, for what is hidden until a date; None: before any.
    """

    frozen: bytes
    target: Target
    app: str = ""
    factory: bool = False
    env: Mapping[str, str] = {}
    isolate: str = "auto"
    specs: tuple[str, ...] = ()
    formats: tuple[str, ...] = (PAGE,)
    allow_writes: bool = False
    now: datetime | None = None

    @property
    def assignment(self) -> Assignment:
        """The assignment."""
        return _assignment(self.frozen)

    @property
    def how(self) -> str:
        """All of it that a result rests on, besides the assignment: not what is shown of it, nor when."""
        asked = [self.app, self.factory, sorted(self.env.items()), self.isolate, self.allow_writes]
        return msgspec.json.encode(asked).decode()


@functools.lru_cache(maxsize=4)
def _assignment(frozen: bytes) -> Assignment:
    return decode(frozen, "the assignment")


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of it.

    Args:
        report: report.json, compressed. files: the other reports, by their names.
    """

    standing: Standing
    report: bytes
    files: Mapping[str, bytes]


def grade_one(
    submission: bytes | str,
    order: Order,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    name: str = "",
) -> Graded:
    """Grade a submission.

    Args:
        submission: bytes that `Packed.encode` has made, or the base URL of a server that runs.
        order: what is asked.
        on_progress: called about ten times a second; may stop the run.
        name: SHA-256 of the submission, where it is known.

    Raises:
        ConformanceError: the order is wrong. What a submission does is never an error.
    """
    if isinstance(submission, str):
        report = _Runs(order, _asked(order, submission), None, on_progress).judged()
        return _result(report, order, submission=name, app=submission)
    packed = Packed.decode(submission)
    with temporary("submission") as folder:
        found, why, several = AppFound(""), "", False
        try:
            if packed.unfit:
                raise Unfit(packed.unfit)  # noqa: TRY301 - said in one place
            found = app_of(packed.items, order.app, factory=order.factory)
            unpack(packed, folder)
        except Several as problem:
            why, several = str(problem), True
        except (Unfound, Unfit) as problem:
            why = str(problem)
        spec = _spec(order, found, folder)
        submitted = None if why else functools.partial(submitted_of, packed)
        report = _Runs(order, _asked(order), spec, on_progress, why).judged(submitted)
    if several:
        report = withheld(report, order.assignment, "policy", why)
    about = {"app": found.app, "found": found.said or why, "left_out": packed.left_out}
    return _result(report, order, submission=name or packed.digest, **about)


def grade_lost(why: str, order: Order, *, name: str) -> Graded:
    """The result of a submission whose grading came to no end: withheld, by a fault of ours."""
    report = withheld(pending(order), order.assignment, "suite", why)
    return _result(report, order, submission=name)


def pending(order: Order) -> Report:
    """What stands where a report is to come."""
    return api.pending(_plain_options(order), order.assignment)


def most_seconds(order: Order) -> float:
    """What a submission may take, all of its starts and retries included; nobody waits longer."""
    options, apart = _plain_options(order), 2 * AppSpec().ready_within + _SPARE
    most = (allowance(options) + apart) * (1 + order.assignment.retries)
    # The second look is in real time, whatever the budget of a run is.
    return most + (allowance(replace(options, deadline=None)) + apart if order.assignment.audit else 0.0)


def _plain_options(order: Order) -> Options:
    url = "" if order.assignment.started else "http://127.0.0.1"
    spec = None if url else AppSpec(isolate=order.isolate)
    return api.make_options(_asked(order, url), spec, suite=load_with(order.specs))


# ------------------------------------------------------------------ a run


def _asked(order: Order, url: str = "") -> Asked:
    made = order.assignment
    return Asked(
        url,
        target=order.target,
        tier=made.tier,
        seed=made.seed,
        user_agent=NEUTRAL,  # no submission is to be told by whom it is asked
        deadline=made.budget.seconds,
        allow_writes=order.allow_writes,
    )


def _spec(order: Order, found: AppFound, folder: Path) -> AppSpec:
    budget = order.assignment.budget
    return AppSpec(
        found.app or "main:app",
        folder / found.folder,
        factory=found.factory,
        env=order.env,
        isolate=order.isolate,
        budget=budget,
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs on one submission.

    Args:
        spec: how it is started; None: it is a server that runs. why: it can't be started for that reason.
    """

    order: Order
    asked: Asked
    spec: AppSpec | None
    on_progress: Callable[[Progress], None] | None
    why: str = ""

    def judged(self, submitted: Callable[[], Submitted] | None = None) -> Report:
        """A run with its grade, and what that takes."""
        report = self._conduct(self.asked, self.spec)
        return settled(report, self.order.assignment, Means(self._again, self._in_real_time, submitted))

    def _again(self, some: Collection[str]) -> Report:
        return self._conduct(replace(self.asked, selected=some), self.spec)

    def _in_real_time(self) -> Report:
        """With nothing in the server's process by which its clock could be moved."""
        spec = None if self.spec is None else replace(self.spec, clock=False)
        return self._conduct(replace(self.asked, clock="real", deadline=None), spec)

    def _conduct(self, asked: Asked, spec: AppSpec | None) -> Report:
        return api.conduct(self._options(asked, spec), self.on_progress)

    def _options(self, asked: Asked, spec: AppSpec | None) -> Options:
        suite = load_with(self.order.specs)
        if spec is None:
            return api.make_options(asked, suite=suite)
        if self.why:
            return api.make_options(asked, spec, suite=suite, start=self._refuse)
        options = api.make_options(asked, spec, suite=suite)
        starting = start_soon(spec)
        if self.on_progress is not None:
            await_start(starting, spec, self.on_progress)
        return replace(options, start=starting.result)

    def _refuse(self) -> Server:
        raise ServerError(self.why)


# ------------------------------------------------------------------ its result


def _result(report: Report, order: Order, **about: object) -> Graded:
    standing = standing_of(report, how=order.how, **{"freeze": digest(order.assignment), **about})
    return Graded(standing, gzip.compress(encode(report), _LEVEL, mtime=0), files_of(report, order))


def files_of(report: Report, order: Order) -> dict[str, bytes]:
    """The reports that are asked for, as a student may see them by now, by the names of their files."""
    sheet = Sheet(report, now=order.now)
    return {file_of(each): FORMATS[each].write(sheet) for each in order.formats}


def file_of(name: str) -> str:
    """The name of the file for a report of that format."""
    suffixes = FORMATS[name].suffixes
    return f"report{suffixes[0]}" if suffixes else f"{name}{_ENDINGS.get(name, '.json')}"
