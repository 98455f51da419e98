"""conformance.proposing.writing: a text that the loader reads, whatever a server has said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.load.targetfile import read_target
from conformance.proposing.drafting import Draft
from conformance.proposing.writing import slug, text

DRAFT = Draft("items", ("a list",), ("read: GET /items/", "etag: true"))


def written(**more: Any) -> str:
    given: dict[str, Any] = {"name": "shop", "about": "the shop", "command": "conformance run", "base": ""}
    return text(**{**given, "headers": (), "drafts": (DRAFT,), "left": {}, **more})


def test_it_is_read_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0")
    path = tmp_path / "target.yaml"
    path.write_text(written(base="/api", headers=(("Authorization", "Bearer ${TOKEN}"),), left={"/x": "404"}))
    target = read_target(path)
    assert (target.name, target.base, target.contract) == ("shop", "/api", "")
    assert (target.resources[0].read, target.resources[0].etag) == ("/items/", True)
    assert target.resources[0].headers == (("Authorization", "Bearer t0"),)


@pytest.mark.parametrize(
    "evil", ["a\n- x: 1", "\x1b[31m", "\u2028resources:", "x" * 5000, "a\r\nname: y", "#"]
)
def test_what_a_server_says_stays_in_its_comment(evil: str, tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(written(about=evil, left={evil: evil}, drafts=(Draft("items", (evil,), DRAFT.lines),)))
    assert read_target(path).name == "shop"


def test_of_many_routes_some_are_named() -> None:
    lines = written(left={f"/{n}": "404" for n in range(5000)}).splitlines()
    assert len(lines) < 100
    assert lines[-1] == "#   and 4950 more"


@pytest.mark.parametrize(
    ("title", "name"), [("My Shop (v2)", "my-shop-v2"), ("…", "api"), ("x" * 99, "x" * 60)]
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert slug(title) == name
