"""The command `python -m reference_impl.twisted`: serve a flawed twin of the reference, or an odd server."""
# ruff: noqa: T201 - a command prints

import os
import sys
from collections.abc import Sequence

from reference_impl import command
from reference_impl.twisted.app import choose
from reference_impl.twisted.flaws import FLAWS
from reference_impl.twisted.serve import engine
from reference_impl.twisted.variants import VARIANTS

_MODULE = "reference_impl.twisted"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; the exit status."""
    parser = command.parser(_MODULE, __doc__)
    name = parser.add_mutually_exclusive_group()
    name.add_argument("--flaw", metavar="NAME", help="serve the twin with this defect (or REFERENCE_FLAW)")
    name.add_argument("--variant", metavar="NAME", help="serve this odd server (or REFERENCE_VARIANT)")
    name.add_argument("--list", action="store_true", help="list flaws and variants, and end")
    given = parser.parse_args(argv)
    if given.list:
        _list()
        return 0
    flaw = given.flaw or os.environ.get("REFERENCE_FLAW", "")
    variant = given.variant or os.environ.get("REFERENCE_VARIANT", "")
    if not flaw and not variant:
        parser.error("name a flaw or a variant; --list shows them")
    try:
        twist = choose(flaw, variant)
    except ValueError as error:
        parser.error(str(error))
    return command.run(
        parser,
        given,
        lambda settings: engine(settings, twist, log_level="warning"),
        *(_MODULE, "--flaw" if flaw else "--variant", twist.name),
    )


def _list() -> None:
    print("flaws:")
    for flaw in FLAWS.values():
        print(f"  {flaw.name:28} {flaw.says} ({', '.join(flaw.breaks)})")
    print("variants:")
    for variant in VARIANTS.values():
        print(f"  {variant.name:28} {variant.says}")


if __name__ == "__main__":
    sys.exit(main())
