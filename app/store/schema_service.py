"""Tables of the customer desk: contacts and service cases."""

from __future__ import annotations

from sqlalchemy import Index

from app.store.schema_base import fact_table, number, words

CONTACT = fact_table(
    "contact",
    words("customer_id"),
    words("name"),
    words("role"),
    words("email"),
    words("phone"),
    words("language"),
    number("preferred"),
)
Index("contact_by_customer", CONTACT.c.customer_id)

SERVICE_CASE = fact_table(
    "service_case",
    words("number"),
    words("customer_id"),
    words("subject"),
    words("status"),
    number("opened_at"),
    words("order_id", optional=True),
    words("contact_id", optional=True),
    number("closed_at", optional=True),
)
Index("service_case_by_customer", SERVICE_CASE.c.customer_id)
