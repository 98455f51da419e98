"""conformance.commands.since: what has changed since the last run, and nothing else."""

from __future__ import annotations

from typing import cast

from helpers.records import check, resource, run

from conformance.commands.since import Since, failing
from conformance.model import OutcomeName, Verdict, VerdictName

RUNS = tuple(run(check(name), resource()) for name in ("one", "two", "three"))


def of(name: VerdictName, message: str = "expected this, found that", mend: str = "") -> Verdict:
    return Verdict(cast("OutcomeName", "fail" if name == "warn" else name), name, message, mend=mend)


def told(before: dict[str, Verdict], now: dict[str, Verdict]) -> list[str]:
    since = Since(before)
    lines = [line for one in RUNS if one.id in now for line in since.tell(one, now[one.id])]
    return [*lines, *since.rest()]


def ids(*names: VerdictName) -> dict[str, Verdict]:
    return {one.id: of(name, f"{name} of {one.check.id}") for one, name in zip(RUNS, names, strict=False)}


def test_of_the_first_run_only_what_is_wrong_is_told() -> None:
    lines = told({}, ids("pass", "fail", "blocked"))
    assert lines[0].split()[0] == "fails"
    assert "fail of two" in lines[1]
    assert "one" not in " ".join(lines).split()
    assert len(lines) <= 3


def test_what_is_as_it_was_is_not_told() -> None:
    same = ids("pass", "fail", "blocked")
    assert told(same, same) == []


def test_what_was_mended_and_what_broke_is_told_and_what_follows_is_counted() -> None:
    lines = told(ids("fail", "pass", "blocked"), ids("pass", "fail", "pass"))
    assert lines[0].startswith("  holds now  ")
    assert lines[1].startswith("  fails      ")
    assert lines[-1] == "  1 more hold that could not be judged before"


def test_another_reason_is_news() -> None:
    (one, *_) = RUNS
    lines = told({one.id: of("fail", "found 200")}, {one.id: of("fail", "found 500", "Look at the log.")})
    assert [line.strip() for line in lines[1:]] == ["found 500", "Next: Look at the log."]


def test_one_sentence_stands_once_however_many_share_it() -> None:
    now = {one.id: of("unreachable", "it crashed") for one in RUNS}
    lines = told({}, now)
    assert sum("it crashed" in line for line in lines) == 1
    assert lines[-1] == "  2 more no answer for the same reason"


def test_what_waited_and_does_not_apply_is_no_news() -> None:
    assert told(ids("blocked", "fail"), ids("not-applicable", "pass")) == [
        "  holds now  A GET is answered as it is due (items)"
    ]


def test_what_failed_is_what_is_done_first() -> None:
    assert failing(ids("pass", "fail", "blocked")) == {RUNS[1].id}


def test_a_run_is_told_in_a_few_words() -> None:
    since = Since({})
    for one, each in zip(RUNS, ids("pass", "fail", "blocked").values(), strict=True):
        list(since.tell(one, each))
    assert since.counted() == "1 check holds, 1 fail, 1 blocked"


def test_what_a_server_said_is_shown_and_not_obeyed() -> None:
    (one, *_) = RUNS
    assert "\x1b" not in "".join(told({}, {one.id: of("fail", "found \x1b[31m")}))
