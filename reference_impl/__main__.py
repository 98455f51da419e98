"""The command `python -m reference_impl`: serve the reference."""

import sys
from collections.abc import Sequence

from reference_impl import command
from reference_impl.app import build
from reference_impl.serve import Engine, engine
from reference_impl.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; the exit status."""
    parser = command.parser("reference_impl", __doc__)
    return command.run(parser, parser.parse_args(argv), _engine, "reference_impl")


def _engine(settings: Settings) -> Engine:
    return engine(build(settings), settings, log_level="warning")


if __name__ == "__main__":
    sys.exit(main())
