"""The report of the tier `lesson` on the reference: written, read, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from measure import Figure, figure, reference, spent

from conformance import run
from conformance.report.document import decode, encode

_TTL: Final = 4


def figures(*, quick: bool) -> Iterator[Figure]:
    """Milliseconds of a processor, and kilobytes."""
    with reference("--ttl", str(_TTL)) as url:
        report = run(url, overrides=[f"*.ttl={_TTL}"])
    document = encode(report)
    rounds = 11 if quick else 51
    writing = [spent(lambda: encode(report)).cpu * 1000 for _ in range(rounds)]
    reading = [spent(lambda: decode(document)).cpu * 1000 for _ in range(rounds)]
    yield figure(
        "report-write-ms", f"a report of {len(report.entries)} entries, written", writing, "ms", 10.0
    )
    yield figure("report-read-ms", "    read", reading, "ms", 60.0)
    yield figure("report-kb", "    compact", [len(msgspec.json.encode(report)) / 1000], "kB", 250.0)
