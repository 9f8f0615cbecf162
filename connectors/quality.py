"""The quality scale of connectors: rules from bronze to platinum, each proven or exempt for a reason.

A connector's ``manifest.toml`` says for each rule where its proof is (``[quality.proof]``) or why it need not
keep it (``[quality.exempt]``); what it does not name is not done. The tier follows from that and is written
beside, so that losing a proof is a difference somebody sees.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import BadInputError


class Tier(StrEnum):
    """How much of the scale a connector keeps, all lower tiers included."""

    NONE = "none"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a connector of a tier must do."""

    name: str
    tier: Tier
    says: str


def _rules(tier: Tier, **says: str) -> tuple[Rule, ...]:
    return tuple(Rule(name=name, tier=tier, says=text) for name, text in says.items())


RULES: tuple[Rule, ...] = (
    *_rules(
        Tier.BRONZE,
        contract="the inherited contract test runs on it",
        records="what its system says becomes records, field by field",
        health="a system that is down is unavailable with a remedy, and health says why",
        credentials="secrets come from the secret store only and stand in no message",
        documented="a page says how to set it up",
    ),
    *_rules(
        Tier.SILVER,
        cursor="the cursor is closed at its start; any page size gives the same state",
        replay="pages that come twice or late change nothing",
        poison="a record that cannot be understood is rejected alone, with its bytes",
        outage="an outage is two lines in the log: lost, back",
        authentication="refused credentials are said in words and end the polling",
        limits="answers and files beyond a bound are refused before they cost memory",
    ),
    *_rules(
        Tier.GOLD,
        deletions="what is gone there is gone here",
        drift="a code or form nobody knows is refused by name, never guessed",
        idempotency="a command sent twice happens once",
        in_doubt="a command or document cut off between doing and answering ends done once",
        conflict="a record changed since the decision is not overwritten",
    ),
    *_rules(
        Tier.PLATINUM,
        laws="laws hold for generated and for spoiled input",
        killed="killed in the middle, nothing is lost or doubled",
        real_peer="the tests run against the real system, not a stand-in",
        oracle="an independent implementation agrees",
        measured="its throughput is measured by a benchmark",
    ),
)
_ORDER = (Tier.BRONZE, Tier.SILVER, Tier.GOLD, Tier.PLATINUM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a connector says of itself: proofs are ``file::name`` of tests, or files."""

    tier: Tier
    proof: Mapping[str, str]
    exempt: Mapping[str, str]

    @property
    def reached(self) -> Tier:
        """The highest tier all of whose rules, and those below, are proven or exempt."""
        found = Tier.NONE
        for tier in _ORDER:
            if self.missing(tier):
                break
            found = tier
        return found

    def missing(self, tier: Tier) -> tuple[str, ...]:
        """The rules of a tier that are neither proven nor exempt."""
        return tuple(
            rule.name
            for rule in RULES
            if rule.tier is tier and rule.name not in self.proof and rule.name not in self.exempt
        )


def parse_quality(text: str) -> Quality:
    """The quality of a ``manifest.toml``.

    Raises:
        BadInputError: it has none, names a rule there is not, or exempts without a reason.
    """
    try:
        table = tomllib.loads(text)["quality"]
        found = Quality(
            tier=Tier(table["tier"]),
            proof=_texts(table.get("proof", {})),
            exempt=_texts(table.get("exempt", {})),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInputError(
            what=f"The quality of a connector cannot be read: {error!r}.",
            remedy="Compare it with the manifest of another connector.",
        ) from error
    strange = sorted((set(found.proof) | set(found.exempt)) - {rule.name for rule in RULES})
    both = sorted(set(found.proof) & set(found.exempt))
    if strange or both:
        raise BadInputError(
            what=f"There is no rule {strange[0]!r}." if strange else f"{both[0]} is proven and exempt.",
            remedy=f"Rules: {', '.join(rule.name for rule in RULES)}.",
        )
    return found


def _texts(table: Mapping[str, object]) -> dict[str, str]:
    for name, value in table.items():
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name} says nothing")
    return {name: str(value) for name, value in table.items()}
