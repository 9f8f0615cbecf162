"""What partners say of what we sent: 997, 999."""

from __future__ import annotations

from connectors.edi.documents import Acknowledgement, SetAnswer
from connectors.edi.reading import SetReading

_ACCEPTED = frozenset({"A", "E"})


def read_997(reading: SetReading) -> Acknowledgement:
    """A functional acknowledgement."""
    return _read(reading, "AK3", "AK5")


def read_999(reading: SetReading) -> Acknowledgement:
    """An implementation acknowledgement."""
    return _read(reading, "IK3", "IK5")


def _read(reading: SetReading, fault_tag: str, result_tag: str) -> Acknowledgement:
    group = reading.need("AK1").text(2)
    verdict = reading.need("AK9").one_of(1, ("A", "E", "P", "R", "M", "W", "X"))
    answers: list[SetAnswer] = []
    for loop in reading.loops("AK2", "AK9"):
        head = loop[0]
        result = reading.find(loop, result_tag)
        if result is None:
            raise head.fail(0, f"the set is not answered by an {result_tag}", "3")
        fault = reading.find(loop, fault_tag)
        code = result.get(2).strip() if fault is None else fault.get(4).strip()
        accepted = result.one_of(1, ("A", "E", "R", "M", "W", "X")) in _ACCEPTED
        answers.append(
            SetAnswer(
                set_id=head.text(1),
                group_control=group,
                set_control=head.text(2),
                accepted=accepted,
                segment="" if accepted or fault is None else f"{fault.get(1)} {fault.get(2)}".strip(),
                code="" if accepted else code,
            )
        )
    if not answers:
        accepted = verdict in _ACCEPTED
        answers.append(
            SetAnswer(
                set_id="",
                group_control=group,
                set_control="",
                accepted=accepted,
                code="" if accepted else verdict,
            )
        )
    return Acknowledgement(answers=tuple(answers))
