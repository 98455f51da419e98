"""The parts of one spec file -> records: its timelines, its checks, and the steps of both. Pure.

Data that fits the schema comes in; every further rule of the language is here. Lints and tables, which are
made of the same parts, have files of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.guesses import did_you_mean, guessed
from conformance.language import captures
from conformance.language.doubts import DOUBTS
from conformance.language.yamlfile import Path_, YamlFile
from conformance.load import schema as language
from conformance.load.folder import REGISTER
from conformance.matchers import references
from conformance.model import TIERS, Check, Doubt, ForAll, Json, Place, Requirement, Step, Timeline
from conformance.model.order import level_of
from conformance.model.specs import ANSWER
from conformance.verbs import VERBS

__all__ = ["Parts", "idle", "unknown"]

FIRST: Final = TIERS[0]
"""The tier of what the user has not given one: it is asked however far a run goes."""


class Parts:
    """Data that fits the schema -> records; every further rule of the language is here."""

    def __init__(self, file: YamlFile, requirements: Mapping[str, Requirement], *, own: bool = False) -> None:
        self.file = file
        self.requirements = requirements
        self.own = own  # of the user's, so that a check may do without a row

    def timelines(self) -> Iterator[Timeline]:
        """The timelines of the file."""
        for id_, data in self.file.data.get("timelines", {}).items():
            path = ("timelines", id_)
            steps = tuple(self.steps(data["steps"], (*path, "steps"), {}))
            needs = tuple(data["needs"])
            self._check_needs(steps, needs, path)
            yield Timeline(id_, needs, tuple(data.get("without", ())), steps, self.place(path))

    def checks(self) -> Iterator[Check]:
        """The checks of the file that have steps, or are on a timeline."""
        for index, data in enumerate(self.file.data.get("checks", ())):
            yield self._check(data, ("checks", index))

    def judging(  # noqa: PLR0913 - what a lint and a cell have of their own
        self,
        data: Mapping[str, Any],
        path: Path_,
        *,
        title: str,
        on: str,
        expects: tuple[Mapping[str, Mapping[str, Json]], ...],
        answers: Mapping[str, Json] | None = None,
        only_if: Mapping[str, Mapping[str, Json]] | None = None,
        needs: tuple[str, ...],
        after: tuple[str, ...],
        doubts: tuple[Doubt, ...] = (),
        why: str,
        hint: str,
        alone: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Check:
        """A check on what others ask: its level and tier are those of its row."""
        row = self.row(data, path)
        for key in ("level", "tier") if "requirement" in data else ():
            if key in data:
                raise self.file.fail(f"the {key} is that of its row, {row.id}; take it out", (*path, key))
        return Check(
            id=data["id"],
            title=title,
            requirement=row,
            also=self.also(data, path),
            ground=self.ground(row),
            level=level_of(row),
            tier="full" if row.tier == "info" else row.tier,  # what is worth recording only is, from there on
            needs=needs,
            without=(),
            after=after,
            on=on,
            answers=answers,
            steps=(),
            expects=expects,
            only_if=only_if or {},
            unseen="",
            forall=(),
            doubts=doubts,
            why=why.strip(),
            hint=hint.strip(),
            place=self.place((*path, "id")),
            alone=alone or {},
        )

    def also(self, data: Mapping[str, Any], path: Path_) -> tuple[Requirement, ...]:
        """The further rows that a check judges."""
        also = enumerate(data.get("also", ()))
        return tuple(self.requirement(id_, (*path, "also", i)) for i, id_ in also)

    def _check(self, data: Mapping[str, Any], path: Path_) -> Check:
        claim = data.get("explore", "")
        if ("on" in data) + ("steps" in data) != 1 and not (claim and "on" not in data):
            raise self.file.fail("a check has either `steps` of its own or is `on` a timeline", path)
        for key in ("on", "expect", "forall", "only-if") if claim else ():
            if key in data:
                raise self.file.fail(f"`explore` says what is expected; take `{key}` out", (*path, key))
        forall = tuple(
            ForAll(name, each["strategy"], tuple(each["examples"]))
            for name, each in data.get("forall", {}).items()
        )
        for variable in forall:
            strangers = captures.strangers(list(variable.examples))
            self._check_braces(strangers, (*path, "forall", variable.name, "examples"))
        known: dict[str, Json] = {f.name: list(f.examples) for f in forall}
        steps = tuple(self.steps(data.get("steps", ()), (*path, "steps"), known))
        expects = _alternatives(data.get("expect"))
        if not claim and not expects and not any(s.expect for s in steps):
            raise self.file.fail(f"the check {data['id']!r} expects nothing, so it can't fail", path)
        if forall and "on" in data:
            raise self.file.fail("`forall` needs steps of its own", (*path, "forall"))
        used = {name for s in steps for name, _ in captures.named(s.args)}
        for name in (f.name for f in forall if f.name not in used):
            raise self.file.fail(f"no step uses the variable {name!r}", (*path, "forall", name))
        doubts = tuple(DOUBTS[name] for name in data.get("doubts", ()))
        row = self.row(data, path)
        check = Check(
            id=data["id"],
            title=data["title"],
            requirement=row,
            also=self.also(data, path),
            ground=self.ground(row),
            level=data["level"],
            tier=data.get("tier", FIRST),
            needs=tuple(data.get("needs", ("read",))),
            without=tuple(data.get("without", ())),
            after=tuple(data.get("after", ())),
            on=data.get("on"),
            answers=None,
            steps=steps,
            expects=expects,
            only_if=data.get("only-if", {}),
            unseen=data.get("unseen", ""),
            forall=forall,
            doubts=doubts,
            why=data.get("why", "").strip(),
            hint=data.get("hint", "").strip(),
            place=self.place((*path, "id")),
            claim=claim,
        )
        self._check_needs(steps, check.needs, (*path, "steps"))
        for key, name in unknown(check, steps) if steps else ():
            raise self.file.fail(f"no step is called {name!r}", (*path, key))
        for name in idle(check, steps) if steps else ():
            raise self.file.fail(f"the doubt {name!r} is about other steps than these", (*path, "doubts"))
        return check

    def _check_needs(self, steps: tuple[Step, ...], needs: tuple[str, ...], path: Path_) -> None:
        lacking = {VERBS[s.do].needs for s in steps if not s.when} - {"", *needs}
        if lacking:
            says = f"its steps need {', '.join(sorted(lacking))}, which `needs` does not name"
            raise self.file.fail(says, path)

    def requirement(self, id_: str, path: Path_) -> Requirement:
        """The row of that id."""
        if id_ not in self.requirements:
            says = f"the register (specs/{REGISTER}) has no requirement {id_!r}"
            raise self.file.fail(guessed(says, id_, self.requirements), path)
        return self.requirements[id_]

    def row(self, data: Mapping[str, Any], path: Path_) -> Requirement:
        """The row that a check judges; of the user's own without one, what it says itself."""
        if "requirement" in data:
            return self.requirement(data["requirement"], (*path, "requirement"))
        level, tier = data.get("level", "MUST"), data.get("tier", FIRST)
        return Requirement(data["id"], level, data["title"], str(self.place((*path, "id"))), "", tier=tier)

    def ground(self, row: Requirement) -> Requirement:
        """The row that binds every server: of a row of the lesson the first of those that say the same."""
        return self.requirements[row.rfc[0]] if row.rfc else row

    def place(self, path: Path_) -> Place:
        """Where it stands."""
        return Place(self.file.name, self.file.line(path) or 1)

    def steps(self, data: Any, path: Path_, known: dict[str, Json]) -> Iterator[Step]:
        """The steps in order; `known` has what they may refer to: earlier ones, variables with examples."""
        for index, raw in enumerate(data):
            here = (*path, index)
            name = raw.get("as") or f"{raw['do']}-{index}"
            if name in known:
                raise self.file.fail(f"the name {name!r} is taken by an earlier step", (*here, "as"))
            args = {k: v for k, v in raw.items() if k not in language.COMMON}
            when = _alternatives(raw.get("when"))
            self._check_references(raw, args, when, here, known)
            known[name] = None
            yield Step(
                raw["do"],
                name,
                args,
                raw.get("given", {}),
                raw.get("only-if", {}),
                raw.get("expect", {}),
                when,
                self.place(here),
            )

    def _check_references(
        self,
        raw: Mapping[str, Any],
        args: Mapping[str, Any],
        when: tuple[Mapping[str, Any], ...],
        path: Path_,
        known: Mapping[str, Json],
    ) -> None:
        verb, own = VERBS[raw["do"]], raw.get("as")
        named = [(n, "when") for each in when for n in each]
        named += [(n, "when") for each in when for wanted in each.values() for n in references(wanted)]
        for key in ("given", "only-if", "expect"):
            named += [(n, key) for n in references(raw.get(key, {})) if n != own]
        named += [(n, key) for key, n in verb.references(args)]
        for name, key in named:
            if name not in known:
                raise self.file.fail(f"no earlier step is called {name!r}", (*path, key))
        for name, capture in captures.named(args):
            self._check_capture(name, capture, path, known)
            if capture is None:
                for each in captures.named(known[name]):
                    self._check_capture(*each, path, known)
        for key, value in raw.items():
            self._check_braces(captures.strangers(value, filled=key in args), (*path, key))
        for says, where in verb.wrong(args, known):
            raise self.file.fail(says, (*path, *where))

    def _check_braces(self, strangers: Iterator[str], path: Path_) -> None:
        for text in strangers:
            says = (
                f"{text} is no placeholder, and would be taken as it stands; in what is sent {{STEP.CAPTURE}}"
            )
            raise self.file.fail(
                f"{says} and {{VARIABLE}} are, and {{raw: ...}} sends any text as it is", path
            )

    def _check_capture(self, name: str, capture: str | None, path: Path_, known: Mapping[str, Json]) -> None:
        """`{name}` is a variable, `{name.capture}` comes from the answer to an earlier step."""
        written = f"{{{name}{'.' + capture if capture else ''}}}"
        if name not in known:
            raise self.file.fail(f"{written} is used before anything is called {name!r}", path)
        if (known[name] is None) != (capture is not None):
            kind = "a step: write {%s.etag}, for instance" if capture is None else "a variable: write {%s}"
            raise self.file.fail(f"{written}: {name!r} is {kind % name}", path)
        if capture is not None and capture not in captures.CAPTURES:
            says = f"nothing called {capture!r} can be captured; {did_you_mean(capture, captures.CAPTURES)}"
            raise self.file.fail(says, path)


def unknown(check: Check, steps: tuple[Step, ...]) -> Iterator[tuple[str, str]]:
    """(key, name): what a check says of a step that is not there."""
    names = {s.name for s in steps} | ({ANSWER} if check.answers is not None else set())
    for key, conditions in (("expect", check.expects), ("only-if", (check.only_if,))):
        for condition in conditions:
            for name, wanted in condition.items():
                yield from ((key, n) for n in (name, *references(wanted)) if n not in names)


def idle(check: Check, steps: tuple[Step, ...]) -> Iterator[str]:
    """The doubts that a check cites and that can't hold there."""
    names = {s.name for s in steps}
    for doubt in check.doubts:
        said = [{*way, *(n for wanted in way.values() for n in references(wanted))} for way in doubt.when]
        if not any(each <= names for each in said):
            yield doubt.name


def _alternatives(data: Json) -> tuple[Mapping[str, Any], ...]:
    if data is None:
        return ()
    return tuple(data) if isinstance(data, list) else (data,)
