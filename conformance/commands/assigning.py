"""`conformance freeze`, and `--assignment` of other commands, behind their options.

It knows no option parser and no terminal; what counts, and for how much, is the business of `grading/`.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from conformance.commands.schema import Schema, check_named, lay
from conformance.errors import AssignmentError, UsageError
from conformance.grading.assignment import as_wanted, read_assignment
from conformance.grading.document import digest, encode
from conformance.grading.freezing import Frozen, freeze
from conformance.grading.opening import open_assignment, placed, target_of
from conformance.grading.proposal import offers, proposed
from conformance.grading.selecting import REASONS, Left
from conformance.language.yamlfile import parse, read
from conformance.load.specs import load, load_with
from conformance.load.target import built_in_targets, load_target
from conformance.model import Assignment, Budget, Report
from conformance.options.run import COMMAND, Asked, Serving, options
from conformance.proposing.propose import write
from conformance.report.result import checks
from conformance.report.safe import safe, shell
from conformance.servers.isolation import chosen, unheld
from conformance.wire.outgoing import NEUTRAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.execute.progress import Progress
    from conformance.grading.auditing import Submitted

__all__ = ["Chosen", "choose", "settle"]

_SAID: Final = ("target", "tier", "seed", "overrides", "require", "fuzz", "only", "skip")
"""What an assignment says itself, so that nobody else may."""
_NAMED: Final = 6  # checks that are named where a reason has several


@dataclass(slots=True)
class Chosen:
    """An assignment to grade by, and where its target file is looked for; and what is to be graded."""

    assignment: Assignment
    folder: Path
    path: str = ""
    submitted: Callable[[], Submitted] | None = None

    def asked(self, wanted: Asked, typed: Mapping[str, Any], prefix: str = COMMAND) -> Asked:
        """What is asked of a run by the assignment, besides what was typed, with that prefix.

        Raises:
            UsageError: something was typed that the assignment says, or the server is not of its kind.
            TargetError: what is to be judged again in real time can't be.
        """
        serving = wanted.serving
        if self.assignment.started and not (serving and serving.app and serving.workers == 1):
            raise UsageError(
                "the assignment is for an app that the suite starts (--app main:app), with one worker; for "
                "any other server write `server: url` in it, and freeze it again"
            )
        for each in options(Asked):
            if each.field in _SAID and typed.get(each.field) not in (None, (), [], each.default):
                raise UsageError(
                    f"the assignment says it: leave out {each.flag(prefix)}, or {prefix}assignment"
                )
        made, target = self.assignment, self.assignment.target
        self.refuse_unheld(serving)
        if made.audit:
            from conformance.execute.patience import refuse_short_ttls  # noqa: PLC0415 (it brings the engine)

            refuse_short_ttls(target_of(made, self.folder), moves=False)
        if made.audit and serving is not None:
            from conformance.classroom.submitted import reader  # noqa: PLC0415 (few are looked at)

            self.submitted = reader(Path(serving.app_dir or ""), chosen(serving.isolate).name)
        isolated = serving is not None and serving.isolate != "none"
        return replace(
            wanted,
            serving=replace(serving, budget=made.budget) if serving and isolated else serving,
            target=target if target in built_in_targets() else str(self.folder / target),
            tier=made.tier,
            require=made.require,
            overrides=tuple(f"{each}.ask=true" for each in made.optional),
            seed=made.seed,
            user_agent=wanted.user_agent or NEUTRAL,  # no submission is to be told by whom it is asked
            deadline=made.budget.seconds if wanted.deadline is None else wanted.deadline,
        )

    def refuse_unheld(self, serving: Serving | None) -> None:
        """Refuse a budget that a server is not held to where it is to run.

        Raises:
            AssignmentError: the assignment says one, at that line.
        """
        if structs.replace(self.assignment.budget, seconds=None) == Budget():
            return
        file = read(Path(self.path), self.path, AssignmentError)
        said = [each for each in file.data["budget"] if each != "seconds"]
        if serving is None or not (serving.app or serving.serve):
            raise file.fail(
                "no budget but seconds binds a server that somebody else has started", ("budget",)
            )
        for word in said:
            if why := unheld(serving.isolate, word):
                raise file.fail(f"{word}: {why}", ("budget", word))

    def graded(
        self,
        report: Report,
        asked: Asked | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Report:
        """The report with its grade.

        Where a run was asked for, what noise has left open is judged again, and all of it in real time where
        the assignment wants that looked at.
        """
        from conformance import api  # noqa: PLC0415 (freezing needs no engine)
        from conformance.grading.settling import Means, settled  # noqa: PLC0415

        if asked is None:
            return settled(report, self.assignment, None)

        def again(some: Collection[str]) -> Report:
            return api.conduct(api.make_options(replace(asked, selected=some)), on_progress)

        def in_real_time() -> Report:
            return api.conduct(api.unmoved(asked), on_progress)

        return settled(report, self.assignment, Means(again, in_real_time, self.submitted))

    def regraded(self, report: Report) -> Report:
        """The report with its grade, by nothing but what it holds."""
        return self.graded(structs.replace(report, grade=None), None)


def choose(path: str, specs: Collection[str] = (), *, started: bool = True) -> Chosen:
    """The assignment of that file; or "lesson", for an app that is started, or any other server.

    Raises:
        ConformanceError: it is wrong, or was frozen by other specs than there are here.
    """
    return Chosen(open_assignment(path, load_with(tuple(specs)), started=started), Path(path).parent, path)


def settle(  # noqa: PLR0913 - what was typed
    path: Path | None,
    target: str | None,
    out: Path | None,
    specs: Collection[str],
    *,
    force: bool,
    schema: bool = False,
) -> Iterator[str]:
    """Freeze an assignment file, or write one for a target, and tell of it in lines.

    Raises:
        ConformanceError: it is neither, or both; the file is wrong, or asks what can't be judged; there is no
            such target; or nothing can be written.
    """
    if target is not None and path is None:
        return _propose_file(target, out, force=force, schema=schema)
    if schema:
        raise UsageError("--schema is about the file that --from writes; what is frozen is not for editing")
    if path is not None and target is None:
        return _freeze_file(path, out, specs, force=force)
    raise UsageError("freeze an assignment file, or write one by --from lesson: one of the two")


def _freeze_file(path: Path, out: Path | None, specs: Collection[str], *, force: bool) -> Iterator[str]:
    """Freeze an assignment file."""
    out = out or path.with_suffix(".frozen.json")
    _check_out(out, force=force)
    made = freeze(read_assignment(path), load_with(tuple(specs)))
    kept = placed(made.assignment, path.parent, out.parent)
    write(out, encode(kept).decode("ascii"), force=force)
    yield from _told(made)
    yield safe(f"{out}: frozen, digest {digest(kept)[:12]}, seed {kept.seed}")
    yield f"next: conformance run --app main:app --assignment {shell(str(out))}"


def _propose_file(name: str, out: Path | None, *, force: bool, schema: bool) -> Iterator[str]:
    """Write an assignment that requires all that a target names."""
    out = out or Path("assignment.yaml")
    _check_out(out, force=force)
    if schema:
        check_named(out)
    target = load_target(name)
    where = name if name in built_in_targets() else os.path.relpath(name, out.parent)
    required = offers(target)
    data = {"name": target.name, "target": where} | ({"require": list(required)} if required else {})
    counting = _counting(data, out.parent)
    text = proposed(target, where, "lesson", counting, out.name)
    write(out, text, force=force)
    if schema:
        yield from lay(Schema.ASSIGNMENT, out)
    yield safe(f"{out}: {checks(counting)} count if all of it is required; cut it down to what you teach")
    yield f"next: conformance freeze {shell(str(out))}"


def _counting(data: Mapping[str, Any], folder: Path) -> int:
    """How many checks count: found by freezing it, with points enough for any number. JSON is YAML."""
    text = json.dumps({**data, "points": {"total": 100_000}})
    wanted = as_wanted(parse(text, "the proposal", AssignmentError), folder)
    return len(freeze(wanted, load()).assignment.rows)


def _check_out(out: Path, *, force: bool) -> None:
    if out.exists() and not force:
        raise UsageError(f"{str(out)!r} is there already: --force writes over it, --out names another")
    if not out.parent.is_dir():
        raise UsageError(f"{str(out)!r} can't be written: there is no folder {str(out.parent)!r}")


def _told(made: Frozen) -> Iterator[str]:
    """What counts, by topic, and what does not, by its reason."""
    rows = made.assignment.rows
    points: Counter[str] = Counter()
    for row in rows:
        points[row.topic] += row.points
    count = Counter(row.topic for row in rows)
    yield safe(f"{made.assignment.name}: {made.assignment.of} points on {checks(len(rows))}")
    for topic, worth in points.items():
        yield safe(f"  {worth:>5}  {made.assignment.topics.get(topic, topic)} ({checks(count[topic])})")
    for reason in REASONS:
        those = [each for each in made.left if each.reason == reason]
        if those:
            yield safe(f"shown, and worth nothing, since {reason.says}: {_listed(those)}")
            yield f"  to have it count: {reason.hint}"


def _listed(those: list[Left]) -> str:
    said = (
        f"{each.run.check.id} ({each.what})" if each.reason.listed else each.run.check.id for each in those
    )
    names = list(dict.fromkeys(said))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
