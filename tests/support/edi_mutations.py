"""Documents of every partner, and ways to spoil them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.edi.intake import Overlay, SetResult, read_file, take_in
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.records import Entity
from tests.support.edi_site import PARTNERS, PURCHASE_ORDER, edifact_interchange, interchange, partner

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
PROFILES = tuple(partner(name) for name in PARTNERS)

_NOTICE = (
    ("BSN", "00", "ASN-1", "20261125", "1030"),
    ("HL", "1", "", "S"),
    ("DTM", "017", "20261128"),
    ("HL", "2", "1", "O"),
    ("PRF", "PO-9"),
    ("HL", "3", "2", "I"),
    ("LIN", "1", "VN", "B-1"),
    ("SN1", "", "5", "EA", "", "8", "EA"),
    ("CTT", "3"),
)
_ANSWER = (
    ("BAK", "00", "AC", "PO-9", "20261120"),
    ("DTM", "002", "20261201"),
    ("PO1", "1", "40", "EA", "", "", "VN", "B-1"),
    ("ACK", "IQ", "30", "EA", "067", "20261202"),
    ("CTT", "1"),
)
_STATUS = (
    ("B10", "PRO1", "55", "OVLF"),
    ("LX", "1"),
    ("AT7", "SD", "AO", "", "", "20261123", "0930", "ES"),
    ("MS1", "Columbus", "OH", "US"),
)
_SHIPPED = (
    ("W06", "N", "SO-5", "20261123", "SHP-5"),
    ("N1", "ST", "Shop", "92", "c-5"),
    ("G62", "02", "20261125"),
    ("LX", "1"),
    ("W12", "SH", "10", "8", "2", "EA", "", "VN", "S-1"),
    ("W03", "8", "20.5", "LB"),
)
_ORDERS = [
    ["BGM", "220", "PO-7", "9"],
    ["DTM", "137:20261120:102"],
    ["DTM", "2:20261201:102"],
    ["NAD", "DP", "5790::9", "", "Butik ?'Nord?'", "Havnegade 3", "Aarhus", "", "8000", "DK"],
    ["LIN", "1", "", "N-1:SA"],
    ["QTY", "21:10:PCE"],
    ["PRI", "AAA:12.50"],
    ["UNS", "S"],
    ["CNT", "2:1"],
]

_MORE = (
    ("acme", "860", (
        ("BCH", "04", "SA", "4500012345", "", "", "20261121"),
        ("POC", "1", "QD", "6", "4", "EA", "", "", "VN", "ACM-77"),
        ("CTT", "1"),
    )),
    ("acme", "810", (
        ("BIG", "20261120", "INV-1", "20261101", "4500012345"),
        ("IT1", "1", "10", "EA", "12.50", "", "VN", "ACM-77"),
        ("TDS", "12500"),
    )),
    ("acme", "180", (
        ("BGN", "00", "RMA-3", "20261120"),
        ("PRF", "4500012345"),
        ("BLI", "VN", "ACM-77", "2", "EA"),
        ("RDR", "", "", "DM"),
    )),
    ("depot", "846", (
        ("BIA", "00", "DD", "R-1", "20261120", "0600"), ("LIN", "", "VN", "S-1"), ("QTY", "17", "50", "EA"),
    )),
    ("depot", "943", (
        ("W06", "N", "TR-1", "20261120"), ("N1", "WH", "Depot"), ("W27", "M", "OVLF"),
        ("W04", "10", "EA", "", "VN", "S-1"), ("W03", "10"),
    )),
    ("ovlf", "204", (
        ("B2", "", "OVLF", "", "55", "", "PP"),
        ("B2A", "00", "LT"),
        ("G62", "64", "20261122", "1", "1800"),
        ("S5", "1", "LD"),
        ("L3", "", "", "", "", "42000"),
    )),
    ("ovlf", "990", (("B1", "OVLF", "55", "20261122", "A"),)),
    ("ovlf", "210", (("B3", "", "FB-1", "55", "PP", "L", "20261125", "43100", "", "", "", "OVLF"),)),
    ("ovlf", "997", (("AK1", "SM", "88"), ("AK2", "204", "0001"), ("AK5", "A"), ("AK9", "A", "1", "1", "1"))),
)  # fmt: skip
_MORE_EDIFACT = (
    ("ORDRSP", [
        ["BGM", "231", "A-1", "29"], ["DTM", "137:20261120:102"], ["DTM", "2:20261201:102"],
        ["RFF", "ON:PO-9"],
        ["LIN", "1", "3", "B-1:SA"], ["QTY", "21:40"], ["QTY", "113:30"], ["UNS", "S"],
    ]),
    ("INVOIC", [
        ["BGM", "380", "INV-1", "9"], ["DTM", "137:20261120:102"], ["RFF", "ON:PO-7"],
        ["LIN", "1", "", "N-1:SA"], ["QTY", "47:10"], ["PRI", "AAA:12.50"], ["UNS", "S"],
        ["MOA", "79:125.00"],
    ]),
    ("IFTSTA", [
        ["BGM", "77", "ST-1", "9"], ["NAD", "CA", "DSVX::182"], ["CNI", "1", "SHP-9"], ["STS", "1", "21"],
        ["DTM", "334:202611241000:203"], ["LOC", "5", "DKAAR:139:6:Aarhus"],
    ]),
    ("CONTRL", [["UCI", "88", "A:14", "B:14", "8"], ["UCM", "1", "ORDRSP:D:96A:UN", "4", "12"]]),
)  # fmt: skip


DOCUMENTS = (
    interchange("acme", [("850", PURCHASE_ORDER), ("850", PURCHASE_ORDER)], control=9),
    interchange("bolt", [("855", _ANSWER)]),
    interchange("bolt", [("856", _NOTICE)]),
    interchange("ovlf", [("214", _STATUS)]),
    interchange("depot", [("945", _SHIPPED)]),
    edifact_interchange("nord", "ORDERS", _ORDERS),
    *(interchange(name, [(set_id, body)]) for name, set_id, body in _MORE),
    *(edifact_interchange("nord", kind, body) for kind, body in _MORE_EDIFACT),
)

SIGNS = "*~>+:'?^\r\n\x00\x1b 0123456789-.AISZ\u00e9\u0100\ud7ff\U0001f600"


class Nothing:
    """Knows of no earlier document."""

    def entity(self, kind: EntityKind, entity_id: str) -> Entity | None:
        return None

    def notes_under(self, prefix: str) -> Mapping[str, str]:
        return {}


def results_of(body: bytes) -> list[SetResult]:
    """What every document of a file becomes."""
    overlay = Overlay(kept=Nothing())
    return [
        result
        for profile, found in read_file(body, PROFILES)
        for result in take_in(found, profile, overlay, at=NOW)
    ]


def spoiled(chance: random.Random) -> bytes:
    """A document with up to five faults in it."""
    text = chance.choice(DOCUMENTS)
    for _ in range(chance.randint(1, 5)):
        text = _spoil(text, chance)
    return text.encode("utf-8", "replace")


def _spoil(text: str, chance: random.Random) -> str:
    if not text:
        return text
    kind = chance.randrange(7)
    place = chance.randrange(len(text))
    sign = "'" if text.startswith("UN") else "~"
    segments = text.split(sign)
    line = chance.randrange(len(segments))
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + chance.choice(SIGNS) + text[place:]
    if kind == 2:
        return text[:place] + chance.choice(SIGNS) + text[place + 1 :]
    if kind == 3:
        return sign.join([*segments[:line], *segments[line + 1 :]])
    if kind == 4:
        return sign.join([*segments[: line + 1], *segments[line:]])
    if kind == 5:
        return text[:place]
    other = chance.randrange(len(segments))
    segments[line], segments[other] = segments[other], segments[line]
    return sign.join(segments)


def refused_wrongly(body: bytes) -> str:
    """Why a file made the reader fail without saying what is wrong; empty when it did not."""
    try:
        results_of(body)
    except BadInputError as error:
        return "" if error.what and error.remedy else "it does not say why"
    return ""
