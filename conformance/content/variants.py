"""Which of a resource's variants a request asks for. Pure."""

from __future__ import annotations

from conformance.model import Exchange, Resource

__all__ = ["asked_for"]


def asked_for(exchange: Exchange, resource: Resource) -> tuple[str, str] | None:
    """The field and its value by which a declared variant was asked for, or None."""
    for name, value in exchange.request.headers:
        if value in resource.variants.get(name, ()):
            return name, value
    return None
