"""`python -m tools.servers`."""

import sys

from tools.servers.command import main

sys.exit(main())
