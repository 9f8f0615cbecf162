"""What the distributor sells and who it buys from: families, names, prices and substitutes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from domain.ids import ItemId
from domain.items import Item, Substitute

SUBSTITUTE_EXTRA_COST_CENTS = (0, 25, 60)
CASE_PACKS = (1, 1, 4, 6, 10, 12)
DEAREST_PACKED_CENTS = 6_000
DEAR_PACKS = (1, 1, 2)
#: Units, or packs where an item comes in packs, that a customer orders at a time.
UNITS_ORDERED = (1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)
PACKS_ORDERED = (1, 1, 2, 2, 3, 4)
RESTRICTED_EVERY = 25
RESTRICTED_COUNTRIES = ("CU", "IR", "MX", "RU")
LARGE_MINIMUM_EVERY = 14
GRAMS_PER_LITRE = 900
#: Families that age on the shelf: rubber, filters, gloves; their stock is kept by lot.
AGEING = frozenset({"HV", "FL", "GL"})


@dataclass(frozen=True, slots=True)
class Family:
    """A group of items: prefix of its SKUs, words for names, price span in cents and weights in grams."""

    prefix: str
    noun: str
    kinds: tuple[str, ...]
    price_cents: tuple[int, int]
    weight_grams: tuple[int, int]


FAMILIES: tuple[Family, ...] = (
    Family("KT", "kettle valve", ("brass", "steel", "chrome", "short", "long"), (1_800, 9_500), (400, 2_200)),
    Family("PB", "pipe bracket", ("zinc", "steel", "rubber", "wall", "double"), (350, 2_400), (80, 900)),
    Family(
        "EM", "electric motor", ("0.5 kW", "1 kW", "2 kW", "flange", "foot"), (9_000, 42_000), (4_000, 26_000)
    ),
    Family(
        "FL", "filter cartridge", ("5 um", "10 um", "carbon", "pleated", "fine"), (900, 6_200), (150, 1_400)
    ),
    Family(
        "HV",
        "hydraulic hose",
        ("1/4 in", "3/8 in", "1/2 in", "2-wire", "4-wire"),
        (1_200, 8_800),
        (300, 3_500),
    ),
    Family("SW", "safety switch", ("2-pole", "3-pole", "IP65", "key", "pull"), (2_500, 14_000), (200, 1_200)),
    Family("BR", "ball bearing", ("6202", "6204", "6206", "sealed", "open"), (400, 5_200), (50, 1_800)),
    Family(
        "GL", "work glove", ("size 8", "size 9", "size 10", "nitrile", "leather"), (300, 2_100), (60, 250)
    ),
)

SUPPLIERS: tuple[str, ...] = (
    "Halden Fittings",
    "Corwin Metal Works",
    "Brightwater Components",
    "Ostrava Drives",
    "Tamarack Rubber",
    "Lindqvist Filtration",
)
#: These confirm their dates through the supplier portal instead of the ERP.
PORTAL_SUPPLIERS: frozenset[str] = frozenset({"Brightwater Components", "Ostrava Drives"})


def make_items(rng: Random, count: int) -> tuple[Item, ...]:
    """The items; neighbours in a family of the same size may stand in for each other."""
    items: list[Item] = []
    for number in range(count):
        family = FAMILIES[number % len(FAMILIES)]
        kind = family.kinds[(number // len(FAMILIES)) % len(family.kinds)]
        sku = f"{family.prefix}-{2201 + number * 7 % 6000:04d}"
        price = rng.randint(*family.price_cents)
        weight = rng.randint(*family.weight_grams)
        pack = rng.choice(DEAR_PACKS if price > DEAREST_PACKED_CENTS else CASE_PACKS)
        neighbours = (number - len(FAMILIES) * len(family.kinds), number + len(FAMILIES) * len(family.kinds))
        substitutes = tuple(
            Substitute(item_id=_item_id(other), extra_cost_cents=rng.choice(SUBSTITUTE_EXTRA_COST_CENTS))
            for other in neighbours
            if 0 <= other < count
        )
        items.append(
            Item(
                item_id=_item_id(number),
                sku=sku,
                name=f"{kind} {family.noun}",
                weight_grams=weight,
                list_price_cents=price,
                landed_cost_cents=price * rng.randint(55, 78) // 100,
                case_pack_quantity=pack,
                substitutes=substitutes,
                category=family.noun.split()[-1],
                unit_of_measure="ea" if pack == 1 else "bx",
                minimum_order_quantity=2 * pack
                if number % LARGE_MINIMUM_EVERY == LARGE_MINIMUM_EVERY - 1
                else pack,
                volume_cm3=max(1, 1000 * weight // GRAMS_PER_LITRE),
                restricted_countries=RESTRICTED_COUNTRIES
                if number % RESTRICTED_EVERY == RESTRICTED_EVERY // 2
                else (),
            )
        )
    return tuple(items)


def ages(item: Item) -> bool:
    """Whether an item ages on the shelf, so that its stock is kept by lot."""
    return item.sku[:2] in AGEING


def ordered_quantity(rng: Random, item: Item) -> int:
    """How much of an item a customer orders: whole packs, never below the least quantity sold."""
    pack = item.case_pack_quantity
    wanted = rng.choice(UNITS_ORDERED) if pack == 1 else pack * rng.choice(PACKS_ORDERED)
    return max(wanted, item.minimum_order_quantity)


def mean_quantity(item: Item) -> float:
    """The mean of ``ordered_quantity``."""
    pack = item.case_pack_quantity
    options = UNITS_ORDERED if pack == 1 else tuple(pack * packs for packs in PACKS_ORDERED)
    return sum(max(wanted, item.minimum_order_quantity) for wanted in options) / len(options)


def supplier_of(number: int) -> str:
    """The supplier of the item with that number."""
    return SUPPLIERS[number % len(SUPPLIERS)]


def _item_id(number: int) -> ItemId:
    return ItemId(f"IT-{number + 1:04d}")
