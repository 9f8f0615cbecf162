"""Two made-up policies and the decision rights, as the rules page shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.fake_tower import FIRST_ID, NOW
from views.rules.state import (
    PolicyView,
    RightsRowView,
    RightsView,
    RulesShown,
    RulesTried,
    RuleTable,
    SettingRow,
    TypeEffect,
)

TEXT = """\
[policy]
id = "allocation"
version = 1
effective = 2026-01-01T00:00:00Z
owner = "Supply planning"

[settings]
overdue_days = 5

[[decision]]
name = "backorder_limit"
hit = "UNIQUE"
rows = [
  ["1", 3],
  ["2|<b>3</b>", 5],
]

[[suppress]]
code = "AL-BACKORDER"
while = "AL-SHORT"
on = "line"
"""


def shown(**changes: object) -> RulesShown:
    """What is in force: an own policy, a packaged one whose newer text was refused, the rights."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    own = PolicyView(
        name="allocation.toml",
        policy_id="allocation",
        version=1,
        effective=since,
        owner="Supply planning",
        text=TEXT,
        digest="ab" * 32,
        since=NOW - timedelta(days=3),
        is_own=True,
        settings=(
            SettingRow(name="overdue_days", value=7, packaged=5),
            SettingRow(name="asn_due_hours", value=24),
        ),
        tables=(
            RuleTable(
                name="backorder_limit",
                hit="UNIQUE",
                columns=("tier", "limit_days"),
                outputs=1,
                rows=(("1", "3"), ("2|<b>3</b>", "5")),
            ),
        ),
        quiet=(("AL-BACKORDER", "AL-SHORT", "line"),),
    )
    packaged = PolicyView(
        name="transport.toml",
        policy_id="transport",
        version=2,
        effective=since,
        owner="Transport",
        text="[policy]\n",
        problem="transport.toml, table eta, row 2: overlaps row 1",
    )
    values: dict[str, object] = {
        "now": NOW,
        "policies": (own, packaged),
        "rights": rights(),
        "folder": "/site/rules",
    }
    return RulesShown(**(values | changes))  # type: ignore[arg-type]  # a factory of keyword values


def rights() -> RightsView:
    """One row of decision rights and one person."""
    return RightsView(
        policy_id="distributor-default",
        version=1,
        text="policy_id = 'x'\n",
        rows=(
            RightsRowView(
                row_id="reallocate-1",
                remedy="reallocate",
                limit="$100,000",
                right="assisted",
                proposers="planner, supervisor",
                approvers="supervisor",
                conditions="another person, 4 h without the hub",
            ),
        ),
        people=(("A. Moreno", "planner"),),
    )


def tried(text: str) -> RulesTried:
    """A rehearsal that opens three and closes one."""
    return RulesTried(
        name="allocation.toml",
        text=text,
        effects=(
            TypeEffect(
                code="AL-BACKORDER", title="Backorder overdue", open_now=4, would_open=3, would_close=0
            ),
            TypeEffect(code="AL-SHORT", title="Stock short", open_now=9, would_open=0, would_close=1),
            TypeEffect(code="OE-PRICE", title="Price mismatch", open_now=2, would_open=0, would_close=0),
        ),
        closing_ids=(FIRST_ID,),
        open_now=15,
        seconds=2.4,
    )
