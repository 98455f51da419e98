"""tools.generate: what is generated is all of it, and nothing that was there before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import checks, generate


def test_where_no_server_fails_anything_none_is_told_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = tmp_path / "servers.json"
    servers.write_text(json.dumps({"x": ["nginx"]}), "utf-8")
    monkeypatch.setattr(checks, "SERVERS", servers)
    monkeypatch.setattr(checks, "FOLDER", tmp_path / "checks")
    monkeypatch.setattr(checks, "documents", lambda _suite: {})
    monkeypatch.setattr(generate, "read_results", dict)
    generate.write_checks()
    assert json.loads(servers.read_text("utf-8")) == {}
