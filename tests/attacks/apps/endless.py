"""A whole app: each answer has a body that never ends."""

from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer without end."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
