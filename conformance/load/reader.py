"""specs/*.yaml -> Suite. Shell: it reads files, and nothing else of the world.

It is imported where nothing compiled fits the files (`specs.py`): it and what it takes are slow to load.

The shape of a file is held against the language's JSON Schema (`schema.py`); what no schema can
say (references, cycles, captures, ETags that lost their quotes) is checked here. Every error is a
SpecError with file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from conformance.errors import SpecError
from conformance.guesses import guessed
from conformance.language.yamlfile import read
from conformance.load import schema as language
from conformance.load.folder import REGISTER, spec_paths
from conformance.load.givens import orphans
from conformance.load.lints import plain_read, read_lints
from conformance.load.parts import Parts, idle, unknown
from conformance.load.register import load_register
from conformance.load.tables import read_tables
from conformance.model import (
    Check,
    SpecFile,
    Suite,
    Timeline,
)
from conformance.model.citing import citing
from conformance.model.specs import ANSWERS


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
        if not {"checks", "tables", "lints"} & file.data.keys():
            raise file.fail("the file lacks 'checks', 'tables' or 'lints'", ())
        parts = Parts(file, register.requirements)
        cells, tables = read_tables(parts)
        for timeline in (*parts.timelines(), *tables):
            if timeline.id in timelines:
                raise SpecError(
                    f"the timeline {timeline.id!r} stands already in {timelines[timeline.id].place}",
                    timeline.place.file,
                    timeline.place.line,
                )
            timelines[timeline.id] = timeline
        checks = (*parts.checks(), *cells, *read_lints(parts))
        files.append(SpecFile(file.name, file.data["title"], checks))
        for lint in (each for each in checks if each.answers is not None):
            timelines.setdefault(ANSWERS, plain_read(lint))
    digest = hashlib.sha256()
    for path in [folder / REGISTER, *paths]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    suite = Suite(tuple(files), timelines, register.requirements, digest.hexdigest(), register.topics)
    _check_references(suite)
    register.hold({id_ for id_, checks in citing(suite).items() if checks})
    return suite


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
        for key, name in unknown(check, suite.timelines[check.on].steps) if check.on else ():
            raise _at(check, f"`{key}`: the timeline {check.on!r} has no step {name!r}")
        for name in idle(check, suite.timelines[check.on].steps) if check.on else ():
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
