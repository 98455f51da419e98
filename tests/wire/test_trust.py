"""conformance.wire.trust: which certificates are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.wire.trust import trusted


def test_the_usual_verification_a_private_ca_or_none(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    assert [
        trusted(None, insecure=False),
        trusted(str(ca), insecure=False),
        trusted(None, insecure=True),
    ] == [
        True,
        str(ca),
        False,
    ]


def test_both_are_a_contradiction_and_a_file_has_to_be_there() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        trusted("ca.pem", insecure=True)
    with pytest.raises(UsageError, match=r"there is no file '/no/ca\.pem'"):
        trusted("/no/ca.pem", insecure=False)
