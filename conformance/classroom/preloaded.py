"""Importing this brings all that grading a submission needs, and reads the specs: once, before the first.

Each submission is graded in a process that is forked from one that has imported this, and nothing else. It
must not start a thread, which no fork takes along.
"""

from __future__ import annotations

import contextlib
import ctypes
import encodings.idna
import gc

from conformance import api
from conformance.classroom import one
from conformance.clients import preload
from conformance.errors import ConformanceError
from conformance.grading.document import encode
from conformance.grading.opening import default_assignment
from conformance.load.target import load_target
from conformance.servers.isolation import chosen
from conformance.verbs import through

__all__ = ["api", "ctypes", "encodings", "one", "through"]

preload()
with contextlib.suppress(ConformanceError):  # whoever asks for it is told
    order = one.Order(encode(default_assignment()), load_target())
    one.files_of(one.pending(order), order)  # the templates of the page are compiled
    chosen("auto")
gc.collect()
gc.freeze()  # what is shared stays shared: no collection writes to it
