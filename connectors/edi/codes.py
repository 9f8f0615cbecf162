"""Codes of the field with what they mean and whose doing they are; the raw code always stays beside."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedFact:
    """A code as it came, what it means here, and which party answers for it."""

    element: str
    raw: str
    meaning: str
    responsible: str


#: X12 1650 and the milestone it is; what is not listed is "reported".
STATUS_MEANING = {
    "AF": "departed", "CP": "loaded", "AA": "appointment", "AB": "appointment", "AM": "in_transit",
    "X3": "at_pickup", "X8": "at_pickup", "L1": "loading", "X1": "arrived", "X2": "eta", "X4": "arrived",
    "X5": "arrived", "X6": "in_transit", "P1": "in_transit", "I1": "in_transit", "J1": "in_transit",
    "OA": "out_for_delivery", "R1": "in_transit", "CD": "delivered_to_carrier", "D1": "delivered",
    "AG": "eta", "AH": "attempted", "AP": "attempted", "A3": "returned", "A7": "refused", "A9": "damaged",
    "BC": "customs_hold", "SD": "delayed", "AV": "available", "CA": "cancelled", "PR": "customs_hold",
}  # fmt: skip

#: A carrier that reports one of these has taken the load.
TAKEN = frozenset(
    {"appointment", "at_pickup", "loading", "loaded", "picked_up", "departed", "in_transit", "eta"}
    | {"out_for_delivery", "arrived", "attempted", "delivered"}
)

#: X12 1651: what the reason says, and whose doing it is.
REASON_MEANING = {
    "NS": ("normal", "none"), "NA": ("normal", "none"),
    "A1": ("missed_delivery", "carrier"), "A2": ("incorrect_address", "shipper"),
    "A3": ("indirect_delivery", "carrier"), "A5": ("unable_to_locate", "shipper"),
    "A6": ("address_corrected", "shipper"), "AA": ("mis_sort", "carrier"),
    "AD": ("customer_requested_later", "consignee"), "AE": ("restricted_articles", "shipper"),
    "AF": ("accident", "carrier"), "AG": ("consignee_related", "consignee"),
    "AH": ("driver_related", "carrier"), "AI": ("mechanical", "carrier"),
    "AJ": ("other_carrier", "carrier"), "AL": ("previous_stop", "carrier"),
    "AM": ("shipper_related", "shipper"), "AN": ("holiday", "none"), "AO": ("weather", "force_majeure"),
    "AQ": ("recipient_unavailable", "consignee"), "AR": ("improper_paperwork", "shipper"),
    "AS": ("customs_hold", "customs"), "AT": ("consignee_closed", "consignee"),
    "AU": ("civil_event", "force_majeure"), "AV": ("exceeds_limits", "shipper"),
    "AX": ("insufficient_pickup_time", "shipper"), "AY": ("missed_pickup", "carrier"),
    "B1": ("consignee_closed", "consignee"), "B4": ("held_for_payment", "consignee"),
    "B5": ("held_for_consignee", "consignee"), "B8": ("improper_unloading", "consignee"),
    "BB": ("held_by_shipper", "shipper"), "BC": ("missing_documents", "shipper"),
    "BD": ("border_clearance", "customs"), "BE": ("road_conditions", "force_majeure"),
    "BF": ("carrier_keying", "carrier"), "BG": ("other", UNKNOWN),
    "BH": ("insufficient_time", "shipper"), "BS": ("refused_by_customer", "consignee"),
    "BT": ("returned_to_shipper", "consignee"), "CA": ("customs_hold", "customs"),
    "D1": ("carrier_dispatch", "carrier"), "D2": ("driver_not_available", "carrier"),
    "S1": ("delivery_shortage", "carrier"), "T1": ("tractor_fault", "carrier"),
}  # fmt: skip

#: X12 668: what a line answer says, and whether its quantity counts as confirmed.
LINE_ANSWER = {
    "IA": ("accepted", True), "AC": ("accepted", True), "AR": ("accepted", True), "IC": ("changed", True),
    "IP": ("price_changed", True), "IQ": ("quantity_changed", True), "DR": ("rescheduled", True),
    "IE": ("price_pending", True), "IS": ("substituted", True), "IB": ("backordered", False),
    "IH": ("held", False), "IR": ("rejected", False), "ID": ("deleted", False), "IF": ("incomplete", False),
    "SP": ("schedule_pending", False), "BP": ("partial_rest_backordered", True), "IW": ("held", False),
}  # fmt: skip

#: EDIFACT 1229 (ORDRSP LIN): as above.
LINE_ACTION = {
    "1": ("accepted", True), "2": ("deleted", False), "3": ("changed", True), "5": ("accepted", True),
    "7": ("rejected", False), "10": ("not_found", False), "24": ("accepted_changed", True),
}  # fmt: skip

#: EDIFACT 9015/4405 status codes of IFTSTA (code list of the UN recommendation 24).
EDIFACT_STATUS = {
    "1": "in_transit", "13": "picked_up", "21": "delivered", "24": "departed", "31": "in_transit",
    "32": "in_transit", "48": "arrived", "5": "attempted", "59": "delayed", "12": "damaged",
    "22": "delivered", "7": "attempted", "3": "arrived",
}  # fmt: skip


def status_code(raw: str, table: dict[str, str], *, element: str = "1650") -> CodedFact:
    """A transport status; ``table`` is the partner's own and comes first."""
    known = STATUS_MEANING if element == "1650" else EDIFACT_STATUS
    return CodedFact(
        element=element, raw=raw, meaning=table.get(raw) or known.get(raw, "reported"), responsible="carrier"
    )


def reason_code(raw: str) -> CodedFact:
    """Why it came to a transport status, and through whom (X12 1651)."""
    meaning, responsible = REASON_MEANING.get(raw, (UNKNOWN, UNKNOWN))
    return CodedFact(element="1651", raw=raw, meaning=meaning, responsible=responsible)


def line_answer(raw: str) -> CodedFact | None:
    """What a supplier answers to a line (X12 668); ``None`` where the code is none."""
    found = LINE_ANSWER.get(raw)
    if found is None:
        return None
    return CodedFact(element="668", raw=raw, meaning=found[0], responsible="supplier")


def line_action(raw: str) -> CodedFact | None:
    """What a supplier answers to a line (EDIFACT 1229); ``None`` where the code is none."""
    found = LINE_ACTION.get(raw)
    if found is None:
        return None
    return CodedFact(element="1229", raw=raw, meaning=found[0], responsible="supplier")


def is_confirmed(fact: CodedFact) -> bool:
    """Whether the quantity beside a line answer is promised."""
    table = LINE_ANSWER if fact.element == "668" else LINE_ACTION
    return table[fact.raw][1]
