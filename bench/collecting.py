"""`pytest --collect-only` of all specs, in a folder of somebody else's."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

from measure import row, seconds


def main() -> bool:
    """Print the median; true where it is within the budget."""
    command = [sys.executable, "-m", "pytest", "--conformance", "--collect-only", "-q"]
    # Only what the plugin needs is loaded: what other plugins of this environment cost is theirs.
    plugins = ["-p", "pytest_base_url.plugin", "-p", "conformance.plugin"]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with tempfile.TemporaryDirectory() as folder:

        def collect() -> None:
            subprocess.run(
                [*command, *plugins], check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL
            )

        collect()
        took = statistics.median(seconds(collect) for _ in range(9))
    return row("pytest --collect-only of all specs", f"{took:.2f} s", "0.50 s", held=took <= 0.5)  # noqa: PLR2004


if __name__ == "__main__":
    main()
