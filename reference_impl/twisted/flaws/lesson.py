"""The lesson's own sample code, for its two routes: what a student has who copied it and did no more.

The handlers are the lesson's but for names, for the lines that make them an app, and for TTL and clock, which
come from the settings. What is wrong with them is the point, so nothing is mended here.
"""

import hashlib
import time
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from reference_impl.settings import Settings
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.twists import Create

_ITEMS = (
    {"id": 1, "name": "Laptop", "description": "Fourteen inches, and light enough for a bag", "price": 999.0},
    {"id": 2, "name": "Mouse", "description": "Without a cable, for either hand", "price": 25.5},
    {
        "id": 3,
        "name": "Monitor",
        "description": "Twenty-seven inches, turns upright on its foot",
        "price": 249.0,
    },
)


def _sample(settings: Settings, policy: dict[str, str]) -> FastAPI:
    app = FastAPI(title="The lesson's sample")
    items_data = [dict(item) for item in _ITEMS]
    cache: dict[str, Any] = {}

    @app.get("/items/")
    async def get_items(request: Request) -> JSONResponse:
        data = items_data
        etag = hashlib.md5(str(data).encode()).hexdigest()  # noqa: S324 - the lesson's choice, and no secret

        if_none_match = request.headers.get("if-none-match")
        if if_none_match == etag:
            return JSONResponse(status_code=304, content=None, headers={"ETag": etag})

        return JSONResponse(content=data, headers={"ETag": etag} | policy)

    @app.get("/cached-time/")
    async def get_cached_time() -> dict[str, Any]:
        cache_key = "current_time"
        cache_ttl = settings.ttl

        if cache_key in cache:
            cached_value, cached_at = cache[cache_key]
            if settings.clock() - cached_at < cache_ttl:
                return {"time": cached_value, "cached": True}

        current_time = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(settings.clock()))
        cache[cache_key] = (current_time, settings.clock())
        return {"time": current_time, "cached": False}

    return app


def _as_taught(settings: Settings, _create: Create) -> ASGIApp:
    return _sample(settings, {})


def _merged(settings: Settings, _create: Create) -> ASGIApp:
    return _sample(settings, {"Cache-Control": "public, max-age=300"})


FLAWS = (
    Flaw("lesson-sample", "the lesson's sample, as it is taught", _as_taught, breaks=("LES04", "LES29")),
    Flaw(
        "lesson-merged",
        "the lesson's sample with its line on Cache-Control put in",
        _merged,
        breaks=("LES04", "LES35"),
    ),
)
