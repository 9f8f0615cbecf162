"""A watched folder with mapping profiles for stock (CSV and XLSX) and orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from connectors.feed_journal import FeedJournal, journal_in
from connectors.files.client import watched_folder
from connectors.files.connector import FilesConnector
from connectors.files.profiles import MappingProfile, parse_mapping
from domain.ids import SourceName
from tests.support.living_world import SteppingClock

STOCK = """
    name = "stock"
    kind = "inventory_position"
    files = "stock*.csv"
    id = "{node_id}|{item_id}"
    delimiter = ";"
    decimal_sign = ","
    snapshot = true

    [constants]
    node_id = "dc-1"

    [[column]]
    from = "Item no."
    to = "item_id"

    [[column]]
    from = "On hand"
    to = "on_hand_quantity"
    type = "whole"

    [[column]]
    from = "Safety (cases)"
    to = "safety_stock_quantity"
    type = "whole"
    times = 12
    required = false
    default = "0"
    """

SHEET = """
    name = "stock-sheet"
    kind = "inventory_position"
    files = "*.xlsx"
    format = "xlsx"
    sheet = "Stock"
    id = "{node_id}|{item_id}"
    column = [
        { from = "Node", to = "node_id" },
        { from = "Item", to = "item_id" },
        { from = "On hand", to = "on_hand_quantity", type = "whole" },
    ]
    """

ORDERS = """
    name = "orders"
    kind = "sales_order"
    files = "orders*.csv"
    id = "{number}"
    timezone = "America/New_York"

    [constants]
    credit_status = "clear"

    [[column]]
    from = "No"
    to = "number"
    [[column]]
    from = "Customer"
    to = "customer_id"
    [[column]]
    from = "Status"
    to = "status"
    type = "choice"
    choices = { O = "entered", R = "released" }
    [[column]]
    from = "Ordered"
    to = "ordered_at"
    type = "datetime"
    format = "%m/%d/%Y %H:%M"
    [[column]]
    from = "Wanted"
    to = "requested_at"
    type = "end_of_date"
    format = "%m/%d/%Y"
    [[column]]
    from = "Promised"
    to = "promised_at"
    type = "end_of_date"
    format = "%m/%d/%Y"
    [[column]]
    from = "Total"
    to = "total_cents"
    type = "cents"
    [[column]]
    from = "City"
    to = "ship_to.city"
    required = false
    [[column]]
    from = "New address"
    to = "ship_to_is_new"
    type = "flag"
    required = false
    """

STOCK_FILE = "Item no.;On hand;Safety (cases)\nA-1;1.250;2\nA-2;7;\nA-3;0;1\n"
ORDERS_FILE = (
    "No,Customer,Status,Ordered,Wanted,Promised,Total,City,New address\n"
    'SO-1,c-1,R,11/20/2026 09:30,11/30/2026,12/01/2026,"1,234.50",Newark,yes\n'
)


def mapping(text: str) -> MappingProfile:
    """A profile of this page."""
    return parse_mapping(text, "test")


@dataclass
class FilesSite:
    """A watched folder in a temporary folder, its connector and its clock."""

    folder: Path
    clock: SteppingClock = field(default_factory=SteppingClock)

    def __post_init__(self) -> None:
        self.drop = self.folder / "drop"
        (self.drop / "in").mkdir(parents=True)
        (self.folder / "mappings").mkdir()
        for name, text in (("stock", STOCK), ("sheet", SHEET), ("orders", ORDERS)):
            (self.folder / "mappings" / f"{name}.toml").write_text(text, encoding="utf-8")
        self.connector = self.reopened()

    def reopened(self, journal: FeedJournal | None = None) -> FilesConnector:
        """The connector as a new process would make it, perhaps with a journal that others share."""
        return FilesConnector(
            SourceName("files"),
            watched_folder(self.drop),
            mappings=self.folder / "mappings",
            journal=journal or journal_in(self.folder / "state"),
            clock=self.clock,
        )

    def receive(self, name: str, body: str | bytes) -> None:
        """Let somebody put a file into the folder."""
        self.clock.move(seconds=1)
        (self.drop / "in" / name).write_bytes(body if isinstance(body, bytes) else body.encode())

    def names(self, folder: str) -> list[str]:
        """What lies in one of the folders."""
        return sorted(path.name for path in (self.drop / folder).iterdir())

    def move_away(self) -> None:
        """Take the folder away, as when a share is lost."""
        self.drop.rename(self.folder / "elsewhere")

    def bring_back(self) -> None:
        """Have it again."""
        (self.folder / "elsewhere").rename(self.drop)
