"""Partner profiles as data: who they are, what is exchanged with them, and their code tables."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.edi.envelopes import Address
from connectors.edi.segments import Syntax
from domain.errors import BadInputError, UnavailableError

Text = Annotated[str, msgspec.Meta(min_length=1)]
Role = Literal["customer", "supplier", "warehouse", "carrier"]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
Factor = Annotated[int, msgspec.Meta(ge=1)]

#: What acknowledges a document of each standard.
_ACKNOWLEDGED_BY = {"x12": ("997", "999", "none"), "edifact": ("CONTRL", "none")}


class Separators(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The signs we write with; those of what we read are read from it."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"
    repetition: str = "^"


class IdRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How the partner's numbers become ids of the tower; ``{partner}`` and ``{number}`` are filled in."""

    order: str = "{partner}-{number}"
    supply: str = "{partner}-{number}"
    shipment: str = "{number}"
    invoice: str = "{partner}-{number}"
    return_: str = msgspec.field(default="{partner}-{number}", name="return")
    item: str = "{number}"
    node: str = "{number}"
    customer: str = "{number}"


class Partner(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One trading partner."""

    name: Name
    role: Role
    standard: Literal["x12", "edifact"]
    own_id: Text
    partner_id: Text
    reads: tuple[Text, ...]
    writes: tuple[Text, ...] = ()
    own_qualifier: str = "ZZ"
    partner_qualifier: str = "ZZ"
    version: str = "004010"
    acknowledge: Literal["997", "999", "CONTRL", "none"] = "none"
    timezone: str = "UTC"
    encoding: Literal["ascii", "latin-1", "utf-8"] = "latin-1"
    currency: str = "USD"
    customer_id: str = ""
    node_id: str = ""
    scac: str = ""
    service_id: str = ""
    tender_minutes: Annotated[int, msgspec.Meta(ge=1)] = 120
    lead_days: Annotated[int, msgspec.Meta(ge=1)] | None = None
    is_test: bool = False
    item_qualifiers: tuple[str, ...] = ("VN", "VP", "SK", "BP", "UP", "SA", "EN", "IN")
    separators: Separators = Separators()
    ids: IdRules = IdRules()
    units: dict[str, Factor] = msgspec.field(default_factory=lambda: {"EA": 1, "PCE": 1, "C62": 1})
    nodes: dict[str, str] = {}
    items: dict[str, str] = {}
    customers: dict[str, str] = {}
    statuses: dict[str, str] = {}

    @property
    def own_address(self) -> Address:
        """How the partner knows us."""
        return Address(qualifier=self.own_qualifier, identifier=self.own_id)

    @property
    def address(self) -> Address:
        """How the partner calls itself."""
        return Address(qualifier=self.partner_qualifier, identifier=self.partner_id)

    @property
    def syntax(self) -> Syntax:
        """The separators to write with."""
        signs = self.separators
        return Syntax(signs.element, signs.component, signs.segment, repetition=signs.repetition)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that say none."""
        return ZoneInfo(self.timezone)

    def identify(self, rule: str, number: str) -> str:
        """The tower's id of the partner's ``number``."""
        return rule.replace("{partner}", self.name).replace("{number}", number)

    def number_of(self, rule: str, identity: str) -> str:
        """The partner's number of an id of the tower: the way back of :meth:`identify`."""
        before, _, after = rule.replace("{partner}", self.name).partition("{number}")
        if identity.startswith(before) and identity.endswith(after) and len(identity) > len(before + after):
            return identity[len(before) : len(identity) - len(after)]
        return identity

    def item_number(self, item_id: str) -> str:
        """How the partner calls an item of the tower."""
        called = next((number for number, ours in self.items.items() if ours == item_id), "")
        return called or self.number_of(self.ids.item, item_id)

    def item_id(self, number: str) -> str:
        """The tower's id of an item the partner calls ``number``."""
        return self.items.get(number) or self.identify(self.ids.item, number)

    def node_of(self, code: str) -> str:
        """The node a location code of the partner stands for; without a code the partner's own."""
        if not code:
            return self.node_id
        return self.nodes.get(code) or self.identify(self.ids.node, code)

    def customer_of(self, code: str) -> str:
        """The customer a party code of the partner stands for; a customer itself is always itself."""
        if self.customer_id:
            return self.customer_id
        return self.customers.get(code) or (self.identify(self.ids.customer, code) if code else "")


def parse_partner(text: str, name: str) -> Partner:
    """A partner from the text of its file.

    Raises:
        BadInputError: a setting is missing, unknown or wrong.
    """
    try:
        partner = msgspec.convert(tomllib.loads(text), Partner)
        ZoneInfo(partner.timezone)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ZoneInfoNotFoundError, ValueError) as error:
        raise BadInputError(
            what=f"The partner profile {name} cannot be used: {error}.",
            remedy="Compare it with the example in docs/connectors.md.",
        ) from error
    signs = (partner.separators.element, partner.separators.component, partner.separators.segment)
    if len(set(signs)) != len(signs) or any(len(sign) != 1 or sign.isalnum() for sign in signs):
        raise BadInputError(
            what=f"The separators of the partner profile {name} are not three different signs.",
            remedy='Write for example element = "*", component = ">", segment = "~".',
        )
    fitting = _ACKNOWLEDGED_BY[partner.standard]
    if partner.acknowledge not in fitting:
        raise BadInputError(
            what=f"The partner profile {name} acknowledges {partner.standard} by {partner.acknowledge}.",
            remedy=f"Set acknowledge to one of {', '.join(fitting)}.",
        )
    return partner


def load_partners(folder: Path) -> tuple[Partner, ...]:
    """Every ``*.toml`` of a folder, by name.

    Raises:
        UnavailableError: the folder cannot be read.
        BadInputError: a file cannot be used, there is none, or two describe the same partner.
    """
    try:
        texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(
            what=f"The partner profiles in {folder} cannot be read: {error}.", remedy="Check that folder."
        ) from error
    partners = tuple(parse_partner(text, name) for name, text in texts.items())
    if not partners:
        raise BadInputError(
            what=f"There is no partner profile in {folder}.", remedy="docs/connectors.md shows one."
        )
    _check_unique(partners)
    return partners


def _check_unique(partners: Iterable[Partner]) -> None:
    seen: set[object] = set()
    for partner in partners:
        for key in (partner.name, (partner.standard, partner.address, partner.own_address)):
            if key in seen:
                raise BadInputError(what=f"Two partner profiles describe {key}.", remedy="Keep one of them.")
            seen.add(key)
