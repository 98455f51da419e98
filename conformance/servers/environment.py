"""What of our environment a server under test gets to see. Pure.

Students' code runs on machines that hold an instructor's credentials. What it needs of the
environment can't be known (so there is no list of what is kept), what it must not see can:

1. by name, whatever the case: containing TOKEN, SECRET, PASSWORD, PASSWD, CREDENTIAL, KEY, COOKIE;
2. by prefix: those of CI systems, clouds, registries and agents, `_PREFIXES` below;
3. by value: a URL with a password in it (`redis://:hunter2@cache`);
4. what tells the server that it is being graded, and by what: PYTEST_*, COVERAGE_*, CONFORMANCE_*.

PATH, HOME, LANG, LC_*, TZ, VIRTUAL_ENV, PYTHON* and all else stay. What the user passes on purpose
(`env`) is always passed. HOME keeps pointing to the user's files: this scrubs variables, it is no sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["scrubbed", "spoken_of", "told", "withheld"]

_NAMES: Final = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|KEY|COOKIE", re.IGNORECASE)
_PREFIXES: Final = (
    *("GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_", "CI_", "GITLAB_", "CIRCLE", "BUILDKITE_", "JENKINS_"),
    *("AWS_", "AZURE_", "ARM_", "GOOGLE_", "GCP_", "GCLOUD_", "CLOUDSDK_", "KUBE", "VAULT_", "DOCKER_"),
    *("NPM_", "TWINE_", "PIP_", "UV_", "POETRY_", "CODECOV_", "SENTRY_"),
    *("SSH_", "GPG_", "DBUS_", "OPENAI_", "ANTHROPIC_", "CANVAS_", "MOODLE_"),
    *("PYTEST_", "COVERAGE_", "COV_CORE_", "CONFORMANCE_"),
)
_WITH_PASSWORD: Final = re.compile(r"\w+://[^/\s@]*:[^/\s@]+@")


def withheld(environ: Mapping[str, str], added: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The names of `environ` that a server does not get to see."""
    return tuple(sorted(set(environ) - set(scrubbed(environ, added))))


def spoken_of(names: Iterable[str], text: str) -> tuple[str, ...]:
    """Those of the names that a text has in it, as words and in any case: settings have them in lower."""
    words = {each.upper() for each in re.findall(r"\w+", text)}
    return tuple(name for name in names if name.upper() in words)


def told(names: Iterable[str]) -> str:
    """That they were withheld, and how they are passed on; "" where there are none."""
    known = tuple(names)
    if not known:
        return ""
    options = " ".join(f"--env {name}" for name in known)
    return (
        f"{', '.join(known)} {'was' if len(known) == 1 else 'were'} withheld from the app, as whatever may "
        f"be a secret: pass on what it needs with {options} (in pytest: --conformance-env)"
    )


def scrubbed(environ: Mapping[str, str], added: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environ` without secrets (the rules are above), and `added` as it is."""
    kept = {
        name: value
        for name, value in environ.items()
        if not _NAMES.search(name)
        and not name.upper().startswith(_PREFIXES)
        and not _WITH_PASSWORD.search(value)
    }
    return kept | dict(added or {})
