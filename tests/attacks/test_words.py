"""Attacks by what is said: to the suite, to who reads its words, and about the checks."""

from __future__ import annotations

from pathlib import Path

from helpers.attacks import attacked, held

# What of the suite runs in the process of a server: it serves, and knows no check.
SERVES = ("conformance", "conformance.version", "conformance.servers", "conformance.servers.runner")


def test_forged_messages_change_nothing_but_the_servers_own_clock(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "control") as attacker:
        server = attacker.server
        assert attacker.does() > 0
        server.move(31)
        server.move(32)
        assert server.died() is None
        server.restart()
        server.move(31)
        assert held("control", level, shut=attacker.does() > 0 and server.died() is None)


def test_no_check_is_in_the_process_of_a_server(level: str, tmp_path: Path) -> None:
    ours = "If-None-Match with an asterisk"  # of a check's title
    with attacked(level, tmp_path, "checks") as attacker:
        seen = attacker.does(words=ours)
    foreign = [
        n for n in seen["modules"] if n not in SERVES and not n.startswith("conformance.servers.inside")
    ]
    assert held("checks", level, shut=foreign == [] and seen["found"] == [])
    assert (seen["files"] == []) == (level == "namespaces")


def test_code_can_tell_that_its_clock_is_moved(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "detects") as attacker:
        assert held("detects", level, shut=attacker.does() == [])


def test_code_can_tell_by_how_much_its_clock_was_moved(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "follows") as attacker:
        attacker.server.move(31)
        assert held("follows", level, shut=31 not in attacker.does())


def test_a_clock_that_is_not_moved_has_nothing_to_tell(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "detects", clock=False) as attacker:
        assert attacker.does() == ["a module"]
