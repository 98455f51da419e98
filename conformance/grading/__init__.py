"""Verdicts -> a grade: what an assignment asks, frozen before any server was seen, and what a run earns.

assignment.py   assignment.yaml -> what its author says, each word looked at
proposal.py     an assignment that requires all that a target names, to cut down
selecting.py    which checks count, and why the others do not. Pure
shares.py       whole numbers that sum to what is shared out. Pure
freezing.py     an assignment -> a frozen one. Pure
document.py     a frozen assignment <-> bytes, and its digest. Pure
opening.py      files -> the assignment to grade by; what counts where there is none
stalling.py     whether a server keeps itself from being judged, by being slow. Pure
auditing.py     who is judged again in real time, and what that does to a grade. Pure
points.py       Report x frozen assignment -> Grade. Pure, and the only place that knows what earns what
again.py        what noise has left open is judged again, alone and from a cold start
settling.py     all of it, in its order, as every door has it done
"""
