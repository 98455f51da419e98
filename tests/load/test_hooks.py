"""conformance.load.hooks: what a target file wants done before and after a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import TargetError
from conformance.load.targetfile import read_target
from conformance.model import Hook, Target

TEXT = """\
name: shop
before:
  - POST /test/reset
  - {request: POST /login, body: {user: ada}}
  - {command: "python seed.py", within: 5}
after: [DELETE /test]
resources:
  items: {read: GET /items/}
"""


def of(text: str, folder: Path) -> Target:
    path = folder / "shop.yaml"
    path.write_text(text)
    return read_target(path)


def test_they_are_requests_and_commands_in_order(tmp_path: Path) -> None:
    target = of(TEXT, tmp_path)
    assert target.before == (
        Hook("POST", "/test/reset"),
        Hook("POST", "/login", {"user": "ada"}),
        Hook(command="python seed.py", folder=str(tmp_path), within=5),
    )
    assert target.after == (Hook("DELETE", "/test"),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("POST /test/reset", "/test/reset", "before: found '/test/reset'; accepted: a method and a path"),
        ("POST /login", "BREW /login", "request: found 'BREW /login'; accepted: a method and a path"),
        ("within: 5", "within: 0", "within: found 0; accepted: seconds, at most 600"),
        ("within: 5", "body: 5", "unknown key 'body'; accepted: command, within"),
        ("request: POST /login, ", "", "lacks 'request'"),
        ("after: [DELETE /test]", "after: []", "after: found []"),
        ("after:", "afterwards:", "unknown key 'afterwards'; did you mean 'after'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(TargetError) as caught:
        of(TEXT.replace(old, new), tmp_path)
    assert says in str(caught.value)
    assert f"shop.yaml:{caught.value.line}: " in str(caught.value)
