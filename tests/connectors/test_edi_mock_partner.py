"""Trading with a partner that somebody else wrote: in full, short, refusing, doubling, silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.edi import EdiMessage
from domain.ids import EntityKind
from domain.inventory import InboundSupply
from tests.support.connector_contract import read_all, state_of
from tests.support.edi_oracle import complaints
from tests.support.mock_edi_partner import MockEdi


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockEdi]:
    """One partner for this file; each test has an order of its own."""
    with MockEdi(tmp_path_factory.mktemp("mock-edi")) as found:
        yield found


def trade(partner: MockEdi, number: str, behaviour: str) -> list[tuple[int, int | None, int | None]]:
    """Order 40 and 10; gives (ordered, confirmed, shipped) by line as we understood the answers."""
    partner.behave(behaviour)
    partner.order(number, 40, 10)
    sent = [path.read_text("latin-1") for path in (partner.drop / "in").iterdir()]
    # Some of its texts are longer than the standard has them; what we refuse must have another reason.
    assert not [each for text in sent for each in complaints(text) if "too big" not in each]
    pages, _ = read_all(partner.connector, "supply", limit=100)
    found = []
    for record in state_of(pages).values():
        supply = record.entity
        if isinstance(supply, InboundSupply) and supply.number == number:
            found.append((supply.ordered_quantity, supply.confirmed_quantity, supply.shipped_quantity))
    assert not [bad.message for page in pages for bad in page.rejected]
    partner.hand_over()
    assert partner.unacknowledged() == []
    return found


@pytest.mark.parametrize(
    ("behaviour", "supply"),
    [
        ("accept", [(40, 40, 40), (10, 10, 10)]),
        ("short-ship", [(40, 32, 32), (10, 8, 8)]),
        ("over-ship", [(40, 40, 52), (10, 10, 13)]),
        ("reject-line", [(40, 40, 40), (10, 0, None)]),
        ("reject-all", [(40, 0, None), (10, 0, None)]),
        ("no-ack", []),
        ("no-invoice", [(40, 40, 40), (10, 10, 10)]),
        ("duplicate-invoice", [(40, 40, 40), (10, 10, 10)]),
        ("out-of-order", [(40, 40, 40), (10, 10, 10)]),
    ],
)
def test_what_the_partner_does_is_what_we_know(
    partner: MockEdi, behaviour: str, supply: list[tuple[int, int | None, int | None]]
) -> None:
    assert sorted(trade(partner, f"PO-{behaviour}", behaviour), reverse=True) == supply


def test_our_order_is_acknowledged_and_kept_as_a_message(partner: MockEdi) -> None:
    trade(partner, "PO-MESSAGE", "accept")
    pages, _ = read_all(partner.connector, "messages", limit=500)
    held = [record.entity for ref, record in state_of(pages).items() if ref.kind is EntityKind.EDI_MESSAGE]
    sets = {(m.transaction_set, m.reference) for m in held if isinstance(m, EdiMessage)}
    assert ("855", "PO-MESSAGE") in sets
    assert {"855", "856", "810"} <= {name for name, _ in sets}


def test_a_corrupt_document_is_refused_and_the_partner_hears_of_it(partner: MockEdi) -> None:
    partner.behave("corrupt")
    partner.order("PO-CORRUPT", 40, 10)
    pages, _ = read_all(partner.connector, "supply", limit=100)
    rejected = [bad for page in pages for bad in page.rejected]
    assert {bad.code.split()[0] for bad in rejected} == {"SE"}
    assert not [ref for ref in state_of(pages) if "CORRUPT" in ref.entity_id]
    partner.hand_over()
    assert partner.unacknowledged() == []
