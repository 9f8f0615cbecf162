"""Recommendations as JSON, for the store and the evidence of an approval."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from domain.commands import ACTION_BY_VERB, Action
from domain.errors import CorruptError
from domain.recommendations import Option, Recommendation, Remedy, SolverTrail


def recommendation_json(recommendation: Recommendation) -> bytes:
    """The recommendation as JSON with sorted keys: equal values give equal bytes."""
    plain = msgspec.to_builtins(recommendation)
    for row, option in zip(plain["options"], recommendation.options, strict=True):
        row["actions"] = [{"verb": action.verb, **msgspec.to_builtins(action)} for action in option.actions]
    return msgspec.json.encode(plain, order="deterministic")


def recommendation_from_json(text: bytes) -> Recommendation:
    """The recommendation that :func:`recommendation_json` wrote.

    Raises:
        CorruptError: the text is not one.
    """
    try:
        plain = msgspec.json.decode(text)
        return Recommendation(
            recommendation_id=plain["recommendation_id"],
            case_id=plain["case_id"],
            computed_at=datetime.fromisoformat(plain["computed_at"]),
            options=tuple(_option(row) for row in plain["options"]),
            trail=msgspec.convert(plain["trail"], SolverTrail),
        )
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        raise CorruptError(
            what=f"A stored recommendation cannot be read: {error}.",
            remedy="Work the options out again; delete mirror.db if this goes on.",
        ) from error


def _option(row: dict[str, Any]) -> Option:
    known = {
        **row,
        "remedy": Remedy(row["remedy"]),
        "actions": tuple(_action(action) for action in row["actions"]),
        "reasons": tuple(row["reasons"]),
    }
    return Option(**known)


def _action(row: dict[str, Any]) -> Action:
    return msgspec.convert({k: v for k, v in row.items() if k != "verb"}, ACTION_BY_VERB[row["verb"]])
