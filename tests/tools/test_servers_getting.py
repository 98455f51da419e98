"""tools.servers.getting: what can't be had is told, and of the machine nothing is left otherwise."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.servers import getting
from tools.servers.getting import NotHere, get, quietly
from tools.servers.pinning import pins_of
from tools.servers.table import Row


def test_debians_packages_are_installed_by_root_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getting, "_installed", lambda _package: "")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotHere, match="nginx: only root can install Debian's packages"):
        get(Row("nginx", "nginx", {}, apt=("nginx",)))


def test_what_is_installed_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getting, "_installed", lambda _package: "1.22.1-9")
    assert get(Row("nginx", "nginx", {}, apt=("nginx",))).version == "1.22.1-9"


def test_a_machine_that_is_no_debian_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NotHere, match="this is no Debian"):
        get(Row("nginx", "nginx", {}, apt=("nginx",)))


def test_while_packages_are_installed_no_server_starts(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with quietly(policy):
        assert policy.read_text("utf-8").endswith("exit 101\n")
        assert os.access(policy, os.X_OK)
    assert not policy.exists()


@pytest.mark.parametrize("breaks", [False, True], ids=["done", "interrupted"])
def test_a_policy_of_the_machine_is_put_back(tmp_path: Path, *, breaks: bool) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("exit 0\n", "utf-8")
    policy.chmod(0o750)
    with contextlib.ExitStack() as stack:
        if breaks:
            stack.enter_context(pytest.raises(KeyboardInterrupt))
        stack.enter_context(quietly(policy))
        assert "101" in policy.read_text("utf-8")
        if breaks:
            raise KeyboardInterrupt
    assert (policy.read_text("utf-8"), policy.stat().st_mode & 0o777) == ("exit 0\n", 0o750)
    assert list(tmp_path.iterdir()) == [policy]


def test_a_policy_that_a_killed_run_has_left_aside_is_put_back(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("exit 101\n", "utf-8")
    (tmp_path / "policy-rc.d.kept-by-servers").write_text("exit 0\n", "utf-8")
    with quietly(policy):
        pass
    assert policy.read_text("utf-8") == "exit 0\n"


def test_what_is_half_made_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getting, "CACHE", tmp_path)
    made: list[Path] = []

    def making(command: list[str], **_: object) -> str:
        made.append(Path(command[-1]))
        if "install" in command and len(made) < 3:
            raise NotHere("pip failed")
        if "venv" in command:
            made[-1].mkdir()
        return ""

    monkeypatch.setattr(getting, "call", making)
    row = Row("flask", "flask", {}, pip=("flask==3.1.3",))
    with pytest.raises(NotHere, match="pip failed"):
        get(row)
    assert get(row).version == "3.1.3"
    assert len(made) == 4
    assert get(row).version == "3.1.3"
    assert len(made) == 4


def test_of_two_versions_the_lower_is_pinned() -> None:
    def report(*pairs: tuple[str, str]) -> Mapping[str, list[Mapping[str, Mapping[str, str]]]]:
        return {"install": [{"metadata": {"name": name, "version": version}} for name, version in pairs]}

    pins = pins_of([report(("B_b", "10.1"), ("a", "1")), report(("b-b", "9.12"))])
    assert pins.splitlines()[1:] == ["a==1", "b-b==9.12"]


def test_what_was_got_is_kept_and_what_was_half_got_is_got_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getting, "CACHE", tmp_path / "cache")
    filled: list[Path] = []

    def fill(folder: Path) -> None:
        folder.mkdir()
        filled.append(folder)
        if len(filled) == 1:
            raise NotHere("the registry is out of reach")

    with pytest.raises(NotHere):
        getting.kept(fill, "python", "a pin")
    folders = {getting.kept(fill, "python", "a pin") for _ in range(2)}
    assert folders == set(filled) == {filled[0]}
    assert len(filled) == 2
    assert getting.kept(fill, "python", "another pin") not in folders
