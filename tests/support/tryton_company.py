"""Sets up an empty Tryton for a company: currency, chart of accounts, fiscal years, groups' users.

Everything goes through Tryton's own API, as an implementer would do it by hand in the client.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.support.tryton_day import company_zone_name
from tests.support.tryton_rpc import PASSWORD, Row, TrytonRpc

COMPANY_NAME = "Harbor Supply"
CHART = "account.account_template_root_en"
CLERK, CREDIT_MANAGER, INTEGRATION = "clerk", "credit", "tower"
NUMBER_PREFIXES = {"Sale": "SO", "Purchase": "PO", "Customer Shipment": "OUT"}
CLERK_GROUPS = ("Sales", "Stock", "Purchase", "Sale Amendment")
CREDIT_GROUPS = ("Account Credit Limit",)


def _create_company(rpc: TrytonRpc) -> int:
    rate = {"date": date(2020, 1, 1), "rate": Decimal(1)}
    [currency] = rpc.create(
        "currency.currency",
        {"name": "US Dollar", "symbol": "$", "code": "USD", "digits": 2, "rates": [["create", [rate]]]},
    )
    [party] = rpc.create(
        "party.party", {"name": COMPANY_NAME, "code": "HARBOR", "addresses": [["create", [{}]]]}
    )
    [company] = rpc.create(
        "company.company", {"party": party, "currency": currency, "timezone": company_zone_name()}
    )
    rpc.write("res.user", [rpc.user_id], {"companies": [["add", [company]]], "company": company})
    rpc.reload_context()
    return company


def _create_chart(rpc: TrytonRpc, company: int) -> None:
    template = rpc.call("model.ir.model.data.get_id", CHART)
    session, _, _ = rpc.call("wizard.account.create_chart.create")
    chart = {"account_template": template, "company": company}
    data: dict[str, Row] = {"account": chart}
    rpc.call("wizard.account.create_chart.execute", session, data, "create_account")
    kinds = {}
    for kind in ("receivable", "payable", "revenue", "expense"):
        found = rpc.find(
            "account.account", [[f"type.{kind}", "=", True], ["closed", "!=", True]], "party_required"
        )
        kinds[kind] = found[0]["id"]
    data["properties"] = {
        "company": company,
        "account_receivable": kinds["receivable"],
        "account_payable": kinds["payable"],
        "category_account_expense": kinds["expense"],
        "category_account_revenue": kinds["revenue"],
    }
    rpc.call("wizard.account.create_chart.execute", session, data, "create_properties")
    rpc.call("wizard.account.create_chart.delete", session)


def _create_fiscal_year(rpc: TrytonRpc, company: int, year: int) -> None:
    def sequence(kind: str) -> int:
        wanted = rpc.one("ir.sequence.type", [["name", "=", kind]])["id"]
        values = {"name": f"{kind} {year}", "sequence_type": wanted, "company": company}
        return rpc.create("ir.sequence.strict", values)[0]

    invoice = sequence("Invoice")
    kinds = ("out_invoice", "in_invoice", "out_credit_note", "in_credit_note")
    numbering = {f"{kind}_sequence": invoice for kind in kinds}
    [fiscal_year] = rpc.create(
        "account.fiscalyear",
        {
            "name": str(year),
            "start_date": date(year, 1, 1),
            "end_date": date(year, 12, 31),
            "company": company,
            "move_sequence": sequence("Account Move"),
            "invoice_sequences": [["create", [{"company": company, **numbering}]]],
        },
    )
    rpc.press("account.fiscalyear", "create_period", fiscal_year)


def _create_user(rpc: TrytonRpc, company: int, login: str, groups: tuple[str, ...]) -> None:
    wanted = rpc.find("res.group", [["name", "in", list(groups)]], "name")
    if len(wanted) != len(groups):
        raise LookupError(f"Tryton has only the groups {[row['name'] for row in wanted]} of {groups}")
    rpc.create(
        "res.user",
        {
            "name": login,
            "login": login,
            "password": PASSWORD,
            "companies": [["add", [company]]],
            "company": company,
            "groups": [["add", [row["id"] for row in wanted]]],
        },
    )


def _name_numbers(rpc: TrytonRpc) -> None:
    """Let numbers say what they number: SO12 is an order, OUT12 a shipment."""
    for kind, prefix in NUMBER_PREFIXES.items():
        for row in rpc.find("ir.sequence", [["sequence_type.name", "=", kind]]):
            rpc.write("ir.sequence", [row["id"]], {"prefix": prefix})


def _create_complaint_types(rpc: TrytonRpc) -> None:
    """What customers may complain about: whole orders and single lines."""
    for name, origin in (("Wrong goods", "sale.sale"), ("Damaged goods", "sale.line")):
        model = rpc.one("ir.model", [["name", "=", origin]])["id"]
        rpc.create("sale.complaint.type", {"name": name, "origin": model})


def set_up_company(rpc: TrytonRpc) -> None:
    """Make the company, its books for last, this and next year, and its three users."""
    company = _create_company(rpc)
    _create_chart(rpc, company)
    _name_numbers(rpc)
    _create_complaint_types(rpc)
    this_year = datetime.now(UTC).year
    for year in (this_year - 1, this_year, this_year + 1):
        _create_fiscal_year(rpc, company, year)
    _create_user(rpc, company, CLERK, CLERK_GROUPS)
    _create_user(rpc, company, CREDIT_MANAGER, ("Sales", *CREDIT_GROUPS))
    _create_user(rpc, company, INTEGRATION, (*CLERK_GROUPS, *CREDIT_GROUPS, "Sales Administrator"))
