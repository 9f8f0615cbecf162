"""From the bytes of a file to what its documents change; nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.edi.codes import CodedFact
from connectors.edi.edifact import read_edifact
from connectors.edi.edifact_sets.registry import EDIFACT_READERS
from connectors.edi.envelopes import Group, Interchange, TransactionSet
from connectors.edi.faults import ELEMENT_CHARACTER, EdiParseError
from connectors.edi.mapping import outcome_of
from connectors.edi.outcome import CodedSubject, Known
from connectors.edi.partners import Partner
from connectors.edi.reading import SetReading
from connectors.edi.x12 import read_x12
from connectors.edi.x12sets.registry import X12_READERS
from domain.edi import EdiMessage, EdiStatus
from domain.errors import BadInputError
from domain.ids import EntityKind, MessageId, OrderId
from domain.records import Entity, ref_of

READERS = {"x12": X12_READERS, "edifact": EDIFACT_READERS}
MESSAGES = "messages"
#: Sets that are answers themselves; answering them would never end.
ACKNOWLEDGEMENTS = frozenset({"997", "999", "CONTRL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResult:
    """What became of one document."""

    group: Group
    source: TransactionSet
    message_id: str
    stream: str
    fault: BadInputError | None
    message: EdiMessage
    entities: tuple[Entity, ...] = ()
    codes: tuple[CodedSubject, ...] = ()


@dataclass(slots=True, kw_only=True)
class Overlay:
    """What is known, with what the documents read just now add to it."""

    kept: Known
    entities: dict[str, Entity] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def entity(self, kind: EntityKind, entity_id: str) -> Entity | None:
        """The present state of a record."""
        return self.entities.get(f"{kind}/{entity_id}") or self.kept.entity(kind, entity_id)

    def notes_under(self, prefix: str) -> Mapping[str, str]:
        """What is remembered under names that begin so."""
        own = {name: value for name, value in self.notes.items() if name.startswith(prefix)}
        return {**self.kept.notes_under(prefix), **own}


def interchange_key(interchange: Interchange) -> str:
    """What makes an interchange the same one: its two ends and its control number."""
    ends = (interchange.sender, interchange.receiver)
    return ":".join(
        (interchange.standard, *(f"{end.qualifier}/{end.identifier}" for end in ends), interchange.control)
    )


def digest_of(interchange: Interchange) -> str:
    """The digest by which a repeated interchange is told from another with its number."""
    return hashlib.sha256(interchange.raw.encode("utf-8")).hexdigest()


def read_file(body: bytes, partners: Sequence[Partner]) -> list[tuple[Partner, Interchange]]:
    """Every interchange of a file with its partner; all are whole, or none is given.

    Raises:
        EdiParseError: the file is no EDI, or an envelope is broken.
        BadInputError: nobody knows the sender, or it is not for us.
    """
    found: list[tuple[Partner, Interchange]] = []
    for interchange in _parsed(body.decode("latin-1")):
        partner = _partner_of(interchange, partners)
        found.append((partner, interchange))
    encodings = {partner.encoding for partner, _ in found} - {"latin-1"}
    if not encodings:
        return found
    try:
        text = body.decode(min(encodings))
    except UnicodeDecodeError as error:
        raise EdiParseError(
            segment="?",
            position=1,
            why=f"the file is not {min(encodings)}: {error.reason}",
            code=ELEMENT_CHARACTER,
        ) from error
    return [(_partner_of(each, partners), each) for each in _parsed(text)]


def _parsed(text: str) -> tuple[Interchange, ...]:
    start = text.lstrip("\r\n\t \ufeff")[:3]
    return read_edifact(text) if start in {"UNA", "UNB"} else read_x12(text)


def _partner_of(interchange: Interchange, partners: Sequence[Partner]) -> Partner:
    for partner in partners:
        if (
            partner.standard == interchange.standard
            and partner.address == interchange.sender
            and partner.own_address == interchange.receiver
        ):
            if partner.is_test != interchange.is_test:
                kind = "a test" if interchange.is_test else "no test"
                raise BadInputError(
                    what=f"The interchange {interchange.control} of {partner.name} is {kind}.",
                    remedy="Set is_test in the partner's profile as agreed with it.",
                )
            return partner
    raise BadInputError(
        what=f"No partner profile is for {interchange.sender.qualifier}/{interchange.sender.identifier} "
        f"writing to {interchange.receiver.qualifier}/{interchange.receiver.identifier}.",
        remedy="Add a profile, or correct the ids in one.",
    )


def take_in(
    interchange: Interchange,
    partner: Partner,
    overlay: Overlay,
    *,
    at: datetime,
    only: frozenset[str] | None = None,
) -> list[SetResult]:
    """What every document of an interchange changes; a wrong one stands alone with its fault.

    With ``only`` the others (by message id) are left out.
    """
    return [
        _result(group, each, message_id, partner, overlay, at)
        for group, each in _sets(interchange)
        if (message_id := _message_id(interchange, group, each, partner)) in (only or {message_id})
    ]


def _message_id(interchange: Interchange, group: Group, source: TransactionSet, partner: Partner) -> str:
    number = f"{group.control}:{source.control}" if group.control else source.control
    return f"{partner.name}:{interchange.control}:{number}"


def _sets(interchange: Interchange) -> Iterator[tuple[Group, TransactionSet]]:
    for group in interchange.groups:
        for each in group.sets:
            yield group, each


def _result(
    group: Group,
    source: TransactionSet,
    message_id: str,
    partner: Partner,
    overlay: Overlay,
    at: datetime,
) -> SetResult:
    reader = READERS[partner.standard].get(source.set_id)
    stream = MESSAGES if reader is None else reader[1]
    try:
        if source.problem is not None:
            raise source.problem
        if reader is None or source.set_id not in partner.reads:
            raise source.header.fail(1, f"{source.set_id} is not agreed with {partner.name}")
        document = reader[0](SetReading(source, partner))
        outcome = outcome_of(document, partner, overlay, message_id=message_id, at=at)
    except BadInputError as error:
        message = _message(message_id, partner, source, at, fault=error)
        return SetResult(
            group=group, source=source, message_id=message_id, stream=stream, fault=error, message=message
        )
    for entity in outcome.entities:
        overlay.entities[str(ref_of(entity))] = entity
    overlay.notes.update(outcome.notes)
    return SetResult(
        group=group,
        source=source,
        message_id=message_id,
        stream=stream,
        fault=None,
        message=_message(
            message_id, partner, source, at, reference=outcome.reference, order_id=outcome.order_id
        ),
        entities=tuple(outcome.entities),
        codes=tuple(outcome.codes),
    )


def _message(
    message_id: str,
    partner: Partner,
    source: TransactionSet,
    at: datetime,
    *,
    reference: str = "",
    order_id: str = "",
    fault: BadInputError | None = None,
) -> EdiMessage:
    place = f"{fault.segment} {fault.position}" if isinstance(fault, EdiParseError) else ""
    return EdiMessage(
        message_id=MessageId(message_id),
        partner=partner.name,
        transaction_set=source.set_id,
        reference=reference or _reference_of(source),
        status=EdiStatus.ACCEPTED if fault is None else EdiStatus.REJECTED,
        segment=place,
        error_code="" if fault is None else _code_of(fault),
        received_at=at,
        order_id=OrderId(order_id) if order_id else None,
    )


def _code_of(fault: BadInputError) -> str:
    return f"{fault.element}/{fault.code}" if isinstance(fault, EdiParseError) else "unmatched"


_NUMBER_AT = {
    "BEG": 3,
    "BAK": 3,
    "BCH": 3,
    "BSN": 2,
    "BIG": 2,
    "W05": 2,
    "W06": 2,
    "B2": 4,
    "B1": 2,
    "B10": 2,
    "B3": 3,
    "BGN": 2,
}


def _reference_of(source: TransactionSet) -> str:
    """The number of a document that was refused, so that the corrected one is recognised as its replay."""
    for segment in source.segments[:3]:
        if segment.tag in _NUMBER_AT:
            return segment.get(_NUMBER_AT[segment.tag]).strip()
        if segment.tag == "BGM":
            return segment.part(2, 1)
    return ""


def coded(codes: Sequence[CodedSubject]) -> list[dict[str, str]]:
    """Codes as they are kept: raw, meaning and responsible party together."""
    return [_as_text(each.subject, each.fact) for each in codes]


def _as_text(subject: str, fact: CodedFact) -> dict[str, str]:
    return {
        "of": subject,
        "element": fact.element,
        "raw": fact.raw,
        "meaning": fact.meaning,
        "responsible": fact.responsible,
    }
