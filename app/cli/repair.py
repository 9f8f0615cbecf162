"""``control-tower repair``: a plan is mended for a closed node, or asked what an order could have."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import monotonic_seconds
from domain.errors import BadInputError

if TYPE_CHECKING:
    from optimization.backlog.instance import Instance
    from optimization.backlog.plan import PairPlan
    from optimization.backlog.standing import Standing


def repair(options: argparse.Namespace) -> int:
    """Read plan and prices as ``solve`` wrote them, answer one question, write the plan that it comes to."""
    from optimization.backlog.audit import audit_plan
    from optimization.backlog.files import read_tables
    from optimization.backlog.instance import build_instance
    from optimization.backlog.plan import read_plan
    from optimization.backlog.price_file import read_prices
    from optimization.backlog.solve import standing_at

    tables = read_tables(Path(options.problem))
    instance, plan = build_instance(tables), read_plan(Path(options.plan))
    standing = standing_at(instance, read_prices(instance, Path(options.prices)), plan)
    audit = audit_plan(tables, plan)
    for error in audit.errors[:1]:
        remedy = "Give the backlog it was made for."
        raise BadInputError(what=f"The plan does not hold: {error}.", remedy=remedy)
    before = audit.terms.total_cents
    if options.order is not None:
        _ask(standing, options, before)
    else:
        _mend(standing, options, before)
    return 0


def _mend(standing: Standing, options: argparse.Namespace, before: int) -> None:
    """Plan the orders of a closed node elsewhere and say what that costs."""
    from optimization.backlog.instance import build_instance
    from optimization.backlog.repair import local_repair
    from optimization.scenarios.on_backlog import apply_to_backlog
    from optimization.scenarios.overrides import NodeClosed, Scenario

    closing = Scenario(name="repair", overrides=(NodeClosed(node=options.closed_node),))
    closed = build_instance(apply_to_backlog(standing.instance.tables, closing))
    begun = monotonic_seconds()
    repaired = local_repair(standing, closed, options.seed)
    if repaired is None:
        raise BadInputError(what="The closed node leaves another backlog.", remedy="Solve it anew.")
    seconds = monotonic_seconds() - begun
    cents = _write(closed, repaired.pairs, options)
    print(
        f"node {options.closed_node} closed: {cents} cents, {cents - before:+d}; "
        f"{repaired.affected_orders.size} orders planned anew in {seconds:.2f} s"
    )


def _ask(standing: Standing, options: argparse.Namespace, before: int) -> None:
    """Say what an order could have, and what it would save in all if others made way."""
    from optimization.backlog.repair import one_order
    from optimization.scenarios.overrides import require_member

    require_member(options.order, standing.instance.n_orders, "order")
    told = one_order(standing, options.order, seed=options.seed)
    cents = _write(standing.instance, told.changed.applied_to(standing.pairs), options)
    print(
        f"order {told.order}: {told.now_cents} cents now, {told.alone_cents} in what is left; "
        f"{cents - before:+d} in all if {told.moved_orders.size} orders go another way"
    )


def _write(instance: Instance, pairs: PairPlan, options: argparse.Namespace) -> int:
    """Write a plan that its audit passes; gives what it costs.

    Raises:
        AuditRefusedError: a bug: the plan breaks a law.
    """
    from optimization.audit import AuditRefusedError
    from optimization.backlog.audit import audit_plan
    from optimization.backlog.plan import plan_of_pairs, write_plan

    plan = plan_of_pairs(instance, pairs)
    audit = audit_plan(instance.tables, plan)
    for error in audit.errors[:1]:
        raise AuditRefusedError(error)
    write_plan(plan, Path(options.out))
    return audit.terms.total_cents
