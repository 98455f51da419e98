"""specs/*.yaml -> Suite. Shell: it reads files, and nothing else of the world.

It is imported where nothing compiled fits the files (`specs.py`): it and what it takes are slow to load.

The shape of a file is held against the language's JSON Schema (`schema.py`); what no schema can
say (references, cycles, captures, ETags that lost their quotes) is checked here. Every error is a
SpecError with file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.errors import SpecError
from conformance.guesses import did_you_mean, guessed
from conformance.language import captures
from conformance.language.doubts import DOUBTS
from conformance.language.yamlfile import Path_, YamlFile, read
from conformance.load import schema as language
from conformance.load.folder import REGISTER, spec_paths
from conformance.load.givens import orphans
from conformance.load.register import load_register
from conformance.matchers import references
from conformance.model import (
    Check,
    ForAll,
    Json,
    Place,
    Requirement,
    SpecFile,
    Step,
    Suite,
    Timeline,
)
from conformance.model.citing import citing
from conformance.verbs import VERBS


def read_suite(folder: Path) -> Suite:
    """Read all specs of a folder.

    Raises:
        SpecError: something in a file is wrong; with file and line.
    """
    paths = spec_paths(folder)
    if not paths:
        raise SpecError("holds no spec files (*.yaml)", str(folder))
    register = load_register(folder / REGISTER)
    paths = register.in_order(paths)
    schema = language.schema()
    files: list[SpecFile] = []
    timelines: dict[str, Timeline] = {}
    for path in paths:
        file = read(path, f"specs/{path.name}")
        language.check_file(file, schema)
        reader = _Reader(file, register.requirements)
        for timeline in reader.timelines():
            if timeline.id in timelines:
                raise SpecError(
                    f"the timeline {timeline.id!r} stands already in {timelines[timeline.id].place}",
                    timeline.place.file,
                    timeline.place.line,
                )
            timelines[timeline.id] = timeline
        files.append(SpecFile(file.name, file.data["title"], tuple(reader.checks())))
    digest = hashlib.sha256()
    for path in [folder / REGISTER, *paths]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    suite = Suite(tuple(files), timelines, register.requirements, digest.hexdigest(), register.topics)
    _check_references(suite)
    register.hold({id_ for id_, checks in citing(suite).items() if checks})
    return suite


# ------------------------------------------------------------------ one file


class _Reader:
    """Data that fits the schema -> records; every further rule of the language is here."""

    def __init__(self, file: YamlFile, requirements: Mapping[str, Requirement]) -> None:
        self.file = file
        self.requirements = requirements

    def timelines(self) -> Iterator[Timeline]:
        for id_, data in self.file.data.get("timelines", {}).items():
            path = ("timelines", id_)
            steps = tuple(self._steps(data["steps"], (*path, "steps"), {}))
            needs = tuple(data["needs"])
            self._check_needs(steps, needs, path)
            yield Timeline(id_, needs, tuple(data.get("without", ())), steps, self._place(path))

    def checks(self) -> Iterator[Check]:
        for index, data in enumerate(self.file.data["checks"]):
            yield self._check(data, ("checks", index))

    def _check(self, data: Mapping[str, Any], path: Path_) -> Check:
        if ("on" in data) == ("steps" in data):
            raise self.file.fail("a check has either `steps` of its own or is `on` a timeline", path)
        forall = tuple(
            ForAll(name, each["strategy"], tuple(each["examples"]))
            for name, each in data.get("forall", {}).items()
        )
        for variable in forall:
            strangers = captures.strangers(list(variable.examples))
            self._check_braces(strangers, (*path, "forall", variable.name, "examples"))
        known: dict[str, Json] = {f.name: list(f.examples) for f in forall}
        steps = tuple(self._steps(data.get("steps", ()), (*path, "steps"), known))
        expects = _alternatives(data.get("expect"))
        if not expects and not any(s.expect for s in steps):
            raise self.file.fail(f"the check {data['id']!r} expects nothing, so it can't fail", path)
        if forall and "on" in data:
            raise self.file.fail("`forall` needs steps of its own", (*path, "forall"))
        used = {name for s in steps for name, _ in captures.named(s.args)}
        for name in (f.name for f in forall if f.name not in used):
            raise self.file.fail(f"no step uses the variable {name!r}", (*path, "forall", name))
        doubts = tuple(DOUBTS[name] for name in data.get("doubts", ()))
        check = Check(
            id=data["id"],
            title=data["title"],
            requirement=self._requirement(data["requirement"], (*path, "requirement")),
            also=tuple(self._requirement(r, (*path, "also", i)) for i, r in enumerate(data.get("also", ()))),
            ground=self._ground(data["requirement"]),
            level=data["level"],
            tier=data["tier"],
            needs=tuple(data.get("needs", ("read",))),
            without=tuple(data.get("without", ())),
            after=tuple(data.get("after", ())),
            on=data.get("on"),
            steps=steps,
            expects=expects,
            only_if=data.get("only-if", {}),
            unseen=data.get("unseen", ""),
            forall=forall,
            doubts=doubts,
            why=data["why"].strip(),
            hint=data["hint"].strip(),
            place=self._place((*path, "id")),
        )
        self._check_needs(steps, check.needs, (*path, "steps"))
        for key, name in _unknown(check, steps) if steps else ():
            raise self.file.fail(f"no step is called {name!r}", (*path, key))
        for name in _idle(check, steps) if steps else ():
            raise self.file.fail(f"the doubt {name!r} is about other steps than these", (*path, "doubts"))
        return check

    def _check_needs(self, steps: tuple[Step, ...], needs: tuple[str, ...], path: Path_) -> None:
        lacking = {VERBS[s.do].needs for s in steps if not s.when} - {"", *needs}
        if lacking:
            says = f"its steps need {', '.join(sorted(lacking))}, which `needs` does not name"
            raise self.file.fail(says, path)

    def _requirement(self, id_: str, path: Path_) -> Requirement:
        if id_ not in self.requirements:
            says = f"the register (specs/{REGISTER}) has no requirement {id_!r}"
            raise self.file.fail(guessed(says, id_, self.requirements), path)
        return self.requirements[id_]

    def _ground(self, id_: str) -> Requirement:
        """The row that binds every server: of a row of the lesson the first of those that say the same."""
        row = self.requirements[id_]
        return self.requirements[row.rfc[0]] if row.rfc else row

    def _place(self, path: Path_) -> Place:
        return Place(self.file.name, self.file.line(path) or 1)

    def _steps(self, data: Any, path: Path_, known: dict[str, Json]) -> Iterator[Step]:
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
                self._place(here),
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


def _unknown(check: Check, steps: tuple[Step, ...]) -> Iterator[tuple[str, str]]:
    """(key, name): what a check says of a step that is not there."""
    names = {s.name for s in steps}
    for key, conditions in (("expect", check.expects), ("only-if", (check.only_if,))):
        for condition in conditions:
            for name, wanted in condition.items():
                yield from ((key, n) for n in (name, *references(wanted)) if n not in names)


def _idle(check: Check, steps: tuple[Step, ...]) -> Iterator[str]:
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


# ------------------------------------------------------------------ across files


def _by_id(suite: Suite) -> Mapping[str, Check]:
    checks: dict[str, Check] = {}
    for check in (check for file in suite.files for check in file.checks):
        if check.id in checks:
            raise _at(check, f"the id {check.id!r} stands already in {checks[check.id].place}")
        if check.id in suite.timelines:  # either names what is done on a resource
            place = suite.timelines[check.id].place
            raise _at(check, f"the id {check.id!r} is that of the timeline in {place}")
        checks[check.id] = check
    return checks


def _check_references(suite: Suite) -> None:
    checks = _by_id(suite)
    for check in checks.values():
        for name in check.after:
            if name not in checks:
                says = f"`after` names {name!r}, and no check is called that"
                raise _at(check, guessed(says, name, checks))
        if check.on is not None and check.on not in suite.timelines:
            raise _at(check, f"`on` names {check.on!r}, and no timeline is called that")
        for key, name in _unknown(check, suite.timelines[check.on].steps) if check.on else ():
            raise _at(check, f"`{key}`: the timeline {check.on!r} has no step {name!r}")
        for name in _idle(check, suite.timelines[check.on].steps) if check.on else ():
            raise _at(check, f"the doubt {name!r} is about other steps than those of {check.on!r}")
    _check_cycles(checks)
    for orphan in orphans(suite):
        owners = " or ".join(orphan.owners)
        says = (
            f"`given` rests on `{orphan.wanted}`, which {owners} judges: this check has to come `after` that"
        )
        raise SpecError(says, orphan.place.file, orphan.place.line)


def _check_cycles(checks: Mapping[str, Check]) -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            circle = " -> ".join((*way[way.index(name) :], name))
            raise _at(checks[name], f"`after` goes round in a circle: {circle}")
        if name not in done:
            for each in checks[name].after:
                visit(each, (*way, name))
            done.add(name)

    for name in checks:
        visit(name, ())


def _at(check: Check, says: str) -> SpecError:
    return SpecError(says, check.place.file, check.place.line)
