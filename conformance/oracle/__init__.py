"""What RFC 9110 13.2.2 and RFC 9111 allow, as functions over values.

    preconditions.py    how a conditional request is answered
    storing.py          what a cache may store, and for how long it may reuse it
    contacts.py         when a cache contacts the origin
    serving.py          what a server's own cache may serve at an instant

Rules of this package:

- It says what is right, never what was seen; whoever judges compares the two.
- An answer is a set wherever the standard leaves a choice, and carries the section that says so.
- No clock and no socket: every instant is an argument, an aware datetime or POSIX seconds.
"""

from conformance.oracle.contacts import EDGE, Contact, allowed_contacts, describe_policy, expected_contacts
from conformance.oracle.preconditions import Answer, Outcome, ResourceState, precondition_outcome
from conformance.oracle.storing import (
    Instant,
    Reuse,
    Storage,
    current_age,
    freshness_lifetime,
    may_reuse,
    storable,
)

__all__ = [
    "EDGE",
    "Answer",
    "Contact",
    "Instant",
    "Outcome",
    "ResourceState",
    "Reuse",
    "Storage",
    "allowed_contacts",
    "current_age",
    "describe_policy",
    "expected_contacts",
    "freshness_lifetime",
    "may_reuse",
    "precondition_outcome",
    "storable",
]
