"""A server that can't be reached: is it there under another scheme, or with another certificate? Shell.

It asks what the user has not asked for, once, and only where nothing else can be asked any more.
"""

from __future__ import annotations

from typing import Final

from conformance.clocks import RealClock
from conformance.model import WireFault
from conformance.wire import Limits, Wire

__all__ = ["way_out"]

_OTHERWISE: Final = ("tls", "closed", "reset", "malformed")
_LIMITS: Final = Limits(deadline=2.0)


def way_out(base_url: str, fault: WireFault, *, verify: bool | str) -> str:
    """What to do, where asking in another way brings an answer; or ""."""
    if fault.kind not in _OTHERWISE:
        return ""
    scheme, _, rest = base_url.partition("://")
    if scheme == "http":
        if not _answers(f"https://{rest}"):
            return ""
        return (
            f"It speaks TLS there: give https://{rest} as the URL, with --ca FILE if its certificate is your "
            "own (in pytest: --conformance-ca)."
        )
    if verify is not False and _answers(base_url):
        return (
            "Trust its certificate, if it is your own: --ca FILE names it, or that of its CA (in pytest: "
            "--conformance-ca); and the host has to be one that it names."
        )
    return f"It speaks plain HTTP there: give http://{rest} as the URL." if _answers(f"http://{rest}") else ""


def _answers(url: str) -> bool:
    """Whether a request brings an answer there, whatever certificate is shown."""
    with Wire(url, RealClock(), limits=_LIMITS, verify=False) as wire, wire.lane() as lane:
        return lane.exchange("GET", "/openapi.json").fault is None
