"""The rules of transport, in the order in which they run."""

from __future__ import annotations

from app.detection.rule import Rule
from app.detection.rules.transport import (
    capacity,
    carrier,
    customs,
    damage,
    delivery_failed,
    eta_late,
    overspend,
    pickup,
    route_event,
    silence,
    tender,
)

RULES: tuple[Rule, ...] = (
    route_event.RULE,
    capacity.RULE,
    tender.RULE,
    pickup.RULE,
    silence.RULE,
    eta_late.RULE,
    delivery_failed.RULE,
    carrier.RULE,
    damage.RULE,
    overspend.RULE,
    customs.RULE,
)
