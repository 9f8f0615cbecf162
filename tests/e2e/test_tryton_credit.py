"""What was billed beyond what was signed for is credited in a real Tryton, once, and the case is cleared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from app.services.draft_commands import draft_commands
from app.services.recommend.by_rule import recommend_by_rule
from app.services.recommend.mirror_facts import MirrorFacts
from app.services.sync import SyncOptions, sync_source
from app.store.engine import open_database
from app.store.mirror import Mirror
from connectors.protocol import Page
from domain.billing import Invoice, PodLine, ProofOfDelivery
from domain.cases import ExceptionCase
from domain.commands import Command, CommandResult, CreditInvoiceLine
from domain.ids import EntityKind, InvoiceId, LineId, PodId, ShipmentId, SourceName
from domain.records import SourceRecord
from tests.support import tryton_scenarios as scenarios
from tests.support.connector_contract import read_all, state_of
from tests.support.tryton_company import INTEGRATION
from tests.support.tryton_rpc import Row, TrytonRpc
from tests.support.tryton_scenarios import Order
from tests.support.tryton_seed import PRODUCTS, Distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import SOURCE, TowerDesk, WallClock

CARRIER = SourceName("carrier")
FILTERS, CLAMPS = 6, 4
PRICE = Decimal(PRODUCTS["FILTER-A"][1])
#: A credit note is made, posted, and noted on the invoice.
WRITES = 3
numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Billed:
    """An order that was shipped and billed."""

    order: Order
    invoice: int

    def credit(self, units: int, line: int = 0) -> CreditInvoiceLine:
        """Give back some of the filters, or of another line."""
        return CreditInvoiceLine(
            invoice_id=InvoiceId(f"inv-{self.invoice}"),
            line_id=LineId(f"line-{self.order.lines[line]}"),
            quantity=units,
        )

    def record(self, desk: TowerDesk) -> SourceRecord:
        """The invoice as the tower reads it."""
        return desk.state("invoices")[f"inv-{self.invoice}"]

    def credited(self, desk: TowerDesk) -> int:
        """Units of the filters given back, as the tower reads them."""
        invoice = self.record(desk).entity
        assert isinstance(invoice, Invoice)
        return invoice.lines[0].credited_quantity

    def notes(self, admin: TrytonRpc) -> list[tuple[str, Decimal]]:
        """State and total of its credit notes."""
        wanted = [["lines.origin.invoice", "=", self.invoice, "account.invoice.line"]]
        found = admin.find("account.invoice", wanted, "state", "total_amount")
        return [(row["state"], row["total_amount"]) for row in found]


@pytest.fixture(scope="module")
def admin(server: TrytonServer) -> TrytonRpc:
    """The company's accountant, here the administrator."""
    return server.rpc()


def _groups(admin: TrytonRpc, change: str) -> None:
    [group] = admin.find("res.group", [["name", "=", "Accounting"]])
    user = admin.one("res.user", [["login", "=", INTEGRATION]])["id"]
    admin.write("res.user", [user], {"groups": [[change, [group["id"]]]]})


@pytest.fixture
def _may_account(admin: TrytonRpc) -> Iterator[None]:
    """The tower's user is one of the accountants."""
    _groups(admin, "add")
    yield
    _groups(admin, "remove")


@pytest.fixture
def bill(clerk: TrytonRpc, admin: TrytonRpc, distributor: Distributor) -> Billed:
    """An order of two lines, delivered, with its invoice posted."""
    order = scenarios.routine(clerk, distributor)
    for button in ("pick", "pack", "ship", "do"):
        clerk.press("stock.shipment.out", button, order.shipments[0])
    invoice = admin.one("account.invoice", [["lines.origin", "=", f"sale.line,{order.lines[0]}"]])["id"]
    admin.press("account.invoice", "post", invoice)
    return Billed(order=order, invoice=invoice)


def key() -> str:
    """A command key never used before."""
    return f"01CREDIT{next(numbers):04d}-1"


def signed_for(bill: Billed, filters: int, clamps: int) -> Page:
    """What the carrier says arrived; of the freight, which is a line of the order too, it says nothing."""
    at = datetime.now(UTC)
    units = zip(bill.order.lines, (filters, clamps), strict=False)
    proof = ProofOfDelivery(
        pod_id=PodId("POD-1"),
        shipment_id=ShipmentId(f"out-{bill.order.shipments[0]}"),
        delivered_at=at,
        signed_by="Dana Hill",
        lines=tuple(PodLine(line_id=LineId(f"line-{line}"), delivered_quantity=n) for line, n in units),
    )
    record = SourceRecord(source=CARRIER, entity=proof, version="1", stamp=1, observed_at=at)
    return Page(records=(record,), rejected=(), deleted=(), cursor="1", more=False)


@pytest.mark.usefixtures("_may_account")
def test_the_remedy_for_units_nobody_signed_for_is_carried_out_and_the_case_is_cleared(
    admin: TrytonRpc, desk: TowerDesk, bill: Billed, tmp_path: Path
) -> None:
    mirror = Mirror(open_database(tmp_path / "mirror.db", role="mirror"))
    clock = WallClock()
    mirror.register_source(
        CARRIER, title="Carrier", kinds=[EntityKind.PROOF_OF_DELIVERY], interval_seconds=60, at=clock.now()
    )
    with mirror.write() as transaction:
        transaction.apply_page(CARRIER, "pods", signed_for(bill, FILTERS - 2, CLAMPS - 1), at=clock.now())
        transaction.note_success(CARRIER, at=clock.now(), rows=1)

    def open_cases() -> list[ExceptionCase]:
        sync_source(desk.connector, mirror, clock=clock, options=SyncOptions(force=True))
        found = [case for case in mirror.cases() if case.entity.entity_id == f"inv-{bill.invoice}"]
        return [case for case in found if case.is_open]

    [case] = open_cases()
    assert case.code == "IN-POD-MISMATCH"
    facts = MirrorFacts(mirror)
    advice = recommend_by_rule(case, facts, recommendation_id="R-1", now=clock.now())
    drafts = draft_commands(advice.options[0], facts)
    assert [draft.action for draft in drafts] == [bill.credit(2), bill.credit(1, line=1)]
    for step, draft in enumerate(drafts, start=1):
        command = Command(
            key=f"01CREDITBOTH-{step}",
            source=SOURCE,
            action=draft.action,
            expected=draft.expected,
            reason="Nobody signed for them.",
        )
        receipt = desk.connector.submit(command)
        assert receipt.result is CommandResult.SUCCEEDED, receipt.message
    clamp = Decimal(PRODUCTS["CLAMP-8"][1])
    assert set(bill.notes(admin)) == {("posted", -2 * PRICE), ("posted", -clamp)}
    assert open_cases() == []
    mirror.close()


@pytest.mark.usefixtures("_may_account")
def test_a_credit_cut_off_at_every_write_is_given_once(
    admin: TrytonRpc, desk: TowerDesk, bill: Billed
) -> None:
    for cut in range(WRITES):
        command = desk.command(key(), bill.credit(1), bill.record(desk))
        desk.line.cut_at(cut, arrives=True)
        assert desk.connector.submit(command).result is CommandResult.UNKNOWN
        desk.line.cut_at(None)
        receipt = desk.connector.probe(command) or desk.connector.submit(command)
        assert receipt.result is CommandResult.SUCCEEDED, receipt.message
        assert desk.connector.submit(command).result is CommandResult.SUCCEEDED
        assert bill.notes(admin) == [("posted", -PRICE)] * (cut + 1)
        assert bill.credited(desk) == cut + 1


@pytest.mark.usefixtures("_may_account")
def test_what_accounting_credits_by_hand_is_read_counts_and_is_a_conflict(
    admin: TrytonRpc, desk: TowerDesk, bill: Billed
) -> None:
    seen = bill.record(desk)
    _, cursor = read_all(desk.connector, "invoices", limit=100)
    original = admin.read("account.invoice", bill.invoice, "company", "party", "invoice_address", "currency")
    account = admin.read("account.invoice", bill.invoice, "journal", "account", "payment_term")
    lines = admin.find("account.invoice.line", [["invoice", "=", bill.invoice]], "product", "unit", "account")
    taken: Row = {key: lines[0][key] for key in ("product", "unit", "account")}
    taken |= {"origin": f"account.invoice.line,{lines[0]['id']}", "quantity": -5.0, "unit_price": PRICE}
    values = {**original, **account, "type": "out", "lines": [["create", [taken]]]}
    del values["id"]
    [note] = admin.create("account.invoice", values)
    assert bill.credited(desk) == 0, "a draft may still be thrown away"
    late = desk.connector.submit(desk.command(key(), bill.credit(1), seen))
    assert late.result is CommandResult.CONFLICT, late.message
    admin.press("account.invoice", "post", note)
    pages, _ = read_all(desk.connector, "invoices", limit=100, cursor=cursor)
    now = next(r for ref, r in state_of(pages).items() if ref.entity_id == f"inv-{bill.invoice}")
    assert isinstance(now.entity, Invoice)
    assert now.entity.lines[0].credited_quantity == 5
    too_much = desk.connector.submit(desk.command(key(), bill.credit(2), now))
    assert too_much.result is CommandResult.REJECTED
    assert "Only 1 units" in too_much.message
    rest = desk.connector.submit(desk.command(key(), bill.credit(1), now))
    assert rest.result is CommandResult.SUCCEEDED, rest.message
    assert bill.credited(desk) == FILTERS


def test_a_user_who_is_no_accountant_is_refused_in_words_and_nothing_is_drafted(
    admin: TrytonRpc, desk: TowerDesk, bill: Billed
) -> None:
    receipt = desk.connector.submit(desk.command(key(), bill.credit(2), bill.record(desk)))
    assert receipt.result is CommandResult.REJECTED
    assert "not allowed" in receipt.message
    assert bill.notes(admin) == []


@pytest.mark.usefixtures("_may_account")
def test_a_credit_note_that_tryton_does_not_post_is_cancelled(
    server: TrytonServer, admin: TrytonRpc, desk: TowerDesk, bill: Billed
) -> None:
    command = desk.command(key(), bill.credit(2), bill.record(desk))
    server.sql("update account_period set state = 'closed'")
    try:
        receipt = desk.connector.submit(command)
    finally:
        server.sql("update account_period set state = 'open'")
    assert receipt.result is CommandResult.REJECTED
    assert "period" in receipt.message
    assert [state for state, _ in bill.notes(admin)] == ["cancelled"]
    assert bill.credited(desk) == 0
