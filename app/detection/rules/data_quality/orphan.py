"""DQ-ORPHAN: records name a record that no source has ever given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.detection.money import impact_of, rework_cents_of, severity_of
from app.detection.pegs.apart import APART
from app.detection.pegs.demand import INDEXES as PEG_INDEXES
from app.detection.phrasing import distinct, fact, iso
from app.detection.rule import Finding, Moment, Rule
from app.detection.rule_sql import SCOPE_TABLE
from app.store.instants import from_ms
from domain.catalogue.data_quality import DQ_ORPHAN
from domain.ids import EntityKind, EntityRef

#: What is named, by which records, in which column; each column leads an index.
_NAMED = (
    ("sales_order", "order_line", "order_id"),
    ("sales_order", "shipment", "order_id"),
    ("sales_order", "invoice", "order_id"),
    ("sales_order", "return_authorisation", "order_id"),
    ("order_line", "pick_task", "line_id"),
    ("order_line", "allocation", "line_id"),
    ("shipment", "milestone", "shipment_id"),
    ("shipment", "carrier_booking", "shipment_id"),
    ("shipment", "proof_of_delivery", "shipment_id"),
)

_WORDS = {
    "sales_order": "order",
    "order_line": "order line",
    "shipment": "shipment",
    "pick_task": "pick tasks",
    "allocation": "allocations",
    "milestone": "milestones",
    "carrier_booking": "bookings",
    "proof_of_delivery": "PODs",
    "invoice": "invoices",
    "return_authorisation": "returns",
}


def _missing(named: str) -> str:
    """What is named and not there; indexes give both sides in order, so that they need only be merged.

    The rows of the last table go through one merge less; most are there of what is named first.
    """
    names = " UNION ".join(
        f"SELECT DISTINCT x.{column} AS k FROM {child} x"  # noqa: S608 - as named above
        for one, child, column in reversed(_NAMED)
        if one == named
    )
    return f"{names} EXCEPT SELECT p.id FROM {named} p"  # noqa: S608 - as named above


def _missing_in_scope(named: str) -> str:
    """The same of the keys of the scope; the plus keeps SQLite from going through all that is named."""
    names = " OR ".join(
        f"+x.k IN (SELECT c.{column} FROM {child} c)"  # noqa: S608 - as named above
        for one, child, column in _NAMED
        if one == named
    )
    there = f"SELECT p.id FROM {named} p"  # noqa: S608 - as named above
    return f"SELECT x.k FROM {SCOPE_TABLE} x WHERE ({names}) AND +x.k NOT IN ({there})"  # noqa: S608 - as above


def _records(named: str, child: str, column: str) -> str:
    """How many records of one table name what is missing."""
    mine = f"FROM {child} c WHERE c.{column} = m.k AND c.deleted_at IS NULL"
    return f"""
SELECT m.kind AS entity_kind, m.k AS entity_id, '{child}' AS child, (SELECT COUNT(*) {mine}) AS orphans,
       (SELECT MIN(c.observed_at) {mine}) AS since, (SELECT MIN(c.source) {mine}) AS source
  FROM missing m WHERE m.kind = '{named}' AND orphans > 0
"""  # noqa: S608 - as named above


# An allocation that is all that its line wants names a line that is there; most picks name one like that.
_MISSING_LINES = """
SELECT k
  FROM (SELECT x.line_id AS k FROM pick_task x
        EXCEPT SELECT a.line_id FROM allocation a INDEXED BY det_allocation_by_line
                WHERE a.deleted_at IS NULL
        UNION SELECT x.line_id FROM temp.apart x) n
 WHERE NOT EXISTS (SELECT 1 FROM order_line p WHERE p.id = n.k)
"""
_MISSING = " UNION ALL ".join(
    f"SELECT '{named}' AS kind, k FROM ({{full:{everywhere}}}{{narrow:{_missing_in_scope(named)}}})"  # noqa: S608 - as above
    for named, everywhere in (
        ("sales_order", _missing("sales_order")),
        ("order_line", _MISSING_LINES),
        ("shipment", _missing("shipment")),
    )
)
_SQL = (
    f"WITH missing AS MATERIALIZED ({_MISSING})"
    f"{' UNION ALL '.join(_records(*named) for named in _NAMED)}"
    " ORDER BY entity_id, entity_kind, child"
)


def _assess(rows: Sequence[Row[Any]], moment: Moment) -> Finding:
    head = rows[0]
    kind = EntityKind(head.entity_kind)
    named = _WORDS[head.entity_kind]
    count = sum(row.orphans for row in rows)
    since = min(row.since for row in rows)
    rework = rework_cents_of(DQ_ORPHAN.effort_minutes, moment.policy)
    impact = impact_of([], effort_minutes=DQ_ORPHAN.effort_minutes, rework_cents=rework)
    breach_ms = since + DQ_ORPHAN.resolve_minutes * 60_000
    orphans = ", ".join(f"{row.orphans} {_WORDS.get(row.child, 'order lines')}" for row in rows)
    this = (kind, head.entity_id)
    seen = {"entity": this, "source": head.source, "as_of_ms": since}
    return Finding(
        case_type=DQ_ORPHAN,
        entity=EntityRef(kind=kind, entity_id=head.entity_id),
        title=f"No {named} {head.entity_id}",
        consequence=(
            f"{head.source} names {named} {head.entity_id} ({orphans}), which no source has given: nothing "
            "that rests on it can be judged. Request it again."
        ),
        impact=impact,
        losses=((f"{head.entity_kind}/{head.entity_id}", rework),),
        severity=severity_of(impact.loss_cents, breach_ms, moment.hour_ms, moment.policy),
        correlation_key=f"orphan:{head.source}:{head.entity_kind}",
        evidence=(
            fact("missing_kind", named, **seen),
            fact("missing_id", head.entity_id, **seen),
            fact("orphans", count, unit="records", **seen),
            fact("tables", ", ".join(row.child for row in rows), **seen),
            fact("oldest_at", iso(since), **seen),
        ),
        breach_at=from_ms(breach_ms),
        sources=distinct([row.source for row in rows]),
        about=tuple(
            EntityRef(kind=EntityKind.FEED, entity_id=source)
            for source in distinct([row.source for row in rows])
        ),
    )


RULE = Rule(
    case_type=DQ_ORPHAN,
    sql=_SQL,
    wakes=(
        "sales_order>order",
        "order_line>order",
        "shipment>order",
        "invoice>order",
        "return_authorisation>order",
        "order_line>line",
        "pick_task>line",
        "allocation>line",
        "shipment>shipment",
        "milestone>shipment",
        "carrier_booking>shipment",
        "proof_of_delivery>shipment",
    ),
    assess=_assess,
    indexes=PEG_INDEXES,
    gathers=(APART,),
    compares=True,
)
