"""conformance.verbs: one table; each verb and argument has a phrase, and is seen to hold and to fail."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from helpers.hostile import serve
from helpers.records import done as recorded
from helpers.records import exchange
from helpers.rules import none_of
from helpers.runs import context, done, reference
from helpers.student import Student, reply

from conformance.clocks import VirtualClock
from conformance.language import durations
from conformance.load import schema as language
from conformance.model import Json
from conformance.sending.context import Context
from conformance.verbs import VERBS, Verb
from conformance.verbs.base import DEMANDING

STEPS = {
    branch["if"]["properties"]["do"]["const"]: branch["then"]
    for branch in language.schema()["$defs"]["step"]["allOf"]
}
DEFS = language.schema()["$defs"]


@dataclass(frozen=True)
class Said:
    """A step, and its phrase where it is of the language; or None where it is not."""

    do: str
    args: Mapping[str, Json]
    says: str | None

    @property
    def accepted(self) -> bool:
        """Whether schema and row take it."""
        step = {"do": self.do, **self.args}
        fits = jsonschema.Draft202012Validator({**STEPS[self.do], "$defs": DEFS}).is_valid(step)
        return fits and not [*VERBS[self.do].wrong(self.args, {"n": ["x"]})]


def takes(do: str, says: str, **args: Json) -> Said:
    return Said(do, {name.rstrip("_"): value for name, value in args.items()}, says)


def refuses(do: str, **args: Json) -> Said:
    return Said(do, {name.rstrip("_"): value for name, value in args.items()}, None)


LANGUAGE = [
    takes("read", "GET the resource"),
    refuses("read", what="else"),
    takes("read", "HEAD the resource", method="HEAD"),
    refuses("read", method="PUT"),
    takes("read", "GET the item that was written", of="item"),
    takes("read", "GET the resource that has another key", of="distinct"),
    takes("read", "GET the resource under a key that nobody has asked for", of="new-key"),
    refuses("read", of="all"),
    takes("read", 'GET the resource with If-None-Match: "a", X: b', headers={"If-None-Match": '"a"', "X": {"raw": "b"}}),
    takes("read", "GET the resource with If-Range: {a.last-modified}", headers={"If-Range": "{a.last-modified}"}),
    refuses("read", headers={"If-None-Match": "a"}),
    refuses("read", headers={"If-None-Match": "{n}"}),
    refuses("read", headers={"X": 5}),
    refuses("read", headers={"X": "a\r\nb"}),
    takes("read", "GET the resource with the fields {n}", fields="{n}"),
    refuses("read", fields={"X": "b"}),
    takes("read", "GET the resource as the second user", user="second"),
    refuses("read", user="third"),
    takes("codings", "GET the resource once in each of the codings br and zstd, and look at those that it has", of=["br", "zstd"]),
    refuses("codings"),
    refuses("codings", of=[]),
    takes("rewrite", "PUT the resource as a has shown it", **{"as-in": "a"}),
    takes("rewrite", "PUT the resource as a has shown it under a key that nobody has asked for with X: b; should it be carried out, c is put back", **{"as-in": "a", "under": "new-key", "headers": {"X": "b"}, "back": "c"}),
    refuses("rewrite"),
    refuses("rewrite", **{"as-in": "A b"}),
    refuses("rewrite", **{"as-in": "a", "under": "old-key"}),
    refuses("rewrite", **{"as-in": "a", "headers": {"X": 5}}),
    refuses("rewrite", **{"as-in": "a", "back": "A b"}),
    takes("variants", "GET the resource once for each declared variant"),
    takes("variants", "GET the resource once for each declared variant, the last first, each with the ETag that a has found", order="reversed", confirming="a"),
    takes("variants", "GET the resource once for each declared variant, but only the first of each field", only="first"),
    refuses("variants", only="last"),
    refuses("variants", order="random"),
    refuses("variants", confirming="A b"),
    takes("read", "GET the resource, 20 times at once", times=20, together=True),
    takes("read", "GET the resource, {n} times", times="{n}"),
    takes("read", "GET the resource, 20 times, the last 1.2 s after the first", times=20, spread="1.2 s"),
    refuses("read", times=20, spread="soon"),
    refuses("read", times=0),
    refuses("read", together=False),
    takes("read", "GET the resource, on a new connection", connection="fresh"),
    refuses("read", connection="old"),
    takes("read", "GET the resource, 20 times, of answers alike in a row the first and the last kept", times=20, keep="different"),
    refuses("read", keep="all"),
    takes("read", "GET the resource, through a shared client cache, when ttl + 2m have passed for it", through="shared-cache", at="ttl + 2m"),
    refuses("read", through="proxy"),
    refuses("read", at="soon"),
    takes("read", "GET the resource, and watch for bytes that follow the answer", stray="watch"),
    refuses("read", stray=True),
    takes("read", "GET the resource, its last header line a moment after the others", slowly=True),
    refuses("read", slowly="a little"),
    takes("read", 'GET the resource with If-None-Match: *, If-None-Match: "a"', headers={"If-None-Match": {"lines": ["*", '"a"']}}),
    refuses("read", headers={"If-None-Match": {"lines": ["*"]}}),
    takes("read", "OPTIONS what is not there", method="OPTIONS", of="absent"),
    takes("read-miss", "GET the resource until its value is computed anew"),
    refuses("read-miss", times=2),
    takes("wait", "wait until 2 s after a, for a copy to go", for_="2 s", after="a", why="a copy to go"),
    refuses("wait", for_="2 x", after="a"),
    refuses("wait", for_="2 s"),
    refuses("wait", for_="2 s", after="A b"),
    refuses("wait", for_="2 s", after="a", why=5),
    takes("wait", "wait until 2 s (61 s where the clock can be moved) after a", for_="2 s", after="a", moved="61 s"),
    refuses("wait", for_="2 s", after="a", moved="soon"),
    takes("wait", "wait until 2 s after a (in real time only where the next is looked at)", for_="2 s", after="a", **{"for-next": True}),
    refuses("wait", for_="2 s", after="a", **{"for-next": False}),
    refuses("wait", after="a"),
    takes("change", "change one field of an item"),
    takes("change", "change one field of an item to {n}", to="{n}"),
    refuses("change", into="x"),
    takes("create", "create an item"),
    refuses("create", to="x"),
    takes("remove", "remove the item that was created"),
    refuses("remove", to="x"),
    takes("restore", "put the item back as it was"),
    refuses("restore", to="x"),
    takes("refuse", "send a write with malformed JSON, which has to be refused"),
    takes("refuse", "send a write with a value of the wrong type, which has to be refused", how="wrong-type"),
    refuses("refuse", how="rudely"),
    refuses("refuse", to="x"),
    takes("history", "change one field several times, or several once, and GET the resource after each: a and b", texts=["a", "b"]),
    takes("history", "change one field several times, or several once, and GET the resource after each: each field of it in turn", each="field"),
    refuses("history", texts=5),
    refuses("history", each="item"),
    takes("write", "change an item of our own, and GET it before and after"),
    takes("write", "PUT an item of our own with If-Match: <the ETag of the item>, to what it is already, which somebody else has changed since it was read, and GET it before and after", method="PUT", item="changed", headers={"If-Match": "{plain.etag}"}, body="same"),
    takes("write", "DELETE an item of our own, which is not there any more, and watch for bytes that follow the answer, and GET it before and after", method="DELETE", item="removed", stray="watch"),
    takes("write", "change an item of our own, without a condition though the server may want one, and GET it before and after", bare=True),
    refuses("write", to="x"),
    refuses("write", method="GET"),
    refuses("write", item="lost"),
    refuses("write", headers={"If-Match": "a"}),
    refuses("write", body="other"),
    refuses("write", bare=False),
    refuses("write", stray=True),
    takes("compete", "send four changes of an item of our own at once, with the tag that it has, 20 times", rounds=20),
    refuses("compete", rounds=0),
    takes("play", "PUT value 1, then GET it", move="put 1 look"),
    takes("play", "GET it, once all is as it was before the moves up to here", move="look", begins="anew"),
    refuses("play", move="look", begins="again"),
    refuses("play", move="put 9"),
    refuses("play"),
    takes("overtake", "change one field of an item while the resource is read, 0.5 of that time after the read began", at=0.5),
    refuses("overtake", at=1),
    takes("clear", "clear the cache by hand"),
    refuses("clear", to="x"),
    takes("read-keys", "GET the resource once under each of some keys that nobody has asked for yet: [['a', 'b']]", of=[["a", "b"]]),
    takes("read-keys", "GET the resource once under each of some keys that nobody has asked for yet", of="{n}"),
    refuses("read-keys"),
    refuses("read-keys", of=5),
    takes("flood", "ask for many distinct keys and watch the server's memory"),
    refuses("flood", times=5),
    takes("restart", "start the app anew, in a process that hashes text otherwise, and GET the resource"),
    refuses("restart", times=5),
    takes("recall", "GET the resource, beside what had the same ETag before"),
    refuses("recall", times=5),
    takes("change-behind", "change what the source has, without any cache being told"),
    refuses("change-behind", to="x"),
    takes("break", "let the source fail, so that a cache in front of it gets errors"),
    refuses("break", within=5),
    takes("postdate", "let the source say that it was changed a day from now"),
    refuses("postdate", days=2),
]  # fmt: skip
# Any JSON value is one: nothing that stands there is wrong.
ANYTHING = {"change: to"}


@pytest.mark.parametrize("said", LANGUAGE, ids=lambda said: f"{said.do}-{'-'.join(said.args)}")
def test_a_step_is_taken_and_told_or_refused(said: Said) -> None:
    assert said.accepted is (said.says is not None)
    if said.says is not None:
        assert VERBS[said.do].said(said.args) == said.says


def where(verb: Verb) -> str:
    return f"conformance/verbs/{Path(inspect.getsourcefile(verb.run) or '').name}"


def lacking() -> Iterator[str]:
    for verb in VERBS.values():
        of = [said for said in LANGUAGE if said.do == verb.name]
        if {said.says is None for said in of} != {True, False} or not verb.phrase:
            yield f"{where(verb)}: `{verb.name}` needs a phrase, a step that is taken and one that is refused"
        for argument in verb.arguments:
            named, given = f"{verb.name}: {argument.name}", [s for s in of if argument.name in s.args]
            wanted = {False} if named in ANYTHING else {True, False}
            if {said.says is None for said in given} != wanted or not argument.phrase:
                yield f"{where(verb)}: `{named}` needs a phrase, a value that is taken and one that is refused"
            if f"{{{argument.name}}}" not in verb.phrase:
                yield f"{where(verb)}: `{named}` has no place in the phrase of its verb"


def test_every_verb_and_argument_has_a_phrase_and_is_seen_to_hold_and_to_fail() -> None:
    none_of(lacking())


# ------------------------------------------------------------------ references and phases


def test_the_steps_that_a_step_refers_to_are_found() -> None:
    assert list(VERBS["wait"].references({"for": "1 s", "after": "a"})) == [("after", "a")]
    assert list(VERBS["read"].references({"of": "item", "times": 2})) == []


@pytest.mark.parametrize(
    ("do", "args", "expected"),
    [
        ("read", {"times": 8}, []),
        ("read", {"times": 8, "together": True}, ["sweep"]),
        ("read", {"of": "item"}, []),
        ("read", {"of": "distinct"}, ["keys"]),
        ("read", {"through": "private-cache", "at": "10 s"}, ["wait"]),
        ("wait", {"for": "1 s", "after": "a"}, []),
    ],
)
def test_an_argument_may_ask_for_a_phase(do: str, args: Mapping[str, Json], expected: list[str]) -> None:
    assert list(VERBS[do].phases(args)) == expected
    assert VERBS[do].phase in DEMANDING


def test_a_run_knows_how_long_each_name_of_a_duration_is() -> None:
    with reference(ttl=4.0) as server, context(server.url, "cached-time") as made:
        assert made.quantities().keys() | {"lifetime"} == durations.NAMES.keys()
        made.steps["a"] = recorded("a", exchange(cc="max-age=5"))
        assert made.quantities()["lifetime"] == 5


# ------------------------------------------------------------------ at work


@dataclass(frozen=True)
class Work:
    """One verb at work, after others, at the reference or at another server; and how it ends."""

    do: str
    status: str
    before: tuple[str, ...] = ()
    args: Mapping[str, Json] = field(default_factory=dict)
    on: str = "items"
    answers: Callable[..., Any] | None = None
    started: bool = False
    target: str = "lesson"

    def record(self) -> str:
        if self.answers is not None:
            with serve(Student(self.answers)) as other, context(other.url, self.on) as made:
                return self._done(made)
        with (
            reference(ttl=4.0, admin=True) as server,
            context(
                server.url, self.on, target=self.target, clock=lambda: VirtualClock(server.clock.move)
            ) as made,
            made.shared.clock.lane(),
        ):
            return self._done(made)

    def _done(self, made: Context) -> str:
        if self.started:
            made.shared.server = SimpleNamespace(memory=lambda: 0, moves=False, workers=1)  # type: ignore[assignment]
            made.shared.restart = lambda: ""
        for name in self.before:
            done(made, name)
        return done(made, self.do, **self.args).status


def nothing_there(*_: Any) -> Any:
    """A server that takes no write and has no cache."""
    return reply(405, {})


WORK = [
    Work("read", "done"),
    Work("read", "not-offered", args={"of": "item"}),
    Work("read-miss", "done", on="cached-time"),
    Work("read-miss", "not-offered", on="reports", answers=nothing_there),
    Work("codings", "done", args={"of": ["br"]}),
    Work(
        "codings", "not-offered", on="reports", before=("read",), args={"of": ["br"]}, answers=nothing_there
    ),
    Work("variants", "done", on="notice", target="reference"),
    Work("variants", "not-offered"),
    Work("wait", "done", before=("read",), args={"for": "1 s", "after": "read"}),
    Work("wait", "untestable", args={"for": "1 s", "after": "read"}),
    Work("change", "done"),
    Work("change", "not-offered", on="cached-time"),
    Work("create", "done"),
    Work("create", "not-offered", on="cached-time"),
    Work("remove", "done", before=("create",)),
    Work("remove", "not-offered"),
    Work("restore", "done", before=("change",)),
    Work("refuse", "done"),
    Work("refuse", "done", args={"how": "wrong-type"}),
    Work("refuse", "not-offered", on="cached-time"),
    Work("write", "done", args={"method": "PATCH", "headers": {"If-Match": "{plain.etag}"}}),
    Work("write", "done", args={"method": "POST", "headers": {"If-None-Match": "{plain.etag}"}}),
    Work("write", "done", args={"method": "PUT", "item": "removed", "headers": {"If-None-Match": "*"}}),
    Work("write", "done", args={"item": "changed", "body": "same"}),
    Work("write", "not-offered", args={"headers": {"If-Match": "{plain.weak-etag}"}}),
    Work("write", "not-offered", on="cached-time"),
    Work("rewrite", "done", on="versioned", before=("read",), args={"as-in": "read"}),
    Work("rewrite", "not-offered", before=("read",), args={"as-in": "read"}),
    Work("compete", "done", args={"rounds": 2}),
    Work("play", "done", args={"move": "put 1 look"}),
    Work("play", "skipped", args={"move": "ask 0 exact"}),
    Work("compete", "not-offered", on="versioned"),
    Work("overtake", "done", args={"at": 0.5}),
    Work("overtake", "not-offered", on="cached-time", args={"at": 0.5}),
    Work("history", "done", args={"texts": ["a", "b"]}),
    Work("history", "done", args={"each": "field"}),
    Work("history", "not-offered", args={"texts": ["a"]}, on="cached-time"),
    Work("clear", "done", on="cached-time"),
    Work("clear", "not-offered"),
    Work("read-keys", "done", args={"of": [["a", "b"]]}, on="cached-time", target="reference"),
    Work("read-keys", "not-offered", args={"of": [["a", "b"]]}),
    Work("flood", "done", on="cached-time", started=True),
    Work("flood", "out-of-reach", on="cached-time"),
    Work("restart", "done", started=True),
    Work("restart", "out-of-reach"),
    Work("recall", "done", started=True),
    Work("recall", "out-of-reach"),
    Work("change-behind", "done", on="validated", target="behind"),
    Work("change-behind", "not-offered"),
    Work("break", "done", on="validated", target="behind"),
    Work("break", "not-offered"),
    Work("postdate", "done", on="asked", target="behind"),
    Work("postdate", "not-offered"),
]
ALWAYS_DONE = {"restore"}  # where nothing was changed, nothing has to be put back


@pytest.mark.parametrize("work", WORK, ids=lambda work: f"{work.do}-{work.status}")
def test_a_verb_is_done_where_it_can_be(work: Work) -> None:
    assert work.record() == work.status


def test_every_verb_is_seen_to_be_done_and_not_to_be_done() -> None:
    ends = {verb: {work.status == "done" for work in WORK if work.do == verb} for verb in VERBS}
    none_of(
        f"{where(VERBS[name])}: {name}"
        for name, seen in ends.items()
        if seen != ({True} if name in ALWAYS_DONE else {True, False})
    )
