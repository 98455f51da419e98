"""What pytest loads at every start: the options, and nothing else (PYTEST_DONT_REWRITE).

Rules of this file: it imports pytest alone and stays small, since whoever has the package installed
pays for it at each start of pytest, used or not. Everything behind the options is the package
`pytest_plugin`, imported once somebody asks for `--conformance`.
"""

import os
from collections.abc import Generator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """All options of the plugin; they are checked where they are used, `pytest_plugin/settings.py`."""
    group = parser.getgroup("conformance", "conformance: does a server cache as HTTP says?")
    add = group.addoption
    add("--conformance", action="store_true", help="judge the server at --base-url by the built-in specs")
    add("--conformance-target", metavar="NAME|FILE", help="what the server offers (default: lesson)")
    add("--conformance-tier", metavar="TIER", help="how far to go: lesson (default), core, full, strict")
    add(
        "--conformance-report",
        metavar="PATH",
        action="append",
        help="write a report; its suffix names the format (.json); repeatable",
    )
    add(
        "--conformance-app",
        metavar="MODULE:APP",
        help="start this ASGI or WSGI app instead of asking --base-url, and move its clock",
    )
    add(
        "--conformance-factory",
        action="store_true",
        help="--conformance-app names a function that returns it",
    )
    add("--conformance-app-dir", metavar="DIR", help="the folder that the server is started in")
    add("--conformance-workers", metavar="N", type=int, default=1, help="how many processes serve the app")
    add(
        "--conformance-serve",
        metavar="COMMAND",
        help="start this command instead; {port} in it, or $PORT, is where it is to listen",
    )
    add(
        "--conformance-clock",
        metavar="CLOCK",
        help="how TTLs pass: auto (default) moves the clock of an app started here; real waits",
    )
    add("--conformance-seed", metavar="N", type=int, help="repeat a run with the seed that it printed")
    add(
        "--conformance-set",
        metavar="RESOURCE.KEY=VALUE",
        action="append",
        help="one value of the target, overridden, such as cached-time.ttl=5; repeatable",
    )
    add("--conformance-strict", action="store_true", help="a warning (a SHOULD not met) fails its test")
    add(
        "--conformance-allow-writes",
        action="store_true",
        help="consent to writes on a server that is not on this machine; they are put back",
    )
    add("--conformance-fuzz", action="store_true", help="search for counterexamples, with Hypothesis")
    add("--conformance-deadline", metavar="SECONDS", type=float, help="how long the whole run may take")
    add("--conformance-ca", metavar="FILE", help="certificates of a private CA to trust, for https")


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
