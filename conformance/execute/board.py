"""The verdicts of a run as they come, and whoever waits for them.

Thread-safe; knows nothing of how verdicts come about.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from conformance.model import Record, Run, Verdict


class Board:
    """Each run settles once; the order in which they settle is kept."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._verdicts: dict[str, Verdict] = {}
        self._records: dict[str, Record] = {}

    def settle(self, run: Run, verdict: Verdict, record: Record | None = None) -> None:
        """Put up a verdict, and the record that it rests on."""
        with self._changed:
            if record is not None:
                self._records[run.id] = record
            self._verdicts[run.id] = verdict
            self._changed.notify_all()

    def wait(self, run_id: str, timeout: float | None) -> Verdict | None:
        """The verdict on a run, waited for; None where `timeout` seconds were not enough."""
        with self._changed:
            self._changed.wait_for(lambda: run_id in self._verdicts, timeout)
            return self._verdicts.get(run_id)

    def record(self, run_id: str) -> Record | None:
        """The record that a verdict rests on, or None where nothing was sent for it."""
        return self._records.get(run_id)

    def verdicts(self) -> Mapping[str, Verdict]:
        """All so far, in the order in which they came."""
        with self._changed:
            return dict(self._verdicts)

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._verdicts

    def __len__(self) -> int:
        return len(self._verdicts)
