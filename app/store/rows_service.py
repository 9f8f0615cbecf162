"""Rows of contacts and service cases, to values and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.store.instants import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from domain.customer_service import Contact, ContactRole, ServiceCase, ServiceCaseStatus

if TYPE_CHECKING:
    from collections.abc import Mapping


def contact_row(contact: Contact) -> dict[str, Any]:
    """A contact as a row."""
    return {
        "id": contact.contact_id,
        "customer_id": contact.customer_id,
        "name": contact.name,
        "role": contact.role.value,
        "email": contact.email,
        "phone": contact.phone,
        "language": contact.language,
        "preferred": int(contact.preferred),
    }


def contact_of(row: Mapping[str, Any]) -> Contact:
    """A contact from its row."""
    return Contact(
        contact_id=row["id"],
        customer_id=row["customer_id"],
        name=row["name"],
        role=ContactRole(row["role"]),
        email=row["email"],
        phone=row["phone"],
        language=row["language"],
        preferred=bool(row["preferred"]),
    )


def service_case_row(case: ServiceCase) -> dict[str, Any]:
    """A service case as a row."""
    return {
        "id": case.service_case_id,
        "number": case.number,
        "customer_id": case.customer_id,
        "subject": case.subject,
        "status": case.status.value,
        "opened_at": to_ms(case.opened_at),
        "order_id": case.order_id,
        "contact_id": case.contact_id,
        "closed_at": to_ms_or_none(case.closed_at),
    }


def service_case_of(row: Mapping[str, Any]) -> ServiceCase:
    """A service case from its row."""
    return ServiceCase(
        service_case_id=row["id"],
        number=row["number"],
        customer_id=row["customer_id"],
        subject=row["subject"],
        status=ServiceCaseStatus(row["status"]),
        opened_at=from_ms(row["opened_at"]),
        order_id=row["order_id"],
        contact_id=row["contact_id"],
        closed_at=from_ms_or_none(row["closed_at"]),
    )
