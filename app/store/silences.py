"""Silences: what people said they do not want to be told of for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from app.store.instants import from_ms, to_ms
from app.store.schema_policy import SILENCE
from domain.errors import BadInputError
from domain.ids import CustomerId, NodeId, SilenceId
from domain.incidents import Silence

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import RowMapping

_S = SILENCE.c


def add_silence(connection: Connection, silence: Silence) -> None:
    """Keep a new silence."""
    connection.execute(
        insert(SILENCE).values(
            silence_id=silence.silence_id,
            code=silence.code,
            node_id=silence.node_id or "",
            customer_id=silence.customer_id or "",
            author=silence.author,
            reason=silence.reason,
            starts_at=to_ms(silence.starts_at),
            expires_at=to_ms(silence.expires_at),
        )
    )


def end_silence(connection: Connection, silence_id: SilenceId, *, at: datetime) -> Silence:
    """Let a silence end now; one that is over stays as it was.

    Raises:
        BadInputError: there is no such silence.
    """
    change = update(SILENCE).where(_S.silence_id == silence_id, _S.expires_at > to_ms(at))
    connection.execute(change.values(expires_at=to_ms(at)))
    row = connection.execute(select(SILENCE).where(_S.silence_id == silence_id)).mappings().one_or_none()
    if row is None:
        raise BadInputError(
            what=f"There is no silence {silence_id}.", remedy="List them: control-tower silences."
        )
    return _silence(row)


def silences(connection: Connection, *, at: datetime, active_only: bool = True) -> list[Silence]:
    """The silences, those that end first before the others."""
    query = select(SILENCE).order_by(_S.expires_at, _S.silence_id)
    if active_only:
        query = query.where(_S.starts_at <= to_ms(at), _S.expires_at > to_ms(at))
    return [_silence(row) for row in connection.execute(query).mappings()]


def _silence(row: RowMapping) -> Silence:
    return Silence(
        silence_id=SilenceId(row["silence_id"]),
        code=row["code"],
        node_id=NodeId(row["node_id"]) if row["node_id"] else None,
        customer_id=CustomerId(row["customer_id"]) if row["customer_id"] else None,
        author=row["author"],
        reason=row["reason"],
        starts_at=from_ms(row["starts_at"]),
        expires_at=from_ms(row["expires_at"]),
    )
