"""Whom to tell about a case, and what the service desk has open about the same orders."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.cases import ExceptionCase
from domain.catalogue.case_type import Stage
from domain.catalogue.types import case_type
from domain.customer_service import Contact, ContactRole, ServiceCase, ServiceCaseStatus, recipient_among
from domain.ids import CustomerId, EntityKind
from views.case_detail.state import RecipientRow, ServiceCaseRow
from views.phrases import said

if TYPE_CHECKING:
    from app.read_models.geography import Geography
    from app.store.mirror import Mirror

MOST_RECIPIENTS = 5
MOST_SERVICE_CASES = 10

#: Who at a customer a stage's troubles are told to.
ROLE_OF_STAGE: Mapping[Stage, ContactRole] = MappingProxyType(
    {
        Stage.ORDER_ENTRY: ContactRole.BUYING,
        Stage.ALLOCATION: ContactRole.BUYING,
        Stage.WAREHOUSE: ContactRole.RECEIVING,
        Stage.TRANSPORT: ContactRole.RECEIVING,
        Stage.INVOICING: ContactRole.PAYING,
        Stage.RETURNS: ContactRole.QUALITY,
    }
)


def _customers(geography: Geography, case: ExceptionCase) -> list[CustomerId]:
    """The customers of a case in the order of its orders, each once; the one it is about first."""
    found = [geography.orders[each].customer_id for each in case.order_ids if each in geography.orders]
    if case.entity.kind is EntityKind.CUSTOMER:
        found.insert(0, CustomerId(case.entity.entity_id))
    return list(dict.fromkeys(found))


def _name(geography: Geography, customer_id: CustomerId) -> str:
    customer = geography.customers.get(customer_id)
    return customer.name if customer is not None else customer_id


def recipients(mirror: Mirror, geography: Geography, case: ExceptionCase) -> tuple[RecipientRow, ...]:
    """The contact at each customer of a case, for the first few; none where the desk knows nobody."""
    customers = _customers(geography, case)[:MOST_RECIPIENTS]
    kind = case_type(case.code)
    role = ROLE_OF_STAGE.get(kind.stage, ContactRole.ANY)
    asks = next((act.label for act in kind.actions if act.remedy is None and "customer" in act.label), "")
    known: dict[CustomerId, list[Contact]] = {}
    for record in mirror.entities_in(EntityKind.CONTACT, "customer_id", customers):
        if isinstance(record.entity, Contact):
            known.setdefault(record.entity.customer_id, []).append(record.entity)
    rows = []
    for customer_id in customers:
        who = recipient_among(tuple(known.get(customer_id, ())), role)
        if who is not None:
            rows.append(
                RecipientRow(
                    customer_name=_name(geography, customer_id),
                    name=who.name,
                    email=who.email,
                    phone=who.phone,
                    asks=said(asks),
                )
            )
    return tuple(rows)


def open_service_cases(
    mirror: Mirror, geography: Geography, case: ExceptionCase
) -> tuple[ServiceCaseRow, ...]:
    """What the service desk has open about a case's orders; without an order only of a single customer."""
    customers = _customers(geography, case)
    about = {*case.order_ids, None} if len(customers) == 1 else set(case.order_ids)
    found = [
        record.entity
        for record in mirror.entities_in(EntityKind.SERVICE_CASE, "customer_id", customers)
        if isinstance(record.entity, ServiceCase)
        and record.entity.is_open
        and record.entity.order_id in about
    ]
    oldest_first = sorted(found, key=lambda each: (each.opened_at, each.number))
    return tuple(
        ServiceCaseRow(
            number=each.number,
            subject=each.subject,
            customer_name=_name(geography, each.customer_id),
            opened_at=each.opened_at,
            waits=each.status is ServiceCaseStatus.WAITING,
        )
        for each in oldest_first[:MOST_SERVICE_CASES]
    )
