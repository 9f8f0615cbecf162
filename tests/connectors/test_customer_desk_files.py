"""A CRM that writes exports: contacts and service cases from a folder, near and through the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.feed_journal import journal_in
from connectors.files.client import watched_folder
from connectors.files.connector import FilesConnector
from connectors.http import HttpClient
from connectors.service.server import serve_connectors
from connectors.service_client.connector import ServiceConnector
from domain.customer_service import Contact, ContactRole, ServiceCase, ServiceCaseStatus
from domain.ids import SourceName
from tests.support.connector_contract import read_all, state_of
from tests.support.living_world import SteppingClock
from tests.support.service_site import TOKEN

CONTACTS = """
    name = "contacts"
    kind = "contact"
    files = "contacts*.csv"
    snapshot = true
    id = "{contact_id}"
    column = [
        { from = "Id", to = "contact_id" },
        { from = "Account", to = "customer_id" },
        { from = "Name", to = "name" },
        { from = "Mail", to = "email", required = false },
        { from = "Tel", to = "phone", required = false },
        { from = "Function", to = "role", type = "choice", choices = { Buy = "buying", Gate = "receiving" } },
    ]
    """
CASES = """
    name = "cases"
    kind = "service_case"
    files = "cases*.csv"
    id = "{number}"
    timezone = "Europe/Berlin"
    column = [
        { from = "Ticket", to = "number" },
        { from = "Account", to = "customer_id" },
        { from = "Subject", to = "subject" },
        { from = "Opened", to = "opened_at", type = "datetime", format = "%d.%m.%Y %H:%M" },
        { from = "Closed", to = "closed_at", type = "datetime", format = "%d.%m.%Y %H:%M", required = false },
        { from = "Order", to = "order_id", required = false },
        { from = "Contact", to = "contact_id", required = false },
        { from = "State", to = "status", type = "choice", choices = { neu = "open", fertig = "closed" } },
    ]
    """
CONTACT_ROWS = (
    "Id,Account,Name,Function,Mail,Tel\nk1,c-1,Dana Hill,Buy,dana@acme.example,\nk2,c-1,Gate,Gate,,+49 30 1\n"
)
CASE_ROWS = (
    "Ticket,Account,Subject,State,Opened,Closed,Order,Contact\n"
    "T-1,c-1,Wo bleibt es?,neu,20.11.2026 09:30,,SO-1,k1\n"
    "T-2,c-1,Karton nass,fertig,18.11.2026 08:00,19.11.2026 10:00,,\n"
)


def crm(folder: Path) -> FilesConnector:
    """The folder of a CRM with its mappings, as a source."""
    (folder / "mappings").mkdir(parents=True)
    (folder / "drop" / "in").mkdir(parents=True)
    for name, text in (("contacts", CONTACTS), ("cases", CASES)):
        (folder / "mappings" / f"{name}.toml").write_text(text, encoding="utf-8")
    return FilesConnector(
        SourceName("crm"),
        watched_folder(folder / "drop"),
        mappings=folder / "mappings",
        journal=journal_in(folder / "state"),
        clock=SteppingClock(),
    )


@pytest.fixture
def source(tmp_path: Path) -> FilesConnector:
    found = crm(tmp_path)
    _put(tmp_path, "contacts-1.csv", CONTACT_ROWS)
    _put(tmp_path, "cases-1.csv", CASE_ROWS)
    return found


def _put(folder: Path, name: str, body: str) -> None:
    (folder / "drop" / "in" / name).write_text(body, encoding="utf-8")


def test_contacts_and_cases_become_records(source: FilesConnector) -> None:
    held = {r.ref.entity_id: r.entity for r in source.changes("service", None, 50).records}
    who, case, closed = held["k1"], held["T-1"], held["T-2"]
    assert isinstance(who, Contact)
    assert (who.customer_id, who.role, who.address) == ("c-1", ContactRole.BUYING, "dana@acme.example")
    assert isinstance(case, ServiceCase)
    assert (case.number, case.order_id, case.contact_id, case.is_open) == ("T-1", "SO-1", "k1", True)
    assert case.opened_at.isoformat() == "2026-11-20T08:30:00+00:00"
    assert isinstance(closed, ServiceCase)
    assert closed.status is ServiceCaseStatus.CLOSED
    assert closed.closed_at is not None


def test_who_left_is_gone_with_the_next_export_and_a_contact_nobody_can_reach_is_kept_aside(
    source: FilesConnector, tmp_path: Path
) -> None:
    source.changes("service", None, 50)
    _put(tmp_path, "contacts-2.csv", CONTACT_ROWS.replace("k2,c-1,Gate,Gate,,+49 30 1\n", ""))
    page = source.changes("service", None, 50)
    assert [gone.ref.entity_id for gone in page.deleted] == ["k2"]
    _put(tmp_path, "contacts-3.csv", CONTACT_ROWS.replace("+49 30 1", ""))
    (bad,) = source.changes("service", None, 50).rejected
    assert "neither e-mail nor telephone" in bad.message


def test_through_the_connector_service_they_arrive_unchanged(source: FilesConnector) -> None:
    service = serve_connectors({"crm": source}, token=TOKEN, clock=SteppingClock(), port=0)
    http = HttpClient(
        service.url_of("crm"), headers={"Authorization": f"Bearer {TOKEN}"}, pause=lambda _: None
    )
    try:
        far, _ = read_all(ServiceConnector(SourceName("crm"), http), "service", limit=2)
        near, _ = read_all(source, "service", limit=50)
        assert state_of(far) == state_of(near)
        assert len(state_of(far)) == 4
    finally:
        http.close()
        service.close()
