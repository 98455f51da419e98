"""Reads a file of somebody else's."""

from pathlib import Path


def attack(path: str) -> str:
    return Path(path).read_text()
