"""How Hypothesis is driven: the one place that says with which settings, and how a search comes to its end.

The same seed makes the same search: nothing is kept between runs, and no profile of the user's, nor the one
that Hypothesis loads by itself where CI is set, has a say. Whoever follows a drawn value raises
`Counterexample` to have it shrunk, and `Ended` to have the search end at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, errors
from hypothesis import strategies as st

__all__ = ["BY", "Counterexample", "Ended", "drive"]

T = TypeVar("T")
BY: Final = f"Hypothesis {hypothesis.__version__}"
"""What draws, with its version: another one makes another search by the same seed."""


class Counterexample(Exception):  # noqa: N818 - no error of ours: what the search is for
    """The server failed at this value; this is what makes Hypothesis shrink."""


class Ended(BaseException):
    """The search ends at once; Hypothesis would shrink an Exception, and lets this pass."""


def drive(
    strategy: st.SearchStrategy[T], follow: Callable[[T], None], seed: str, *, max_examples: int
) -> bool:
    """Draw values and have them followed, and shrink what fails.

    Returns:
        Whether what had failed did not fail again when it was repeated: that is the server's doing, since
        nothing of ours is random, and what is drawn does not depend on what it answers.
    """

    @hypothesis.settings(
        max_examples=max_examples,
        phases=(Phase.generate, Phase.shrink),
        database=None,
        deadline=None,  # the wire has one
        derandomize=False,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        # They watch over strategies, and a test does that. In a run, the slowness that they would
        # complain of is the server's.
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def explore(drawn: T) -> None:
        follow(drawn)

    try:
        hypothesis.seed(seed)(explore)()
    except (Counterexample, Ended):
        return False
    except errors.Flaky:
        return True
    return False
