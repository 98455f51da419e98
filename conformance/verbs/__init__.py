"""What a step may do: one table, VERBS.

    base.py        what a verb and its arguments are made of
    reading.py     `read`, `read-miss`, `wait`
    audience.py    `variants`, and as whom a `read` asks
    coding.py      `codings`
    through.py     `read` with a client cache in between
    changing.py    `change`, `restore`, `history`
    making.py      `create`, `remove`
    refusing.py    `refuse`
    conditional.py `write`
    competing.py   `compete`
    overtaking.py  `overtake`
    playing.py     `play`, a move of a history
    rewriting.py   `rewrite`
    sweeping.py    `clear`, `flood`
    starting.py    `restart`
    games.py       what the moves of a history are about
    clearing.py    a clear that is done later: a history waits for it
    keys.py        `read-keys`: those of a resource that nobody has asked for yet
    behind.py      `change-behind`, `break`, `postdate`
    ours.py        an item of our own for a conditional write, and how a write to it is taken
    standins.py    where what stands in for a resource is read: absent, redirecting, protected
    subjects.py    which item a change is about
    settling.py    what a write waits for, where the old state may still be served
    workers.py     whether all workers show what was written
    writes.py      what every write shares

To add one, write a function in the file of its topic (or a new file) and name it in that file's
own table; the language, its JSON Schema, the planner and `explain` read this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.verbs import (
    audience,
    behind,
    changing,
    coding,
    competing,
    conditional,
    keys,
    making,
    overtaking,
    playing,
    reading,
    refusing,
    rewriting,
    starting,
    sweeping,
)
from conformance.verbs.base import Verb

__all__ = ["VERBS", "Verb"]

VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb
    for room in (
        reading,
        audience,
        coding,
        keys,
        changing,
        making,
        overtaking,
        refusing,
        conditional,
        competing,
        sweeping,
        starting,
        behind,
        playing,
        rewriting,
    )
    for verb in room.VERBS
}
