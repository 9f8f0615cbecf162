"""Whom to speak to at a customer, and the cases its service desk has open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checks import require, require_text, require_utc
from domain.ids import ContactId, CustomerId, OrderId, ServiceCaseId


class ContactRole(StrEnum):
    """What a person at a customer answers for."""

    ANY = "any"
    BUYING = "buying"
    RECEIVING = "receiving"
    PAYING = "paying"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or desk at a customer that can be written to or called.

    ``preferred`` is the one to take first where several have a role; ``language`` is an ISO 639 code,
    blank where nobody said one. A contact who must not be written to has no ``email``.
    """

    contact_id: ContactId
    customer_id: CustomerId
    name: str
    role: ContactRole = ContactRole.ANY
    email: str = ""
    phone: str = ""
    language: str = ""
    preferred: bool = False

    def __post_init__(self) -> None:
        """Refuse a contact that is nobody's, or that nobody can reach."""
        require_text(self.contact_id, "contact_id")
        require_text(self.customer_id, "customer_id")
        require_text(self.name, "contact name")
        require(bool(self.email.strip() or self.phone.strip()), "a contact has neither e-mail nor telephone.")
        require(not self.email or "@" in self.email, f"{self.email!r} is no e-mail address.")

    @property
    def address(self) -> str:
        """How the contact is reached: the e-mail address, or the telephone number without one."""
        return self.email or self.phone


class ServiceCaseStatus(StrEnum):
    """Where a service case stands; ``waiting`` is for the customer's answer."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCase:
    """What a customer told the service desk (a ticket, a complaint) and what became of it.

    ``number`` is what the customer is told to quote. ``order_id`` and ``contact_id`` are named where the
    desk knows them.
    """

    service_case_id: ServiceCaseId
    number: str
    customer_id: CustomerId
    subject: str
    status: ServiceCaseStatus
    opened_at: datetime
    order_id: OrderId | None = None
    contact_id: ContactId | None = None
    closed_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a case without number or customer, and naive times."""
        require_text(self.service_case_id, "service_case_id")
        require_text(self.number, "number of the service case")
        require_text(self.customer_id, "customer_id")
        require_utc(self.opened_at, "opened_at")
        require_utc(self.closed_at, "closed_at")

    @property
    def is_open(self) -> bool:
        """Whether the desk still works on it, or waits for the customer."""
        return self.status in {ServiceCaseStatus.OPEN, ServiceCaseStatus.WAITING}


def recipient_among(contacts: tuple[Contact, ...], role: ContactRole) -> Contact | None:
    """Whom to tell about a matter of ``role``: who answers for it, else for anything, preferred first."""
    fit = [each for each in contacts if each.role in {role, ContactRole.ANY}]
    chosen = sorted(
        fit or contacts, key=lambda each: (each.role is not role, not each.preferred, each.contact_id)
    )
    return chosen[0] if chosen else None
