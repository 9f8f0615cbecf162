"""How likely so many failures are by chance: the tail of the binomial distribution, exact."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from app.detection.money import BP


def binomial_tail(failures: int, trials: int, usual_bp: int) -> float:
    """The probability of at least ``failures`` in ``trials`` when each fails with ``usual_bp``."""
    if failures <= 0:
        return 1.0
    fails, holds = usual_bp, BP - usual_bp
    below = sum(
        comb(trials, count) * fails**count * holds ** (trials - count)
        for count in range(min(failures, trials + 1))
    )
    return float(1 - Fraction(below, BP**trials))


#: The same in SQL over the columns ``trials``, ``failures`` and ``usual_bp`` of the row ``g``: first the
#: chance of no failure at all, then one failure more at a time.
BINOMIAL_TAIL_SQL = """
(WITH RECURSIVE
   none_fails(j, chance) AS (
     SELECT 0, 1.0 UNION ALL SELECT j + 1, chance * (10000 - g.usual_bp) / 10000.0
       FROM none_fails WHERE j < g.trials),
   exactly(i, chance, below) AS (
     SELECT 0, (SELECT chance FROM none_fails WHERE j = g.trials), 0.0
      UNION ALL
     SELECT i + 1, chance * (g.trials - i) / (i + 1.0) * g.usual_bp / (10000.0 - g.usual_bp), below + chance
       FROM exactly WHERE i < g.failures)
 SELECT 1.0 - below FROM exactly WHERE i = g.failures)"""
