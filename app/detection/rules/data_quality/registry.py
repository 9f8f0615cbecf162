"""The rules of data quality, in the order in which they run; the silence of a feed counts the others."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.data_quality import conflict, edi, lead, master, negative, orphan, stale, time

RULES: tuple[Rule, ...] = (
    master.RULE,
    conflict.RULE,
    time.RULE,
    negative.RULE,
    edi.RULE,
    lead.RULE,
    orphan.RULE,
    stale.RULE,
)
