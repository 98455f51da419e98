"""What has to hold of any history of reads and writes, and how it is held against one. Pure.

    table.py     the claims: one row each
    model.py     what is known of a server by a history: versions, tags in order, what is there
    lives.py     what a server's own cache may serve, by the lives that were seen
    weighing.py  a history, exchange by exchange -> the findings, each of a claim

A history is the steps of a record, as they are: what was sent, what came, and what a write was to change.
Whoever has made it, a search or a saved check, it is judged alike, and may be judged again.
"""

from conformance.claims.model import busy
from conformance.claims.table import CLAIMS, Claim
from conformance.claims.weighing import Weighed, weigh

__all__ = ["CLAIMS", "Claim", "Weighed", "busy", "weigh"]
