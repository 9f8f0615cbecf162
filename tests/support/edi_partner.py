"""A supplier and a carrier that answer what lies in ``out/``: as asked, short, no, twice, not at all."""

from __future__ import annotations

from enum import StrEnum

from connectors.edi.x12 import read_x12
from tests.support.edi_site import EdiSite, interchange


class Mood(StrEnum):
    """How a partner behaves."""

    KIND = "kind"
    SHORT = "short"
    REFUSING = "refusing"
    REPEATING = "repeating"
    SILENT = "silent"


class MoodyPartner:
    """Takes away what we wrote and puts its answers into ``in/``."""

    def __init__(self, site: EdiSite, mood: Mood) -> None:
        self.site = site
        self.mood = mood
        self.control = 500

    def work(self) -> None:
        """Answer everything that lies there."""
        for path in sorted((self.site.drop / "out").iterdir()):
            (sent,) = read_x12(path.read_text("latin-1"))
            path.unlink()
            for each in sent.groups[0].sets:
                group = sent.groups[0]
                body = [[s.tag, *s.elements] for s in each.segments]
                if self.mood is Mood.SILENT or each.set_id in {"997", "999"}:
                    continue
                name = path.name.split("-")[0]
                kind = "999" if name == "bolt" else "997"
                version = [group.version] if kind == "999" else []
                result = "IK5" if kind == "999" else "AK5"
                self._send(name, kind, [
                    ["AK1", group.functional_id, group.control, *version],
                    ["AK2", each.set_id, each.control],
                    [result, "A"],
                    ["AK9", "A", "1", "1", "1"],
                ])  # fmt: skip
                self._send(name, *(self._carrier(body) if each.set_id == "204" else self._supplier(body)))

    def _carrier(self, tender: list[list[str]]) -> tuple[str, list[list[str]]]:
        head = tender[0]
        verdict = "D" if self.mood is Mood.REFUSING else "A"
        return "990", [["B1", head[2], head[4], "20261122", verdict]]

    def _supplier(self, change: list[list[str]]) -> tuple[str, list[list[str]]]:
        wanted = {line[0]: line for line in change}
        position, quantity, item = (wanted["POC"][n] for n in (1, 3, 9))
        day = wanted["DTM"][2]
        confirmed = {Mood.SHORT: int(quantity) // 2, Mood.REFUSING: 0}.get(self.mood, int(quantity))
        code = {Mood.SHORT: "IQ", Mood.REFUSING: "IR"}.get(self.mood, "DR")
        return "855", [
            ["BAK", "00", "AC", wanted["BCH"][3], "20261122"],
            ["PO1", position, quantity, "EA", "", "", "VN", item],
            ["ACK", code, str(confirmed), "EA", "067", day],
            ["CTT", "1"],
        ]

    def _send(self, name: str, set_id: str, body: list[list[str]]) -> None:
        self.control += 1
        text = interchange(name, [(set_id, body)], control=self.control)
        copies = 2 if self.mood is Mood.REPEATING else 1
        for copy in range(copies):
            self.site.receive(f"{self.control}-{copy}.edi", text)
