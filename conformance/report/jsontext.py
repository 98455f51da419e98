"""A document of a format that is JSON -> its bytes, in ASCII. Pure.

A terminal, or the log of a CI runner, shows such a file as it is: so a control, or a mark that turns text
round, stands in it as an escape, whatever a string holds. It must not know what a document tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["json_bytes"]


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The document, indented, in ASCII; NaN, which is no JSON, is an error."""
    text = json.dumps(document, indent=1, allow_nan=False)
    return text.replace("\x7f", "\\u007f").encode("ascii") + b"\n"
