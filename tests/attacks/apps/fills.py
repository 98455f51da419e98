"""Fills the disk, file by file, and stops at a number of bytes."""

from pathlib import Path

PIECE = 1 << 18


def attack(upto: str) -> int:
    written = 0
    for number in range(int(upto) // PIECE):
        try:
            Path(f"fill-{number}").write_bytes(b"x" * PIECE)
        except OSError:
            break
        written += PIECE
    return written
