"""Make the database that is kept of the newest mirror revision: ``python -m tests.support.keep_database``.

It goes from the one kept before it, migrated, with one record of each kind that the tower knows. Run it
while a revision is being made; once released, its database stays as it is.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlcipher3 import dbapi2

from app.store.engine import open_database
from app.store.migrate import REVISIONS
from app.store.mirror import Mirror
from connectors.protocol import Page
from domain.ids import LineId
from domain.priorities import ConfirmationClass, LinePriority
from domain.records import Entity
from tests.support import facts
from tests.support.fake_connector import STREAM

OLD_DATABASES = Path(__file__).parents[1] / "store" / "old_databases"


def one_of_each() -> tuple[Entity, ...]:
    """A record of every kind."""
    return (
        facts.node(),
        facts.lane(),
        facts.carrier_service(),
        facts.item(category="fasteners"),
        facts.customer(routing_scacs=("UPSN", "FXFE")),
        facts.contract_price(),
        facts.order(customer_po="PO-4711"),
        facts.line(),
        facts.position("MEM", 60),
        facts.allocation(lot_id="L1"),
        facts.supply(confirmed_quantity=80),
        facts.pick(wave_id="W7"),
        facts.shipment(zone_id="Z1"),
        facts.milestone(),
        facts.booking(),
        facts.invoice(),
        facts.pod(90),
        facts.rma(),
        facts.lot(),
        facts.cycle_count(counted=92),
        facts.route_event(),
        facts.order_change(),
        facts.edi_message(),
        facts.contact(),
        facts.service_case(),
    )


def keep_newest(folder: Path, *, at: datetime) -> Path:
    """Write the database of the newest revision into ``folder``; the one before it must be there."""
    before, newest = REVISIONS["mirror"][-2:]
    with TemporaryDirectory() as work:
        path = Path(work) / "mirror.db"
        shutil.copy(folder / f"{before}.db", path)
        mirror = Mirror(open_database(path, role="mirror"))
        records = tuple(facts.record(entity, stamp=100) for entity in one_of_each())
        page = Page(records=records, rejected=(), deleted=(), cursor="100", more=False)
        with mirror.write() as transaction:
            transaction.apply_page(facts.ERP, STREAM, page, at=at)
            transaction.set_line_priority(
                LinePriority(
                    line_id=LineId("SO-1/1"),
                    confirmation_class=ConfirmationClass.GAIN,
                    rank=1,
                    reason="Hospital",
                    author="p.ellis",
                    at=at,
                )
            )
        mirror.close()
        connection = dbapi2.connect(path)
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE", "VACUUM"):
            connection.execute(statement)
        connection.close()
        return Path(shutil.copy(path, folder / f"{newest}.db"))


if __name__ == "__main__":
    keep_newest(OLD_DATABASES, at=facts.NOW)
