"""conformance.servers.specs: how a person starts what the suite has started."""

from __future__ import annotations

import pytest

from conformance.servers.specs import AppSpec, CommandSpec


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        (AppSpec("main:app"), "uvicorn main:app --port 8000"),
        (
            AppSpec("main:make", factory=True, workers=2),
            "uvicorn main:make --factory --workers 2 --port 8000",
        ),
        (CommandSpec("node server.js --port {port}"), "node server.js --port 8000"),
        (CommandSpec("./serve"), "PORT=8000 ./serve"),
    ],
)
def test_it_is_started_by_one_line(spec: AppSpec | CommandSpec, line: str) -> None:
    assert spec.by_hand == line
