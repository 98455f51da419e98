"""The data that the server serves: a table of items and one document with a version number.

Rule 1: this is the source of truth. It knows nothing of caches, tags or HTTP.
Rule 2: a check and the write that depends on it belong in one `transaction`, so that no other worker comes
between.
"""

import sqlite3
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reference_impl.settings import Clock

Item = dict[str, Any]

_SCHEMA = """
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL, price REAL NOT NULL,
    modified REAL NOT NULL);
CREATE TABLE document (text TEXT NOT NULL, version INTEGER NOT NULL, modified REAL NOT NULL);
CREATE TABLE dates (name TEXT PRIMARY KEY, moment REAL NOT NULL);
"""
_SEED = (
    ("Kettle", "Boils a litre of water in three minutes and switches itself off", 34.9),
    ("Desk lamp", "Warm light on a long arm, with a clamp for the edge of a table", 49.0),
    ("Notebook", "Two hundred squared pages, bound so that it lies flat when open", 7.5),
)


class Store:
    """Items and a document in SQLite: in memory for one worker, in a file for several.

    One connection serves the whole process. Every call is short and made on the event loop, so they never
    overlap.
    """

    def __init__(self, clock: Clock, database: str = ":memory:") -> None:
        self._clock = clock
        self._db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self.close = weakref.finalize(self, self._db.close)  # also where nobody ran the app's shutdown
        self._db.execute("PRAGMA synchronous = OFF")  # throw-away data
        with self.transaction():
            if not self._one("PRAGMA user_version")[0]:
                self._fill()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens at once, or not at all; other workers wait."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def items(self) -> tuple[list[Item], float]:
        """All items in the order of their creation, and when the list last changed."""
        with self._reading():
            rows = self._db.execute("SELECT * FROM items ORDER BY id").fetchall()
            return [_item(row) for row in rows], self._date("items")

    def item(self, key: int) -> tuple[Item, float] | None:
        """An item and when it last changed, or None."""
        row = self._db.execute("SELECT * FROM items WHERE id = ?", (key,)).fetchone()
        return None if row is None else (_item(row), float(row["modified"]))

    def removed(self, key: int) -> bool:
        """Whether there was an item of this id, and there is none any more."""
        last = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'items'")[0]
        return 1 <= key <= last and self.item(key) is None

    def create(self, fields: Mapping[str, Any], key: int | None = None) -> int:
        """Add an item, under an id that no other ever had; or under that of one that was removed."""
        now = self._touch()
        row = self._db.execute(
            "INSERT INTO items (id, name, description, price, modified) VALUES (?, ?, ?, ?, ?)",
            (key, fields["name"], fields["description"], fields["price"], now),
        )
        return int(row.lastrowid or 0)

    def update(self, key: int, fields: Mapping[str, Any]) -> None:
        """Change some fields of an item; a write that changes nothing leaves its date alone."""
        row = self._one("SELECT * FROM items WHERE id = ?", (key,))
        changed = _item(row) | {
            name: fields[name] for name in ("name", "description", "price") if name in fields
        }
        if changed != _item(row):
            self._db.execute(
                "UPDATE items SET name = ?, description = ?, price = ?, modified = ? WHERE id = ?",
                (changed["name"], changed["description"], changed["price"], self._touch(), key),
            )

    def delete(self, key: int) -> None:
        """Remove an item."""
        self._db.execute("DELETE FROM items WHERE id = ?", (key,))
        self._touch()

    def document(self) -> tuple[str, int, float]:
        """The document's text, its version, and when it last changed."""
        row = self._one("SELECT * FROM document")
        return str(row["text"]), int(row["version"]), float(row["modified"])

    def write_document(self, text: str) -> None:
        """Replace the text; the version rises where it really changes."""
        self._db.execute(
            "UPDATE document SET text = ?1, version = version + 1, modified = ?2 WHERE text <> ?1",
            (text, self._clock()),
        )

    def opened(self) -> float:
        """When the database was made: the date of whatever never changes."""
        return self._date("opened")

    def _fill(self) -> None:
        now = self._clock()
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)  # executescript would end the transaction
        self._db.executemany(
            "INSERT INTO items (name, description, price, modified) VALUES (?, ?, ?, ?)",
            [(*fields, now) for fields in _SEED],
        )
        self._db.execute("INSERT INTO document VALUES ('A first draft', 1, ?)", (now,))
        self._db.executemany("INSERT INTO dates VALUES (?, ?)", [("opened", now), ("items", now)])
        self._db.execute("PRAGMA user_version = 1")

    def _touch(self) -> float:
        now = self._clock()
        self._db.execute("UPDATE dates SET moment = ? WHERE name = 'items'", (now,))
        return now

    def _date(self, name: str) -> float:
        return float(self._one("SELECT moment FROM dates WHERE name = ?", (name,))[0])

    def _one(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute(sql, values).fetchone()
        return row

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Two SELECTs of one moment, unless a transaction is open that sees to it already."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")


def _item(row: sqlite3.Row) -> Item:
    return {name: row[name] for name in ("id", "name", "description", "price")}
