"""Record -> Verdict. Pure.

    verdicts.py    the outcome table, and how a record is judged by it
    before.py      what stands before a run, so that nothing is sent for it
    histories.py   the history that a search or a saved check has played
    lints.py       what is judged over all answers of a run
    mixtures.py    conditions in one request, where each alone is answered rightly
    excuses.py     what excuses a finding, and what has no excuse
    scope.py       which steps a check has to do with
    owners.py      whose business a fact is that a check needs
    court.py       what a judgement may look at, and how an outcome counts
    offered.py     what a server does not offer, or was not asked for
    unjudged.py    verdicts where there is no record to judge
    codes.py       what leaves a check open, and whose doing that is
    remarks.py     what is said beside a verdict
    symptoms.py    common mistakes, recognised by what they look like from outside, which are rows of
                   answers.py, tags.py and kept.py, made of what sight.py has
    silence.py     what is said where no answer comes

All verdicts are made here. It must not know a socket, a file or a clock: a saved run is judged the same.
"""

from __future__ import annotations

from conformance.judge.before import before
from conformance.judge.court import Court, verdict_name
from conformance.judge.unjudged import STOPPED
from conformance.judge.verdicts import judge, retryable

__all__ = ["STOPPED", "Court", "before", "judge", "retryable", "verdict_name"]
