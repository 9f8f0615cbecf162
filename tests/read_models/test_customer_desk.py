"""The panel names whom to tell about a case, and the service case the customer already has open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.read_models.customer_desk import open_service_cases, recipients
from app.read_models.geography import read_geography
from domain.customer_service import ContactRole, ServiceCaseStatus
from domain.ids import CustomerId, OrderId
from domain.records import Entity
from tests.support import facts
from tests.support.fake_detail import detail
from tests.support.fake_tower import NOW
from tests.support.tower_room import tower_room
from views.case_detail.lines import order_lines
from views.case_detail.state import RecipientRow, ServiceCaseRow


def shown(folder: Path, *desk: Entity) -> tuple[tuple[RecipientRow, ...], tuple[ServiceCaseRow, ...]]:
    """What the panel says of the customer desk beside a line whose price is wrong."""
    with tower_room(folder) as room:
        room.sync(*facts.quiet_world(), *desk)
        line = facts.line()
        room.sync(replace(line, unit_price_cents=line.unit_price_cents * 2))
        case = room.only_case("OE-PRICE")
        geography = read_geography(room.mirror, [case])
        return recipients(room.mirror, geography, case), open_service_cases(room.mirror, geography, case)


def test_the_buyer_is_told_about_a_price_and_another_customer_s_contact_is_not(tmp_path: Path) -> None:
    found, _ = shown(
        tmp_path,
        facts.contact("K0", name="Gate", role=ContactRole.RECEIVING),
        facts.contact("K1"),
        facts.contact("K2", name="Second buyer", preferred=False),
        facts.contact("K3", customer_id=CustomerId("C9"), name="Elsewhere"),
    )
    (who,) = found
    assert (who.name, who.customer_name) == ("Dana Hill", "Acme Supply")
    assert (who.email, who.phone) == ("dana.hill@acme.example", "+1 303 555 0142")


def test_who_answers_for_anything_is_told_where_no_one_answers_for_the_matter(tmp_path: Path) -> None:
    found, _ = shown(
        tmp_path,
        facts.contact("K0", name="Gate", role=ContactRole.RECEIVING),
        facts.contact("K1", name="Office", role=ContactRole.ANY, email="", phone="+1 303 555 0100"),
    )
    assert [(who.name, who.phone) for who in found] == [("Office", "+1 303 555 0100")]


def test_open_service_cases_of_the_order_stand_beside_it_oldest_first(tmp_path: Path) -> None:
    found, cases = shown(
        tmp_path,
        facts.service_case("CS1"),
        facts.service_case(
            "CS2", number="CS-7", order_id=None, status=ServiceCaseStatus.WAITING,
            opened_at=facts.NOW - 9 * facts.DAY,
        ),
        facts.service_case("CS3", number="CS-8", status=ServiceCaseStatus.CLOSED, closed_at=facts.NOW),
        facts.service_case("CS4", number="CS-9", order_id=OrderId("SO-2")),
        facts.service_case("CS5", number="CS-10", customer_id=CustomerId("C9")),
    )  # fmt: skip
    assert found == ()
    assert [(each.number, each.waits) for each in cases] == [("CS-7", True), ("CS-1042", False)]


def test_the_panel_says_whom_to_ask_for_what_and_the_number_to_quote() -> None:
    shown_detail = detail(
        recipients=(
            RecipientRow(
                customer_name="Harbor Foods", name="Dana Hill", email="d@harbor.example",
                asks="Tell the customer",
            ),
        ),
        service_cases=(
            ServiceCaseRow(
                number="CS-1042", subject="Where is it?", customer_name="Harbor Foods", opened_at=NOW
            ),
        ),
    )  # fmt: skip
    first, second, third = order_lines(shown_detail, NOW)[:3]
    assert first.spoken == "Dana Hill  ·  Harbor Foods, Tell the customer  ·  d@harbor.example"
    assert (second.title, second.text) == ("Where is it?", "Service case CS-1042  ·  Harbor Foods")
    assert second.right == "being worked on"
    assert third.title == "SO-884120"
