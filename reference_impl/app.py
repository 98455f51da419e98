"""The app: routes and errors put together.

`uvicorn reference_impl.app:app` serves it as the environment says; `create_app` makes one for a `Site` of the
caller's.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPMethod

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from reference_impl import audience, behind
from reference_impl.routes import router
from reference_impl.settings import Settings
from reference_impl.site import Site

_METHOD_NOT_ALLOWED = 405


def create_app(site: Site) -> FastAPI:
    """The server of this site."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await site.whole.close()
        await site.cache.close()
        site.store.close()

    app = FastAPI(title="Items, cached as HTTP says", lifespan=lifespan)
    app.state.site = site
    app.state.source = behind.Source.of(site.settings.clock)
    app.include_router(router)
    app.include_router(audience.router)
    app.include_router(behind.router)
    if site.settings.admin:
        app.include_router(behind.bench)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _refused)
    return app


def build(settings: Settings) -> FastAPI:
    """The server that these settings describe, with data and a cache of its own."""
    return create_app(Site.of(settings))


async def _invalid(_: Request, error: Exception) -> Response:
    """400 for what is no JSON, 422 for what is not ours. The input is left out: NaN is no JSON."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for nothing else
    faults = [{"loc": fault["loc"], "msg": fault["msg"], "type": fault["type"]} for fault in error.errors()]
    malformed = any(fault["type"] == "json_invalid" for fault in faults)
    return JSONResponse({"detail": faults}, 400 if malformed else 422)


async def _refused(request: Request, error: Exception) -> Response:
    """Errors as JSON; a 405 lists all methods that the path knows, on whichever route (RFC 9110 15.5.6)."""
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - it is registered for nothing else
    headers = dict(error.headers or {})
    if error.status_code == _METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
    return JSONResponse({"detail": error.detail}, error.status_code, headers)


def _allowed(request: Request) -> Sequence[str]:
    """The methods that some route takes at this path: each is tried, wherever the routes come from."""

    def known(method: str) -> bool:
        tried = {**request.scope, "method": method}
        return any(route.matches(tried)[0] == Match.FULL for route in request.app.routes)

    return sorted({"OPTIONS", *filter(known, HTTPMethod)})


app = build(Settings.from_env())
