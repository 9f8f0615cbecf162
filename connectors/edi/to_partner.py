"""An interchange to a partner: its standard, addresses, version, syntax and clock are the profile's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connectors.edi.edifact_writer import write_edifact
from connectors.edi.partners import Partner
from connectors.edi.x12_writer import Body, write_x12

#: The directory of a message that is not of D.96A, as UNH names it.
_DIRECTORIES: Final = {"CONTRL": "D:3:UN"}
_DIRECTORY: Final = "D:96A:UN"


def interchange_to(
    partner: Partner, messages: Sequence[tuple[str, Body]], *, control: int, at: datetime
) -> str:
    """The text of an interchange with these messages, each by its set id: ``850``, ``DESADV``."""
    if partner.standard == "edifact":
        return write_edifact(
            [(f"{set_id}:{_DIRECTORIES.get(set_id, _DIRECTORY)}", body) for set_id, body in messages],
            sender=partner.own_address,
            receiver=partner.address,
            control=control,
            at=at.astimezone(partner.zone),
            is_test=partner.is_test,
        )
    return write_x12(
        messages,
        sender=partner.own_address,
        receiver=partner.address,
        control=control,
        version=partner.version,
        at=at.astimezone(partner.zone),
        syntax=partner.syntax,
        is_test=partner.is_test,
    )
