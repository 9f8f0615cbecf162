"""From the SQL that a rule is written in to the two statements that run: full and narrowed to dirty keys.

Placeholders of a rule's SQL:

``{scope:EXPR}``
    where the select can be narrowed: ``1`` in the full pass, ``EXPR IN (SELECT k FROM temp.scope_key)``
    in the incremental one. EXPR must be a column with an index (or the peg key of one).
``{full:TEXT}`` ``{narrow:TEXT}``
    text of one of the two forms only: an index to go by, an order of joins.
``{setting:NAME}``
    a figure of the policies in force.
``{decide:TABLE.OUTPUT(input=EXPR, ...)}``
    the output of a decision table for these columns.
``{runs(node=EXPR, customer=EXPR, category=EXPR)}``
    whether the type runs there at all (exception sets); any of the three may be left out.

``:now`` is the instant of looking and ``:hour`` the full hour before it, in milliseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import BadInputError

if TYPE_CHECKING:
    from app.detection.rule import PolicyReader, Rule

SCOPE_TABLE = "temp.scope_key"
_PLACEHOLDER = re.compile(r"\{(scope|full|narrow|setting|decide|runs)(?::|(?=\())([^{}]*)\}")
_DECIDE = re.compile(r"(\w+)\.(\w+)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule's statements under one set of policies."""

    rule: Rule
    full_sql: str
    scoped_sql: str
    flips: tuple[str, ...] = ()


def compile_rule(rule: Rule, policy: PolicyReader) -> CompiledRule:
    """Fill in the placeholders.

    Raises:
        BadInputError: a placeholder is not understood, or names no setting, table or output.
    """
    return CompiledRule(
        rule=rule,
        full_sql=_filled(rule, rule.sql, policy, narrowed=False),
        scoped_sql=_filled(rule, rule.sql, policy, narrowed=True),
        flips=tuple(_filled(rule, flip, policy, narrowed=False) for flip in rule.flips),
    )


def _filled(rule: Rule, sql: str, policy: PolicyReader, *, narrowed: bool) -> str:
    code = rule.case_type.code

    def replacement(match: re.Match[str]) -> str:
        kind, body = match.group(1), match.group(2).strip()
        if kind == "scope":
            narrow = f"{body} IN (SELECT k FROM {SCOPE_TABLE})"  # noqa: S608 - body is a column of our own SQL
            return narrow if narrowed else "1"
        if kind in {"full", "narrow"}:
            return body if narrowed == (kind == "narrow") else ""
        if kind == "setting":
            return str(policy.setting(body))
        if kind == "runs":
            inputs = {"node": "NULL", "customer": "NULL", "category": "NULL", **_pairs(body[1:-1], code)}
            return policy.case_sql("exception_sets", "runs", {"code": f"'{code}'", **inputs})
        parts = _DECIDE.fullmatch(body)
        if parts is None:
            raise BadInputError(
                what=f"Rule {code} has a placeholder that cannot be read: {match.group(0)}.",
                remedy="Write {decide:table.output(input=column, ...)}.",
            )
        return policy.case_sql(parts.group(1), parts.group(2), _pairs(parts.group(3), code))

    return _PLACEHOLDER.sub(replacement, sql)


def _pairs(text: str, code: str) -> dict[str, str]:
    """``a=x.b, c=y.d`` as a mapping; expressions hold no comma outside parentheses."""
    pairs: dict[str, str] = {}
    for part in re.split(r",(?![^(]*\))", text):
        name, sign, expression = part.partition("=")
        if not sign:
            raise BadInputError(
                what=f"Rule {code} gives {part.strip()!r} to a decision table.",
                remedy="Write input=column.",
            )
        pairs[name.strip()] = expression.strip()
    return pairs
