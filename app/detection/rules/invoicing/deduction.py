"""IN-DEDUCTION: a customer paid less than was billed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import LineLoss, impact_of, rework_cents_of, severity_of
from app.detection.phrasing import fact, money_words
from app.detection.rule import Finding, Moment, Rule
from app.store.instants import from_ms
from domain.catalogue.invoicing import IN_DEDUCTION
from domain.ids import EntityKind, EntityRef

# Less without a code is an instalment, unless the books take the invoice for paid.
_SQL = """
SELECT v.id AS entity_id, v.number AS invoice_number, v.order_id, v.customer_id, v.issued_at, v.paid_at,
       v.paid_cents, v.deduction_code, v.source, v.observed_at, o.number, o.ship_from_node_id,
       c.name AS customer_name, c.tier,
       {decide:deduction_win.win_bp(deduction_code=v.deduction_code)} AS win_bp,
       COALESCE((SELECT SUM((b.quantity - b.credited_quantity) * b.unit_price_cents) FROM invoice_line b
                  WHERE b.invoice_id = v.id), 0) AS billed_cents
  FROM invoice v
  LEFT JOIN sales_order o ON o.id = v.order_id
  LEFT JOIN customer c ON c.id = v.customer_id
 WHERE {scope:v.id} AND v.deduction_closed = 0 AND v.paid_cents IS NOT NULL AND v.deleted_at IS NULL
   AND v.status <> 'cancelled' AND (v.deduction_code <> '' OR v.status = 'paid')
   AND billed_cents - v.paid_cents > {setting:deduction_tolerance_cents}
   AND {runs(node=o.ship_from_node_id, customer=v.customer_id)}
 ORDER BY v.id
"""


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    row = rows[0]
    policy = moment.policy
    short = row.billed_cents - row.paid_cents
    rework = rework_cents_of(IN_DEDUCTION.effort_minutes, policy)
    key = f"invoice/{row.entity_id}"
    loss = LineLoss(
        key=key, penalty_cents=0, margin_cents=0, dispute_cents=short, low_cents=0, high_cents=short
    )
    dispute = max(action.effort_minutes for action in IN_DEDUCTION.actions)
    impact = impact_of(
        [loss],
        effort_minutes=dispute,
        avoidable_bp=row.win_bp,
        rework_cents=rework,
        assumed=("win_probability",),
    )
    since_ms = row.paid_at if row.paid_at is not None else row.issued_at
    breach_ms = since_ms + IN_DEDUCTION.resolve_minutes * 60_000
    code = row.deduction_code
    this = (EntityKind.INVOICE, row.entity_id)
    seen = {"entity": this, "source": row.source, "as_of_ms": row.observed_at}
    return Finding(
        case_type=IN_DEDUCTION,
        entity=EntityRef(kind=EntityKind.INVOICE, entity_id=row.entity_id),
        title=f"{row.invoice_number} is paid {money_words(short)} short",
        consequence=(
            f"{row.customer_name or row.customer_id} paid {money_words(row.paid_cents)} of "
            f"{money_words(row.billed_cents)} for {row.invoice_number}"
            f"{f', saying {code}' if code else ' without a reason'}: {money_words(short)} is lost unless "
            f"disputed; {row.win_bp // 100} in 100 such disputes are won."
        ),
        impact=impact,
        losses=((key, impact.loss_cents),),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, policy, tier=row.tier),
        correlation_key=f"deduction:{code}",
        evidence=(
            fact("billed_cents", row.billed_cents, unit="cents", **seen),
            fact("paid_cents", row.paid_cents, unit="cents", **seen),
            fact("short_cents", short, unit="cents", **seen),
            fact("deduction_code", code or "none", **seen),
            fact("win_probability_bp", row.win_bp, unit="basis points"),
        ),
        order_ids=(row.order_id,),
        node_id=row.ship_from_node_id,
        breach_at=from_ms(breach_ms),
        sources=(row.source,),
        about=(EntityRef(kind=EntityKind.CUSTOMER, entity_id=row.customer_id),),
    )


RULE = Rule(
    case_type=IN_DEDUCTION,
    sql=_SQL,
    wakes=("invoice>invoice", "sales_order>invoice", "customer>invoice"),
    assess=_assess,
    indexes=(
        (
            "CREATE INDEX IF NOT EXISTS det_invoice_paid ON invoice (id) "
            "WHERE deduction_closed = 0 AND paid_cents IS NOT NULL AND deleted_at IS NULL"
        ),
    ),
)
