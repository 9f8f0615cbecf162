"""Random decision tables over small domains, and the inputs that they may be asked with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from domain.decision_tables.cells import ColumnType, Value
from domain.decision_tables.model import DecisionTable
from domain.decision_tables.reading import read_table

DOMAINS = {ColumnType.INT: "[0..5)", ColumnType.TEXT: "a|b|c d|'x:y|z'", ColumnType.BOOL: "-"}
VALUES: Mapping[ColumnType, tuple[Value, ...]] = {
    ColumnType.INT: (0, 1, 2, 3, 4),
    ColumnType.TEXT: ("a", "b", "c d", "x:y|z"),
    ColumnType.BOOL: (False, True),
}
#: Values that no domain holds but a column of the store may.
STRANGE: Mapping[ColumnType, tuple[Value, ...]] = {
    ColumnType.INT: (-7, 5, 9, None),
    ColumnType.TEXT: ("other", "it's", "", None),
    ColumnType.BOOL: (None,),
}


def _pieces(kind: ColumnType) -> st.SearchStrategy[str]:
    if kind is ColumnType.BOOL:
        return st.sampled_from(["true", "=false"])
    if kind is ColumnType.TEXT:
        return st.sampled_from(["a", "=b", "c d", "'x:y|z'"])
    number = st.integers(0, 4)
    return st.one_of(
        number.map(str),
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), number).map(lambda p: f"{p[0]}{p[1]}"),
        st.tuples(st.sampled_from("[("), number, st.integers(2, 5), st.sampled_from("])")).map(
            lambda p: f"{p[0]}{p[1]}..{p[1] + p[2]}{p[3]}"
        ),
    )


@st.composite
def cells(draw: st.DrawFn, kind: ColumnType) -> str:
    """A condition in the language of policy files."""
    pieces = draw(st.lists(_pieces(kind), min_size=1, max_size=2))
    shape = draw(st.sampled_from(["-", "-", "plain", "plain", "not", "null", "or null", "not null"]))
    joined = "|".join(pieces)
    return {
        "-": "-",
        "plain": joined,
        "not": f"not({pieces[0]})",
        "null": "null",
        "or null": f"null|{joined}",
        "not null": "not(null)",
    }[shape]


@st.composite
def tables(draw: st.DrawFn, hits: tuple[str, ...]) -> DecisionTable:
    """A table of one of these hit policies; nothing promises that it is complete."""
    hit = draw(st.sampled_from(hits))
    kinds = draw(st.lists(st.sampled_from(list(ColumnType)), min_size=1, max_size=3))
    inputs = [
        {"name": f"i{n}", "type": kind.value, "domain": DOMAINS[kind], "null": draw(st.booleans())}
        for n, kind in enumerate(kinds)
    ]
    number = draw(st.booleans()) or hit == "COLLECT"
    values: list[Any] = [1, 2, -3] if number else ["p", "it's : so", "null"]
    output: dict[str, Any] = {"name": "out", "type": "int" if number else "text"}
    if hit == "PRIORITY":
        values = values[:2]
        output["order"] = values
    body = draw(
        st.lists(st.tuples(*(cells(kind) for kind in kinds), st.sampled_from(values)), min_size=1, max_size=6)
    )
    raw: dict[str, Any] = {"name": "t", "hit": hit, "inputs": inputs, "outputs": [output]}
    raw["rows"] = [list(row) for row in body]
    if hit == "COLLECT":
        raw["collect"] = draw(st.sampled_from(["sum", "max", "min", "list"]))
    table, problems = read_table(raw)
    assert table is not None, problems
    return table


@st.composite
def asked(draw: st.DrawFn, table: DecisionTable) -> dict[str, Value]:
    """Inputs for a table, also such as its domains do not hold."""
    return {
        column.name: draw(st.sampled_from([*VALUES[column.kind], *STRANGE[column.kind]]))
        for column in table.inputs
    }
