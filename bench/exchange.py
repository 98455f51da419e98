"""An exchange through the whole suite (plan, send, record, judge) against a bare keep-alive httpx.Client."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
from measure import Figure, figure, in_turns, ratios, reference, spent
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
    needs: [read]
    steps:
      - {{do: read, as: reads, times: {reads}, expect: {{status: 200, json: declared, etag: present}}}}
    why: To be measured.
    hint: None is needed.
"""


def figures(*, quick: bool) -> Iterator[Figure]:
    """The ratio; and that of the processor time, in which the server has no part."""
    with tempfile.TemporaryDirectory() as folder:
        register = specs_folder() / "requirements.yaml"
        (Path(folder) / "requirements.yaml").write_bytes(register.read_bytes())
        checks = "".join(_CHECK.format(n=n, reads=READS) for n in range(CHECKS))
        (Path(folder) / "validators.yaml").write_text(f"title: Benchmark\nchecks:{checks}")
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

        pairs = in_turns(lambda: spent(ours), lambda: spent(bare), 3 if quick else 15)
    each = CHECKS * READS
    yield figure("exchange", "an exchange, whole suite : bare httpx.Client", ratios(pairs, "wall"), "", 0.65)
    yield figure("exchange-cpu", "    in CPU time, the server apart", ratios(pairs, "cpu"))
    yield figure("exchange-us", "    CPU time of one", [mine.cpu / each * 1e6 for mine, _ in pairs], "us")
