"""What a document changes: records, codes kept raw beside their meaning, and what must be remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connectors.edi.codes import CodedFact
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.records import Entity


class Known(Protocol):
    """What earlier documents told."""

    def entity(self, kind: EntityKind, entity_id: str) -> Entity | None:
        """The present state of a record, ``None`` where none is known."""
        ...

    def notes_under(self, prefix: str) -> Mapping[str, str]:
        """What was remembered under names that begin so."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedSubject:
    """A code and what it was said of."""

    subject: str
    fact: CodedFact


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The changes of one document; ``reference`` is the number by which people speak of it."""

    reference: str
    order_id: str = ""
    entities: list[Entity] = field(default_factory=list)
    codes: list[CodedSubject] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def code(self, subject: str, fact: CodedFact | None) -> None:
        """Keep a code beside what it was said of."""
        if fact is not None:
            self.codes.append(CodedSubject(subject=subject, fact=fact))


def unmatched(what: str, remedy: str) -> BadInputError:
    """A document that reads well but speaks of what nobody knows."""
    return BadInputError(what=what, remedy=remedy)
