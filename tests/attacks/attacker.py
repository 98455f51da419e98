"""The submission that attacks: `GET /?name=value` has its attack (attack.py) done, and tells what came of it.

It imports nothing that has to be installed.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

import attack  # type: ignore[import-not-found]  # what a test puts beside it


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Attack."""
    if scope["type"] != "http":
        return
    try:
        told = attack.attack(**dict(parse_qsl(scope["query_string"].decode())))
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - what it met is what is told
        told = f"failed: {type(problem).__name__}: {problem}"
    body = json.dumps(told).encode()
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
