"""An assignment that requires all that a target names, commented, to cut down. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from conformance.model import Resource, Target, Tier

__all__ = ["offers", "proposed"]

_TEXT: Final = """\
# An assignment: what a submission is asked, and what each answer is worth.
# It requires all that the target {target} names. Cut it down to what you teach, then freeze it:
#   conformance freeze {file}
name: {name}
target: {target}
tier: {tier}
{require}
# Which checks count: topics, checks, rows of the register, node ids, or patterns of these. Without `in` all
# that every server can meet which offers what is required; `conformance list` shows them.
#checks:
#  in: [validators, server-cache, "etag-*"]
#  out: [tag-outlives-restart]

# What they are worth: each check the same, or each topic (by: topic); some may be worth more.
points:
  total: {total}
  by: check
#  topics: {{server-cache: 60}}
#  checks: {{ttl-ends: 10}}
warnings: 1/2                 # what a check of a SHOULD that does not hold still earns, of its points

# What students may not see before: due, published, or a date.
#hidden: {{until: published, checks: [second-life]}}

retries: 3                    # how often noise is tried again, before the grade is withheld
#budget: {{seconds: 300, memory: 1 GiB, processes: 64, disk: 256 MiB}}
#audit: 0.05                  # the share of a class that is judged again in real time
"""
_REQUIRED: Final = "\n# What a submission may not lack: not to offer it earns nothing.\nrequire:\n"
_COLUMN: Final = 28
_ROUND: Final = 100


def offers(target: Target) -> tuple[str, ...]:
    """All that a server of that target may lack as long as nobody requires it."""
    return tuple(name for each in target.resources for name, _ in _offers(each))


def proposed(target: Target, name: str, tier: Tier, counting: int, file: str) -> str:
    """The text of an assignment file.

    Args:
        target: what it is about.
        name: of the target, or the path of its file, as it is to stand there.
        tier: how far it goes.
        counting: how many checks count if all is required.
        file: what the assignment file is called.
    """
    total = max(_ROUND, -(-counting // _ROUND) * _ROUND)
    words = {"file": file, "name": _quoted(target.name), "target": _quoted(name), "tier": tier}
    return _TEXT.format(**words, total=total, require=_require(target.resources))


def _require(resources: Sequence[Resource]) -> str:
    told = (pair for each in resources for pair in _offers(each))
    lines = [f"{f'  - {offer}':<{_COLUMN}}  # {what}\n" for offer, what in told]
    return f"{_REQUIRED}{''.join(lines)}" if lines else ""


def _offers(resource: Resource) -> Iterator[tuple[str, str]]:
    """What may be lacking, and how it is asked for."""
    if resource.ask:
        yield resource.name, f"GET {resource.read}"
    for name, write in resource.writes.items():
        if write.ask:
            yield f"{resource.name}.{name}", f"{write.method} {write.path}"


def _quoted(text: str) -> str:
    plain = text.replace("-", "").replace("_", "").replace("/", "").replace(".", "")
    return text if plain.isascii() and plain.isalpha() else json.dumps(text)
