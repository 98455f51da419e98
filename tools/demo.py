"""`make demo`: start the reference on a free port, and let pytest judge it by its URL."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

TTL: Final = 4  # seconds; the lesson's 30 would take half a minute


def main() -> int:
    """Run the demo; returns pytest's exit status."""
    serve = [sys.executable, "-m", "reference_impl", "--port", "0", "--ttl", str(TTL)]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            assert server.stdout is not None  # noqa: S101 - it is piped
            url = server.stdout.readline().split()[-1]
            judge = ["--base-url", url, "--conformance-set", f"*.ttl={TTL}"]
            sys.stdout.write(f"\n$ pytest {' '.join(judge)}\n")
            sys.stdout.flush()
            return subprocess.call([sys.executable, "-m", "pytest", *judge])  # noqa: S603
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
