"""Scenarios as a JSON file: a list of names with their overrides, each with its type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain.errors import BadInputError
from optimization.scenarios.overrides import (
    CarrierDown,
    DemandSurge,
    LaneDown,
    NodeClosed,
    OrdersWeighed,
    Override,
    PolicyChanged,
    PriorityChanged,
    Scenario,
    SupplyDelayed,
)

KINDS: dict[str, type[Override]] = {
    "node_closed": NodeClosed,
    "carrier_down": CarrierDown,
    "lane_down": LaneDown,
    "demand_surge": DemandSurge,
    "supply_delayed": SupplyDelayed,
    "priority_changed": PriorityChanged,
    "orders_weighed": OrdersWeighed,
    "policy_changed": PolicyChanged,
}


def read_scenarios(file: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file: ``[{"name": …, "overrides": [{"type": "node_closed", "node": 3}]}]``.

    Raises:
        BadInputError: the file cannot be read, or a scenario cannot be meant; its number is named.
    """
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        what = f"{file} is not a readable JSON file ({error})."
        raise BadInputError(what=what, remedy="Write a list of scenarios.") from error
    if not isinstance(rows, list):
        raise BadInputError(what=f"{file} holds no list.", remedy="Write a list of scenarios.")
    return tuple(_scenario(row, number) for number, row in enumerate(rows))


def _scenario(row: object, number: int) -> Scenario:
    """One scenario of the list."""
    where = f"Scenario {number}"
    if not isinstance(row, dict) or set(row) - {"name", "overrides"}:
        raise BadInputError(what=f"{where} is not a name with overrides.", remedy="Give name and overrides.")
    name, overrides = row.get("name"), row.get("overrides", [])
    if not isinstance(name, str) or not isinstance(overrides, list):
        raise BadInputError(what=f"{where} has no name or no list.", remedy="Give name and overrides.")
    return Scenario(name=name, overrides=tuple(_override(each, where) for each in overrides))


def _override(row: object, where: str) -> Override:
    """One override, by its type."""
    kind = KINDS.get(str(row.get("type"))) if isinstance(row, dict) else None
    if kind is None or not isinstance(row, dict):
        raise BadInputError(
            what=f"{where} has an override of no known type.", remedy=f"Use one of {', '.join(KINDS)}."
        )
    fields: dict[str, Any] = {
        str(key): tuple(value) if isinstance(value, list) else value
        for key, value in row.items()
        if key != "type"
    }
    try:
        return kind(**fields)
    except TypeError as error:
        what = f"{where}, {row['type']}: {error}."
        raise BadInputError(what=what, remedy="Use the fields of this type.") from error
