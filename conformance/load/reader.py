"""specs/*.yaml -> Suite. Shell: it reads files, and nothing else of the world.

It is imported where nothing compiled fits the files (`specs.py`): it and what it takes are slow to load.

The shape of a file is held against the language's JSON Schema (`schema.py`); what no schema can
say (references, cycles, captures, ETags that lost their quotes) is checked here. Every error is a
SpecError with file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from conformance.errors import SpecError
from conformance.guesses import guessed
from conformance.language.yamlfile import YamlFile, read
from conformance.load import schema as language
from conformance.load.folder import REGISTER, spec_paths
from conformance.load.givens import orphans
from conformance.load.laying import laid_out
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
        file = opened(path, f"specs/{path.name}", schema)
        files.append(read_file(Parts(file, register.requirements), timelines))
    digest = hashlib.sha256()
    for path in [folder / REGISTER, *paths]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    suite = laid_out(
        Suite(tuple(files), timelines, register.requirements, digest.hexdigest(), register.topics)
    )
    check_references(suite)
    register.hold({id_ for id_, checks in citing(suite).items() if checks})
    return suite


def opened(path: Path, name: str, schema: Mapping[str, Any]) -> YamlFile:
    """A spec file, its shape held against the schema.

    Raises:
        SpecError: it is another.
    """
    file = read(path, name)
    language.check_file(file, schema)
    if not {"checks", "tables", "lints"} & file.data.keys():
        raise file.fail("the file lacks 'checks', 'tables' or 'lints'", ())
    return file


def read_file(parts: Parts, timelines: dict[str, Timeline]) -> SpecFile:
    """The checks of a file; its timelines are put to those that there are.

    Raises:
        SpecError: something in it is wrong.
    """
    file = parts.file
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
    for lint in (each for each in checks if each.answers is not None):
        timelines.setdefault(ANSWERS, plain_read(lint))
    return SpecFile(file.name, file.data["title"], checks)


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


def check_references(suite: Suite, own: Collection[str] = ()) -> None:
    """Hold the files of a suite against each other.

    Args:
        suite: all of it.
        own: the files of the user's.

    Raises:
        SpecError: a name is taken twice, refers to nothing, or goes round in a circle.
    """
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
    for orphan in orphans(suite, own):
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
