"""The hooks of the process that runs the plan: pytest itself, or the controller of xdist.

Items ask their verdicts here, before pytest-timeout or anything else begins to charge them.
Whatever ends the session, what was changed on the server is put back.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from conformance.pytest_plugin.closing import Closing
from conformance.pytest_plugin.collect import CheckItem
from conformance.pytest_plugin.conductor import Conductor
from conformance.pytest_plugin.settings import Sending
from conformance.pytest_plugin.waiting import Waiting


class Hooks:
    """See above."""

    def __init__(self, config: pytest.Config, sending: Sending) -> None:
        self._config = config
        self.conductor = Conductor(sending)
        self._closing = Closing(sending, self.conductor)
        self._waiting: Waiting | None = None
        self._bridge: Any = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """All items run within; at the end of it the engine is closed."""
        if self._config.getoption("collectonly"):
            return (yield)
        if self._bridge is None:
            self.conductor.select([item.run_id for item in session.items if isinstance(item, CheckItem)])
        self._waiting = Waiting(self._config, plain=self._bridge is not None)
        with _terminated_politely():
            try:
                result = yield
            except BaseException:
                self.conductor.stop(_why(session))
                raise
            else:
                if session.shouldfail or session.shouldstop:
                    self.conductor.stop(_why(session))
                return result
            finally:
                self.conductor.close()
                if self._bridge is not None:
                    self._bridge.close()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Wait for the verdict, outermost, so that nobody's time-out counts the wait."""
        if isinstance(item, CheckItem) and not self._config.getoption("setuponly", default=False):
            assert self._waiting is not None  # noqa: S101 - within the loop
            try:
                item.take(self.conductor.answer(item.run_id, self._waiting.show))
            finally:
                self._waiting.done()
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See it; and on the controller, end the run as soon as -x or --maxfail says so."""
        self._closing.see(report)
        if self._bridge is not None and self._bridge.session is not None:
            session = self._bridge.session
            if session.shouldfail or session.shouldstop:
                self.conductor.stop(_why(session))

    # ---------------------------------------------------------------- the controller of xdist

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep the session: reports come without it."""
        self._session = session

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to ask."""
        if self._bridge is None:
            from conformance.pytest_plugin.bridge import Bridge  # noqa: PLC0415 (xdist only)

            self._bridge = Bridge(self._answer_worker, self._session)
        node.workerinput["conformance-session"] = self._bridge.address

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn the ids; every worker has collected the same."""
        if not self.conductor.selected:
            self.conductor.select(ids)

    def _answer_worker(self, run_id: str) -> Any:
        return self.conductor.answer(run_id, self._waiting.show if self._waiting else None)

    # ---------------------------------------------------------------- the end

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, and see that an empty run is no success."""
        if self._bridge is not None:
            self._bridge.close()
        self._closing.finish(session)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The section of the terminal summary."""
        self._closing.summarise(terminalreporter)


def _why(session: pytest.Session) -> str:
    return str(session.shouldfail or session.shouldstop or "the run was interrupted")


@contextmanager
def _terminated_politely() -> Generator[None]:
    """SIGTERM ends the session as Ctrl-C does, and so what was changed is put back; then all is as before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ending = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ending
        if not ending:
            ending = True
            pytest.exit("terminated by SIGTERM", returncode=pytest.ExitCode.INTERRUPTED)

    before: Callable[[int, FrameType | None], Any] | int | None = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
