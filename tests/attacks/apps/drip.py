"""A whole app: each answer comes a byte at a time, and would take a day."""

import asyncio
from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer slowly."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(100_000):
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await asyncio.sleep(0.5)
