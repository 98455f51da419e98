"""conformance.verbs.competing: several writes at once to an item of ours, with one tag."""

from __future__ import annotations

from helpers.hostile import serve
from helpers.runs import context, done, put_back_all, reference
from helpers.student import Student


def test_four_are_sent_at_once_with_one_tag_in_each_round() -> None:
    with reference() as server, context(server.url) as made, made.shared.clock.lane():
        record = done(made, "compete", rounds=3)
        assert len(record.exchanges) == 12
        tags = [dict(e.request.headers)["If-Match"] for e in record.exchanges]
        assert [len(set(tags[n : n + 4])) for n in (0, 4, 8)] == [1, 1, 1]
        assert len(set(tags)) == 3
        for n in (0, 4, 8):
            assert sorted(e.status or 0 for e in record.exchanges[n : n + 4]) == [200, 412, 412, 412]
        assert len({e.connection for e in record.exchanges}) == 12
        assert (put_back_all(made), made.shared.ledger.open) == ([], ())


def test_an_item_without_a_strong_tag_is_not_competed_for() -> None:
    with serve(Student()) as server, context(server.url) as made:
        record = done(made, "compete", rounds=3)
        assert (record.status, record.says) == ("not-offered", "GET /items/4 has no strong ETag")
