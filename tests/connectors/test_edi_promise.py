"""A customer that ordered by EDI is told of another day by 855 or ORDRSP; then that day is promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.services.recommend.mirror_facts import MirrorFacts
from app.services.recommend.question import RuleQuestion
from app.services.recommend.recommend import ask
from app.services.sync import SyncOptions, sync_source
from connectors.edi.documents import OrderAnswer
from connectors.edi.edifact import read_edifact
from connectors.edi.edifact_sets.registry import EDIFACT_READERS
from connectors.edi.envelopes import Interchange
from connectors.edi.reading import SetReading
from connectors.edi.x12 import read_x12
from connectors.edi.x12sets.registry import X12_READERS
from domain.commands import Command, CommandResult, PromiseDate
from domain.compensation import undone_by
from domain.edi import EdiMessage
from domain.ids import EntityKind, LineId, OrderId, SourceName
from domain.orders import OrderLine, SalesOrder
from tests.support import facts
from tests.support.edi_oracle import complaints, envelope_complaints
from tests.support.edi_site import (
    PARTNERS,
    PURCHASE_ORDER,
    EdiSite,
    edifact_interchange,
    interchange,
    partner,
)
from tests.support.tower_room import tower_room

NUMBER = "4500012345"
DAYS = timedelta(days=4)
ORDERS = [
    ["BGM", "220", NUMBER, "9"], ["DTM", "137:20261120:102"], ["DTM", "2:20261130:102"],
    ["NAD", "DP", "5790000000012::9", "", "Nord Butik"],
    ["LIN", "1", "", "ACM-77:SA"], ["QTY", "21:10:PCE"], ["PRI", "AAA:12.50"],
    ["LIN", "2", "", "ACM-78:SA"], ["QTY", "21:24:PCE"], ["PRI", "AAA:2.00"],
    ["UNS", "S"], ["CNT", "2:2"],
]  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EdiSite:
    """Two customers that ordered the same: one in X12, one in EDIFACT."""
    told = PARTNERS["nord"].replace('acknowledge = "CONTRL"', 'acknowledge = "none"\nwrites = ["ORDRSP"]')
    monkeypatch.setitem(PARTNERS, "nord", told)
    monkeypatch.setitem(PARTNERS, "acme", PARTNERS["acme"].replace('acknowledge = "997"', ""))
    made = EdiSite(tmp_path)
    made.receive("1.edi", interchange("acme", [("850", PURCHASE_ORDER)]))
    made.receive("2.edi", edifact_interchange("nord", "ORDERS", ORDERS))
    made.connector.changes("orders", None, 50)
    return made


def promised(site: EdiSite, customer: str) -> tuple[datetime, ...]:
    """By when the order and its two lines are promised."""
    order = site.connector.entity(EntityKind.SALES_ORDER, f"{customer}-{NUMBER}")
    lines = [site.connector.entity(EntityKind.ORDER_LINE, f"{customer}-{NUMBER}-{n}") for n in (1, 2)]
    return tuple(each.promised_at for each in (order, *lines) if isinstance(each, SalesOrder | OrderLine))


def promise(site: EdiSite, customer: str) -> PromiseDate:
    """Four days later than what the customer asked for."""
    at = promised(site, customer)[0]
    return PromiseDate(
        order_id=OrderId(f"{customer}-{NUMBER}"),
        line_ids=(LineId(f"{customer}-{NUMBER}-1"), LineId(f"{customer}-{NUMBER}-2")),
        promised_at=at + DAYS,
        replaces_promised_at=at,
    )


def submit(site: EdiSite, action: PromiseDate, key: str = "act-1-1") -> tuple[CommandResult, str]:
    """What the connector answers."""
    receipt = site.connector.submit(Command(key=key, source=SourceName("edi"), action=action))
    return receipt.result, receipt.message


def sent(site: EdiSite, customer: str) -> tuple[Interchange, OrderAnswer]:
    """The one answer to a customer that lies in the folder, as its program would read it; taken away."""
    (name,) = [
        name for name in site.names("out") if name.startswith((f"{customer}-855", f"{customer}-ORDRSP"))
    ]
    path = site.drop / "out" / name
    text = path.read_text("latin-1")
    path.unlink()
    assert complaints(text) == []
    profile = partner(customer)
    if profile.standard == "x12":
        assert envelope_complaints(text) == []
        (found,) = read_x12(text)
        read = X12_READERS["855"][0]
    else:
        (found,) = read_edifact(text)
        read = EDIFACT_READERS["ORDRSP"][0]
    answer = read(SetReading(found.groups[0].sets[0], profile))
    assert isinstance(answer, OrderAnswer)
    return found, answer


@pytest.mark.parametrize(
    ("customer", "codes", "purposes"),
    [("acme", ("DR", "IA"), ("00", "04")), ("nord", ("3", "5"), ("9", "4"))],
)
def test_the_customer_is_told_of_another_day_and_of_the_old_one_again(
    site: EdiSite, customer: str, codes: tuple[str, str], purposes: tuple[str, str]
) -> None:
    action = promise(site, customer)
    (back,) = undone_by(action, None) or ()
    assert isinstance(back, PromiseDate)
    for number, (step, code, purpose) in enumerate(zip((action, back), codes, purposes, strict=True)):
        site.clock.move(minutes=1)
        assert submit(site, step, f"act-{number}-1")[0] is CommandResult.SUCCEEDED
        assert submit(site, step, f"act-{number}-1")[0] is CommandResult.SUCCEEDED, "sent again"
        assert set(promised(site, customer)) == {step.promised_at}
        document, answer = sent(site, customer)
        begin = document.groups[0].sets[0].segments[0]
        assert begin.get(1 if begin.tag == "BAK" else 3) == purpose
        assert document.receiver == partner(customer).address
        assert answer.number == NUMBER
        assert answer.ordered_at is not None
        zone = partner(customer).zone
        assert answer.ordered_at.astimezone(zone).date().isoformat() == "2026-11-20"
        assert [(line.position, line.item, line.quantity) for line in answer.lines] == [
            (1, "ACM-77", 10), (2, "ACM-78", 24),
        ]  # fmt: skip
        told = [(each.code.raw, each.quantity, each.at) for line in answer.lines for each in line.answers]
        assert told == [(code, 10, step.promised_at), (code, 24, step.promised_at)]


def test_an_answer_to_another_order_whose_number_begins_alike_is_no_answer_to_this_one(site: EdiSite) -> None:
    begin, *rest = PURCHASE_ORDER
    longer = [(*begin[:3], f"{NUMBER}9", *begin[4:]), *rest]
    site.receive("3.edi", interchange("acme", [("850", longer)], control=3))
    site.connector.changes("orders", None, 50)
    action = promise(site, "acme")
    other = replace(
        action,
        order_id=OrderId(f"acme-{NUMBER}9"),
        line_ids=(LineId(f"acme-{NUMBER}9-1"), LineId(f"acme-{NUMBER}9-2")),
    )
    assert submit(site, other, "act-1-1")[0] is CommandResult.SUCCEEDED
    sent(site, "acme")
    assert submit(site, action, "act-2-1")[0] is CommandResult.SUCCEEDED
    document, _ = sent(site, "acme")
    assert document.groups[0].sets[0].segments[0].get(1) == "00"


def test_a_promise_that_was_changed_since_is_a_conflict(site: EdiSite) -> None:
    action = promise(site, "acme")
    stale = replace(action, replaces_promised_at=action.replaces_promised_at - timedelta(days=1))
    result, why = submit(site, stale)
    assert (result, "promised for another day" in why) == (CommandResult.CONFLICT, True)
    assert site.names("out") == []
    assert submit(site, action, "act-2-1")[0] is CommandResult.SUCCEEDED
    assert submit(site, action, "act-3-1")[0] is CommandResult.CONFLICT, "it is promised for that day by now"


def test_a_customer_that_takes_no_855_and_an_order_nobody_sent_need_a_person(site: EdiSite) -> None:
    profile = site.partners / "acme.toml"
    profile.write_text(profile.read_text().replace('writes = ["855", "997"]', 'writes = ["997"]'))
    action = promise(site, "acme")
    result, why = submit(site, action)
    assert (result, "lets us write 855 or ORDRSP" in why) == (CommandResult.REJECTED, True)
    result, why = submit(site, replace(action, order_id=OrderId("SO-1")))
    assert (result, "Nobody ordered SO-1 by EDI" in why) == (CommandResult.REJECTED, True)
    other = (LineId(f"nord-{NUMBER}-1"),)
    result, why = submit(site, replace(action, line_ids=other))
    assert (result, "no such lines" in why) == (CommandResult.REJECTED, True)
    assert site.names("out") == []
    assert set(promised(site, "acme")) == {action.replaces_promised_at}


def test_a_refused_855_is_told_under_the_number_of_the_order(site: EdiSite) -> None:
    submit(site, promise(site, "acme"))
    document, _ = sent(site, "acme")
    refusal = [
        ("AK1", "PR", document.groups[0].control), ("AK2", "855", "0001"),
        ("AK3", "ACK", "4", "", "8"), ("AK5", "R", "5"), ("AK9", "R", "1", "1", "0"),
    ]  # fmt: skip
    site.receive("3.edi", interchange("acme", [("997", refusal)], control=3))
    page = site.connector.changes("messages", None, 50)
    ours = [m.entity for m in page.records if ":out:" in m.ref.entity_id]
    (told,) = [each for each in ours if isinstance(each, EdiMessage)]
    assert (told.transaction_set, told.reference, told.status.value) == ("855", NUMBER, "rejected")


def test_an_order_that_is_wished_too_early_is_promised_anew_and_its_case_clears(tmp_path: Path) -> None:
    for name in ("room", "site"):
        (tmp_path / name).mkdir()
    with tower_room(tmp_path / "room") as room:
        site = EdiSite(tmp_path / "site", foreign_clock=room.clock)
        far = replace(facts.lane("dc-newark"), transit_days=12)
        masters = (facts.customer("c-acme"), facts.item("sku-77"), facts.item("ACM-78"))
        stock = [facts.position("dc-newark", item_id=each) for each in ("sku-77", "ACM-78")]
        room.sync(*facts.quiet_world(), far, facts.node("dc-newark", "Newark"), *masters, *stock)
        site.receive("1.edi", interchange("acme", [("850", PURCHASE_ORDER)]))

        def sync() -> list[str]:
            read = sync_source(site.connector, room.mirror, clock=room.clock, options=SyncOptions(force=True))
            assert read.succeeded, read.why
            return room.codes()

        assert "OE-PROMISE" in sync()
        case = room.only_case("OE-PROMISE")
        question = ask(case, MirrorFacts(room.mirror), recommendation_id="R", now=room.clock.now())
        assert isinstance(question, RuleQuestion)
        (best,) = [option for option in question.recommendation.options if option.recommended]
        (action,) = best.actions
        assert isinstance(action, PromiseDate)
        assert submit(site, action)[0] is CommandResult.SUCCEEDED
        assert "OE-PROMISE" not in sync()
        _, answer = sent(site, "acme")
        (line, _) = answer.lines
        assert [each.at for each in line.answers] == [action.promised_at]
