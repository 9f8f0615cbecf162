"""A decision table answers the same as SQL in the store's engine and as a closure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from app.detection.policy_set import load_policies
from app.detection.policy_sql import literal, table_sql
from domain.decision_tables.cells import Value
from domain.decision_tables.evaluate import Evaluator
from domain.decision_tables.model import DecisionTable
from tests.support.random_tables import asked, tables


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    """An empty SQLite database."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def told(
    database: Connection, found: DecisionTable, given_inputs: dict[str, Value], *, literals: bool
) -> object:
    """What SQL says, with the inputs as columns of a row or as literals of the statement."""
    expressions = {name: literal(value) if literals else name for name, value in given_inputs.items()}
    columns = ", ".join(f"{literal(value)} AS {name}" for name, value in given_inputs.items())
    statement = f"SELECT {table_sql(found, 'out', expressions)} FROM (SELECT {columns})"  # noqa: S608 - our own tables
    return database.execute(text(statement)).scalar_one()


def as_column(answer: object) -> object:
    """A closure's answer as a column holds it."""
    return "|".join(map(str, answer)) if isinstance(answer, tuple) else answer


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_sql_and_closure_agree(database: Connection, data: st.DataObject) -> None:
    found = data.draw(tables(("UNIQUE", "FIRST", "PRIORITY", "COLLECT")))
    for _ in range(3):
        values = data.draw(asked(found))
        answer = as_column(Evaluator(found).answer(values)["out"])
        assert told(database, found, values, literals=False) == answer
        assert told(database, found, values, literals=True) == answer


SETS = """
[policy]
id = "sets"
version = 3
effective = 2026-01-01T00:00:00Z
owner = "Operations"

[[decision]]
name = "sets"
hit = "FIRST"
inputs = [{ name = "code", type = "text" }, { name = "node", type = "text", null = true }]
outputs = [{ name = "runs", type = "bool" }]
rows = [
  ["OE-PRICE", "DC1|'D: 2'", false],
  ["-", "-", true],
]
"""


def test_what_a_literal_decides_is_left_out_of_the_statement() -> None:
    policies = load_policies({"sets.toml": SETS})
    assert policies.case_sql("sets", "runs", {"code": "'AL-SHORT'", "node": "l.node_id"}) == "1"
    said = policies.case_sql("sets", "runs", {"code": "'OE-PRICE'", "node": "l.node_id"})
    assert said == "(CASE WHEN l.node_id IN (('D' || char(58) || ' 2'), 'DC1') THEN 0 ELSE 1 END)"
