"""The ledger: what people signed here and what came of it. It is added to, never rebuilt."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.store.engine import known_errors
from app.store.ledger_reads import LedgerReads
from app.store.ledger_transaction import LedgerTransaction
from app.store.ledger_verify import verify_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from app.signing.keys import PublicKey
    from app.store.ledger_views import LedgerReport


class Ledger(LedgerReads):
    """The ledger as its one writer sees it; readers use :class:`LedgerReads` on a read-only engine."""

    def __init__(self, engine: Engine) -> None:
        """Write through ``engine``, made by ``open_database(path, role="ledger")``."""
        super().__init__(engine)
        self._engine = engine

    @contextmanager
    def transaction(self) -> Iterator[LedgerTransaction]:
        """A transaction that is durable when the block ends, and did not happen when it raises.

        Raises:
            UnavailableError: the database is held by another program, or the disk is full.
        """
        with known_errors("ledger"), self._engine.begin() as connection:
            yield LedgerTransaction(connection)

    def verify(self, hub_key: PublicKey | None = None) -> LedgerReport:
        """Check every byte, signature, chain, receipt and reference."""
        return verify_ledger(self._engine, hub_key)
