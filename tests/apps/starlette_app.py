"""A student's Starlette app: a lifespan, a background task, a cache of 30 s by the wall clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_kept: dict[str, float] = {}
_ticks: list[float] = []


async def _tick() -> None:
    while True:
        _ticks.append(time.time())
        await asyncio.sleep(0.02)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, str]]:
    task = asyncio.create_task(_tick())
    yield {"greeting": "from the lifespan"}
    task.cancel()


async def cached_time(request: Request) -> JSONResponse:
    if time.time() - _kept.get("at", 0.0) < 30:
        return JSONResponse({"time": str(_kept["at"]), "cached": True})
    _kept["at"] = time.time()
    return JSONResponse({"time": str(_kept["at"]), "cached": False})


async def background(request: Request) -> JSONResponse:
    return JSONResponse({"ticks": len(_ticks), "greeting": request.state.greeting})


def create() -> Starlette:
    routes = [Route("/cached-time/", cached_time), Route("/background", background)]
    return Starlette(routes=routes, lifespan=lifespan)


app = create()
