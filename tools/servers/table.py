"""servers.yaml -> rows. Whoever wants another server writes a row; nothing else knows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from conformance.guesses import guessed

__all__ = ["CONF", "HERE", "Row", "chosen", "rows"]

HERE: Final = Path(__file__).parent
CONF: Final = HERE / "conf"
_TABLE: Final = HERE / "servers.yaml"
_PINNED: Final = re.compile(r"[\w.\-]+(\[[\w,]+\])?==[\w.]+")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server.

    Args:
        is_: what people call it, with what is special of it.
        run: its command, split as a shell would; as in files, @port@ is where it has to listen, @work@ the
            folder that it runs in, @site@ a folder of files to serve, @origin@ where the origin listens,
            @ttl@ the `ttl` of its resources.
        resources: what it offers, as in a target file.
        apt, pip, npm: the packages that it takes, the server's own first. Debian has one version of each;
            those of PyPI are pinned here, those of npm in conf/package.json.
        files: of conf/, laid into the folder that it runs in, filled in.
        env: variables of its environment, filled in.
        origin: it stands before an origin, which is conf/origin.py.
        like: another server, all of whose expectations hold for this one, too; it has the same resources.
        just_written: its files were written in the second of the first request.
        name: its key in the table.
    """

    is_: str = msgspec.field(name="is")
    run: str
    resources: Mapping[str, Mapping[str, Any]]
    apt: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    origin: bool = False
    like: str = ""
    just_written: bool = False
    name: str = ""

    @property
    def target(self) -> str:
        """Its target file, in JSON, which is YAML, too: without anchors where the table shares a part."""
        return json.dumps({"name": self.name, "resources": self.resources})

    @property
    def ttl(self) -> int | None:
        """Seconds for which it keeps what it keeps, what @ttl@ stands for: the same for all its resources."""
        return next((each["ttl"] for each in self.resources.values() if "ttl" in each), None)


def rows(text: str = "") -> dict[str, Row]:
    """All servers by name, in the order of the table.

    Raises:
        ValueError: a row is wrong; the text says which.
    """
    table = yaml.safe_load(text or _TABLE.read_text("utf-8"))
    found = {name: _row(name, row) for name, row in table.items()}
    for row in found.values():
        if row.like and row.like not in found:
            raise ValueError(
                guessed(f"{_TABLE.name}: the row {row.name}: like {row.like!r}", row.like, found)
            )
    return found


def _row(name: str, row: Mapping[str, Any]) -> Row:
    try:
        made = msgspec.convert({**row, "name": name}, Row)
    except msgspec.ValidationError as problem:
        raise ValueError(f"{_TABLE.name}: the row {name}: {problem}") from None
    loose = [each for each in made.pip if not _PINNED.fullmatch(each)]
    if loose:
        raise ValueError(
            f"{_TABLE.name}: the row {name}: {loose[0]!r} has to be pinned, as in starlette==1.0"
        )
    if made.origin and made.ttl is None:
        raise ValueError(f"{_TABLE.name}: the row {name}: it has an origin, and no resource with a `ttl`")
    return made


def chosen(names: Sequence[str], table: Mapping[str, Row]) -> list[Row]:
    """The rows of these names; all, where there are none.

    Raises:
        ValueError: there is none of that name.
    """
    for name in names:
        if name not in table:
            raise ValueError(guessed(f"there is no server {name!r} in {_TABLE.name}", name, table))
    return [row for name, row in table.items() if not names or name in names]
