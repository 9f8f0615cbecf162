"""A quick look at the ledger's chains: every entry has its digest and follows the one before it.

Hashes only, so that it can be done at every start; signatures and receipts are for the full check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.signing.canonical import sha256_hex
from app.signing.chain import ChainLink, check_chain
from app.store.engine import reading
from app.store.ledger_schema import AUDIT_ENTRY

if TYPE_CHECKING:
    from sqlalchemy import Engine


def chain_problems(engine: Engine) -> tuple[str, ...]:
    """What is wrong with the entries' bytes and chains, in words; nothing when all is whole."""
    entry = AUDIT_ENTRY.c
    query = select(entry.keyid, entry.seq, entry.prev, entry.sha256, entry.envelope).order_by(entry.entry_id)
    changed: list[str] = []
    links: list[ChainLink] = []
    with reading(engine).connect() as connection:
        for row in connection.execute(query):
            found = sha256_hex(row.envelope)
            if found != row.sha256:
                changed.append(f"The bytes of entry {row.seq} of device {row.keyid[:12]} were changed.")
            links.append(ChainLink(keyid=row.keyid, seq=row.seq, prev=row.prev, sha256=found))
    return (*changed, *check_chain(links))
