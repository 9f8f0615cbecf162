"""Sends single sets through a drop folder and looks at what they became."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from domain.records import TYPE_OF_KIND, Entity
from tests.support.edi_site import EdiSite, interchange

T = TypeVar("T", bound=Entity)
Body = Sequence[Sequence[str]]


class Desk:
    """Sends sets to the connector and looks at what they became."""

    def __init__(self, folder: Path) -> None:
        self.site = EdiSite(folder)
        self.sent = 0

    def send(self, partner: str, set_id: str, body: Body) -> str:
        """Let a partner send a set; gives why it was refused, or nothing."""
        self.sent += 1
        self.site.clock.move(seconds=1)
        self.site.receive(f"{self.sent:03}.edi", interchange(partner, [(set_id, body)], control=self.sent))
        connector = self.site.connector
        rejected = [
            bad
            for stream in connector.manifest.streams
            for bad in connector.changes(stream.name, None, 500).rejected
            if f":{self.sent:09d}:" in bad.external_id
        ]
        return rejected[0].message if rejected else ""

    def found(self, kind: type[T], entity_id: str) -> T:
        """The record of an id."""
        name = next(each for each, of_kind in TYPE_OF_KIND.items() if of_kind is kind)
        entity = self.site.connector.entity(name, entity_id)
        assert isinstance(entity, kind), entity_id
        return entity

    def ids(self, stream: str) -> list[str]:
        """The ids of all records of a stream."""
        page = self.site.connector.changes(stream, None, 500)
        return sorted(record.ref.entity_id for record in page.records)
