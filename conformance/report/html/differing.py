"""Two sentences, what was expected and what was found -> what differs between them. Pure.

It must not know what they are about. Where they are alike, all that only one of them has is marked; where
they are not, that would be all of both, so only what they quote and count is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["Piece", "differing"]

Piece = tuple[str, bool]
"""A part of a sentence, and whether it differs from the other one."""

_TOKEN: Final = re.compile(r"'[^']*'|\"[^\"]*\"|[\w.:/@+-]+|\s+|.", re.DOTALL)
_LITERAL: Final = re.compile(r"['\"].*['\"]|.*\d.*", re.DOTALL)
_MOST: Final = 300  # tokens of each that are compared
_ALIKE: Final = 0.5  # of the words of the shorter one are in both


def differing(expected: str, actual: str) -> tuple[list[Piece], list[Piece]]:
    """Both in pieces; where nothing can be compared, one piece each."""
    one, other = _TOKEN.findall(expected), _TOKEN.findall(actual)
    if len(one) > _MOST or len(other) > _MOST:
        return [(expected, False)], [(actual, False)]
    kept_one, kept_other = _common(one, other)
    words = [min(sum(not each.isspace() for each in tokens) for tokens in (one, other))]
    common = sum(not one[i].isspace() for i in kept_one)
    if words[0] and common / words[0] >= _ALIKE:
        return _pieces(one, kept_one), _pieces(other, kept_other)
    return _literals(one, other), _literals(other, one)


def _common(one: Sequence[str], other: Sequence[str]) -> tuple[set[int], set[int]]:
    """The places of a longest common subsequence, in each."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            same = one[i] == other[j]
            lengths[i][j] = 1 + lengths[i + 1][j + 1] if same else max(lengths[i + 1][j], lengths[i][j + 1])
    i = j = 0
    mine, theirs = set(), set()
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            mine.add(i)
            theirs.add(j)
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return mine, theirs


def _literals(tokens: Sequence[str], others: Sequence[str]) -> list[Piece]:
    """Marked: what is quoted or holds a number, unless the other one has it, too."""
    bare = {each.strip("'\"") for each in others}
    marks = [bool(_LITERAL.fullmatch(each)) and each.strip("'\"") not in bare for each in tokens]
    return _joined(tokens, marks)


def _pieces(tokens: Sequence[str], kept: set[int]) -> list[Piece]:
    return _joined(tokens, [i not in kept for i in range(len(tokens))])


def _joined(tokens: Sequence[str], marks: list[bool]) -> list[Piece]:
    """Neighbours of one kind as one piece; a space belongs to a mark where it stands within one."""
    for i, token in enumerate(tokens):
        if token.isspace():
            marks[i] = 0 < i < len(tokens) - 1 and marks[i - 1] and marks[i + 1]
    pieces: list[Piece] = []
    for token, mark in zip(tokens, marks, strict=True):
        if pieces and pieces[-1][1] == mark:
            pieces[-1] = (pieces[-1][0] + token, mark)
        else:
            pieces.append((token, mark))
    return pieces
