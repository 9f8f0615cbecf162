"""The customer desk of the small distributor of ``tests.support.facts``: a contact, a service case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.customer_service import Contact, ContactRole, ServiceCase, ServiceCaseStatus
from domain.ids import ContactId, CustomerId, OrderId, ServiceCaseId


def contact(contact_id: str = "K1", **changes: Any) -> Contact:
    """The buyer of C1."""
    made = Contact(
        contact_id=ContactId(contact_id),
        customer_id=CustomerId("C1"),
        name="Dana Hill",
        role=ContactRole.BUYING,
        email="dana.hill@acme.example",
        phone="+1 303 555 0142",
        language="en",
        preferred=True,
    )
    return replace(made, **changes)


def service_case(service_case_id: str = "CS1", **changes: Any) -> ServiceCase:
    """The customer asks where SO-1 is, since yesterday."""
    made = ServiceCase(
        service_case_id=ServiceCaseId(service_case_id),
        number="CS-1042",
        customer_id=CustomerId("C1"),
        subject="Where is our order?",
        status=ServiceCaseStatus.OPEN,
        opened_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        order_id=OrderId("SO-1"),
        contact_id=ContactId("K1"),
    )
    return replace(made, **changes)
