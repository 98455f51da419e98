"""A whole class, from what was found to its pages: what is graded already stays, the rest is graded. Shell.

Nobody's result waits for another's: each is written as it comes, and what breaks off goes on from there. It
must not know the command line, nor how a submission is graded.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from msgspec.structs import replace

from conformance.classroom import page
from conformance.classroom.apps import may_wait
from conformance.classroom.finding import Found, Submission
from conformance.classroom.names import shown, slugs
from conformance.classroom.one import (
    PAGE,
    Graded,
    Order,
    file_of,
    files_of,
    grade_lost,
    most_seconds,
    pending,
)
from conformance.classroom.packing import Packed, Unfit, pack_folder, pack_zip
from conformance.classroom.pool import Lost, Task
from conformance.classroom.roll import Roll, Row, as_csv
from conformance.classroom.standing import Standing, unnamed
from conformance.classroom.store import Store
from conformance.classroom.temporary import sweep, temporary
from conformance.errors import UsageError
from conformance.grading.document import digest
from conformance.model import Report
from conformance.report.document import decode
from conformance.report.public import until

__all__ = ["Batch", "Grader", "Tell"]

_TRIES: Final = 2  # to grade what was lost
_HINTS: Final = (
    ((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room"),
    ((errno.EMFILE, errno.ENFILE), "allow more open files (ulimit -n), or grade fewer at a time (--jobs 1)"),
    (
        (errno.EAGAIN, errno.ENOMEM),
        "free memory or processes, or grade fewer at a time (--jobs 1)",
    ),
    ((errno.EACCES, errno.EPERM, errno.EROFS), "allow this user to write there, or name another --out"),
)
"""What is to be done, by what this machine refuses."""


class Tell(Protocol):
    """Shows how far it has come."""

    def look(self, at_work: list[tuple[str, str]], done: int, of: int) -> bool:
        """Called some times a second, with who is at work and what each waits for; False ends it all."""

    def result(self, row: Row, done: int, of: int) -> None:
        """A result has come."""


class Grader(Protocol):
    """Has submissions graded: processes of this machine, or a cluster."""

    @property
    def at_work(self) -> list[tuple[str, str]]:
        """Which are being graded, by their keys, and what each waits for."""

    def graded(
        self, order: Order, tasks: Iterator[Task[str]], look: Callable[[], bool]
    ) -> Generator[tuple[str, Graded | Lost]]:
        """The results, as they come, until `look` says that nobody wants more."""


@dataclass
class _Entry:
    """All students who have handed in the same bytes.

    Args:
        spooled: a file with these bytes; None: it is a URL, or can't be read.
        long: whether it may have to be waited for.
    """

    name: str
    source: str = ""
    spooled: Path | None = None
    unread: str = ""
    long: bool = False
    students: list[str] = field(default_factory=list)
    standing: Standing | None = None
    tries: int = 0


class Batch:
    """One class.

    Args:
        order: what is asked of each submission.
        store: where the results are kept.
        found: the submissions.
        names: student -> what is shown.
        again: whether to grade anew what has a result already.
    """

    def __init__(
        self, order: Order, store: Store, found: Found, names: Mapping[str, str], *, again: bool = False
    ) -> None:
        self._order = order
        self._store = store
        self._found = found
        self._names = names
        self._again = again
        self._slugs = slugs([names[each.student] for each in found.submissions])
        self._freeze = digest(order.assignment)
        self._entries: dict[str, _Entry] = {}
        self._left_out: dict[str, tuple[str, ...]] = {}  # each student's own, whoever else has the same files
        self._files = [file_of(each) for each in order.formats]
        # What was hidden when a report was written may be shown by now.
        self._reveals = any(until(row.hidden_until) for row in order.assignment.rows)

    def run(self, grader: Grader, tell: Tell) -> Roll:
        """Have what has no result yet graded; whatever ends it, what came stays.

        Raises:
            UsageError: something of this machine forbids to go on; the results that came are there.
        """
        sweep()
        with temporary("class") as folder:
            try:
                self._look(folder)
                self._write()
                self._grade(grader, tell)
                self._write()
            except OSError as problem:
                raise UsageError(self._broken_off(problem)) from None
        return self.roll()

    def roll(self) -> Roll:
        """The class as it stands."""
        by_student = {who: e.standing for e in self._entries.values() for who in e.students}
        rows = tuple(
            self._row(each.student, by_student.get(each.student)) for each in self._found.submissions
        )
        notes = tuple(f"{shown(self._names[each])!r} {why}" for each, why in self._found.left_out)
        return Roll(self._order.assignment, rows, notes)

    def slugs_of(self, names: Collection[str]) -> set[str]:
        """The folders of these, as they are shown, and of all of the class."""
        return {*slugs(names).values(), *self._slugs.values()}

    def _row(self, student: str, standing: Standing | None) -> Row:
        name = self._names[student]
        if standing is not None:
            standing = replace(standing, left_out=self._left_out.get(student, ()))
        if standing is not None and name != student:
            standing = unnamed(standing, student, name)
        return Row(shown(name), f"students/{self._slugs[name]}/{file_of(PAGE)}", standing)

    def _write(self) -> None:
        roll = self.roll()
        self._store.write("grades.csv", as_csv(roll))
        for name, data in page.pages(roll).items():
            self._store.write(name, data)

    def _done(self) -> int:
        return sum(len(each.students) for each in self._entries.values() if each.standing is not None)

    def _broken_off(self, problem: OSError) -> str:
        """What this machine does not let us do, and what is to be done about it."""
        hint = next((hint for numbers, hint in _HINTS if problem.errno in numbers), "see to that")
        where = f" at {str(problem.filename)!r}" if problem.filename else ""
        return (
            f"grading into {str(self._store.folder)!r} was broken off{where}: {problem.strerror or problem}; "
            f"{self._done()} of {len(self._found.submissions)} results are there: {hint}, and start the same "
            "again, which goes on from here"
        )

    # ---------------------------------------------------------------- what was handed in

    def _look(self, folder: Path) -> None:
        """Read every submission once, and find what has a result."""
        for each in self._found.submissions:
            entry = self._read(each, folder)
            self._entries.setdefault(entry.name, entry).students.append(each.student)
        for entry in self._entries.values():
            known = self._store.standing(entry.name, self._freeze, self._order.how)
            if known is not None and known.final and not self._again:
                entry.standing = known
                self._hand_out(entry)

    def _read(self, one: Submission, folder: Path) -> _Entry:
        if one.kind == "url":
            return _Entry(_digest(f"url {one.source}"), one.source)
        try:
            if one.problem:
                raise Unfit(one.problem)  # noqa: TRY301 - said in one place
            packed = (pack_folder if one.kind == "folder" else pack_zip)(one.source)
        except Unfit as problem:
            packed = Packed(unfit=str(problem))
        except OSError as problem:
            why = f"it can't be read: {problem.strerror or problem}"
            return _Entry(_digest(f"unread {one.source} {why}"), unread=why)
        self._left_out[one.student] = packed.left_out
        spooled = folder / packed.digest
        spooled.write_bytes(packed.encode())
        return _Entry(packed.digest, spooled=spooled, long=may_wait(packed.items))

    # ---------------------------------------------------------------- grading

    def _grade(self, grader: Grader, tell: Tell) -> None:
        left = [entry for entry in self._entries.values() if entry.standing is None]
        left.sort(key=lambda entry: not entry.long)  # whose waits are the longest begins first
        for entry in [each for each in left if each.unread]:
            left.remove(entry)
            self._keep(entry, grade_lost(entry.unread, self._order, name=entry.name), tell)

        def look() -> bool:
            working = [(shown(self._names[self._entries[k].students[0]]), why) for k, why in grader.at_work]
            return tell.look(working, self._done(), len(self._found.submissions))

        while left and look():  # who was lost is put back after the others were taken
            with closing(grader.graded(self._order, self._tasks(left), look)) as results:
                for name, result in results:
                    self._take(self._entries[name], result, left, tell)

    def _take(self, entry: _Entry, result: Graded | Lost, left: list[_Entry], tell: Tell) -> None:
        """Keep a result; who has lost it for the first time is put back."""
        if isinstance(result, Graded):
            self._keep(entry, result, tell)
        elif entry.tries < _TRIES:
            left.append(entry)
        else:
            self._keep(entry, grade_lost(f"{result.why}, twice", self._order, name=entry.name), tell)

    def _tasks(self, left: list[_Entry]) -> Iterator[Task[str]]:
        """What is to be graded; before each begins, there is said that it has not come to its end."""
        within, not_ended = most_seconds(self._order), files_of(pending(self._order), self._order)
        while left:
            entry = left.pop(0)
            for student in entry.students:
                self._store.hand_out(self._slugs[self._names[student]], None, not_ended)
            entry.tries += 1
            data = entry.source if entry.spooled is None else entry.spooled.read_bytes()
            yield Task(entry.name, data, entry.name, within)

    def _keep(self, entry: _Entry, result: Graded, tell: Tell) -> None:
        self._store.keep(result)
        entry.standing = result.standing
        self._hand_out(entry, result.files)
        for student in entry.students:
            tell.result(self._row(student, result.standing), self._done(), len(self._found.submissions))

    def _hand_out(self, entry: _Entry, files: Mapping[str, bytes] | None = None) -> None:
        """Write what every student of an entry gets; what is made already is made only where it lacks."""
        standing = entry.standing
        assert standing is not None  # noqa: S101 - it has been graded
        for student in entry.students:
            slug = self._slugs[self._names[student]]
            if files is None and not self._reveals and self._store.has(slug, standing, self._files):
                continue
            if files is None:
                files = files_of(self._saved(standing), self._order)
            self._store.hand_out(slug, standing, files)

    def _saved(self, standing: Standing) -> Report:
        return decode(gzip.decompress(self._store.report(standing)), "a result")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
