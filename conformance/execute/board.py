"""The verdicts of a run as they come, and whoever waits for them.

Thread-safe; knows nothing of how verdicts come about.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from conformance.judge.unjudged import left_out
from conformance.model import Entry, Record, Run, Verdict


class Board:
    """Each run settles once; the order in which they settle is kept.

    Args:
        promised: runs that are searched once they have passed: nobody is told before that.
    """

    def __init__(self, promised: Collection[str] = ()) -> None:
        self._promised = set(promised)
        self._changed = threading.Condition()
        self._verdicts: dict[str, Verdict] = {}
        self._records: dict[str, Record] = {}
        self._works: dict[str, Record] = {}

    def settle(self, run: Run, verdict: Verdict, record: Record | None = None) -> None:
        """Put up a verdict, and the record that it rests on."""
        with self._changed:
            if record is not None:
                self._records[run.id] = self._works[record.work] = record
            self._verdicts[run.id] = verdict
            if verdict.outcome != "pass":
                self._promised.discard(run.id)
            self._changed.notify_all()

    def searched(self, run: Run, found: tuple[Verdict, Record] | None) -> None:
        """Keep the promise: what a search has found takes the place of the pass, as the last of all."""
        with self._changed:
            if found is not None:
                del self._verdicts[run.id]
                self._verdicts[run.id], record = found
                self._records[run.id] = self._works[record.work] = record
            self._promised.discard(run.id)
            self._changed.notify_all()

    def release(self) -> None:
        """Nothing is searched any more: what has passed has passed."""
        with self._changed:
            self._promised.clear()
            self._changed.notify_all()

    @property
    def promised(self) -> frozenset[str]:
        """The runs that have passed, and that are to be searched yet."""
        with self._changed:
            return frozenset(self._promised & self._verdicts.keys())

    def wait(self, run_id: str, timeout: float | None) -> Verdict | None:
        """The verdict on a run, waited for; None where `timeout` seconds were not enough."""
        with self._changed:
            told = self._changed.wait_for(
                lambda: run_id in self._verdicts and run_id not in self._promised, timeout
            )
            return self._verdicts.get(run_id) if told else None

    def record(self, run_id: str) -> Record | None:
        """The record that a verdict rests on, or None where nothing was sent for it."""
        return self._records.get(run_id)

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """All so far, in the order in which they came; more come in, so nobody may walk over them yet."""
        return MappingProxyType(self._verdicts)

    @property
    def works(self) -> Mapping[str, Record]:
        """What the verdicts rest on, by work; likewise."""
        return MappingProxyType(self._works)

    @property
    def records(self) -> Mapping[str, Record]:
        """The same as it is now."""
        with self._changed:
            return dict(self._works)

    def entries(self, runs: Iterable[Run], wanted: Collection[str] | None) -> tuple[Entry, ...]:
        """The entries of a report, in the order of the runs; what is not wanted counts as left out.

        Args:
            runs: of the whole tier.
            wanted: the runs that were asked for; None: all.
        """
        with self._changed:
            order = {id_: index for index, id_ in enumerate(self._verdicts)}
            return tuple(
                entry
                for run in runs
                if (entry := self._entry(run, order, asked=wanted is None or run.id in wanted)) is not None
            )

    def _entry(self, run: Run, order: Mapping[str, int], *, asked: bool) -> Entry | None:
        """What is known of a run; None: it was asked for, and has no verdict yet."""
        if not asked:
            return Entry(run.id, left_out())
        if run.id not in order:
            return None
        record = self._records.get(run.id)
        return Entry(run.id, self._verdicts[run.id], "" if record is None else record.work, order[run.id])

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._verdicts

    def __len__(self) -> int:
        return len(self._verdicts)
