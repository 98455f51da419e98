"""conformance.sending.logins: whether a refusal means that the server does not know us any more."""

from __future__ import annotations

import pytest

from conformance.model import Headers
from conformance.sending.logins import Logins

LOGIN: Headers = (("Authorization", "Bearer token"),)


class Asked:
    """The login, and a server that gives this status to what is asked once more."""

    def __init__(self, then: int = 401) -> None:
        self.logins = Logins()
        self.again: list[tuple[str, Headers]] = []
        self._then = then

    def answered(self, method: str, path: str, status: int, user: str = "") -> int:
        return self.logins.ended(method, user, path, LOGIN, status, self._once_more)

    def _once_more(self, path: str, headers: Headers) -> int:
        self.again.append((path, headers))
        return self._then


@pytest.mark.parametrize("status", [401, 403])
def test_what_was_answered_and_is_refused_shows_that_the_login_has_ended(status: int) -> None:
    asked = Asked()
    assert [asked.answered("GET", "/a", each) for each in (200, status, status)] == [0, 2, 2]
    assert asked.again == []


def test_what_was_refused_all_along_shows_nothing() -> None:
    asked = Asked()
    assert [asked.answered("GET", "/a", 401), asked.answered("DELETE", "/b", 403)] == [0, 0]
    assert asked.again == []


def test_a_path_that_was_never_asked_is_told_by_one_that_was_answered() -> None:
    """It is asked once more as it was asked before; and once, for it is known then."""
    asked = Asked()
    asked.answered("GET", "/a", 200)
    assert [asked.answered("GET", "/b", 401), asked.answered("DELETE", "/c", 401)] == [2, 2]
    assert asked.again == [("/a", LOGIN)]


def test_a_path_that_wants_another_login_is_no_sign_and_is_looked_at_once() -> None:
    asked = Asked(then=200)
    asked.answered("GET", "/a", 200)
    assert [asked.answered("PUT", "/b", 403) for _ in range(3)] == [0, 0, 0]
    assert asked.again == [("/a", LOGIN)]


def test_a_login_that_is_known_again_has_not_ended() -> None:
    asked = Asked(then=200)
    assert [asked.answered("GET", "/a", each) for each in (200, 401, 200)] == [0, 2, 0]
    assert asked.answered("GET", "/b", 401) == 0


def test_the_login_of_one_user_tells_nothing_of_anothers() -> None:
    asked = Asked()
    asked.answered("GET", "/a", 200, user="ada")
    assert [asked.answered("GET", "/a", 401, user="bob"), asked.answered("GET", "/b", 401)] == [0, 0]
    assert [asked.answered("GET", "/b", 403, user="ada"), asked.again] == [4, [("/a", LOGIN)]]
