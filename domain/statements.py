"""Signed values as in-toto Statements v1, both ways.

The subjects name by digest what a statement is about; they repeat digests of the predicate, so that
a tool that knows in-toto only can still follow the chain from case to outcome.
"""

from __future__ import annotations

from domain.approvals import Beginning, Decision, Ending, Execution, Proposal, Settlement, Signed
from domain.profile_json import JsonObject, JsonValue, from_profile, object_of, refuse

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_PREDICATES = "https://control-tower.example/"

PROPOSAL_TYPE = f"{_PREDICATES}proposal/v1"
DECISION_TYPE = f"{_PREDICATES}decision/v1"
BEGINNING_TYPE = f"{_PREDICATES}beginning/v1"
EXECUTION_TYPE = f"{_PREDICATES}execution/v1"
ENDING_TYPE = f"{_PREDICATES}ending/v1"
SETTLEMENT_TYPE = f"{_PREDICATES}settlement/v1"

_TYPE_OF: dict[type[Signed], str] = {
    Proposal: PROPOSAL_TYPE,
    Decision: DECISION_TYPE,
    Beginning: BEGINNING_TYPE,
    Execution: EXECUTION_TYPE,
    Ending: ENDING_TYPE,
    Settlement: SETTLEMENT_TYPE,
}


def predicate_type_of(value: Signed) -> str:
    """The predicate type a value is signed under."""
    return _TYPE_OF[type(value)]


def action_id_of(value: Signed) -> str:
    """The action that a signed value belongs to."""
    return value.terms.action_id if isinstance(value, Proposal | Decision) else value.action_id


def to_statement(value: Signed) -> JsonObject:
    """The Statement that says ``value``.

    Raises:
        BadInputError: it holds something that the JSON profile cannot carry.
    """
    return {
        "_type": STATEMENT_TYPE,
        "subject": _subject_list(value),
        "predicateType": predicate_type_of(value),
        "predicate": object_of(value),
    }


def from_statement(document: JsonObject) -> Signed:
    """The value a Statement of the JSON profile says; it must be exactly what :func:`to_statement` writes.

    Raises:
        BadInputError: it is no Statement of ours, or its subjects contradict its predicate.
    """
    if set(document) != {"_type", "subject", "predicateType", "predicate"}:
        raise refuse("A signed document is no in-toto Statement.")
    kind = next((k for k, name in _TYPE_OF.items() if name == document["predicateType"]), None)
    if document["_type"] != STATEMENT_TYPE or kind is None:
        raise refuse(f"A signed document says {str(document['predicateType'])[:80]!r}, which is unknown.")
    value = from_profile(kind, document["predicate"], exact=True)
    if _subject_list(value) != document["subject"]:
        raise refuse("A signed document does not say what its subjects and names say.")
    return value


def _subject_list(value: Signed) -> list[JsonValue]:
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(_subjects(value))]


def _subjects(value: Signed) -> list[tuple[str, str]]:
    if isinstance(value, Beginning | Ending):
        return [(f"decision/{value.action_id}", value.decision_sha256)]
    if isinstance(value, Settlement):
        return [(f"ending/{value.action_id}", value.ending_sha256)]
    if isinstance(value, Execution):
        return [
            (f"command/{value.command_key}", value.request_sha256),
            (f"decision/{value.action_id}", value.decision_sha256),
        ]
    terms = value.terms
    subjects = [
        (f"exception/{terms.case.case_id}", terms.case.sha256),
        (f"evidence/{terms.case.case_id}", terms.evidence.facts_sha256),
        (f"recommendation/{terms.recommendation.recommendation_id}", terms.recommendation.sha256),
    ]
    if terms.undoes is not None:
        subjects.append((f"ending/{terms.undoes.action_id}", terms.undoes.ending_sha256))
    if isinstance(value, Decision):
        subjects.append((f"proposal/{terms.action_id}", value.proposal_sha256))
    return subjects
