"""The acknowledgements we owe: 997, 999 and CONTRL, saying where a refused document is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.edi.envelopes import Group, Interchange
from connectors.edi.faults import EdiParseError
from connectors.edi.intake import ACKNOWLEDGEMENTS, SetResult
from connectors.edi.outgoing import Body
from connectors.edi.partners import Partner
from connectors.edi.to_partner import interchange_to

#: Element 718: the set's control numbers differ, its count is wrong, it is not supported, it has faults.
_CONTROL_DIFFERS, _COUNT_WRONG, _NOT_SUPPORTED, _FAULTY = "3", "4", "1", "5"


def acknowledgement(
    interchange: Interchange,
    results: Sequence[SetResult],
    partner: Partner,
    *,
    control: int,
    at: datetime,
) -> str:
    """What we answer to an interchange; empty where nothing is owed."""
    owed = [each for each in results if each.source.set_id not in ACKNOWLEDGEMENTS]
    if partner.acknowledge == "none" or not owed:
        return ""
    if partner.acknowledge == "CONTRL":
        body = _contrl(interchange, owed)
        return interchange_to(partner, [("CONTRL", body)], control=control, at=at)
    groups = {each.group.control: each.group for each in owed}
    sets = [
        (partner.acknowledge, _functional(group, [r for r in owed if r.group is group], partner.acknowledge))
        for group in groups.values()
    ]
    return interchange_to(partner, sets, control=control, at=at)


def _functional(group: Group, results: Sequence[SetResult], kind: str) -> Body:
    fault_tag, element_tag, result_tag = ("IK3", "IK4", "IK5") if kind == "999" else ("AK3", "AK4", "AK5")
    body: Body = [["AK1", group.functional_id, group.control, *([group.version] if kind == "999" else [])]]
    for result in results:
        body.append(["AK2", result.source.set_id, result.source.control])
        if result.fault is None:
            body.append([result_tag, "A"])
            continue
        fault = result.fault
        if isinstance(fault, EdiParseError) and fault.segment not in {"ST", "SE"}:
            position = fault.position - result.source.header.position + 1
            if fault.element:
                body.append([fault_tag, fault.segment[:3], str(position), "", "8"])
                body.append([element_tag, str(fault.element), "", fault.code])
            else:
                body.append([fault_tag, fault.segment[:3], str(position), "", fault.code])
        body.append([result_tag, "R", _set_code(result)])
    taken = sum(result.fault is None for result in results)
    verdict = "A" if taken == len(results) else ("P" if taken else "R")
    body.append(["AK9", verdict, str(len(results)), str(len(results)), str(taken)])
    return body


def _set_code(result: SetResult) -> str:
    fault = result.fault
    if isinstance(fault, EdiParseError) and fault.segment == "SE":
        return _COUNT_WRONG if fault.element == 1 else _CONTROL_DIFFERS
    if isinstance(fault, EdiParseError) and fault.segment == "ST":
        return _NOT_SUPPORTED
    return _FAULTY


def _contrl(interchange: Interchange, results: Sequence[SetResult]) -> Body:
    sender, receiver = interchange.sender, interchange.receiver
    refused = [each for each in results if each.fault is not None]
    body: Body = [
        [
            "UCI", interchange.control, _address(sender.identifier, sender.qualifier),
            _address(receiver.identifier, receiver.qualifier), "8" if refused else "7",
        ]
    ]  # fmt: skip
    for result in refused:
        fault = result.fault
        body.append(["UCM", result.source.control, _type_of(result), "4", "12"])
        if isinstance(fault, EdiParseError):
            place = fault.position - result.source.header.position + 1
            body.append(["UCS", str(max(place, 1)), "12" if fault.element else "15"])
            if fault.element:
                body.append(["UCD", "12", str(fault.element)])
    return body


def _type_of(result: SetResult) -> str:
    head = result.source.header
    return ":".join(head.part(2, n) for n in range(1, 5))


def _address(identifier: str, qualifier: str) -> str:
    return f"{identifier}:{qualifier}" if qualifier else identifier
