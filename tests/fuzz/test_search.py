import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from helpers.fuzzing import RUNS, run_of

from conformance.execute.options import BrokenOffError
from conformance.fuzz import search as module
from conformance.fuzz.search import MAX_EXAMPLES, Found, search
from conformance.fuzz.strategies import corners
from conformance.judge.unjudged import STOPPED
from conformance.model import (
    Body,
    Exchange,
    Json,
    Record,
    Request,
    Response,
    Run,
    StepRecord,
    StepStatus,
    Verdict,
)

TEXTS = run_of("etag-of-content")
TAGS = run_of("inm-other-is-200")
COUNTS = run_of("etag-repeats")
HISTORIES = run_of("body-and-tag-move-together")
NO_BODY = Body(0, "", b"")


def exchange(status: int = 200, etag: str = "", asked: str = "") -> Exchange:
    request = Request("GET", "/", (("If-None-Match", asked),) if asked else ())
    headers = (("ETag", etag),) if etag else ()
    return Exchange(request, Response(status, "", headers, NO_BODY, 0), None, 0.0, 0.0)


def record(bound: Mapping[str, Json], *steps: StepRecord) -> Record:
    steps = steps or (StepRecord("first", "read", "done", "", (exchange(etag='"v1"'),)),)
    return Record("work", steps, bound)


def verdict(outcome: Any, code: str = "") -> Verdict:
    return Verdict(outcome, outcome, f"it is {outcome}", code=code)


class Server:
    """A fake of the engine's attempt: fails where `fails` says so, and remembers what it was asked."""

    def __init__(self, fails: Callable[[Any], bool] = lambda _value: False, says: str = "fail") -> None:
        self.fails = fails
        self.says = says
        self.asked: list[Any] = []

    def __call__(self, bound: Mapping[str, Json]) -> Found:
        ((_, value),) = bound.items()
        self.asked.append(value)
        return verdict(self.says if self.fails(value) else "pass"), record(bound)


def found_by(of: Run, server: Server) -> tuple[Verdict, Record]:
    """What a search finds, which it has to."""
    found = search(of, 0, server)
    assert found is not None
    return found


# ------------------------------------------------------------------ what is found


def test_nothing_is_found_where_nothing_fails() -> None:
    server = Server()

    assert search(TEXTS, 0, server) is None
    assert MAX_EXAMPLES <= len(server.asked) <= MAX_EXAMPLES + 4


def test_the_number_of_draws_can_be_chosen() -> None:
    server = Server()

    search(TAGS, 0, server, max_examples=5)

    assert len(server.asked) == 5 + len(corners(TAGS.check.forall[0]))


def test_what_is_found_is_shrunk_and_named_with_its_own_record() -> None:
    found, evidence = search(COUNTS, 0, Server(lambda times: times >= 11)) or pytest.fail("nothing found")

    assert found.message == "it is fail; smallest counterexample: times=11"
    assert evidence.bound == {"times": 11}


def test_a_known_trap_is_named_as_it_was_sent_and_as_it_was_written() -> None:
    found, _ = found_by(TAGS, Server(lambda tag: tag == '"x{first.opaque}"'))

    assert found.message.endswith("""; counterexample: other='"xv1"' (that is "x{first.opaque}")""")


def test_a_known_trap_that_fails_is_shown_again() -> None:
    server = Server(lambda tag: tag == '"x{first.opaque}"')
    found_by(TAGS, server)
    assert server.asked[-2:] == ['"x{first.opaque}"'] * 2


def test_a_known_trap_that_fails_once_and_not_again_is_reported_as_such() -> None:
    server = Server()
    server.fails = lambda _tag: len(server.asked) == 2
    found, _ = found_by(TAGS, server)
    assert len(server.asked) == 3
    assert found.message.endswith(", but not again when it was repeated")


def test_the_same_seed_makes_the_same_search() -> None:
    asked = []
    for seed in (1, 1, 2):
        server = Server(lambda history: len(set(history)) == 4)
        search(HISTORIES, seed, server)
        asked.append(server.asked)

    assert asked[0] == asked[1] != asked[2]


def test_two_checks_search_differently_by_the_same_seed() -> None:
    one, other = Server(), Server()
    search(TEXTS, 0, one)
    search(next(r for r in RUNS if r.check is TEXTS.check and r.id != TEXTS.id), 0, other)

    assert one.asked != other.asked


def test_what_fails_once_and_not_again_is_reported_as_such() -> None:
    server = Server()
    server.fails = lambda _value: len(server.asked) == 30

    found, _ = found_by(TEXTS, server)

    assert found.outcome == "fail"
    assert found.message.endswith(", but not again when it was repeated")


def test_shrinking_ends() -> None:
    server = Server(lambda history: len(history) > 3 or len(set(history)) > 2)

    assert search(HISTORIES, 0, server) is not None
    assert len(server.asked) < 4 + MAX_EXAMPLES + 155


# ------------------------------------------------------------------ what is no counterexample


def refusal(status: StepStatus, answered: int) -> StepRecord:
    return StepRecord("write", "change", status, exchanges=(exchange(answered),))


@pytest.mark.parametrize(
    ("step", "counts"),
    [
        (refusal("missing", 422), False),
        (refusal("failed", 409), False),
        (refusal("failed", 500), True),
    ],
)
def test_a_text_that_is_refused_is_no_counterexample_unless_the_server_crashes(
    step: StepRecord, counts: bool
) -> None:
    found = search(TEXTS, 0, lambda bound: (verdict("fail"), record(bound, step)))

    assert (found is not None) == counts


@pytest.mark.parametrize(("tag", "counts"), [('"*"', False), ('W/"*"', False), ('"v1"', True)])
def test_a_tag_that_is_the_current_one_by_chance_is_no_counterexample(tag: str, counts: bool) -> None:
    def attempt(bound: Mapping[str, Json]) -> Found:
        asked = bound["other"]
        steps = (
            StepRecord("first", "read", "done", "", (exchange(etag=tag),)),
            StepRecord("again", "read", "done", "", (exchange(304, etag=tag, asked=asked),)),
        )
        return verdict("fail" if asked == '"*"' else "pass"), record(bound, *steps)

    assert (search(TAGS, 0, attempt) is not None) == counts


@pytest.mark.parametrize("outcome", ["inconclusive", "blocked", "not-applicable", "untestable"])
def test_attempts_that_say_nothing_end_the_search_after_ten(outcome: str) -> None:
    server = Server(lambda _value: True, outcome)

    assert search(TAGS, 0, server) is None
    assert len(server.asked) == 10


# ------------------------------------------------------------------ what ends it at once


@pytest.mark.parametrize("outcome", ["unreachable", "error"])
def test_a_server_that_is_gone_and_a_fault_of_ours_are_returned_at_once(outcome: str) -> None:
    server = Server(says=outcome)
    server.fails = lambda _value: len(server.asked) == 20

    found, _ = found_by(TEXTS, server)

    assert found.outcome == outcome
    assert found.message.startswith(f"it is {outcome}; asked with text=")
    assert len(server.asked) == 20


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        (verdict("inconclusive", STOPPED), (StepRecord("first", "read", "done", "", (exchange(),)),)),
        (verdict("inconclusive"), (StepRecord("first", "read", "done", "", ()),)),
    ],
    ids=["stopped", "nothing-sent"],
)
def test_a_run_that_is_being_stopped_is_left_at_once(said: Verdict, steps: tuple[StepRecord, ...]) -> None:
    asked = []

    def attempt(bound: Mapping[str, Json]) -> Found:
        asked.append(bound)
        return said, record(bound, *steps)

    assert search(TEXTS, 0, attempt) is None
    assert len(asked) == 1


@pytest.mark.parametrize("after", [1, 2, 20])
def test_what_the_attempt_raises_is_the_result_with_a_record(after: int) -> None:
    asked = []

    def attempt(bound: Mapping[str, Json]) -> Found:
        asked.append(bound)
        if len(asked) == after:
            raise RuntimeError("ours")
        return verdict("pass"), record(bound)

    said, evidence = search(TEXTS, 0, attempt) or pytest.fail("no result")
    assert said.outcome == "error"
    assert said.message.startswith(
        "the suite is at fault, not the server: RuntimeError: ours; asked with text="
    )
    assert (evidence.error, evidence.bound) == ("RuntimeError: ours", asked[-1])
    assert len(asked) == after


def test_what_is_raised_before_anything_is_asked_is_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def corners(_forall: Any) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr(module, "corners", corners)
    said, evidence = search(TEXTS, 0, Server()) or pytest.fail("no result")
    assert said.outcome == "error"
    assert said.message.endswith("; before anything was asked")
    assert evidence.error == "RuntimeError: ours"


@pytest.mark.parametrize("after", [1, 7])
def test_what_is_raised_between_two_values_says_after_which(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drive(_values: Any, follow: Callable[[Any], None], _seed: str, **_more: Any) -> bool:
        for number in range(after):
            follow({"times": number + 2})
        raise RuntimeError("ours")

    monkeypatch.setattr(module, "drive", drive)
    said, evidence = search(COUNTS, 0, Server()) or pytest.fail("no result")
    tried = "1 value" if after == 1 else f"{after} values"
    assert said.message.endswith(f"; {tried} had been tried, the last times={after + 1}")
    assert evidence.error == "RuntimeError: ours"


def test_what_is_raised_after_something_was_found_takes_nothing_of_it() -> None:
    server = Server(lambda times: times >= 5)

    def attempt(bound: Mapping[str, Json]) -> Found:
        if sum(times >= 5 for times in server.asked) == 2:
            raise RuntimeError("ours")
        return server(bound)

    with pytest.raises(BrokenOffError, match="RuntimeError: ours") as broken:
        search(COUNTS, 0, attempt)
    said, _ = broken.value.found
    smallest = [times for times in server.asked if times >= 5][-1]
    assert said.message == f"it is fail; smallest counterexample: times={smallest}"


@pytest.mark.parametrize(("status", "counts"), [(429, False), (503, False), (500, True)])
def test_an_answer_that_asks_for_patience_is_no_counterexample(status: int, counts: bool) -> None:
    response = Response(status, "", (("Retry-After", "60"),), NO_BODY, 0)
    step = StepRecord("again", "read", exchanges=(Exchange(Request("GET", "/"), response),))
    assert (search(TEXTS, 0, lambda bound: (verdict("fail"), record(bound, step))) is not None) == counts


# ------------------------------------------------------------------ how it behaves


def test_it_prints_nothing_and_writes_nothing_also_beside_others_in_threads(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = {}

    def run(number: int) -> None:
        found[number] = found_by(COUNTS, Server(lambda times: times >= number))[0].message

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {n: f"it is fail; smallest counterexample: times={n}" for n in range(3, 9)}
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ how it ends


@pytest.mark.parametrize("shrinks", [0, 1, 20])
def test_a_search_that_is_ended_tells_the_smallest_seen_and_never_not_again(shrinks: int) -> None:
    server = Server(lambda times: times >= 5)
    seen: list[int] = []

    def over() -> bool:
        failed = [times for times in server.asked if times >= 5]
        seen[:] = failed
        return len(failed) > shrinks

    found = search(COUNTS, 0, server, over=over)
    assert found is not None
    assert found[0].message == f"it is fail; smallest counterexample: times={min(seen)}"


def test_a_flaky_server_is_told_with_both_answers() -> None:
    calls = []

    def attempt(bound: Mapping[str, Json]) -> Found:
        calls.append(bound)
        first = len(calls) == 30
        step = StepRecord("again", "read", "done", "", (exchange(304 if first else 200, etag='"v1"'),))
        said = Verdict("fail" if first else "pass", "fail" if first else "pass", "it fails", step="again")
        return said, record(bound, step)

    found = search(TEXTS, 0, attempt)
    assert found is not None
    assert found[0].message.endswith(
        'but not again when it was repeated: GET / was answered 304 with the ETag "v1", '
        'and the second time 200 with the ETag "v1"'
    )
