"""What the packages of servers.yaml and conf/package.json take in their turn, at one version each.

`--pin`: after a change of a version there; the next run installs by what stands in conf/python.txt and
conf/package-lock.json, and so do all runs after it.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tools.servers.getting import LOCK, PINS, call
from tools.servers.table import CONF, Row

__all__ = ["pin", "pins_of"]

_HEAD: Final = (
    "# Written by `make servers ARGS=--pin`: what the packages of servers.yaml take in their turn.\n"
)


def pin(rows: Iterable[Row]) -> None:
    """Ask PyPI and the npm registry what is current, and write it down.

    Raises:
        NotHere: a registry is out of reach, or has none of these versions.
    """
    asked = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--report", "-"]
    reports = [
        json.loads(call([*asked, *packages])) for packages in dict.fromkeys(r.pip for r in rows if r.pip)
    ]
    PINS.write_text(pins_of(reports), "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        wanted, locked = LOCK
        shutil.copy(CONF / wanted, folder)
        options = ("--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved")
        call(["npm", "install", *options, "--no-audit", "--no-fund"], cwd=Path(folder))
        shutil.copy(Path(folder) / locked, CONF)


def pins_of(reports: Iterable[Mapping[str, list[Mapping[str, Mapping[str, str]]]]]) -> str:
    """The pins of what pip would install. Of two versions the lower: somebody takes no higher one."""
    found: dict[str, str] = {}
    for report in reports:
        for each in report["install"]:
            name = re.sub(r"[-_.]+", "-", each["metadata"]["name"]).lower()
            version = each["metadata"]["version"]
            found[name] = min(found.get(name, version), version, key=_in_order)
    return _HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def _in_order(version: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", version)]
