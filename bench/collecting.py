"""`pytest --collect-only` of the tier `lesson`, in an empty folder of somebody else's.

Against the same without `--conformance`, which collects nothing; and, for what each further item takes,
against a lesson whose resources stand in the target several times.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from installed import Site, sites
from measure import Figure, figure, in_turns, ratios

TIMES: Final = 8
_ARGS: Final = ("--collect-only", "-q", "-p", "no:cacheprovider")
_NOTHING: Final = 5  # pytest's exit code where nothing is collected


def figures(*, quick: bool) -> Iterator[Figure]:
    """The ratio, and what an item adds."""
    rounds = 5 if quick else 15
    with sites() as made:
        site = made.site(made.ours)
        pairs = in_turns(
            lambda: site.run("pytest", "--conformance", *_ARGS, cwd=made.empty),
            lambda: site.run("pytest", *_ARGS, cwd=made.empty, codes=(_NOTHING,)),
            rounds,
        )
        yield figure("collect", "--collect-only of the lesson : of nothing", ratios(pairs, "cpu"), "", 1.3)
        more = made.site(made.another("more", _repeat))
        args = ("--conformance", *_ARGS)
        few, many = (_count(each, args, made.empty) for each in (site, more))
        pairs = in_turns(
            lambda: more.run("pytest", *args, cwd=made.empty),
            lambda: site.run("pytest", *args, cwd=made.empty),
            rounds,
        )
        says = f"    each of {many - few} further items, CPU time"
        each = [(a.cpu - b.cpu) / (many - few) * 1000 for a, b in pairs]
        yield figure("collect-item-ms", says, each, "ms", 0.2)


def _repeat(specs: Path) -> None:
    """Have the lesson's resources several times."""
    path = specs / "targets" / "lesson.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    resources = data["resources"]
    data["resources"] = {
        f"{name}{n or ''}": {
            **each,
            **(
                {"distinct-from": [f"{o}{n or ''}" for o in each["distinct-from"]]}
                if "distinct-from" in each
                else {}
            ),
        }
        for n in range(TIMES)
        for name, each in resources.items()
    }
    path.write_text(json.dumps(data), "utf-8")  # which is YAML, too


def _count(site: Site, args: tuple[str, ...], cwd: Path) -> int:
    command = site.command("pytest", *args)
    out = subprocess.run(
        command, cwd=cwd, env=site.environment, check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"^(\d+) tests collected", out, re.MULTILINE)
    assert found is not None, out  # noqa: S101
    return int(found[1])
