"""An exchange through the whole suite (plan, send, record, judge) against a bare keep-alive httpx.Client."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import httpx
from measure import paired, reference, row
from msgspec.structs import replace

from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.load.folder import specs_folder
from conformance.load.specs import load
from conformance.load.target import load_target

CHECKS: Final = 50
READS: Final = 10
_CHECK: Final = """
  - id: read-{n}
    title: The list is read for the benchmark
    requirement: LES01
    level: MUST
    tier: lesson
    needs: [list]
    steps:
      - {{do: read, as: reads, times: {reads}, expect: {{status: 200, json: declared, etag: present}}}}
    why: To be measured.
    hint: None is needed.
"""


def main() -> bool:
    """Print the ratio; true where it is within the budget."""
    with tempfile.TemporaryDirectory() as folder:
        register = specs_folder() / "requirements.yaml"
        (Path(folder) / "requirements.yaml").write_bytes(register.read_bytes())
        checks = "".join(_CHECK.format(n=n, reads=READS) for n in range(CHECKS))
        (Path(folder) / "bench.yaml").write_text(f"title: Benchmark\nchecks:{checks}")
        suite = load(Path(folder))
    target = load_target()
    target = replace(target, resources=target.resources[:1])
    with reference() as url, httpx.Client() as client:
        options = Options(url, suite, target)

        def ours() -> None:
            engine = Engine(options)
            engine.start()
            engine.wait()
            engine.close()
            judged = engine.report().judged
            assert len(judged) == CHECKS  # noqa: S101
            assert all(j.verdict.outcome == "pass" for j in judged)  # noqa: S101

        def bare() -> None:
            for _ in range(CHECKS * READS):
                assert client.get(f"{url}/items/").status_code == 200  # noqa: S101, PLR2004

        ours()
        bare()
        mine, theirs, ratio = paired(ours, bare, 7)
    each = CHECKS * READS
    found = f"{ratio:.2f} ({mine / each * 1e6:.0f} : {theirs / each * 1e6:.0f} us)"
    return row("an exchange, whole suite : bare httpx.Client", found, "1.00", held=ratio <= 1.0)


if __name__ == "__main__":
    main()
