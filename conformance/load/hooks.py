"""What a target file wants done besides what is judged: `before`, `after`, and `hooks` of a resource. Pure.

A request is what it says, or a mapping with a body; a command is a mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from conformance.language.values import PATH, closed
from conformance.language.yamlfile import YamlFile
from conformance.model import BENCHES, MEND, Hook

__all__ = ["AROUND", "BENCH", "bench", "hooks"]

_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_REQUEST: Final = {
    "type": "string",
    "pattern": f"^({'|'.join(_METHODS)}) {PATH}$",
    "description": "a method and a path, such as 'POST /test/reset'",
}
_WITHIN: Final = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 600,
    "description": "seconds, at most 600",
}
_COMMAND: Final = {
    "type": "string",
    "minLength": 1,
    "pattern": "^[^\n\0]*$",
    "description": "a command in one line",
}
_HOOK: Final = {
    "if": {"type": "string"},
    "then": _REQUEST,
    "else": {
        "if": {"required": ["command"]},
        "then": closed({"command": _COMMAND, "within": _WITHIN}, ("command",)),
        "else": closed({"request": _REQUEST, "body": {}}, ("request",)),
    },
}
_HOOKS: Final = {"type": "array", "items": _HOOK, "minItems": 1}
AROUND: Final[Mapping[str, Any]] = {"before": _HOOKS, "after": _HOOKS}
"""What a target file may say of it, with the schema."""
BENCH: Final[Mapping[str, Any]] = closed(
    {name: {"description": row.does, **_HOOK} for name, row in BENCHES.items()}, minProperties=1
)
"""What it may say under `hooks` of a resource."""


def hooks(given: list[Any], folder: str) -> Iterator[Hook]:
    """What a list of them says; commands run in the folder."""
    for each in given:
        data = {"request": each} if isinstance(each, str) else each
        if "command" in data:
            yield Hook(command=data["command"], folder=folder, within=float(data.get("within", 30)))
        else:
            method, _, path = data["request"].partition(" ")
            yield Hook(method, path, data.get("body"))


def bench(file: YamlFile, resource: str, given: Mapping[str, Any]) -> Mapping[str, Hook]:
    """What the test bench of a resource can do.

    Raises:
        TargetError: what it breaks nothing would mend.
    """
    for name in given:
        if BENCHES[name].owed and MEND not in given:
            says = (
                f"{resource} has a hook to {name} and none to {MEND}, so the run would leave it so: "
                f"write beside it {MEND}: POST /..., or a command"
            )
            raise file.fail(says, ("resources", resource, "hooks", name))
    return {name: next(hooks([each], str(PurePath(file.name).parent))) for name, each in given.items()}
