"""Packages of Debian, npm and PyPI -> what a server runs with. Told, where one can't be had.

Shell. Knows nothing of what the packages are for. What can be is kept outside of the tree (`CACHE`), by a
digest of all that decides what is in it; Debian's packages are the machine's, and only root installs them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.servers.table import CONF, Row

__all__ = ["CACHE", "LOCK", "PINS", "Got", "NotHere", "call", "get", "kept", "quietly"]

CACHE: Final = Path(
    os.environ.get("SERVERS_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "cache-conformance-servers"
)
_WITHIN: Final = 600.0  # seconds for one call of a package manager
_TOLD: Final = 3  # lines of what it printed
PINS: Final = CONF / "python.txt"
LOCK: Final = ("package.json", "package-lock.json")
_POLICY: Final = Path("/usr/sbin/policy-rc.d")
_DENIES: Final = "#!/bin/sh\n# Nothing that is installed for a trial starts by itself.\nexit 101\n"


class NotHere(Exception):  # noqa: N818 - no error: it is told, and the others go on
    """A package can't be had on this machine."""


@dataclass(frozen=True)
class Got:
    """What was got: the version of the first package, and what of the environment leads to all."""

    version: str
    env: Mapping[str, str]


def get(row: Row) -> Got:
    """All that a server takes, from where it is kept or from its registry.

    Raises:
        NotHere: something can't be had; the text says why.
    """
    versions, env = [], {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"}
    if row.apt:
        versions.append(_debian(row.apt))
    if row.pip:
        binaries = _python(row.pip)
        versions.append(row.pip[0].partition("==")[2])
        env["PATH"] = f"{binaries}:{env['PATH']}"
    if row.npm:
        modules = _node()
        versions.append(_node_version(modules, row.npm[0]))
        env["NODE_PATH"] = str(modules)
    return Got(versions[0] if versions else "", env)


def call(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a package manager; what it prints.

    Raises:
        NotHere: it is not there, failed, or took too long.
    """
    name = Path(command[0]).name
    if shutil.which(command[0]) is None:
        raise NotHere(f"there is no {name} here")
    try:
        done = subprocess.run(  # noqa: S603 - our own commands, and names of our table
            command,
            env=os.environ | dict(env or {}),
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=_WITHIN,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise NotHere(f"{name} was not done in {_WITHIN:g} s") from None
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise NotHere(f"{name} failed: {' / '.join(lines[-_TOLD:])}")
    return done.stdout


# ------------------------------------------------------------------ Debian


def _debian(packages: Sequence[str]) -> str:
    missing = [each for each in packages if not _installed(each)]
    if missing:
        if os.geteuid() != 0:
            raise NotHere(f"{', '.join(missing)}: only root can install Debian's packages")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        options = ("-qq", "-o", "DPkg::Lock::Timeout=120")
        call(["apt-get", "update", *options])
        with quietly(_POLICY):
            call(["apt-get", "install", "-y", "--no-install-recommends", *options, *missing], env=quiet)
    return _installed(packages[0])


def _installed(package: str) -> str:
    """Its version, or "" where it is not installed."""
    if shutil.which("dpkg-query") is None:
        raise NotHere("this is no Debian: there is no dpkg-query")
    try:
        said = call(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package])
    except NotHere:
        return ""
    status, _, version = said.partition(" ")
    return version if status == "installed" else ""


@contextlib.contextmanager
def quietly(policy: Path) -> Iterator[None]:
    """While packages are installed no server of theirs is started; afterwards all is as it was."""
    kept = policy.with_name(f"{policy.name}.kept-by-servers")
    if kept.exists():  # somebody was killed here
        kept.replace(policy)
    if policy.exists():
        policy.replace(kept)
    try:
        policy.write_text(_DENIES, "utf-8")
        policy.chmod(0o755)
        yield
    finally:
        if kept.exists():
            kept.replace(policy)
        else:
            policy.unlink(missing_ok=True)


# ------------------------------------------------------------------ PyPI


def _python(packages: Sequence[str]) -> Path:
    """The folder of commands of a virtual environment that has them."""

    def fill(folder: Path) -> None:
        call([sys.executable, "-m", "venv", str(folder)])
        pip = str(folder / "bin" / "pip")
        call([pip, "install", "-q", "--disable-pip-version-check", "-c", str(PINS), *packages])

    return kept(fill, "python", platform.python_version(), PINS.read_text("utf-8"), *sorted(packages)) / "bin"


# ------------------------------------------------------------------ npm


def _node() -> Path:
    """The node_modules that have all packages of conf/package.json, as its lock has them."""
    texts = {name: (CONF / name).read_text("utf-8") for name in LOCK}

    def fill(folder: Path) -> None:
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        call(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)

    return kept(fill, "node", *texts.values()) / "node_modules"


def _node_version(modules: Path, package: str) -> str:
    return str(json.loads((modules / package / "package.json").read_text("utf-8"))["version"])


# ------------------------------------------------------------------ what is kept


def kept(fill: Callable[[Path], None], kind: str, *decided_by: str) -> Path:
    """The folder that these texts decide, filled where it is not yet; what is half full is made anew."""
    digest = hashlib.sha256("\0".join((kind, *decided_by)).encode()).hexdigest()[:16]
    folder = CACHE / f"{kind}-{digest}"
    full = folder / ".full"
    if not full.exists():
        shutil.rmtree(folder, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        fill(folder)
        full.touch()
    return folder
