"""Signed values: written and read without loss, and nothing outside the profile gets in."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals import (
    CHAIN_START,
    Actor,
    Amount,
    AmountBasis,
    Decision,
    Execution,
    Proposal,
    Signed,
    Verdict,
)
from domain.cases import Fact
from domain.commands import CommandResult, SplitLine, SplitPart
from domain.errors import BadInputError, BadValueError
from domain.ids import LineId, NodeId, OrderId, UserId
from domain.profile_json import (
    MAX_BYTES,
    JsonValue,
    check_profile,
    format_time,
    from_profile,
    load_strict,
    object_of,
    parse_time,
)
from domain.statements import from_statement, predicate_type_of, to_statement
from tests.support.approval_values import ACTOR, decision, execution, proposal, terms

SAMPLES: list[Signed] = [proposal(), decision(), execution(), execution(hub_index=7)]


@pytest.mark.parametrize("value", SAMPLES)
def test_a_statement_says_the_value_and_nothing_else(value: Signed) -> None:
    document = to_statement(value)
    check_profile(document)
    assert from_statement(document) == value
    assert document["predicateType"] == predicate_type_of(value)


def test_the_subjects_name_what_it_is_about() -> None:
    subject = to_statement(decision())["subject"]
    assert isinstance(subject, list)
    names = [each["name"] for each in subject if isinstance(each, dict)]
    action_id = terms().action_id
    assert names == sorted(
        [
            f"proposal/{action_id}",
            f"exception/{terms().case.case_id}",
            f"evidence/{terms().case.case_id}",
            "recommendation/REC-1",
        ]
    )


def test_a_subject_that_contradicts_its_predicate_is_refused() -> None:
    document = to_statement(proposal())
    document["subject"] = []
    with pytest.raises(BadInputError):
        from_statement(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicateType": "https://example.org/other/v1"},
        {"predicate": {}},
        {"predicate": "text"},
        {"extra": 1},
    ],
)
def test_other_statements_are_refused(changes: dict[str, JsonValue]) -> None:
    with pytest.raises(BadInputError):
        from_statement({**to_statement(proposal()), **changes})


def test_unknown_names_inside_are_refused() -> None:
    document = to_statement(proposal())
    assert isinstance(document["predicate"], dict)
    document["predicate"]["surprise"] = 1
    with pytest.raises(BadInputError, match="surprise"):
        from_statement(document)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - Hypothesis adds the zone
    lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)
)
facts = st.builds(
    Fact,
    name=texts.filter(lambda t: bool(t.strip())),
    value=texts,
    unit=texts,
    source=st.none(),
    as_of=st.none() | times,
    entity=st.none(),
)


@given(facts)
def test_any_fact_survives(fact: Fact) -> None:
    assert from_profile(Fact, object_of(fact)) == fact


@given(times)
def test_times_have_one_spelling(instant: datetime) -> None:
    assert parse_time(format_time(instant)) == instant


@pytest.mark.parametrize(
    "text", ["2026-11-22T09:00:00Z", "2026-11-22 09:00:00.000Z", "2026-11-22T09:00:00.000+00:00", ""]
)
def test_other_spellings_of_a_time_are_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        parse_time(text)


def test_actions_are_told_apart_by_their_verb() -> None:
    action = SplitLine(
        order_id=OrderId("O"),
        line_id=LineId("L"),
        from_node_id=NodeId("A"),
        parts=(SplitPart(node_id=NodeId("A"), quantity=1), SplitPart(node_id=NodeId("B"), quantity=2)),
    )
    command = replace(terms().commands[0], action=action)
    value = proposal(replace(terms(), commands=(command,)))
    assert from_statement(to_statement(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":null}',
        b'{"a":NaN}',
        b'{"a":1,"a":2}',
        b'{"A":1}',
        b'{"a-b":1}',
        b'{"":1}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":-0}',
        b'{"a":' + b"1" * 5000 + b"}",
        '{"a":"e\u0301"}'.encode(),
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b"[1]",
        b"1",
        b"",
        b"{",
        b'{"a":1}x',
        b"[" * 10_000,
        b'{"a":' * 30 + b"1" + b"}" * 30,
        b'{"a":"' + b"x" * MAX_BYTES + b'"}',
    ],
)
def test_what_lies_outside_the_profile_is_refused(text: bytes) -> None:
    with pytest.raises(BadInputError):
        load_strict(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_clear_refusal(data: bytes) -> None:
    document = None
    with suppress(BadInputError):
        document = load_strict(data)
    assert document is None or object_like(document)


def object_like(document: JsonValue) -> bool:
    check_profile(document)
    return isinstance(document, dict)


@pytest.mark.parametrize("value", [1.5, None, b"x", {1: 2}, {"A": 1}, 2**53, "e\u0301"])
def test_values_outside_the_profile_are_refused(value: object) -> None:
    with pytest.raises(BadInputError):
        check_profile({"a": value})


def test_a_float_in_a_value_cannot_be_signed() -> None:
    with pytest.raises(BadInputError, match="float"):
        object_of(Fact(name="weight", value=1.5))  # type: ignore[arg-type]


def test_the_types_inside_are_checked() -> None:
    for wrong in ({"user_id": 1}, {"user_id": True}, {"user_id": ["a"]}):
        with pytest.raises(BadInputError):
            from_profile(Actor, {**object_of(ACTOR), **wrong})  # type: ignore[dict-item]


REFUSED: list[tuple[Signed, dict[str, object]]] = [
    (proposal(), {"reason": " "}),
    (proposal(), {"reason": "x" * 501}),
    (proposal(), {"seq": 0}),
    (proposal(), {"prev": "1" * 64}),
    (proposal(), {"seq": 2}),
    (proposal(), {"prev": "short"}),
    (proposal(), {"expires_at": proposal().issued_at}),
    (proposal(), {"issued_at": datetime(2026, 1, 1)}),  # noqa: DTZ001 - a naive time is what is refused
    (decision(), {"proposal_sha256": "x"}),
    (decision(), {"issued_at": decision().expires_at + timedelta(hours=1)}),
    (execution(), {"result": CommandResult.UNKNOWN}),
    (execution(), {"attempt": 0}),
    (execution(), {"decision_sha256": ""}),
]


@pytest.mark.parametrize(("value", "changes"), REFUSED)
def test_values_that_cannot_be_true_are_refused(value: Signed, changes: dict[str, object]) -> None:
    with pytest.raises(BadValueError):
        replace(value, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"action_id": "not a ULID"},
        {"commands": ()},
        {"commands": (replace(terms().commands[0], key="other-1"),)},
    ],
)
def test_terms_that_cannot_be_executed_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadValueError):
        replace(terms(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("currency", "minor"), [("usd", 1), ("US", 1), ("USD", -1), ("USD", 2**53)])
def test_amounts_that_are_none(currency: str, minor: int) -> None:
    with pytest.raises(BadValueError):
        Amount(currency=currency, minor=minor, basis=AmountBasis.VALUE)


def test_records_expected_by_several_commands_are_expected_once() -> None:
    both = (terms().commands[0], replace(terms().commands[0], key=f"{terms().action_id}-2"))
    assert replace(terms(), commands=both).expected == terms().expected


def test_kinds_of_signed_values() -> None:
    assert [type(v) for v in SAMPLES] == [Proposal, Decision, Execution, Execution]
    assert decision().verdict is Verdict.APPROVE
    assert proposal().prev == CHAIN_START
    assert decision().proposer == UserId("a.moreno")
