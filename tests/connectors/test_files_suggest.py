"""A new user has a file and no profile: what is suggested takes the file in, and what is open is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.__main__ import main
from connectors.files.profiles import parse_mapping
from connectors.files.report import Preview, preview
from connectors.files.suggest import profile_text, suggest
from domain.errors import BadInputError
from domain.ids import EntityKind
from tests.support.files_site import ORDERS_FILE, STOCK_FILE
from tests.support.xlsx_file import xlsx

STOCK = STOCK_FILE.replace("Item no.", "Warehouse;Item no.").replace("\nA", "\ndc-1;A")
LINES = (
    "Order No,Line,SKU,Qty,Unit price,Need by,Promise date,Colour\n"
    "SO-1,1,A-1,5,12.50,30.11.2026,01.12.2026,red\nSO-1,2,A-2,7,0.05,30.11.2026,01.12.2026,\n"
)
CASES = (
    "Ticket no,Customer,Subject,Status,Opened,Order no\n"
    "T-1,c-1,Where is it?,open,2026-11-20,SO-1\nT-2,c-1,Box is wet,waiting,2026-11-21,\n"
)
PEOPLE = (
    "Contact no,Customer no,Name,E-Mail,Telephone\n"
    "7,c-1,Dana Hill,dana@acme.example,\n8,c-2,Gate,,+1 303 555 0100\n"
)
SUPPLY = xlsx(
    [
        ["PO number", "Material", "Plant", "Order Qty", "Due date", "ETA", "Vendor"],
        ["P-1", "A-1", "dc-1", 5, 46000, 46001, "Bolt"],
    ]
)


def suggested(name: str, body: bytes, kind: EntityKind | None = None) -> Preview:
    text = profile_text(suggest(body, name, kind), name)
    profile = parse_mapping(text, name)
    assert profile.matches(name)
    return preview(body, profile)


@pytest.mark.parametrize(
    ("name", "body", "kind", "rows"),
    [
        ("stock_2026-11-20.csv", STOCK.encode(), "inventory_position", 3),
        ("orders-1.csv", ORDERS_FILE.encode(), "sales_order", 1),
        ("lines.csv", LINES.encode("cp1252"), "order_line", 2),
        ("po.xlsx", SUPPLY, "inbound_supply", 1),
        ("tickets.csv", CASES.encode(), "service_case", 2),
        ("people.csv", PEOPLE.encode(), "contact", 2),
        ("Bestand.csv", "Lager;Artikelnummer;Bestand\nNürnberg;A-1;1.250\n".encode("cp1252"),
         "inventory_position", 1),
    ],
)  # fmt: skip
def test_a_file_is_understood_at_once(name: str, body: bytes, kind: str, rows: int) -> None:
    assert suggest(body, name).kind == kind
    found = suggested(name, body)
    assert (found.report.rows, found.report.poison) == (rows, 0)


def test_numbers_dates_and_codes_are_read_as_the_file_writes_them() -> None:
    stock = suggested("stock.csv", STOCK.encode())
    assert [row.entity.on_hand_quantity for row in stock.rows] == [1250, 7, 0]  # type: ignore[union-attr]
    lines = suggested("lines.csv", LINES.encode())
    assert lines.rows[1].entity.unit_price_cents == 5  # type: ignore[union-attr]
    assert lines.rows[0].entity.promised_at.isoformat() == "2026-12-01T23:59:00+00:00"  # type: ignore[union-attr]
    unused = suggest(LINES.encode(), "lines.csv").unused
    assert unused == ("Colour",)


def test_what_no_column_fills_is_open_and_no_row_passes_without_it() -> None:
    body = STOCK_FILE.encode()
    found = suggest(body, "stock.csv")
    assert found.missing == ("node_id",)
    assert '# node_id = "…"' in profile_text(found, "stock.csv")
    report = suggested("stock.csv", body).report
    assert (report.good, report.poison) == (0, 3)
    filled = profile_text(found, "stock.csv").replace('# node_id = "…"', 'node_id = "dc-1"')
    assert preview(body, parse_mapping(filled, "stock.csv")).report.poison == 0


def test_a_code_nobody_can_guess_is_not_guessed() -> None:
    body = ORDERS_FILE.replace(",R,", ",77,").encode()
    found = suggested("orders.csv", body)
    assert found.report.poison == 1
    assert "say what this means" in profile_text(suggest(body, "orders.csv"), "orders.csv")


def test_columns_that_mean_nothing_are_refused() -> None:
    with pytest.raises(BadInputError, match="No kind of record fits"):
        suggest(b"foo,bar\n1,2\n", "x.csv")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text("abcXYZ0-9 #/.\u00e9\"\\'", min_size=1, max_size=12), min_size=1, max_size=6, unique=True
    ),
    st.lists(st.lists(st.text("ab1.,-/ ", max_size=6), min_size=1, max_size=6), max_size=5),
)
def test_whatever_is_suggested_is_a_profile_that_can_be_read(head: list[str], rows: list[list[str]]) -> None:
    text = "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row)
                     for row in [["SKU", "Warehouse", "On hand", *head], *rows])  # fmt: skip
    try:
        found = suggest(text.encode(), "stock.csv")
    except BadInputError:
        return
    assert parse_mapping(profile_text(found, "stock.csv"), "stock").kind == found.kind


def test_the_command_writes_a_profile_once_and_shows_what_it_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stock.csv").write_text(STOCK, encoding="utf-8")
    arguments = ["suggest-mapping", str(tmp_path / "stock.csv"), "--out", str(tmp_path / "stock.toml")]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "3 rows, 3 good (100 %), 0 wrong" in said
    assert main(["preview-file", str(tmp_path / "stock.csv"), "--mapping", str(tmp_path / "stock.toml")]) == 0
    assert main(arguments) != 0
    assert "exists already" in capsys.readouterr().err
    assert main([*arguments[:3], str(tmp_path / "other.toml"), "--kind", "weather"]) != 0
