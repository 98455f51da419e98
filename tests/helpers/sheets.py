"""Runs to be written in every format: an entry of each verdict, made by hand, with any words in every text.

`python tests/helpers/sheets.py` writes the golden files of tests/report/golden anew, to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from msgspec.structs import replace

from conformance.model import (
    VERSION,
    Assignment,
    Body,
    Content,
    Earned,
    Entry,
    Exchange,
    Explained,
    Grade,
    OutcomeName,
    Record,
    Report,
    Request,
    Requirement,
    Response,
    Score,
    StepRecord,
    Target,
    TopicPoints,
    Verdict,
    VerdictName,
    WireFault,
)
from conformance.model.grades import Frozenness, Worth
from conformance.report.document import rescored
from conformance.report.formats import FORMATS
from conformance.report.redact import Redactor
from conformance.report.sheet import Sheet

__all__ = [
    "ASSIGNMENT",
    "ENV",
    "GOLDEN",
    "golden",
    "grade_of",
    "graded",
    "made",
    "names",
    "pending",
    "redacted",
    "withheld",
]

GOLDEN: Final = Path(__file__).parent.parent / "report" / "golden"
ENV: Final = {
    "CLASSROOM": "web-2026",
    "ASSIGNMENT": "caching",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/web/ada/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/web/ada/releases/tag/submit",
    "REVIEW_URL": "",
}
ASSIGNMENT: Final = Assignment(
    version=2,
    name="caching",
    target="lesson",
    tier="lesson",
    by=Frozenness("1.2.3", "0" * 64, "1" * 64),
    rows=(Worth("specs/a.yaml::items::a", 30), Worth("specs/a.yaml::items::b", 70)),
    seed=7,
)
_FILES: Final = ("specs/validators.yaml", "specs/if-none-match.yaml")
_OUTCOMES: Final[Mapping[VerdictName, OutcomeName]] = {
    **{name: name for name in get_args(OutcomeName)},
    "warn": "fail",
    "info": "pass",
}


def _id(verdict: VerdictName) -> str:
    return f"check-{verdict}"


def _nodeid(number: int, verdict: VerdictName, word: str) -> str:
    return f"{_FILES[number % 2]}::{word.replace('::', ':')}::{_id(verdict)}"


def _explained(verdict: VerdictName, word: str) -> Explained:
    return Explained(
        title=f"{word} of {verdict}",
        requirement="LES06",
        level="SHOULD" if verdict == "warn" else "MUST",
        tier="lesson",
        why=word,
        hint=word,
    )


def _record(word: str) -> Record:
    answer = Response(
        status=200,
        reason=word,
        headers=((word, word), ("ETag", word)),
        body=Body(9, "d1"),
        stray=word.encode("utf-8", "surrogatepass"),
    )
    request = Request(target=f"/items/?{word}", headers=((word, word),))
    exchanges = (
        Exchange(request, answer, sent_at=1.0, received_at=1.25),
        Exchange(request, None, WireFault("malformed", word, b"\xff\x00"), sent_at=2.0, received_at=2.25),
    )
    return Record(steps=(StepRecord(name="first", exchanges=exchanges),), log=f"{word}\n{word}")


def made(word: str = "items", *, hidden: str = "", **about: Any) -> Sheet:
    """A run whose texts all are, or hold, that word; with a grade.

    Args:
        word: what a server, or whoever wrote a target or a spec, may have put anywhere.
        hidden: until when the check that failed is not to be seen.
        about: other fields of the sheet.
    """
    verdicts: tuple[VerdictName, ...] = get_args(VerdictName)
    failed = _nodeid(verdicts.index("fail"), "fail", word)
    entries = tuple(
        Entry(
            _nodeid(number, name, word),
            Verdict(
                _OUTCOMES[name],
                name,
                message=word,
                expected=word,
                actual=word,
                cause=failed if name == "blocked" else word,
                mend="" if name == "pass" else word,
                step="first",
            ),
            work="w",
            order=number,
        )
        for number, name in enumerate(verdicts)
    )
    report = Report(
        version=VERSION,
        suite_version="1.2.3",
        specs_sha256="0" * 64,
        target=Target(word, (), "1" * 64),
        tier="lesson",
        score=Score(),
        base_url=f"http://127.0.0.1:8000/{word}",
        server="app",
        isolation="namespaces",
        clock="virtual",
        why_real={"items": word},
        seed=7,
        started="2026-06-01T14:33:08+00:00",
        seconds=2.5,
        problems=(word,),
        output=word,
        entries=entries,
        explained={_id(name): _explained(name, word) for name in verdicts},
        records={"w": _record(word)},
        bodies={"d1": Content.of(word.encode("utf-8", "surrogatepass"))},
        requirements={"LES06": Requirement("LES06", "MUST", word, word, word, word)},
        topics={file: f"{word} {number}" for number, file in enumerate(_FILES)},
    )
    report = rescored(replace(report, grade=_grade(report, word, hidden)))
    return Sheet(report, **{"env": ENV, **about})


def _grade(report: Report, word: str, hidden: str) -> Grade:
    rows = tuple(
        Earned(
            e.nodeid,
            e.id,
            report.about(e).title,
            e.file,
            points={"pass": 10, "info": 10, "warn": 5}.get(e.verdict.verdict, 0),
            of=10,
            verdict=e.verdict.verdict,
            why=word,
            hidden_until=hidden if e.verdict.verdict == "fail" else "",
        )
        for e in report.entries
        if e.verdict.verdict != "error"
    )
    topics = tuple(
        TopicPoints(
            file,
            title,
            sum(r.points for r in rows if r.topic == file),
            sum(r.of for r in rows if r.topic == file),
        )
        for file, title in report.topics.items()
    )
    points, of = sum(r.points for r in rows), sum(r.of for r in rows)
    return Grade(
        "graded",
        of,
        points=points,
        low=points,
        high=points,
        rows=rows,
        topics=topics,
        assignment=word,
        freeze="f" * 64,
        seed=7,
    )


def withheld(sheet: Sheet, why: str = "noise came from outside") -> Sheet:
    """The same where the grade is withheld."""
    grade = grade_of(sheet)
    return graded(
        sheet, replace(grade, status="withheld", cause="noise", why=why, points=None, high=grade.of)
    )


def grade_of(sheet: Sheet) -> Grade:
    """Its grade, which it has."""
    assert sheet.grade is not None
    return sheet.grade


def graded(sheet: Sheet, grade: Grade | None) -> Sheet:
    """The same with another grade, or none."""
    return Sheet(replace(sheet.whole, grade=grade), sheet.strict, sheet.env, sheet.now)


def pending(assignment: Assignment | None = ASSIGNMENT) -> Sheet:
    """What stands there before a run has begun."""
    from conformance import api  # noqa: PLC0415 (the engine, which few of those tests need)
    from conformance.options.run import Asked  # noqa: PLC0415

    report = api.pending(api.make_options(Asked("http://127.0.0.1:9", seed=7)), assignment)
    return Sheet(replace(report, started="2026-06-01T14:33:08+00:00"), env=ENV)


def redacted(sheet: Sheet) -> Sheet:
    """As a run hands it on, and as JSON can hold it."""
    report = Redactor.of(None, ()).record(sheet.whole)
    return Sheet(report, sheet.strict, sheet.env, sheet.now)


def golden() -> Mapping[str, Sheet]:
    """What golden files are written of, by the ending of their names."""
    return {"graded": made(hidden="published"), "withheld": withheld(made())}


def names() -> Mapping[Path, bytes]:
    """The golden files as they ought to be; report.json, the page and another program's words have none."""
    return {
        GOLDEN / f"{name}.{which}.txt": each.write(sheet)
        for name, each in FORMATS.items()
        for which, sheet in golden().items()
        if name not in ("json", "html", "httplint")
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path, content in names().items():
        path.write_bytes(content)
