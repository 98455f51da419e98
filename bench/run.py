"""`make bench`: all benchmarks, as one table; ratios compare within one run. Takes some minutes."""

from __future__ import annotations

import sys

import collecting
import exchange
import hosted
import plugin_overhead
import tier


def main() -> int:
    """Run all; 1 where a budget was not held."""
    held = [exchange.main(), hosted.main(), collecting.main(), plugin_overhead.main() == 0]
    held.append(tier.main(quick="--quick" in sys.argv))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
