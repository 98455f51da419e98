"""tools.servers: its table, its configurations, and what is committed of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.rules import none_of

from conformance.load.specs import load
from conformance.load.target import load_target
from tools.servers.expecting import FOLDER, compared, known, problems
from tools.servers.hosting import filled
from tools.servers.page import PAGE, made, read_results
from tools.servers.table import CONF, chosen, rows

FOR_ALL = {"origin.py", "package.json", "package-lock.json", "python.txt"}
KNOWN = {"port": "1", "work": "w", "site": "s", "origin": "o", "originport": "2"}
ROWS = rows()
_FEW = 2


def test_there_are_twenty_servers_from_all_three_registries() -> None:
    assert len(ROWS) >= 20
    assert all(sum(bool(getattr(row, name)) for row in ROWS.values()) >= 3 for name in ("apt", "pip", "npm"))
    none_of(name for name, row in ROWS.items() if not (row.apt or row.pip or row.npm))


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_a_target_that_can_be_read(name: str, tmp_path: Path) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(ROWS[name].target, "utf-8")
    assert {each.name for each in load_target(str(target)).resources} == set(ROWS[name].resources)


def test_each_configuration_is_there_used_and_can_be_filled_in() -> None:
    used = {file for row in ROWS.values() for file in row.files}
    assert used | FOR_ALL == {path.name for path in CONF.iterdir() if path.is_file()}
    for row in ROWS.values():
        for text in (row.run, *row.env.values(), *((CONF / file).read_text("utf-8") for file in row.files)):
            filled(text, KNOWN | ({"ttl": str(row.ttl)} if row.ttl else {}), row.name)


def test_a_word_that_nobody_fills_in_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"nginx.conf: @prot@ is unknown; accepted: @port@"):
        filled("listen @prot@;", {"port": "80"}, "nginx.conf")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{run: a, resources: {}}", "the row x: Object missing required field `is`"),
        ("{is: X, run: a, resources: {}, pip: [flask]}", "the row x: 'flask' has to be pinned"),
        ("{is: X, run: a, resources: {}, like: y}", "the row x: like 'y'"),
        ("{is: X, run: a, resources: {}, origin: true}", "the row x: it has an origin, and no resource with"),
        ("{is: X, run: a, resources: {}, ports: 1}", "unknown field `ports`"),
    ],
)
def test_a_row_that_is_wrong_is_told(row: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rows(f"x: {row}")


def test_a_server_that_there_is_not_is_told_with_what_may_be_meant() -> None:
    with pytest.raises(ValueError, match=r"no server 'ngnix' in servers\.yaml; did you mean 'nginx'"):
        chosen(["ngnix"], ROWS)


def test_what_is_committed_of_the_runs_is_what_is_expected() -> None:
    results = read_results()
    none_of(f"{path.name} is of no server" for path in FOLDER.iterdir() if path.stem not in ROWS)
    none_of(f"{name} has no result" for name in ROWS if name not in results)
    for name, row in ROWS.items():
        assert compared(row, known(row), results[name].findings) == ([], []), name


def test_each_failure_that_is_expected_has_its_row_and_a_reason() -> None:
    suite = load()
    none_of(said for row in ROWS.values() for said in problems(row, known(row), suite))


def test_core_is_what_all_but_two_of_the_servers_meet_at_most() -> None:
    """So that it can block a build. Servers that are like another count as that one."""
    results = read_results()
    failing: dict[str, set[str]] = {}
    for name, row in ROWS.items():
        for found in results[name].findings:
            failing.setdefault(found.check, set()).add(row.like or name)
    core = [check for file in load().files for check in file.checks if check.ground.tier == "core"]
    none_of(
        f"{check.ground.id} {check.id} fails at {', '.join(sorted(failing[check.id]))}: not of tier core"
        for check in core
        if len(failing.get(check.id, ())) > _FEW
    )


def test_the_page_is_what_the_results_make() -> None:
    assert PAGE.read_text("utf-8") == made(load()), "docs/servers.md is stale: make docs"
