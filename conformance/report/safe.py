"""Text that a server may have had a hand in -> text that a terminal shows and does not obey. Pure.

The single place for it: everything that is printed goes through `safe`, or `shell` inside of a
command line.
"""

from __future__ import annotations

import shlex
from typing import Final

_SHOWN: Final = bytes(range(0x20, 0x7F))
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def safe(text: str, most: int = 0) -> str:
    """One line: controls, bidi marks, odd spaces and lone surrogates as visible escapes; cut to `most`.

    "##[" would be a command where the output is a log of GitHub Actions, at any place of a line.
    """
    cut = bool(most) and len(text) > most
    text = text[:most] if cut else text
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    text = text.replace("##[", "#\\x23[")
    return f"{text}[...]" if cut else text


def _escape(char: str) -> str:
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def safe_bytes(data: bytes, most: int) -> str:
    """Bytes as one such line: as text where they are UTF-8, else with an escape for each odd one."""
    try:
        return safe(data.decode("utf-8"), most)
    except UnicodeDecodeError:
        shown = "".join(chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in data[:most])  # noqa: PLR2004
        return safe(shown) + ("[...]" if len(data) > most else "")


def shell(data: str | bytes) -> str:
    """A word of a command line: quoted, and what can't be shown as $'...' (bash, zsh), to the byte."""
    if isinstance(data, str):
        data = data.encode("latin-1") if max(data, default="") < "\u0100" else data.encode("utf-8", "replace")
    if not data.translate(None, _SHOWN) and b"##[" not in data:
        return shlex.quote(data.decode("ascii"))
    quoted = "".join(map(_IN_QUOTES.__getitem__, data))
    return "$'" + quoted.replace("##[", "#\\x23[") + "'"


def _in_quotes(byte: int) -> str:
    char = chr(byte)
    if char in "\\'":
        return "\\" + char
    return char if byte in _SHOWN else _ESCAPES.get(char, f"\\x{byte:02x}")


_IN_QUOTES: Final = tuple(map(_in_quotes, range(0x100)))
"""Of each byte: bodies are long, and a report has many."""
