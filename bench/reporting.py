"""The report of the tier `lesson` on the reference: written, read, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from measure import ROOT, Figure, figure, spent

from conformance import run
from conformance.options import Serving
from conformance.report.document import decode, encode


def figures(*, quick: bool) -> Iterator[Figure]:
    """Milliseconds of a processor, and kilobytes."""
    report = run(serving=Serving(app="reference_impl.app:app", app_dir=ROOT))
    document = encode(report)
    rounds = 11 if quick else 51
    writing = [spent(lambda: encode(report)).cpu * 1000 for _ in range(rounds)]
    reading = [spent(lambda: decode(document)).cpu * 1000 for _ in range(rounds)]
    yield figure(
        "report-write-ms", f"a report of {len(report.entries)} entries, written", writing, "ms", 10.0
    )
    yield figure("report-read-ms", "    read", reading, "ms", 60.0)
    yield figure("report-kb", "    compact", [len(msgspec.json.encode(report)) / 1000], "kB", 250.0)
