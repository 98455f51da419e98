"""Importing this brings all that grading a submission needs, and reads the specs: once, before the first.

Each submission is graded in a process that is forked from one that has imported this, and nothing else. It
must not start a thread, which no fork takes along.
"""

from __future__ import annotations

import contextlib
import gc

from conformance import api
from conformance.classroom import one
from conformance.clients import preload
from conformance.errors import ConformanceError
from conformance.grading.opening import default_assignment
from conformance.report.html import page
from conformance.servers.isolation import chosen

__all__ = ["api", "one", "page"]

preload()
with contextlib.suppress(ConformanceError):  # whoever asks for it is told
    default_assignment()
    chosen("auto")
gc.collect()
gc.freeze()  # what is shared stays shared: no collection writes to it
