"""`conformance grade`: a class, behind its options. It knows what is printed where, and the exit codes.

How a submission is graded, and what the pages look like, is the business of `classroom/`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from conformance.errors import UsageError
from conformance.options.run import Serving, made, option
from conformance.options.typed import with_options_of

if TYPE_CHECKING:
    from conformance.classroom.batch import Grader
    from conformance.classroom.cluster import Cluster
    from conformance.classroom.finding import Found
    from conformance.classroom.one import Order
    from conformance.classroom.roll import Roll

__all__ = ["Marking", "grade", "order_of"]

_INTERRUPTED: Final = 2
_OURS: Final = 3
_NAMES: Final = "names.json"
_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Marking:
    """What is asked of `conformance grade`, besides where the submissions are."""

    app: str | None = option(
        None,
        "The app of each submission; where one has no such file, or nobody says, it is looked for.",
        metavar="MODULE:APP",
    )
    factory: bool = option(False, "--app names a function that returns the app.", kind=bool)
    urls: str | None = option(
        None,
        "Servers that run, in place of submissions: a CSV file with the columns student and url.",
        metavar="FILE",
    )
    out: str = option("results", "The folder for what comes out; what is graded there stays.", metavar="DIR")
    assignment: str = option(
        "lesson",
        "Grade by this assignment, frozen or not; lesson: by the lesson's two routes.",
        metavar="FILE",
    )
    formats: Sequence[str] = option(
        (),
        "A format for each student besides JSON and the page, such as gradescope; repeatable.",
        metavar="FORMAT",
        name="report",
    )
    isolate: str = option(
        "auto", "Keep submissions from all that is not their own: see --isolate of run.", metavar="LEVEL"
    )
    no_isolation: bool = option(
        False,
        "Grade although nothing keeps a submission from what is yours, and from others' work.",
        kind=bool,
    )
    env: Sequence[str] = option(
        (),
        "A variable of the environment that submissions are to see although it may be a secret; repeatable.",
        metavar="NAME[=VALUE]",
    )
    specs: Sequence[str] = option(
        (), "A file, or a folder of files, with checks of your own; repeatable.", metavar="PATH"
    )
    jobs: int = option(
        0,
        "How many are graded at a time, those that wait not counted; 0: one more than there are processors.",
        kind=int,
        metavar="N",
    )
    pseudonyms: bool = option(False, "Call nobody by name in what comes out, but in names.json.", kind=bool)
    again: bool = option(False, "Grade anew what has a result already.", kind=bool)
    cluster: str | None = option(
        None,
        "Grade on a Dask cluster, by the address of its scheduler, in place of processes of this machine.",
        metavar="ADDRESS",
    )
    allow_writes: bool = option(
        False, "Consent to writes on servers that are not on this machine; they are put back.", kind=bool
    )


@with_options_of(Marking)
def grade(
    submissions: Annotated[
        Path | None, typer.Argument(help="A folder with a folder, or a zip file, for each student.")
    ] = None,
    **typed: Any,
) -> None:
    """Grade a class: a report for each student, grades.csv, and a page of all of them.

    What broke off goes on where it was, by the same words. Exit codes: 0 each submission has a valid result,
    3 a grade is withheld by a fault of ours, 2 the usage is wrong or it was interrupted.
    """
    raise typer.Exit(_grade(submissions, made(Marking, typed)))


def _grade(folder: Path | None, asked: Marking) -> int:
    """Grade, and tell; the exit code."""
    from conformance.classroom.batch import Batch  # noqa: PLC0415 (whoever grades nothing does without)
    from conformance.classroom.cluster import Cluster  # noqa: PLC0415
    from conformance.classroom.pool import Pool  # noqa: PLC0415
    from conformance.classroom.showing import shown  # noqa: PLC0415
    from conformance.classroom.store import Store  # noqa: PLC0415
    from conformance.console.signals import heeded  # noqa: PLC0415

    found = _found(folder, asked)
    with contextlib.ExitStack() as held:
        cluster: Cluster[str] | None = None
        if asked.cluster is not None:
            cluster = held.enter_context(contextlib.closing(Cluster(asked.cluster)))
        order = order_of(asked, _level(asked, cluster))
        store = held.enter_context(Store(_apart(Path(asked.out), folder)))
        names = _names(found.names, store.read(_NAMES), asked)
        if asked.pseudonyms:
            store.write(_NAMES, json.dumps(dict(names), indent=1).encode(), private=True)
        batch = Batch(order, store, found, names, again=asked.again)
        named = store.forget(batch.slugs_of(names.values())) if asked.pseudonyms else []
        # One more than there are processors, since each waits a little now and then.
        grader: Grader = cluster or Pool(asked.jobs or (os.cpu_count() or 1) + 1)
        with heeded() as signals, shown(sys.stderr, lambda: not signals.came) as tell:
            roll = batch.run(grader, tell)
        sys.stdout.writelines(f"{line}\n" for line in (*_naming(named, asked.out), *_told(roll, asked.out)))
    if signals.came:
        return _INTERRUPTED
    return _OURS if any(each.cause == "suite" for each in roll.standings) else 0


def _found(folder: Path | None, asked: Marking) -> Found:
    from conformance.classroom.finding import find, find_urls  # noqa: PLC0415

    if (folder is None) == (asked.urls is None):
        raise UsageError("grade a folder of submissions, or the servers of --urls FILE: one of the two")
    return find(folder) if folder is not None else find_urls(Path(asked.urls or ""))


def _apart(out: Path, folder: Path | None) -> Path:
    """The folder of results, which is none of the submissions', nor holds them."""
    from conformance.classroom.store import FOLDERS  # noqa: PLC0415

    if folder is not None:
        one, other = out.resolve(), folder.resolve()
        ours = [one / name for name in FOLDERS]
        if one == other or other in one.parents or any(each in (other, *other.parents) for each in ours):
            raise UsageError(
                f"{str(out)!r} is among the submissions, where no results belong: name another --out"
            )
    return out


def order_of(asked: Marking, level: str) -> Order:
    """What is asked of each submission, all of it checked before the first is looked at.

    Raises:
        UsageError: some of it is wrong.
    """
    from conformance.classroom.one import PAGE, Order, pending  # noqa: PLC0415
    from conformance.commands.assigning import choose  # noqa: PLC0415
    from conformance.grading.document import encode  # noqa: PLC0415
    from conformance.grading.opening import target_of  # noqa: PLC0415
    from conformance.guesses import guessed  # noqa: PLC0415
    from conformance.report.formats import FORMATS  # noqa: PLC0415

    if asked.jobs < 0:
        raise UsageError(f"{asked.jobs} jobs are none; accepted is a number of 1 or more, or 0")
    for each in asked.formats:
        if each not in FORMATS:
            accepted = ", ".join(FORMATS)
            raise UsageError(
                guessed(f"there is no format {each!r} of a report; accepted: {accepted}", each, FORMATS)
            )
        if (check := FORMATS[each].check) is not None:
            check(os.environ)
    started = asked.urls is None
    if not started and (asked.app or asked.env or asked.factory):
        raise UsageError("an app, and what it is to see, are for submissions that are started here")
    chosen = choose(asked.assignment, asked.specs, started=started)
    assignment = chosen.assignment
    if assignment.started is not started:
        what = "an app that is started here" if assignment.started else "a server by its URL"
        raise UsageError(
            f"the assignment is for {what}: freeze it with `server: {'app' if started else 'url'}`"
        )
    serving = Serving(app=asked.app or "main:app", factory=asked.factory, env=asked.env, isolate=level)
    spec = serving.spec()
    if asked.cluster is None:  # what the workers can hold a server to, nobody here knows
        chosen.refuse_unheld(serving if started else None)
    formats = dict.fromkeys((PAGE, *(each for each in asked.formats if each != "json")))
    order = Order(
        encode(assignment),
        target_of(assignment, chosen.folder),
        asked.app or "",
        asked.factory,
        dict(spec.env or {}) if spec is not None else {},
        level,
        tuple(str(Path(each).resolve()) for each in asked.specs),
        tuple(formats),
        asked.allow_writes,
        _now(),
    )
    pending(order)  # whatever else is wrong with it is told now
    return order


def _now() -> datetime:
    return datetime.now(UTC)


def _level(asked: Marking, cluster: Cluster[str] | None) -> str:
    """The level of isolation, which all machines have that grade.

    Raises:
        UsageError: there is none, and nobody has said that none will do.
    """
    from conformance.servers.isolation import chosen, none_because  # noqa: PLC0415

    if asked.no_isolation or asked.urls is not None:
        return "none"
    level: str = chosen(asked.isolate).name if cluster is None else _in_common(cluster, asked.isolate)
    if level == "none":
        lacks = none_because() if cluster is None else "the workers of the cluster have no level of isolation"
        why = "--isolate none asks for that" if asked.isolate == "none" else lacks
        raise UsageError(
            "a class is not graded without isolation, by which one submission may read and change another: "
            f"{why}; --no-isolation grades it all the same"
        )
    return level


def _in_common(cluster: Cluster[str], asked: str) -> str:
    """The level that all workers have."""
    from conformance.classroom.cluster import level_of  # noqa: PLC0415

    levels = cluster.ask(level_of, asked)
    if len(set(levels.values())) > 1:
        told = "; ".join(f"{name}: {level}" for name, level in sorted(levels.items()))
        raise UsageError(f"the workers are isolated by different levels ({told}): name one by --isolate")
    level = str(next(iter(levels.values())))
    if level not in ("namespaces", "uid", "none"):
        raise UsageError(f"the workers can't isolate: {level}")
    return level


# ------------------------------------------------------------------ names


def _names(students: Iterable[str], held: bytes, asked: Marking) -> Mapping[str, str]:
    """Student -> what is shown; pseudonyms that were drawn once stay."""
    from conformance.classroom.names import pseudonyms  # noqa: PLC0415

    some, known = list(students), _known(held)
    return {**known, **pseudonyms(some, known)} if asked.pseudonyms else {each: each for each in some}


def _known(held: bytes) -> dict[str, str]:
    try:
        return {str(name): str(drawn) for name, drawn in json.loads(held or b"{}").items()}
    except (ValueError, AttributeError):
        return {}


def _naming(folders: Iterable[str], out: str) -> Iterable[str]:
    """What names somebody and can't be helped, since it holds what is not ours."""
    from conformance.report.safe import safe  # noqa: PLC0415

    for name in folders:
        yield safe(f"{out}/students/{name} has a name, and holds files that are not ours: move it away")


# ------------------------------------------------------------------ what is told


def _told(roll: Roll, out: str) -> Iterable[str]:
    from conformance.report.safe import safe  # noqa: PLC0415

    for title, rows in (
        ("withheld", roll.those(withheld=True)),
        ("the audit found a difference", roll.those(audit=True)),
        ("did not start", roll.those(down=True)),
    ):
        shared: dict[str, list[str]] = {}
        for row in rows:
            one = row.standing
            why = (one.audit or (one.why if one.status == "withheld" else one.down)) if one else ""
            shared.setdefault(why, []).append(row.name)
        for why, names in list(shared.items())[:_TOLD]:
            more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
            yield safe(f"{title}: {', '.join(names[:_TOLD])}{more}: {why}")
        if len(shared) > _TOLD:
            yield f"{title}: and {sum(map(len, list(shared.values())[_TOLD:]))} more"
    for note in roll.notes[:_TOLD]:
        yield safe(f"left out: {note}")
    if len(roll.notes) > _TOLD:
        yield f"left out: and {len(roll.notes) - _TOLD} more"
    graded = len(roll.grades)
    held = len(roll.standings) - graded
    left = len(roll.rows) - len(roll.standings)
    says = f"{graded} graded, {held} withheld" + (f", {left} not graded yet" if left else "")
    median = f"; median {roll.median:g} of {roll.assignment.of} points" if roll.median is not None else ""
    yield f"{len(roll.rows)} students: {says}{median}"
    yield safe(f"{Path(out, 'index.html')}: the class; {Path(out, 'grades.csv')}: its grades")
