"""From an option's actions to commands: which system each goes to, and what must still hold then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.services.approval_room import Facts, expected_now
from domain.commands import Action, ExpectedVersion, target_of
from domain.compensation import undone_by
from domain.errors import ConflictError
from domain.ids import SourceName
from domain.recommendations import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDraft:
    """An action with the system that takes it, the records it rests on, and what would take it back."""

    source: SourceName
    action: Action
    expected: tuple[ExpectedVersion, ...]
    undone_by: tuple[Action, ...] | None = None


def draft_commands(option: Option, facts: Facts) -> tuple[CommandDraft, ...]:
    """What :func:`draft_actions` gives for an option.

    Raises:
        ConflictError: a record is no longer there.
    """
    return draft_actions(option.actions, facts)


def draft_actions(actions: Iterable[Action], facts: Facts) -> tuple[CommandDraft, ...]:
    """One draft an action; each goes to the system that the record it changes comes from.

    Raises:
        ConflictError: a record is no longer there.
    """
    return tuple(_draft(action, facts) for action in actions)


def _draft(action: Action, facts: Facts) -> CommandDraft:
    ref = target_of(action)
    record = facts.get(ref)
    if record is None:
        raise ConflictError(
            what=f"The {ref.kind.replace('_', ' ')} {ref.entity_id} is no longer there.",
            remedy="Look at the case again; it will clear or show the new facts.",
        )
    return CommandDraft(
        source=record.source,
        action=action,
        expected=(expected_now(record),),
        undone_by=undone_by(action, record.entity),
    )
