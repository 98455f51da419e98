"""What a symptom is shown by: records around a finding, which is the matchers' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.judge.symptoms import Symptom, recognise
from conformance.matchers import Case, first_finding
from conformance.model import Exchange, Finding, Json, Resource, StepRecord
from helpers.records import check, done, exchange, resource, run, target, timed

__all__ = [
    "GONE",
    "JSON",
    "OK",
    "OLD",
    "PRESENT",
    "STABLE",
    "TIME",
    "UNIQUE",
    "UVICORN",
    "Known",
    "Like",
    "Look",
    "answer",
    "conditional",
    "flips",
    "life",
    "tags",
]


@dataclass(frozen=True)
class Look:
    """What was expected of a step, and what the records around it look like."""

    expected: Mapping[str, Json]
    steps: tuple[StepRecord, ...]
    of: str = "answer"
    on: Resource | None = None
    workers: int | None = None
    moved: bool = False
    log: str = ""
    withheld: tuple[str, ...] = ()
    elsewhere: str = ""
    code: str = ""  # of a finding that the judge makes itself

    @property
    def case(self) -> Case:
        on = self.on or resource()
        return Case(
            {s.name: s for s in self.steps},
            on,
            target(on),
            workers=self.workers,
            moved=self.moved,
            log=self.log,
            withheld=self.withheld,
            elsewhere=self.elsewhere,
        )

    def finding(self) -> Finding:
        if self.code:
            return Finding("", "", self.of, code=self.code)
        found = first_finding(self.expected, self.case.steps[self.of], self.case)
        assert found is not None
        return found

    def symptom(self) -> Symptom | None:
        return recognise(run(check(), self.on), self.finding(), self.case)


def answer(status: int | None = 200, **more: Any) -> StepRecord:
    return done("answer", exchange(status, **more))


def tags(*values: str, bodies: int = 1, apart: bool = True) -> StepRecord:
    """The same resource read again and again, over connections of their own."""
    return done(
        "answer",
        *(
            exchange(etag=tag, connection=i if apart else 1, body=b"[%d]" % (i % bodies))
            for i, tag in enumerate(values)
        ),
    )


def conditional(name: str, status: int, tag: str) -> StepRecord:
    """A read with If-None-Match."""
    return done(name, exchange(status, sent=[("If-None-Match", tag)]))


def life(*reads: tuple[str, float, bool, Json], connections: Sequence[int] = ()) -> tuple[StepRecord, ...]:
    """Reads of a value that is kept: step, time, flag and value; those of one step are a burst."""
    steps: dict[str, list[Exchange]] = {}
    for number, (name, at, hit, value) in enumerate(reads):
        own: dict[str, Any] = {"connection": connections[number]} if connections else {}
        steps.setdefault(name, []).append(exchange(at=at, hit=hit, value=value, **own))
    return tuple(done(name, *exchanges) for name, exchanges in steps.items())


OK, GONE, OLD = {"status": 200}, {"status": 304}, {"value": {"same-as": "fresh"}}
PRESENT, UNIQUE = {"cache-control": "present"}, {"etag": "one-to-one"}
JSON, STABLE = {"json": "declared"}, {"etag": "stable"}
TIME = timed(etag=True)
UVICORN = [("server", "uvicorn")]


def flips(tag: str) -> StepRecord:
    """One tag over a body whose flag flips."""
    return done("answer", *(exchange(body=b"[%d]" % i, etag=tag, hit=i > 0) for i in range(2)))


Known = Mapping[str, tuple[Look, str, str]]
"""An example's name -> it, how its symptom begins the sentence, and a part of the advice."""
Like = Mapping[str, Look]
"""An example's name -> what only looks like a mistake."""
