"""A customer's ERP database (SQLite or PostgreSQL), the profiles of its views, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from connectors.sql_view.client import Database
from connectors.sql_view.connector import SqlConnector
from domain.ids import SourceName
from tests.support.living_world import SteppingClock

STOCK = """
stream = "stock"
select = '''
    SELECT warehouse, item, on_hand, changed -- what stands where; free stock only
    FROM stock_balance WHERE kind = 'free; ok: 1'
'''
key = ["warehouse", "item"]
stamp = "changed"

[[record]]
kind = "inventory_position"
id = "{node_id}|{item_id}"
column = [
    { from = "warehouse", to = "node_id" },
    { from = "item", to = "item_id" },
    { from = "on_hand", to = "on_hand_quantity", type = "whole" },
]
"""
SUPPLY = """
stream = "supply"
select = "SELECT number, line, item, quantity, received, due FROM purchase_line"
key = ["number", "line"]
timezone = "America/New_York"

[[record]]
kind = "inbound_supply"
id = "{supply_id}"
constants = { kind = "purchase", node_id = "dc-1" }
column = [
    { from = "{number}-{line}", to = "supply_id" },
    { from = "number", to = "number" },
    { from = "item", to = "item_id" },
    { from = "quantity", to = "ordered_quantity", type = "whole" },
    { from = "received", to = "received_quantity", type = "whole" },
    { from = "due", to = "due_at", type = "end_of_date" },
    { from = "due", to = "eta_at", type = "end_of_date" },
]
"""
_TABLES = (
    """CREATE TABLE stock_balance (warehouse varchar(9), item varchar(9), kind varchar(20),
       on_hand numeric(12, 3), changed timestamp)""",
    """CREATE TABLE purchase_line (number varchar(9), line integer, item varchar(9),
       quantity integer, received integer, due date)""",
)


@dataclass
class SqlSite:
    """A database behind ``url`` with five balances, of which three share a stamp and one is half a piece."""

    folder: Path
    url: str = ""
    clock: SteppingClock = field(default_factory=SteppingClock)
    _connectors: list[SqlConnector] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "profiles").mkdir()
        for name, text in (("stock", STOCK), ("supply", SUPPLY)):
            (self.folder / "profiles" / f"{name}.toml").write_text(text, encoding="utf-8")
        self.url = self.url or f"sqlite:///{self.folder / 'erp.db'}"
        self._engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        self.run(*_TABLES)
        self.balances(
            ("A-1", "12", "2026-11-20 10:00:00"), ("A-2", "12.5", "2026-11-20 10:00:00"),
            ("A-3", "0", "2026-11-20 10:00:00"), ("A-4", "7", "2026-11-20 10:05:00"),
            ("A-0", "-3", "2026-11-20 10:09:00"),
        )  # fmt: skip
        self.run(
            "INSERT INTO purchase_line VALUES ('P-1', 1, 'A-1', 24, 0, '2026-12-01')",
            "INSERT INTO purchase_line VALUES ('P-1', 2, 'A-2', 10, 10, '2026-12-01')",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connector in self._connectors:
            connector.close()
        self._engine.dispose()

    def run(self, *statements: str) -> None:
        """Write to the database as its own program does."""
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def balances(self, *rows: tuple[str, str, str]) -> None:
        """Book balances of free stock: item, quantity on hand, and when."""
        insert = sa.text(
            "INSERT INTO stock_balance VALUES ('dc-1', :item, 'free; ok\\: 1', :on_hand, :changed)"
        )
        booked = [
            {"item": item, "on_hand": float(on_hand), "changed": changed} for item, on_hand, changed in rows
        ]
        with self._engine.begin() as connection:
            if booked:
                connection.execute(insert, booked)

    def connector(self, *, password: str = "", statement_seconds: int = 5, url: str = "") -> SqlConnector:
        """A connector as the program would make it."""
        made = SqlConnector(
            SourceName("erp"),
            Database(url or self.url, password=password, statement_seconds=statement_seconds),
            profiles=self.folder / "profiles",
            clock=self.clock,
        )
        self._connectors.append(made)
        return made

    def move_away(self) -> None:
        """Take the SQLite file away, as when a share is lost."""
        for connector in self._connectors:
            connector.close()
        (self.folder / "erp.db").rename(self.folder / "elsewhere")

    def bring_back(self) -> None:
        """Have it again."""
        (self.folder / "elsewhere").rename(self.folder / "erp.db")


@contextmanager
def on_postgresql(folder: Path) -> Iterator[SqlSite]:
    """The site on a real PostgreSQL, in a database of its own."""
    from tests.support.hub_postgresql import postgresql_url

    with postgresql_url() as url:
        folder.mkdir(exist_ok=True)
        with SqlSite(folder, url=url.replace("postgresql://", "postgresql+psycopg://")) as site:
            yield site
