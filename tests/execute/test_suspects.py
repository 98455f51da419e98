"""conformance.execute.suspects: who else met the deaths of a server."""

from __future__ import annotations

from conformance.execute.suspects import Suspects


def test_only_who_met_the_same_deaths_may_have_caused_them_just_as_well() -> None:
    suspects = Suspects()
    for life in (1, 2, 3):
        suspects.met("a", life)
    suspects.met("b", 2)
    suspects.met("c", 1)
    suspects.met("c", 2)  # it has not come to say yet that it met the third, too
    assert suspects.others("a") == ("c",)
    assert suspects.met("a", 4) == 4
    assert suspects.others("a") == ()


def test_who_is_done_is_suspected_no_more() -> None:
    suspects = Suspects()
    for life in (1, 2):
        suspects.met("a", life)
        suspects.met("b", life)
    suspects.cleared("b")
    assert suspects.others("a") == ()
    assert suspects.met("b", 3) == 1
