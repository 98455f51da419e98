"""Each claim against histories by hand: those that break it, and those that only look as if."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.records import resource, timed
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.claims import CLAIMS, Weighed, weigh
from conformance.model import (
    MISSING,
    Body,
    Effect,
    EffectKind,
    Exchange,
    Facts,
    ItemFacts,
    Json,
    Request,
    Response,
    StepRecord,
    WireFault,
)

ITEMS = resource("items", etag=True)
TIME = timed("time", 30.0, etag=True)


class History:
    """A history as it grows; each request takes a tenth of a second, one after another."""

    def __init__(self, of: Any = ITEMS) -> None:
        self.of = of
        self.now = 0.0
        self.steps: list[StepRecord] = []

    def add(self, exchange: Exchange, effect: Effect | None = None) -> History:
        self.now = max(self.now, exchange.received_at)
        self.steps.append(
            StepRecord(f"move-{len(self.steps) + 1}", "play", exchanges=(exchange,), effect=effect)
        )
        return self

    def exchange(  # noqa: PLR0913 - what there is of an exchange
        self,
        method: str = "GET",
        status: int = 200,
        *,
        target: str = "",
        tag: str = "",
        body: str = "",
        asked: str = "",
        at: float | None = None,
        facts: Facts | None = None,
    ) -> Exchange:
        sent = self.now if at is None else at
        headers = (("ETag", tag),) if tag else ()
        conditions = (("If-None-Match", asked),) if asked else ()
        request = Request(method, target or self.of.read, conditions)
        return Exchange(
            request,
            Response(status, "", headers, Body(len(body), body)),
            None,
            sent,
            sent + 0.1,
            facts=facts or Facts(),
        )

    def read(
        self, tag: str = '"a"', body: str = "A", value: Json = MISSING, *, there: bool = True, **more: Any
    ) -> History:
        facts = Facts(item=ItemFacts(there, value)) if value is not MISSING or not there else None
        return self.add(self.exchange(tag=tag, body=body, facts=facts, **more))

    def write(
        self, kind: EffectKind = "change", value: Json = MISSING, status: int = 200, **more: Any
    ) -> History:
        return self.add(self.exchange("PUT", status, **more), Effect(kind, 1, "name", after=value))

    def ask(self, tag: str, status: int, body: str = "", own: str = "") -> History:
        return self.add(self.exchange(status=status, asked=tag, tag=own, body=body))

    def value(self, value: Json, *, hit: Json = MISSING, tag: str = "", after: float = 0.0) -> History:
        self.now += after
        return self.add(self.exchange(tag=tag, body=f"{value}{hit}", facts=Facts(value=value, hit=hit)))

    def clear(self, status: int = 204) -> History:
        return self.add(self.exchange("DELETE", status), Effect("clear"))

    @property
    def weighed(self) -> Weighed:
        return weigh(self.steps, self.of)


def items() -> History:
    return History()


def time() -> History:
    return History(TIME)


BROKEN: dict[str, list[History]] = {
    "answered": [items().read(status=500), items().write(status=503), items().read(status=304)],
    "changed": [
        items().write(value="new").read(value="old"),
        items().write(value="b").read(value="b").read(value="a"),
    ],
    "created": [items().write("create", "new").read(there=False)],
    "removed": [
        items().write("remove").read(value="old"),
        items().write("remove").read(value="old", target="/items/1"),
    ],
    "refused": [
        items().read('"a"', "A").write("refuse", status=422).read('"b"', "B"),
        items().read('"a"', "A").write("refuse", status=400).read('"b"', "A"),
    ],
    "overlapped": [items().write(value="a", at=1.0).write(value="b", at=1.05).read(value="old", at=2.0)],
    "one-body": [items().read('"a"', "A").write(value="x").read('"a"', "B")],
    "same-tag": [items().read('"a"', "A").read('"b"', "A")],
    "still": [items().read('"a"', "A").read('"b"', "B")],
    "current": [items().read('"a"', "A").ask('"a"', 200, "A"), items().ask('"a"', 200, "A").read('"a"', "A")],
    "old": [
        items().read('"a"', "A").write(value="x").read('"b"', "B").ask('"a"', 304),
        items().read('"a"', "A").write(value="x").read('"b"', "B").ask('"a"', 200, "A"),
    ],
    "missed": [items().read('"a"', "A").ask('"ax"', 304)],
    "kept": [time().value("1", hit=False).value("2", hit=False, after=10)],
    "ended": [time().value("1", hit=False).value("1", hit=True, after=40)],
    "again": [
        time().value("1", hit=False).value("2", hit=False, after=40).value("3", hit=False, after=5),
    ],
    "cleared": [time().value("1", hit=False).clear().value("1", hit=True, after=3), time().clear(500)],
    "told": [
        time().value("1", hit=False).value("2", hit=True, after=40),
        time().value("1", hit=False).value("1", hit=False, after=10),
    ],
    "hits-current": [time().value("1", hit=False, tag='"a"').value("1", hit=True, tag='"a"').ask('"a"', 200)],
    "anew": [
        time().value("1", hit=False, tag='"a"').value("2", hit=False, tag='"a"', after=40),
        time().value("1", hit=False, tag='"a"').value("2", hit=False, tag='"b"', after=40).ask('"a"', 304),
    ],
}

HELD: dict[str, list[History]] = {
    "answered": [items().read(), items().write(status=422), items().read(status=404)],
    "changed": [
        items().write(value="Name ~x").read(value="name ~X"),  # written down in another way
    ],
    "created": [items().write("create", "new").read(value="new")],
    "removed": [items().write("remove").read(there=False), items().write("remove").read(status=404)],
    "refused": [items().read('"a"', "A").write("refuse", status=422).read('"a"', "A")],
    "overlapped": [
        items().write(value="a", at=1.0).write(value="b", at=1.05).read(value=each, at=2.0) for each in "ab"
    ],
    "one-body": [
        items().read('"a"', "A").write(value="x").read('"b"', "B"),
    ],
    "same-tag": [items().read('"a"', "A").read('"a"', "A")],
    "still": [items().read('"a"', "A").read('"a"', "A"), items().read('W/"a"', "A").read('"a"', "A")],
    "current": [
        items().read('"a"', "A").ask('"a"', 304),
        items().read('"a"', "A").ask('W/"a"', 304, own='"a"'),
    ],
    "old": [items().read('"a"', "A").write(value="x").read('"b"', "B").ask('"a"', 200, "B")],
    "missed": [items().read('"a"', "A").ask('"ax"', 200, "A")],
    "kept": [time().value("1", hit=False).value("1", hit=True, after=10)],
    "ended": [
        time().value("1", hit=False).value("2", hit=False, after=40),
    ],
    "again": [time().value("1", hit=False).value("2", hit=False, after=40).value("2", hit=True, after=20)],
    "cleared": [time().value("1", hit=False).clear().value("2", hit=False)],
    "told": [time().value("1", hit=False).value("1", hit=True, after=10).value("2", hit=False, after=40)],
    "hits-current": [time().value("1", hit=False, tag='"a"').value("1", hit=True, tag='"h"').ask('"h"', 304)],
    "anew": [time().value("1", hit=False, tag='"a"').value("2", hit=False, tag='"b"', after=40)],
}


SILENT: dict[str, list[History]] = {
    "ended": [time().value("12:00", hit=False).value("12:00", hit=False, after=40)],  # a minute that repeats
    "hits-current": [time().value("1", hit=False, tag='"m"').ask('"m"', 200)],  # a hit may have another tag
    "anew": [  # the same text again, within a second, by the tag of its hits
        time()
        .value("1", hit=False, tag='"m"')
        .value("1", hit=True, tag='"h"')
        .clear()
        .value("1", hit=False, tag='"m"')
        .ask('"h"', 304)
    ],
    "created": [items().write("remove").write("write", "new").read(there=False)],  # it may not bring it back
    "cleared": [time().value("1", hit=False).clear(202).value("1", hit=True, after=3)],  # it is done later
    "changed": [
        items().write(value="new", status=422).read(value="old"),  # refused
        items().write(value="new", status=202).read(value="old"),  # accepted for later
        items().write(value="new", status=500).read(value="old"),  # nobody knows
    ],
    "one-body": [items().read('W/"a"', "A").write(value="x").read('W/"a"', "B")],  # a weak tag may
    "same-tag": [items().read('"a"', "A").write(value="x").read('"b"', "A")],
    "still": [items().read('"a"', "A").write(value="x").read('"b"', "B")],
    "told": [time().value("12:00", hit=False).value("12:00", hit=False, after=40)],
    "again": [
        time().value("1", hit=False).value("1", hit=True, after=30),  # at the very end
        time().value("1", hit=True).value("1", hit=True, after=25),  # nobody saw it made
    ],
}


def test_each_claim_has_histories_that_break_it_and_that_do_not() -> None:
    assert BROKEN.keys() == HELD.keys() == CLAIMS.keys()


@pytest.mark.parametrize(("claim", "history"), [(c, h) for c, some in BROKEN.items() for h in some])
def test_a_claim_is_broken(claim: str, history: History) -> None:
    finding = history.weighed.findings[claim]
    assert finding.expected
    assert finding.actual
    assert finding.code == f"history.{claim}"
    assert finding.step in {step.name for step in history.steps}


@pytest.mark.parametrize(("claim", "history"), [(c, h) for c, some in HELD.items() for h in some])
def test_a_claim_holds(claim: str, history: History) -> None:
    assert history.weighed.findings == {}
    assert history.weighed.looked[claim]


@pytest.mark.parametrize(("claim", "history"), [(c, h) for c, some in SILENT.items() for h in some])
def test_what_may_be_otherwise_is_no_finding(claim: str, history: History) -> None:
    assert claim not in history.weighed.findings


def test_one_cause_is_one_finding_where_old_content_is_served_with_its_tag() -> None:
    history = items().read('"a"', "A", "old").write(value="new").read('"a"', "A", "old").ask('"a"', 304)
    assert list(history.weighed.findings) == ["changed"]


def test_a_read_beside_a_write_may_show_either_and_says_nothing_of_the_tag() -> None:
    for shown in ("old", "new"):
        history = items().write(value="old").read('"a"', "A", "old")
        history.write(value="new", at=1.0).read('"x"', "X", shown, at=1.05).read('"b"', "B", "new", at=2.0)
        assert history.weighed.findings == {}


def test_a_head_may_begin_a_life_that_nobody_has_seen() -> None:
    history = time().value("1", hit=False).clear()
    history.add(history.exchange("HEAD")).value("1", hit=True)
    assert history.weighed.findings == {}
    refused = time().value("1", hit=False).clear()
    refused.add(refused.exchange("HEAD", 405)).value("2", hit=False)
    assert refused.weighed.findings == {}


def test_what_has_no_answer_leaves_everything_open() -> None:
    history = items().write(value="new")
    history.steps.append(StepRecord("move-2", "play", exchanges=(Exchange(Request("PUT")),)))
    assert history.read(value="old").weighed.findings == {}


LISTED = timed("listed", 30.0, etag=True, read="/listed")


def face(history: History, target: str, value: Json, *, hit: bool, item: bool = False, **more: Any) -> None:
    """A read of one face of a resource, each with an entry of its own."""
    facts = Facts(value=value, hit=hit)
    history.add(history.exchange(target=target, tag=f'"{target}{value}"', facts=facts, **more))
    history.steps[-1] = replace(history.steps[-1], item=item)


def test_each_face_has_lives_of_its_own() -> None:
    """The item was made later than the list, and is kept for longer; a page of the list is another entry."""
    history = History(LISTED)
    face(history, "/listed", "1", hit=False)
    history.now += 20
    face(history, "/listed/7", MISSING, hit=False, item=True)
    face(history, "/listed?page=2", "b", hit=False)
    face(history, "/listed", "1", hit=True)
    history.now += 15
    face(history, "/listed/7", MISSING, hit=True, item=True)
    face(history, "/listed?page=2", "b", hit=True)
    face(history, "/listed", "2", hit=False)
    assert history.weighed.findings == {}
    assert history.weighed.looked["ended"] == 1
    history.now += 40
    face(history, "/listed/7", MISSING, hit=True, item=True)
    assert list(history.weighed.findings) == ["ended"]


def test_each_variant_has_lives_of_its_own() -> None:
    history, other = History(LISTED), (("Accept-Language", "de"),)
    for headers, value, hit in (
        ((), "1", False),
        (other, "eins", False),
        ((), "1", True),
        (other, "eins", True),
    ):
        exchange = history.exchange(facts=Facts(value=value, hit=hit), tag=f'"{value}"')
        history.add(replace(exchange, request=replace(exchange.request, headers=headers)))
        history.now += 5
    assert history.weighed.findings == {}
    assert history.weighed.looked["kept"] == 2


def test_a_clear_ends_the_entries_of_every_face() -> None:
    history = History(LISTED)
    face(history, "/listed", "1", hit=False)
    face(history, "/listed?page=2", "b", hit=False)
    history.clear()
    face(history, "/listed", "2", hit=False)
    face(history, "/listed?page=2", "b", hit=True, at=8.0)
    assert list(history.weighed.findings) == ["cleared"]


def test_a_write_may_end_whatever_is_kept() -> None:
    history = History(LISTED)
    face(history, "/listed", "1", hit=False)
    history.write(value="new")
    face(history, "/listed", "2", hit=False)
    assert "kept" not in history.weighed.findings


def test_where_values_repeat_the_mark_alone_tells() -> None:
    repeating = timed("reports", 30.0, repeats=True)
    history = History(repeating).value("1", hit=False).value("1", hit=False, after=40)
    assert history.weighed.findings == {}
    assert (
        list(history.value("1", hit=True, after=40).weighed.findings) == ["again"] or history.weighed.findings
    )


# ------------------------------------------------------------------ any history


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Exchanges that no server would ever answer like this, in any order, some of them at once."""
    history = History(draw(st.sampled_from([ITEMS, TIME, timed("reports", 30.0, repeats=True, hit=None)])))
    values = st.sampled_from([MISSING, None, "a", "A", 1, 1.5, True, [1], {"a": 1}])
    for _ in range(draw(st.integers(0, 12))):
        method = draw(st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "BREW"]))
        item = draw(st.none() | st.builds(ItemFacts, st.booleans(), values, st.booleans()))
        exchange = history.exchange(
            method,
            draw(st.sampled_from([200, 201, 202, 204, 206, 304, 404, 412, 429, 500])),
            target=draw(st.sampled_from(["", "/items/1", "/nowhere"])),
            tag=draw(st.sampled_from(["", '"a"', 'W/"a"', "a", '""', '"b"'])),
            body=draw(st.sampled_from(["", "A", "B"])),
            asked=draw(st.sampled_from(["", "", '"a"', '"x"', "*", "\\"])),
            at=draw(st.none() | st.floats(0, 200)),
            facts=Facts(item=item, value=draw(values), hit=draw(values)),
        )
        if draw(st.integers(0, 9)) == 0:
            exchange = Exchange(exchange.request, None, WireFault("reset", "it broke"))
        kinds = st.sampled_from(["create", "change", "remove", "refuse", "clear", "write"])
        effect = draw(st.none() | st.builds(Effect, kinds, after=values))
        history.add(exchange, effect)
    return history


@given(histories())
@settings(max_examples=300, deadline=None, database=None)
def test_any_history_is_weighed_and_a_finding_names_its_exchange(history: History) -> None:
    weighed = history.weighed
    steps = {step.name: step for step in history.steps}
    for claim, finding in weighed.findings.items():
        assert claim in CLAIMS
        assert finding.index < len(steps[finding.step].exchanges)
        assert finding.expected
    assert weighed == history.weighed
    assert weighed.looked.keys() <= CLAIMS.keys()
