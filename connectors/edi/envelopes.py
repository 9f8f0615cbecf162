"""What both syntaxes wrap documents in: an interchange holds groups, a group holds sets."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.edi.faults import EdiParseError
from connectors.edi.segments import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Who sends or receives: an id and the code list it is from."""

    qualifier: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionSet:
    """One document: its segments without the envelope's, or why its envelope is wrong."""

    set_id: str
    control: str
    header: Segment
    segments: tuple[Segment, ...]
    raw: str
    problem: EdiParseError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Documents of one kind sent together."""

    functional_id: str
    control: str
    version: str
    sets: tuple[TransactionSet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeAnswer:
    """What a partner says of an envelope of ours as a whole (TA1); ``note`` is its code (I18)."""

    control: str
    accepted: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """What one sender put into one envelope; ``control`` makes it unique between the two."""

    standard: str
    sender: Address
    receiver: Address
    control: str
    is_test: bool
    groups: tuple[Group, ...]
    segment_count: int
    raw: str
    answers: tuple[InterchangeAnswer, ...] = ()
