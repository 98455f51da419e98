"""What a run comes to: verdicts, each with what it rests on. The records of report.json.

A Report holds no credentials once it was composed (`report/document.py`), nothing of the engine, and
all that judging again needs. Each record stands in it once, under its work; so does each body, each
requirement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from conformance.model.grades import Audit, Grade
from conformance.model.runs import Record, Verdict
from conformance.model.specs import Requirement
from conformance.model.targets import Target
from conformance.model.words import Frozen, Level, Safe, Tier, VerdictName

VERSION: Final = 2
"""Of the format. A program reads its own only: what a field means is part of it."""


class Explained(Frozen, frozen=True):
    """What a check asks, as it is told to people.

    Args:
        requirement, also: ids of requirements.
        level: what it counts as at the tier of the run.
    """

    title: Safe
    requirement: Safe
    level: Level
    tier: Tier
    also: tuple[Safe, ...] = ()
    why: Safe = ""
    hint: Safe = ""


class Entry(Frozen, frozen=True):
    """One check on one resource, with its verdict.

    Args:
        nodeid: the run's id, also pytest's: "specs/file.yaml::resource::check".
        work: under which the record stands that the verdict rests on; "": nothing was sent for it.
        order: when it was judged, counted from 0: its verdict may rest on those before it. -1: never.
    """

    nodeid: Safe
    verdict: Verdict
    work: Safe = ""
    order: int = -1

    @property
    def id(self) -> str:
        """The check's id."""
        return self.nodeid.rpartition("::")[2]

    @property
    def file(self) -> str:
        """The file of specs/ that holds the check."""
        return self.nodeid.partition("::")[0]

    @property
    def resource(self) -> str:
        """The resource's name, or "" where none fits."""
        name = self.nodeid.split("::")[1]
        return "" if name == NOWHERE else name


ServerKind = Literal["url", "app", "command"]

NOWHERE: Final = "none"
"""What stands in a node id for the resource, where no resource of the target fits."""


_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})


class Content(Frozen, frozen=True):
    """A body's content: as text where it is such, in UTF-8, else as bytes (in JSON, base64)."""

    text: str = ""
    raw: bytes = b""

    @classmethod
    def of(cls, content: bytes) -> Content:
        """The content of these bytes."""
        # JSON writes each of these with six characters, so a body full of them is better packed.
        if len(content) - len(content.translate(None, _CONTROLS)) > len(content) // 8:
            return cls(raw=content)
        try:
            return cls(text=content.decode("utf-8"))
        except UnicodeDecodeError:
            return cls(raw=content)

    @property
    def content(self) -> bytes:
        """The bytes again."""
        return self.raw or self.text.encode()


class Tally(Frozen, frozen=True):
    """How many of the rows that count have passed, and how many of each verdict there are."""

    must_passed: int = 0
    must_of: int = 0
    should_passed: int = 0
    should_of: int = 0
    counts: Mapping[VerdictName, int] = {}


class Topic(Frozen, frozen=True):
    """The tally of one file of specs/."""

    file: Safe
    title: Safe
    tally: Tally


class Score(Frozen, frozen=True):
    """What has passed, by topic and in all.

    Args:
        withheld: why the numbers may not be taken for a grade, or "".
    """

    topics: tuple[Topic, ...] = ()
    total: Tally = Tally()
    withheld: str = ""


class Fuzzing(Frozen, frozen=True):
    """How counterexamples were searched for, once all else was judged.

    Args:
        by: what has drawn the values, with its version: the same one makes the same search by the same seed.
        searches: how many checks were searched. attempts: how often in all one of them was done.
        seconds: how long that took.
        cut: node ids of the searches that time has cut short, or left out.
        ended: why no more was searched, or "".
        broken: what went wrong with a search, which is the suite's fault, as sentences.
        saved: the files in which the findings stand as checks.
        unsaved: what could not be written there, as sentences; whoever named the folder is to see to that.
        died: how the server ended meanwhile, and was started again, where that did not come again.
    """

    by: Safe
    searches: int = 0
    attempts: int = 0
    seconds: float = 0.0
    cut: tuple[Safe, ...] = ()
    ended: str = ""
    broken: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    unsaved: tuple[str, ...] = ()
    died: tuple[str, ...] = ()


class Report(Frozen, frozen=True):
    """What came of a whole run; it serialises as it is.

    Args:
        suite_version: of the program that made it. specs_sha256: over the specs that it judged by.
        base_url: where the server was; "" for one that did not start.
        remote: whether the server was somewhere else than on loopback.
        server: who has started the server: nobody of ours, so it was given by its `url`; or the suite, as an
            `app` or by a `command`.
        starts: how a person may start it to see it again, as a command line; "" where its URL was given.
        workers: how many of the server's workers the suite has started; None: it can't tell.
        isolation: by which level what the suite has started was kept from all else (`namespaces`, `uid`,
            `none`); "": it has started nothing.
        clock: the name of the clock. why_real: resource -> why it was judged in real time although
            the clock could be moved.
        started: when, ISO 8601. seconds: how long it took.
        stopped: why the run ended early, or "". overran: whether that was its own deadline.
        slow: how long each answer took that took a second or more, and each that was waited for in vain.
        problems: what could not be put back, as sentences.
        output: what the server has printed last, where the suite has started it and it failed.
        entries: in JSON `checks`; every check of the tier, those that were left out included, in the
            order of the specs.
        explained: check id -> what it asks.
        records: work -> what was done for it. A body's content is not in them, but in `bodies`.
        bodies: digest -> content, of the bodies that were kept.
        requirements: id -> the requirements that the checks name.
        topics: file of specs/ -> its title.
        grade: what it earned; None where nobody asked. audit: what came of judging it again in real time;
            None where nobody did. fuzzing: how counterexamples were searched for; None where nobody asked.
    """

    version: Literal[2]
    suite_version: Safe
    specs_sha256: Safe
    target: Target
    tier: Tier
    score: Score
    base_url: str = ""
    remote: bool = False
    server: ServerKind = "url"
    starts: str = ""
    workers: int | None = None
    isolation: Safe = ""
    clock: Safe = ""
    why_real: Mapping[Safe, str] = {}
    seed: int = 0
    started: Safe = ""
    seconds: float = 0.0
    stopped: str = ""
    overran: bool = False
    slow: tuple[float, ...] = ()
    problems: tuple[str, ...] = ()
    output: str = ""
    entries: tuple[Entry, ...] = msgspec.field(default=(), name="checks")
    explained: Mapping[Safe, Explained] = {}
    records: Mapping[Safe, Record] = {}
    bodies: Mapping[Safe, Content] = {}
    requirements: Mapping[Safe, Requirement] = {}
    topics: Mapping[Safe, Safe] = {}
    grade: Grade | None = None
    fuzzing: Fuzzing | None = None
    audit: Audit | None = None

    @property
    def judged(self) -> tuple[Entry, ...]:
        """The entries that were not left out."""
        return tuple(e for e in self.entries if e.verdict.outcome != "deselected")

    @property
    def partial(self) -> bool:
        """Whether something of the tier was left out."""
        return len(self.judged) < len(self.entries)

    @property
    def counts(self) -> Mapping[VerdictName, int]:
        """How many checks have each verdict."""
        return self.score.total.counts

    def entry(self, nodeid: str) -> Entry:
        """The entry of that node id.

        Raises:
            KeyError: there is none.
        """
        for each in self.entries:
            if each.nodeid == nodeid:
                return each
        raise KeyError(nodeid)

    def about(self, entry: Entry) -> Explained:
        """What the check of an entry asks."""
        return self.explained[entry.id]

    def record(self, entry: Entry) -> Record | None:
        """What the verdict of an entry rests on, or None where nothing was sent for it."""
        return self.records.get(entry.verdict.work or entry.work)

    def content(self, digest: str) -> bytes | None:
        """The body of that digest, or None where it was not kept."""
        held = self.bodies.get(digest)
        return None if held is None else held.content
