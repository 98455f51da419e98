"""The table of docs/isolation.md: each row is an attack that is done, and each attack has a row."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.attacks import ATTACKS, promised
from helpers.rules import none_of

from conformance.servers.isolation import LEVELS

DONE = re.compile(r'held\(\s*"(\w+)"')


def test_every_promise_is_an_attack_that_is_done_and_none_is_done_without_one() -> None:
    files = [path for path in Path(__file__).parent.glob("test_*.py") if path.name != "test_promises.py"]
    done = {name for path in files for name in DONE.findall(path.read_text("utf-8"))}
    none_of(sorted(done ^ promised().keys()))


def test_every_attack_has_its_place() -> None:
    apps = {path.stem for path in (ATTACKS / "apps").glob("*.py")}
    texts = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    none_of(name for name in sorted(apps) if f'"{name}"' not in texts)


def test_a_stronger_level_promises_what_a_weaker_one_does() -> None:
    names = [each.name for each in LEVELS]
    for attack, said in promised().items():
        row = [said[name] for name in names]
        assert row == sorted(row, reverse=True), f"{attack}: {row}"
