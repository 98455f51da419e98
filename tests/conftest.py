"""What tests share: their kinds, a target without waits, servers, and pytest in a process of its own.

Rule: nothing that only an extra installs is imported before it is used. pytest reads this file, by
`testpaths`, also for whoever only judges a server from a checkout.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from helpers import kinds
from helpers.judging import Collect, Judge, Serve
from helpers.measuring import Measure

MEASURE = Measure()  # before anything that it is about is imported
GUARD = kinds.Guard()

# A shell that runs us in the background has us ignore Ctrl-C, and with us all processes that we start: those
# that a test interrupts would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before `-m` chooses among them."""
    kinds.mark(items, Path(__file__).parent)
    kinds.order(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A quick test starts no process."""
    with MEASURE.of(quick=kinds.is_quick(item)), GUARD.watching(item):
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """All fixtures have come to their end."""
    MEASURE.save()


TINY = """\
name: tiny
contract: lesson
resources:
  items:
    read: GET /items/
    json: array
    etag: true
    change: {request: "PUT /items/{id}", from: list, edit: auto}
"""


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """The URL of the reference, or of its twin with a flaw, served by this process until all tests end."""
    from reference_impl.twisted.serve import start  # noqa: PLC0415 (see the rule above)

    with ExitStack() as running:
        urls: dict[str, str] = {}

        def url(flaw: str = "") -> str:
            if flaw not in urls:
                urls[flaw] = running.enter_context(start(flaw=flaw)).url
            return urls[flaw]

        yield url


@pytest.fixture
def good(serve: Serve) -> str:
    """The URL of the reference."""
    return serve("")


@pytest.fixture
def tiny(pytester: pytest.Pytester) -> Path:
    """A target file whose run takes no waiting, in the folder that pytest is started in."""
    return pytester.makefile(".yaml", tiny=TINY)


PLUGINS = ("-p", "pytest_base_url.plugin", "-p", "conformance.plugin")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where processes keep what they compile for the next, if not beside the sources."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def imported() -> None:
    """What may be imported once only, before pytester runs pytest within pytest, and forgets what is new.

    A module in C would go on making the nodes of the YAML that was imported first.
    """
    import yaml  # noqa: F401, PLC0415 (see the rule above)


@pytest.fixture
def plain(compiled: Path, imported: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which pytest loads no plugin but those named, and quickly."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):  # then not beside the sources, where it stands already
        monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(compiled))
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTEST_BASE_URL", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def collect(pytester: pytest.Pytester, tiny: Path, plain: None) -> Collect:
    """The node ids that pytest collects, in this process: nothing is run."""

    def run(*args: str) -> list[str]:
        options = ("--conformance", "--conformance-target", tiny.name, "--collect-only", "-q", *args)
        result = pytester.runpytest_inprocess(*PLUGINS, *options)
        assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        return [line for line in result.outlines if "::" in line]

    return run


@pytest.fixture
def judge(pytester: pytest.Pytester, tiny: Path, plain: None) -> Judge:
    """Pytest in a process of its own, with this plugin, pytest-base-url and no other but those named."""

    def run(
        *args: str, url: str = "", plugins: tuple[str, ...] = (), target: str = tiny.name
    ) -> pytest.RunResult:
        options = [*PLUGINS, *(arg for name in plugins for arg in ("-p", name))]
        options += ["--conformance", "--conformance-target", target]
        options += ["--base-url", url] if url else []
        return pytester.runpytest_subprocess(*options, *args, timeout=60)

    return run


@pytest.fixture
def unused_url() -> str:
    """A URL on which nothing listens: port 1 is for root, and nobody uses it."""
    return "http://127.0.0.1:1"


@pytest.fixture
def reference_with_ttl_4() -> Iterator[str]:
    """The reference with the shortest TTL that is judged in real time."""
    from reference_impl.serve import start  # noqa: PLC0415 (see the rule above)
    from reference_impl.settings import Settings  # noqa: PLC0415

    with start(Settings(ttl=4.0)) as running:
        yield running.url
