"""`python -m tools.matrix`."""

import sys

from tools.matrix.command import main

if __name__ == "__main__":  # processes that measure import this file, too
    sys.exit(main())
