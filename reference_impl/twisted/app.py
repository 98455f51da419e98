"""The app of a twist: the model solution with one flaw, or odd in one way.

`build` makes it; `app` is what `uvicorn reference_impl.twisted.app:app` serves, named by the environment:
REFERENCE_FLAW or REFERENCE_VARIANT. Where neither is set, it is the reference as it is.
"""

import os
from collections.abc import Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from reference_impl.app import create_app
from reference_impl.settings import Settings
from reference_impl.twisted import flaws, variants
from reference_impl.twisted.division import Divided
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import AS_IS, Twist


def choose(flaw: str = "", variant: str = "") -> Twist:
    """The flaw or the variant of that name, or none; ValueError where there is none of that name."""
    if flaw and variant:
        raise ValueError("a flaw or a variant, not both")
    if flaw:
        return flaws.find(flaw)
    return variants.find(variant) if variant else AS_IS


def choose_from_env(env: Mapping[str, str] = os.environ) -> Twist:
    """What REFERENCE_FLAW or REFERENCE_VARIANT name."""
    return choose(env.get("REFERENCE_FLAW", ""), env.get("REFERENCE_VARIANT", ""))


def build(settings: Settings, twist: Twist) -> ASGIApp:
    """The server that these settings describe, twisted."""
    app = twist.apply(settings, _create)
    return app if twist.divides else Divided(app, settings.clock)


def for_any_server(settings: Settings, twist: Twist) -> ASGIApp:
    """What `build` makes, where another HTTP server may serve it; else an app that says who can."""
    if not twist.by_hand:
        return build(settings, twist)
    kind = "flaw" if twist.name in flaws.FLAWS else "variant"

    async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
        command = f"python -m reference_impl.twisted --{kind} {twist.name}"
        raise RuntimeError(f"{twist.name} is written to the socket by hand: run {command}")

    return refuse


def _create(parts: Parts) -> FastAPI:
    return create_app(parts.site())


app = for_any_server(Settings.from_env(), choose_from_env())
