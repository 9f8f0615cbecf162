"""From an option's actions to commands: which system each goes to, and what must still hold then."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.approval_room import Facts, expected_now
from domain.commands import (
    Action,
    CreditInvoiceLine,
    ExpectedVersion,
    ExpediteSupply,
    ReallocateLine,
    RebookCarrier,
    ReleaseCreditHold,
    RepickTask,
    SetLinePrice,
    SetOrderField,
    SplitLine,
)
from domain.errors import ConflictError
from domain.ids import EntityKind, EntityRef, SourceName
from domain.recommendations import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDraft:
    """An action with the system that takes it and the records it rests on."""

    source: SourceName
    action: Action
    expected: tuple[ExpectedVersion, ...]


def target_of(action: Action) -> EntityRef:
    """The record that an action changes."""
    if isinstance(action, ReleaseCreditHold | SetOrderField):
        return EntityRef(kind=EntityKind.SALES_ORDER, entity_id=action.order_id)
    if isinstance(action, SetLinePrice | ReallocateLine | SplitLine):
        return EntityRef(kind=EntityKind.ORDER_LINE, entity_id=action.line_id)
    if isinstance(action, RebookCarrier):
        return EntityRef(kind=EntityKind.SHIPMENT, entity_id=action.shipment_id)
    if isinstance(action, RepickTask):
        return EntityRef(kind=EntityKind.PICK_TASK, entity_id=action.task_id)
    if isinstance(action, CreditInvoiceLine):
        return EntityRef(kind=EntityKind.INVOICE, entity_id=action.invoice_id)
    return EntityRef(kind=EntityKind.INBOUND_SUPPLY, entity_id=_supply_id(action))


def _supply_id(action: ExpediteSupply) -> str:
    return action.supply_id


def draft_commands(option: Option, facts: Facts) -> tuple[CommandDraft, ...]:
    """One draft an action; each goes to the system that the record it changes comes from.

    Raises:
        ConflictError: a record is no longer there.
    """
    return tuple(_draft(action, facts) for action in option.actions)


def _draft(action: Action, facts: Facts) -> CommandDraft:
    ref = target_of(action)
    record = facts.get(ref)
    if record is None:
        raise ConflictError(
            what=f"The {ref.kind.replace('_', ' ')} {ref.entity_id} is no longer there.",
            remedy="Look at the case again; it will clear or show the new facts.",
        )
    return CommandDraft(source=record.source, action=action, expected=(expected_now(record),))
