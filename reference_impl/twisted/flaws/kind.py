"""What a flaw is."""

from dataclasses import dataclass

from reference_impl.twisted.twists import Twist


@dataclass(frozen=True, kw_only=True)
class Flaw(Twist):
    """A server with one defect.

    `breaks` are the rows of the register that it is meant to break, the one that it is made for first; those
    that cannot hold any more when that one is broken follow it. `counting`: its answers depend on how many
    there were before, so what it shows of one check depends on the others.
    """

    breaks: tuple[str, ...]
    counting: bool = False


@dataclass(frozen=True, kw_only=True)
class Divides(Flaw):
    """One of a server that answers a Range itself, wrong as that may be."""

    divides: bool = True
