"""Checks of the user's own, from any files and folders, beside the built-in ones -> one Suite. Shell.

They may cite rows of the register, bring rows of their own, or do without; and they may come after checks of
ours, or be on timelines of ours. An id is taken once: a clash names both places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from conformance.errors import SpecError
from conformance.language.yamlfile import YamlFile
from conformance.load import ownschema
from conformance.load.folder import REGISTER, named
from conformance.load.laying import laid_out
from conformance.load.parts import FIRST, Parts
from conformance.load.reader import check_references, opened, read_file
from conformance.model import Requirement, Suite

__all__ = ["beside"]


def beside(suite: Suite, paths: Sequence[Path], here: Path) -> Suite:
    """The suite with the checks of these files besides.

    Raises:
        SpecError: something in a file is wrong, or something is called as what is there already.
    """
    made, timelines, rows = list(suite.files), dict(suite.timelines), dict(suite.requirements)
    places = dict.fromkeys(rows, f"specs/{REGISTER}")
    digest, schema = hashlib.sha256(suite.sha256.encode()), ownschema.schema()
    for path in paths:
        name = named(path, here)
        if any(name == each.name for each in made):
            raise SpecError("another file of the run is called like this, too: give it another name", name)
        file = opened(path, name, schema)
        for row, place in _rows(file, places):
            rows[row.id], places[row.id] = row, place
        read = read_file(Parts(file, rows, own=True), timelines)
        made.append(read)
        rows |= {each.requirement.id: each.requirement for each in read.checks}
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    whole = laid_out(Suite(tuple(made), timelines, rows, digest.hexdigest(), suite.topics))
    check_references(whole, {named(path, here) for path in paths})
    return whole


def _rows(file: YamlFile, places: Mapping[str, str]) -> Iterator[tuple[Requirement, str]]:
    """The rows that a file brings along, and where they stand."""
    for index, row in enumerate(file.data.get("requirements", ())):
        path, id_ = ("requirements", index, "id"), row["id"]
        if id_ in places:
            raise file.fail(f"the id {id_!r} is that of a row in {places[id_]}", path)
        place, tier = f"{file.name}:{file.line(path)}", row.get("tier", FIRST)
        source, url = row.get("source", place), row.get("url", "")
        yield Requirement(id_, row["level"], row["says"], source, url, tier=tier), place
