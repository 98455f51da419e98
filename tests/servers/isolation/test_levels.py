"""The levels: which is chosen, and why one can't be had."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance import cli
from conformance.errors import UsageError
from conformance.options.run import Serving, options
from conformance.servers import isolation
from conformance.servers.isolation import chosen, namespaces, uids
from conformance.servers.isolation.base import Level, Open


def have(monkeypatch: pytest.MonkeyPatch, **lacking: str) -> None:
    """A machine that lacks those."""
    rows = tuple(
        Level(each.name, partial(str, lacking.get(each.name, "")), Open) for each in isolation.LEVELS
    )
    monkeypatch.setattr(isolation, "LEVELS", rows)


def test_auto_is_the_strongest_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch)
    assert chosen("auto").name == "namespaces"
    have(monkeypatch, namespaces="no")
    assert chosen("auto").name == "uid"
    have(monkeypatch, namespaces="no", uid="no")
    assert chosen("auto").name == "none"


def test_a_level_that_is_not_there_is_refused_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    have(monkeypatch, namespaces="bubblewrap is not installed: apt-get install bubblewrap")
    says = "can't be isolated by namespaces here: bubblewrap is not installed: apt-get install bubblewrap"
    with pytest.raises(UsageError, match=says):
        conformance.run(serving=Serving(app="main:app", app_dir=tmp_path, isolate="namespaces"))
    assert (
        cli.command(["run", "--app", "main:app", "--app-dir", str(tmp_path), "--isolate", "namespaces"]) == 2
    )
    assert says in capsys.readouterr().err


def test_a_level_that_nobody_knows_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        UsageError, match="no level of isolation 'docker'; accepted: auto, namespaces, uid, none"
    ):
        chosen("docker")


def test_where_auto_comes_to_none_the_command_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    have(monkeypatch, namespaces="bubblewrap is not installed", uid="only root can")
    words = ["run", "--app", "main:app", "--app-dir", str(tmp_path)]
    cli.command([*words, "--isolate", "auto"])
    says = (
        "not isolated, since this machine has no level of isolation (namespaces: bubblewrap is not installed"
    )
    assert says in capsys.readouterr().err
    cli.command(words)
    assert "isolated" not in capsys.readouterr().err


def test_only_what_the_suite_starts_can_be_isolated() -> None:
    with pytest.raises(UsageError, match="what is isolated is a server that the suite starts"):
        Serving(isolate="auto").spec()


# ------------------------------------------------------------------ why there are no namespaces


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Namespaces on a machine where bubblewrap says that, and the kernel has these settings."""

    def lacking(said: str, status: int = 1, **settings: str) -> str:
        monkeypatch.setattr(namespaces, "_program", lambda: "/usr/bin/bwrap")
        ended = subprocess.CompletedProcess([], status, "", said)
        monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: ended)
        files = {
            namespaces._APPARMOR: settings.get("apparmor", ""),  # noqa: SLF001 - they are the kernel's
            namespaces._USERNS: settings.get("users", ""),  # noqa: SLF001
        }
        monkeypatch.setattr(namespaces, "_read", files.__getitem__)
        return namespaces.lacking.__wrapped__()

    return lacking


@pytest.mark.parametrize(
    ("said", "settings", "says"),
    [
        ("bwrap: Unknown option --disable-userns", {}, "0.8 or a later version is needed"),
        (
            "bwrap: setting up uid map: Permission denied",
            {"apparmor": "1"},
            "sudo sysctl -w kernel.apparmor_",
        ),
        (
            "bwrap: No permissions to create new namespace",
            {"users": "0"},
            "kernel.unprivileged_userns_clone=1",
        ),
        ("bwrap: Creating new namespace failed", {}, "in a container, that one is the boundary"),
        ("", {}, "it ends with status 1"),
    ],
)
def test_why_bubblewrap_makes_no_sandbox(said: str, settings: dict[str, str], says: str, probed: Any) -> None:
    told = probed(said, **settings)
    assert said in told
    assert says in told


def test_where_it_makes_one_nothing_is_lacking(probed: Any) -> None:
    assert probed("", status=0) == ""


def test_where_it_is_not_installed_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_more: None)
    assert "apt-get install bubblewrap" in namespaces.lacking.__wrapped__()


def test_elsewhere_than_on_linux_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "Linux alone" in namespaces.lacking.__wrapped__()


def test_without_root_there_is_no_user_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "executable", "/a/python")  # whose answer nobody keeps yet
    assert uids.lacking().startswith("only root can give a server a user of its own")


@pytest.mark.parametrize("rows", ["0 0 4294967295", "0 100000 65536"])
def test_a_fresh_user_is_one_that_the_container_has(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda path, *a: rows if str(path) == "/proc/self/uid_map" else read(path, *a)
    )
    found = {uids.fresh() for _ in range(20)}
    count = int(rows.split()[2])
    assert all(1000 < uid < count for uid in found)
    assert len(found) > 1


def test_the_option_says_what_the_levels_are_called() -> None:
    said = next(each.help for each in options(Serving) if each.field == "isolate")
    names = [each.name for each in isolation.LEVELS]
    assert [word for word in re.findall(r"\w+", said) if word in names] == names
