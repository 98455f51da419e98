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
from collections.abc import Mapping
from typing import Final

__all__ = ["scrubbed"]

_NAMES: Final = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|KEY|COOKIE", re.IGNORECASE)
_PREFIXES: Final = (
    *("GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_", "CI_", "GITLAB_", "CIRCLE", "BUILDKITE_", "JENKINS_"),
    *("AWS_", "AZURE_", "ARM_", "GOOGLE_", "GCP_", "GCLOUD_", "CLOUDSDK_", "KUBE", "VAULT_", "DOCKER_"),
    *("NPM_", "TWINE_", "PIP_", "UV_", "POETRY_", "CODECOV_", "SENTRY_"),
    *("SSH_", "GPG_", "DBUS_", "OPENAI_", "ANTHROPIC_", "CANVAS_", "MOODLE_"),
    *("PYTEST_", "COVERAGE_", "COV_CORE_", "CONFORMANCE_"),
)
_WITH_PASSWORD: Final = re.compile(r"\w+://[^/\s@]*:[^/\s@]+@")


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
