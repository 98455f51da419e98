"""The app: routes, parts and errors put together.

`create_app` makes the correct server; `build` makes what the settings ask for, which may be a flawed twin of
it; `app` is what `uvicorn reference_impl.app:app` serves, set by the environment.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import BaseRoute, Match

from reference_impl.parts import Parts
from reference_impl.routes import router
from reference_impl.settings import Settings
from reference_impl.twisted import flaws, variants
from reference_impl.twisted.asgi import ASGIApp, Receive, Scope, Send
from reference_impl.twisted.twists import Twist

_METHOD_NOT_ALLOWED = 405


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> FastAPI:
    """The correct server, with its own data and cache; `parts` to exchange some of what it is made of."""
    made_of = parts or Parts.of(settings or Settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await made_of.cache.close()
        made_of.store.close()

    app = FastAPI(title="Items, cached as HTTP says", lifespan=lifespan)
    app.state.parts = made_of
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _refused)
    return app


def build(settings: Settings) -> ASGIApp:
    """The server that the settings name: the correct one, a flawed one, or an odd one."""
    twist = find_twist(settings)
    return create_app(settings) if twist is None else twist.apply(settings, _create)


def find_twist(settings: Settings) -> Twist | None:
    """The flaw or variant that the settings name; ValueError where there is none of that name."""
    if settings.flaw and settings.variant:
        raise ValueError("a flaw or a variant, not both")
    if settings.flaw:
        return flaws.find(settings.flaw)
    return variants.find(settings.variant) if settings.variant else None


def for_any_server(settings: Settings) -> ASGIApp:
    """What `build` makes, where another HTTP server may serve it; else an app that says who can."""
    twist = find_twist(settings)
    if twist is None or not twist.by_hand:
        return build(settings)
    kind = "flaw" if settings.flaw else "variant"

    async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
        command = f"python -m reference_impl --{kind} {twist.name}"
        raise RuntimeError(f"{twist.name} is written to the socket by hand: run {command}")

    return refuse


def _create(parts: Parts) -> FastAPI:
    return create_app(parts=parts)


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
    methods = {"OPTIONS"}
    routes: list[BaseRoute] = [*router.routes]
    for route in routes:
        match, _ = route.matches(request.scope)
        if match != Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    return sorted(methods)


app = for_any_server(Settings.from_env())
