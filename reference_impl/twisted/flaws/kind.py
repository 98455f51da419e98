"""What a flaw is."""

from dataclasses import dataclass

from reference_impl.twisted.twists import Twist


@dataclass(frozen=True, kw_only=True)
class Flaw(Twist):
    """A server with one defect.

    `breaks` are the rows of the lesson that it is meant to break, the one that it is made for first; those
    that cannot hold any more when that one is broken follow it.
    """

    breaks: tuple[str, ...]
