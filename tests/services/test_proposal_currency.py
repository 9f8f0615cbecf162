"""Rights are judged on an amount in the currency of the orders behind the case, and on their customer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.services.propose import currency_of, customer_of
from app.services.recommend.trail import in_words
from domain.errors import RefusedError
from domain.ids import CustomerId, EntityKind, OrderId
from tests.support.distributor import ORDER, FakeFacts, make_case

CASE = make_case("OE-CREDIT", EntityKind.SALES_ORDER, ORDER.order_id)


def test_the_currency_is_that_of_the_order() -> None:
    facts = FakeFacts(entities=[replace(ORDER, currency="EUR")])
    assert currency_of(CASE, facts) == "EUR"


def test_a_case_without_orders_is_in_dollars() -> None:
    assert currency_of(replace(CASE, order_ids=()), FakeFacts()) == "USD"


def test_orders_in_two_currencies_are_no_one_amount() -> None:
    other = replace(ORDER, order_id=OrderId("other"), currency="EUR")
    case = replace(CASE, order_ids=(ORDER.order_id, other.order_id))
    with pytest.raises(RefusedError, match="EUR and USD"):
        currency_of(case, FakeFacts(entities=[ORDER, other]))


def test_the_customer_is_that_of_the_orders_if_it_is_one() -> None:
    second = replace(ORDER, order_id=OrderId("second"))
    stranger = replace(ORDER, order_id=OrderId("other"), customer_id=CustomerId("somebody else"))
    case = replace(CASE, order_ids=(ORDER.order_id, second.order_id))
    assert customer_of(case, FakeFacts(entities=[ORDER, second])) == ORDER.customer_id
    case = replace(CASE, order_ids=(ORDER.order_id, stranger.order_id))
    assert customer_of(case, FakeFacts(entities=[ORDER, stranger])) is None
    assert customer_of(replace(CASE, order_ids=()), FakeFacts()) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 from wh-1, 5 from wh-12", "10 from Newark, 5 from Reno"),
        ("stock at wh-1: 4", "stock at Newark: 4"),
        ("wh-13 and x-wh-1 are others", "wh-13 and x-wh-1 are others"),
    ],
)
def test_reasons_name_things_as_people_do(text: str, said: str) -> None:
    assert in_words(text, {"wh-1": "Newark", "wh-12": "Reno"}) == said
