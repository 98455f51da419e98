"""Suite x Target -> what is to be done, in lanes. Pure.

    lanes.py     the runs of a plan, in eight phases of lanes
    choosing.py  which of them are asked for, by words that people know

It knows no verb: what steps ask of it, the loader has found out.
"""

from __future__ import annotations

from conformance.plan.lanes import PHASES, Plan, Work, plan

__all__ = ["PHASES", "Plan", "Work", "plan"]
