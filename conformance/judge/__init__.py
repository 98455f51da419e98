"""Record -> Verdict. Pure: it sees records, never a socket, a file or a clock.

verdicts.py    the outcome table, and how a record is judged by it
symptoms.py    common mistakes, recognised by what they look like from outside
"""

from __future__ import annotations

from conformance.judge.verdicts import Court, before, judge, retryable, verdict_name

__all__ = ["Court", "before", "judge", "retryable", "verdict_name"]
