"""Words that a server sent, shown so that no terminal and no shell obeys them."""

from __future__ import annotations

import subprocess

import pytest
from helpers.reports import assert_tame

from conformance.report.safe import safe, safe_bytes, shell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \u00e4\u4e2d", "plain \u00e4\u4e2d"),
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x1b[0m\x00\x9b", "\\x1b[0m\\x00\\x9b"),
        ("\u202e\u2066\ufeff\u00a0", "\\u202e\\u2066\\ufeff\\xa0"),
        ("\ud800\U000e0001", "\\ud800\\U000e0001"),
        ("##[set-env]", "#\\x23[set-env]"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_safe_cuts() -> None:
    assert safe("abcdef", 3) == "abc[...]"
    assert safe_bytes("\u00e4".encode() * 3, 2) == "\u00e4\u00e4[...]"
    assert safe_bytes(b"\xff\x00a\x1b", 3) == "\\xff\\x00a[...]"


@pytest.mark.processes
@pytest.mark.parametrize(
    "data",
    ["plain", "it's", '"q"', "a b", "\x1b[0m\\ '", "\u00e4\xff", "\u4e2d", b"\x00"[1:], "##[x]", "\n\t"],
)
def test_the_shell_reads_the_same_bytes(data: str) -> None:
    word = shell(data)
    assert_tame(word)
    said = subprocess.run(["/bin/bash", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout
    wanted = (
        data
        if isinstance(data, bytes)
        else data.encode("latin-1" if data.isascii() or max(data) < "\u0100" else "utf-8")
    )
    assert said == wanted
