"""What a run earns: an assignment once it is frozen, and the grade that a report comes to by it.

Points are whole numbers everywhere, so that every format shows the same. A frozen assignment says of each
check what it is worth before any server was seen; a grade has its rows and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from conformance.model.words import Frozen, Safe, Tier, VerdictName

GRADES_VERSION: Final = 2
"""Of a frozen assignment. A program reads its own only."""

Withheld = Literal["", "suite", "noise", "policy"]
"""Why a grade is withheld. suite: a fault of ours; noise: what came from outside, also after the retries;
policy: the assignment's own rule, such as an audit whose two clocks differ."""


class Budget(Frozen, frozen=True):
    """What one submission may use.

    Args:
        seconds: of the whole run, until it is ended; None: what its TTLs take, see `execute/patience.py`.
        memory: bytes, of all its processes together, and so of each.
        processes: how many at a time. disk: bytes of its folder, and as many of temporary files.
    """

    seconds: float | None = None
    memory: int = 1 << 30
    processes: int = 64
    disk: int = 256 << 20


class Worth(Frozen, frozen=True):
    """What one check on one resource is worth.

    Args:
        nodeid: as in a report. topic: the file of specs/.
        points: for a pass; a warning earns the assignment's share of them.
        hidden_until: when a student may see it: "due", "published", or an instant in ISO 8601; "": at once.
    """

    nodeid: Safe
    points: int
    title: Safe = ""
    topic: Safe = ""
    hidden_until: Safe = ""

    @property
    def id(self) -> str:
        """The check's id."""
        return self.nodeid.rpartition("::")[2]


class Frozenness(Frozen, frozen=True):
    """By what an assignment was frozen: where any of it differs, the same bytes may get another grade.

    Args:
        suite: the version of the program. specs: SHA-256 over the specs. target: over the target file.
    """

    suite: Safe
    specs: Safe
    target: Safe


class Assignment(Frozen, frozen=True):
    """An assignment, frozen: what a submission is asked, and what each answer is worth.

    Args:
        version: of the format.
        name: of the assignment. target: a built-in target's name, or the path of a file.
        by: what it was frozen by.
        rows: what counts, in the order of the specs; the points are as much as can be earned in all.
        topics: file of specs/ -> its title, of the topics that count.
        require: what the server may not lack, such as "items.create".
        optional: what it may although the target declares it: its checks do not stand in `rows`.
        started: whether it is an app that the suite starts; else a URL, or a command.
        share: of a check's points that a warning earns, as a numerator and a denominator.
        retries: how often noise is tried again, from a cold start and alone.
        audit: the share of a class that is judged again in real time.
        seed: of every run. default: whether no file was given.
    """

    version: Literal[2]
    name: Safe
    target: Safe
    tier: Tier
    by: Frozenness
    rows: tuple[Worth, ...]
    topics: Mapping[Safe, Safe] = {}
    require: tuple[Safe, ...] = ()
    optional: tuple[Safe, ...] = ()
    started: bool = True
    share: tuple[int, int] = (1, 2)
    retries: int = 3
    budget: Budget = Budget()
    audit: float = 0.0
    seed: int = 0
    default: bool = False

    @property
    def of(self) -> int:
        """How much can be earned in all."""
        return sum(row.points for row in self.rows)


class Earned(Frozen, frozen=True):
    """What one check earned.

    Args:
        nodeid, id: as in the report, which has all else of it. topic: the file of specs/.
        points, of: earned, and to be earned at most.
        verdict: as in the report; "deselected" where the run has none.
        why: a sentence: why it earned what it earned; "" where all of it.
        open: whether it is not known yet: then `points` is the least that it may come to, and `of` the most.
        cause: what leaves it open, or "".
        hidden_until: when a student may see it; "": at once.
    """

    nodeid: Safe
    id: Safe
    title: Safe
    topic: Safe
    points: int
    of: int
    verdict: VerdictName
    why: str = ""
    open: bool = False
    hidden_until: Safe = ""
    cause: Withheld = ""


class TopicPoints(Frozen, frozen=True):
    """What the checks of one topic earned together; where a grade is withheld, at least."""

    file: Safe
    title: Safe
    points: int
    of: int


class Later(Frozen, frozen=True):
    """What a student is not shown yet: so many checks that count, worth so many points."""

    checks: int = 0
    of: int = 0


class Audit(Frozen, frozen=True):
    """What came of judging a graded run a second time, in real time; for the instructor alone.

    Args:
        because: why, as sentences: it was drawn, or what the submission imports, or what of it can't be read;
            () where there was no second look.
        unread: what lies in its folder and nobody has looked through, with its bytes.
        differing: the node ids of what earned something else by the other clock.
        open: the node ids of what the second look could not tell.
    """

    because: tuple[str, ...] = ()
    differing: tuple[Safe, ...] = ()
    open: tuple[Safe, ...] = ()
    unread: tuple[str, ...] = ()


class Grade(Frozen, frozen=True):
    """What a run earned.

    Args:
        status, cause: whether it may stand, and what forbids it. why: that as a sentence, or "".
        points: earned, where it may stand; else None. of: to be earned, by the assignment alone.
        low, high: the least and the most that it may come to; the same as `points` where it may stand.
        rows: the checks that count, in the order of the assignment; their points sum to `points`, or `low`.
        topics: the same by topic.
        assignment: its name. freeze: its digest, SHA-256. seed: of the run.
        later: what is left out of all of this, where it is what a student may see (`report/public.py`).
    """

    status: Literal["graded", "withheld"]
    of: int
    cause: Withheld = ""
    why: str = ""
    points: int | None = None
    low: int = 0
    high: int = 0
    rows: tuple[Earned, ...] = ()
    topics: tuple[TopicPoints, ...] = ()
    assignment: Safe = ""
    freeze: Safe = ""
    seed: int = 0
    later: Later = Later()
