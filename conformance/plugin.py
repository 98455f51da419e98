"""What pytest loads at every start: the options, and nothing else (PYTEST_DONT_REWRITE).

Rules of this file: it imports pytest and the list of options alone and stays small, since whoever has
the package installed pays for it at each start of pytest, used or not. Everything behind the options
is the package `pytest_plugin`, imported once somebody asks for `--conformance`.
"""

import os
from collections.abc import Generator
from typing import Any, Literal

import pytest

from conformance.options.run import PLUGIN, Asked, Serving, Telling, options


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `options/run.py`; they are checked where they are used, `pytest_plugin/settings.py`."""
    group = parser.getgroup("conformance", "conformance: does a server cache as HTTP says?")
    group.addoption(
        "--conformance", action="store_true", help="Judge the server at --base-url by the built-in specs."
    )
    for each in options(Asked, Serving, Telling):
        default = f" (default: {each.default})" if each.default else ""
        # None: whether anybody has said so is told by it, since the configuration may say it, too.
        said: dict[str, Any] = {"default": None, "help": each.says(PLUGIN) + default}
        if each.kind is bool:
            said["action"] = "store_true"
        else:
            said |= {"metavar": each.metavar, "type": each.kind}
        if each.repeatable:
            said["action"] = "append"
        group.addoption(each.flag(PLUGIN), **said)
        if each.repeatable:
            parser.addini(each.ini, f"As {each.flag(PLUGIN)}.", type="linelist", default=None)
        else:
            kind: Literal["bool", "string"] = "bool" if each.kind is bool else "string"
            parser.addini(each.ini, f"As {each.flag(PLUGIN)}.", type=kind, default=None)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, object, object]:
    """`--base-url` belongs to pytest-base-url; only where that was kept from loading, it is added here."""
    result = yield
    if not hasattr(early_config.known_args_namespace, "base_url"):
        try:
            parser.addini("base_url", "base URL of the server under test")
            parser.addoption("--base-url", metavar="url", default=os.environ.get("PYTEST_BASE_URL"))
        except ValueError:
            pass  # a conftest has it
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Register the rest, on demand."""
    if config.option.conformance and not config.pluginmanager.hasplugin("conformance-session"):
        from conformance.pytest_plugin import install  # noqa: PLC0415 (see the rules above)

        install(config)
