"""What a deliberately odd server is: the reference with one part exchanged, or with its answers changed.

A twist gets the function that makes the app instead of importing it, so imports go one way: app, flaws,
parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from starlette.types import ASGIApp, Scope

from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer, Asked, Edit, Handle, around, asked_as, edited
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.wire import Render

Create = Callable[[Parts], ASGIApp]
Apply = Callable[[Settings, Create], ASGIApp]


def unchanged(settings: Settings, create: Create) -> ASGIApp:
    """The reference as it is; for what happens on the wire alone."""
    return create(Parts.of(settings))


@dataclass(frozen=True)
class Twist:
    """One odd server.

    `render`, where given, writes its answers to the socket by hand: what a real HTTP server would mend or
    refuse. `divides`: whether it answers a Range itself; else its whole answers are divided for it.
    `hasty`: it does not wait for the end of a header.
    """

    name: str
    says: str
    apply: Apply = unchanged
    render: Render | None = None
    one_at_a_time: bool = False
    hasty: bool = False
    divides: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether it needs `wire.RawServer`, and cannot be had under another HTTP server."""
        return self.render is not None or self.one_at_a_time or self.hasty


AS_IS = Twist("", "the reference as it is", divides=True)


def made_of(change: Callable[[Parts], Parts]) -> Apply:
    """The reference made of other parts."""
    return lambda settings, create: create(change(Parts.of(settings)))


def answering(edit: Edit) -> Apply:
    """The reference with each answer changed; `edit` keeps no state."""
    return lambda settings, create: edited(create(Parts.of(settings)), edit)


def where(due: Callable[[Asked, Answer], bool], change: Callable[[Answer], Answer]) -> Apply:
    """The reference with such answers changed, and no others."""
    return answering(lambda asked, answer: change(answer) if due(asked, answer) else answer)


def on_status(status: int, change: Callable[[Answer], Answer]) -> Apply:
    """The reference with each answer of this status changed."""
    return where(lambda _asked, answer: answer.status == status, change)


def answering_with(make: Callable[[Parts], Edit]) -> Apply:
    """The reference with each answer changed by an `edit` of its own, which may keep state."""

    def apply(settings: Settings, create: Create) -> ASGIApp:
        parts = Parts.of(settings)
        return edited(create(parts), make(parts))

    return apply


def behind(handle: Handle) -> Apply:
    """The reference behind a function that answers in its place, and may ask it; it keeps no state."""
    return behind_with(lambda _parts: handle)


def behind_with(make: Callable[[Parts], Handle]) -> Apply:
    """The reference behind such a function of its own, which may keep state."""

    def apply(settings: Settings, create: Create) -> ASGIApp:
        parts = Parts.of(settings)
        return around(create(parts), make(parts))

    return apply


def asking(change: Callable[[Scope], Scope]) -> Apply:
    """The reference, which is asked something else than was sent."""
    return lambda settings, create: asked_as(create(Parts.of(settings)), change)


T = TypeVar("T", bound=Twist)


def table(*rooms: tuple[T, ...]) -> dict[str, T]:
    """All twists of a kind by name."""
    found = {twist.name: twist for room in rooms for twist in room}
    if len(found) != sum(map(len, rooms)):
        raise ValueError("two twists have the same name")
    return found


def look_up(twists: Mapping[str, T], name: str, kind: str) -> T:
    """A twist by its name, or an error that names the nearest."""
    if name not in twists:
        near = get_close_matches(name, twists, 1)
        raise ValueError(f"no {kind} is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return twists[name]
