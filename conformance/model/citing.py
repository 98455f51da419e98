"""Which checks judge a row of the register. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model.specs import Check, Suite


def citing(suite: Suite) -> Mapping[str, Mapping[str, Check]]:
    """Row -> the checks that judge it, by id: they cite it, or a row of the lesson that says the same."""
    cited: dict[str, dict[str, Check]] = {id_: {} for id_ in suite.requirements}
    for file in suite.files:
        for check in file.checks:
            for row in (check.requirement, *check.also):
                cited[row.id][check.id] = check
    through = {id_: dict(checks) for id_, checks in cited.items()}
    for row in suite.requirements.values():
        for name in row.rfc:
            through[name].update(cited[row.id])
    return through
