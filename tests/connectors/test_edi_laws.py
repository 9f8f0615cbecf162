"""Laws of reading EDI: a spoiled document is an error with its place, and what is written reads the same."""

from __future__ import annotations

import copy
import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from connectors.edi import codes
from connectors.edi.documents import OrderAnswer, PurchaseOrder, Tender, TenderAnswer
from connectors.edi.edifact import read_edifact
from connectors.edi.edifact_sets.registry import EDIFACT_READERS
from connectors.edi.faults import EdiParseError
from connectors.edi.limits import Limits
from connectors.edi.outgoing import write_204, write_855, write_iftmin, write_ordrsp
from connectors.edi.reading import SetReading
from connectors.edi.segments import split_released, unescaped
from connectors.edi.x12 import read_x12
from connectors.edi.x12sets.registry import X12_READERS
from tests.support.edi_documents import DAYS, NUMBERS, answers, edifact_answers, orders
from tests.support.edi_mutations import DOCUMENTS, refused_wrongly, results_of, spoiled
from tests.support.edi_partner_documents import write_850, write_990
from tests.support.edi_site import PURCHASE_ORDER, edifact_interchange, interchange, partner


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda text: text[:3] + text[-40:-20])
def test_the_documents_to_be_spoiled_are_whole(document: str) -> None:
    results = results_of(document.encode())
    assert results
    assert all(result.fault is None and result.entities for result in results)


@settings(deadline=1000, max_examples=250)
@given(seed=st.integers(0, 2**32))
def test_a_spoiled_document_is_refused_by_saying_what_is_wrong(seed: int) -> None:
    assert not refused_wrongly(spoiled(random.Random(seed)))


@settings(deadline=1000, max_examples=120)
@given(body=st.binary(max_size=400))
def test_any_bytes_are_refused_by_saying_what_is_wrong(body: bytes) -> None:
    assert not refused_wrongly(body)
    assert not refused_wrongly(DOCUMENTS[0][:106].encode() + body)
    assert not refused_wrongly(b"UNB+" + body)


@settings(deadline=1000, max_examples=80)
@given(seed=st.integers(0, 2**32))
def test_a_fault_inside_one_set_names_its_segment(seed: int) -> None:
    chance = random.Random(seed)
    body = [list(line) for line in PURCHASE_ORDER]
    line = chance.randrange(len(body))
    element = chance.randrange(1, len(body[line]))
    body[line][element] = chance.choice(["", "??", "9" * 30, "-1", "20269999"])
    (result,) = results_of(interchange("acme", [("850", body)]).encode())
    if result.fault is not None:
        assert isinstance(result.fault, EdiParseError)
        assert result.fault.position >= 3
        assert result.fault.segment
        assert not result.entities


def read_again(set_id: str, body: list[list[str]], name: str) -> object:
    """A body written, put into an interchange and read."""
    (found,) = read_x12(interchange(name, [(set_id, body)]))
    return X12_READERS[set_id][0](SetReading(found.groups[0].sets[0], partner(name)))


@settings(max_examples=40, deadline=1000)
@given(document=orders())
def test_an_order_written_reads_the_same(document: PurchaseOrder) -> None:
    profile = partner("bolt")
    assert read_again("850", write_850(document, profile), "bolt") == document


@settings(max_examples=40, deadline=1000)
@given(document=answers(), again=st.booleans())
def test_an_answer_written_reads_the_same(document: OrderAnswer, again: bool) -> None:
    assert read_again("855", write_855(document, partner("bolt"), again=again), "bolt") == document


@settings(max_examples=40, deadline=1000)
@given(document=edifact_answers(), again=st.booleans())
def test_an_answer_written_in_edifact_reads_the_same(document: OrderAnswer, again: bool) -> None:
    profile = structs.replace(partner("nord"), timezone="UTC")
    body = write_ordrsp(document, profile, reference="act:1", again=again)
    (found,) = read_edifact(edifact_interchange("nord", "ORDRSP", body))
    assert EDIFACT_READERS["ORDRSP"][0](SetReading(found.groups[0].sets[0], profile)) == document


@settings(max_examples=40, deadline=1000)
@given(number=NUMBERS, day=DAYS, minutes=st.integers(0, 1439), withdrawn=st.booleans())
def test_a_tender_and_its_answer_written_read_the_same(
    number: str, day: datetime, minutes: int, withdrawn: bool
) -> None:
    at = day + timedelta(minutes=minutes)
    tender = Tender(
        shipment_number=number, scac="OVLF", at=at, respond_by=at, withdrawn=withdrawn, charge_cents=0
    )
    assert read_again("204", write_204(tender, partner("ovlf"), reference="act-1"), "ovlf") == tender
    code = codes.CodedFact(element="558", raw="A", meaning="accepted", responsible="carrier")
    reply = TenderAnswer(shipment_number=number, scac="OVLF", at=day, code=code)
    assert read_again("990", write_990(reply, partner("ovlf")), "ovlf") == reply


@settings(max_examples=40, deadline=1000)
@given(number=NUMBERS, day=DAYS, minutes=st.integers(0, 1439), withdrawn=st.booleans())
def test_an_instruction_written_reads_the_same(
    number: str, day: datetime, minutes: int, withdrawn: bool
) -> None:
    profile = partner("nord")
    tender = Tender(
        shipment_number=number,
        scac="DSVX",
        at=day + timedelta(minutes=minutes),
        respond_by=None,
        withdrawn=withdrawn,
        charge_cents=0,
    )
    text = edifact_interchange("nord", "IFTMIN", write_iftmin(tender, profile, reference="act:1"))
    (found,) = read_edifact(text)
    assert EDIFACT_READERS["IFTMIN"][0](SetReading(found.groups[0].sets[0], profile)) == tender


@settings(max_examples=40, deadline=1000)
@given(parts=st.lists(st.text("ab?'+:", max_size=6), min_size=1, max_size=5))
def test_released_texts_are_split_and_read_as_they_were(parts: list[str]) -> None:
    escaped = [part.replace("?", "??").replace("+", "?+") for part in parts]
    assert [unescaped(part, "?") for part in split_released("+".join(escaped), "+", "?")] == parts


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(segments=5), "more than 5 segments"),
        (Limits(elements_of_segment=4), "more than 4 elements"),
        (Limits(element_characters=8), "too long"),
        (Limits(interchanges=1), "more than 1 interchanges"),
    ],
)
def test_a_document_beyond_a_limit_is_refused(limits: Limits, why: str) -> None:
    text = interchange("acme", [("850", PURCHASE_ORDER)])
    with pytest.raises(EdiParseError, match=why):
        read_x12(text + text, limits)


def test_an_error_keeps_its_place_on_its_way_between_processes() -> None:
    error = EdiParseError(segment="PO1", position=7, element=2, why="it is odd", code="7")
    again = copy.copy(error)  # by the same door as a pickle
    assert (again.segment, again.position, again.element, again.code) == ("PO1", 7, 2, "7")
    assert str(again) == str(error)
