"""Writes X12: a group of sets in its envelope, with counts and control numbers as the reader checks them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.edi.envelopes import Address
from connectors.edi.segments import Syntax
from domain.errors import BadInputError

#: Which functional group a set travels in.
GROUP_OF_SET = {
    "850": "PO", "855": "PR", "856": "SH", "860": "PC", "810": "IN", "846": "IB", "940": "OW", "945": "SW",
    "943": "AR", "944": "RE", "947": "AW", "204": "SM", "990": "GF", "214": "QM", "210": "IM", "180": "AN",
    "997": "FA", "999": "FA",
}  # fmt: skip
CONTROL_MODULUS = 1_000_000_000
_REPETITION_SINCE = "00402"

Body = Sequence[Sequence[str]]


def write_x12(
    sets: Sequence[tuple[str, Body]],
    *,
    sender: Address,
    receiver: Address,
    control: int,
    version: str,
    at: datetime,
    syntax: Syntax,
    is_test: bool = False,
) -> str:
    """One interchange with one group; each of ``sets`` is a set's id and its segments without ST and SE.

    Raises:
        BadInputError: a value holds one of the separators, which X12 cannot express.
    """
    interchange = f"{control % CONTROL_MODULUS:09d}"
    repetition = "U" if version < _REPETITION_SINCE else (syntax.repetition or "^")
    lines: list[Sequence[str]] = [
        [
            "ISA", "00", " " * 10, "00", " " * 10,
            f"{sender.qualifier:<2.2}", f"{sender.identifier:<15.15}",
            f"{receiver.qualifier:<2.2}", f"{receiver.identifier:<15.15}",
            f"{at:%y%m%d}", f"{at:%H%M}", repetition, version[:5], interchange, "0",
            "T" if is_test else "P", syntax.component,
        ],
        [
            "GS", GROUP_OF_SET[sets[0][0]], sender.identifier, receiver.identifier,
            f"{at:%Y%m%d}", f"{at:%H%M}", str(control % CONTROL_MODULUS), "X", version,
        ],
    ]  # fmt: skip
    for number, (set_id, body) in enumerate(sets, start=1):
        tail = [version] if set_id == "999" else []
        lines.append(["ST", set_id, f"{number:04d}", *tail])
        lines.extend(body)
        lines.append(["SE", str(len(body) + 2), f"{number:04d}"])
    lines.append(["GE", str(len(sets)), str(control % CONTROL_MODULUS)])
    lines.append(["IEA", "1", interchange])
    return "".join(_line(line, syntax) for line in lines)


def _line(line: Sequence[str], syntax: Syntax) -> str:
    elements = list(line)
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    for element in elements[1:]:
        if elements[0] == "ISA":
            break
        if any(sign in element for sign in (syntax.element, syntax.segment, syntax.component, "\n", "\r")):
            raise BadInputError(
                what=f"{elements[0]} cannot hold {element!r}: it has one of the separators.",
                remedy="Use other separators in the partner's profile.",
            )
    return syntax.element.join(elements) + syntax.segment
