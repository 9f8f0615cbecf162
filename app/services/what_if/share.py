"""A scenario as a signed file that another desk can open: customers and prices masked, signature verified.

Customers become tokens under a salt that is thrown away, orders their place in the file, money a share of
the baseline's cost. Nodes, zones, items' numbers and days stay: they are what the scenario is about.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.what_if.compare import compare_worlds
from app.services.what_if.outcome import Kpis, LineAnswer, WorldAnswer
from app.signing.canonical import canonical_bytes
from app.signing.envelope import KeyLookup, sign_envelope, verify_envelope
from domain.checks import BASIS_POINTS
from domain.errors import BadInputError, UnavailableError
from domain.profile_json import JsonValue, load_strict
from domain.what_if import MAX_NAME, Change, ChangeKind, WhatIf, from_plain, to_plain

if TYPE_CHECKING:
    from app.signing.keys import SigningKey

PAYLOAD_TYPE = "application/vnd.control-tower.what-if+json"
FORMAT = "control-tower/what-if/1"
MOST_FLIPS = 2_000
MASKED = "masked-customer-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedScenario:
    """What a file says, after its signature held: the scenario, the key that signed, figures in words."""

    what_if: WhatIf
    keyid: str
    words: tuple[str, ...]


def share_document(
    baseline: WorldAnswer, world: WorldAnswer, customers: Mapping[str, str], salt: bytes
) -> bytes:
    """The payload to be signed; ``customers`` are names by id, which must not appear in it.

    ``salt`` must be fresh randomness that is kept nowhere.
    """
    difference = compare_worlds(baseline, world)
    masked = WhatIf(
        name=_masked_name(world.what_if.name, customers, salt),
        changes=tuple(_masked(each, salt) for each in world.what_if.changes),
    )
    flips: list[JsonValue] = [
        {"line": number, "from": _way(flip.before), "to": _way(flip.after)}
        for number, flip in enumerate(difference.flips[:MOST_FLIPS])
    ]
    document: dict[str, JsonValue] = {
        "format": FORMAT,
        "scenario": json.loads(json.dumps(to_plain(masked))),
        "as_of": world.as_of.isoformat(),
        "instance": world.digest,
        "status": world.status,
        "seed": world.seed,
        "moves": world.moves,
        "baseline": _figures(baseline.kpis, baseline.kpis.total_cents),
        "result": _figures(world.kpis, baseline.kpis.total_cents),
        "flips": flips,
        "flips_in_all": len(difference.flips),
    }
    return canonical_bytes(document)


def write_shared(document: bytes, key: SigningKey, path: Path) -> None:
    """Sign a document and write it.

    Raises:
        BadInputError: it is too large to be signed.
        UnavailableError: the file cannot be written.
    """
    envelope = sign_envelope(document, key, payload_type=PAYLOAD_TYPE)
    try:
        path.write_bytes(envelope)
    except OSError as error:
        raise UnavailableError(
            what=f"{path} cannot be written ({error.strerror}).", remedy="Choose another folder."
        ) from error


def open_shared(path: Path, keys: KeyLookup) -> SharedScenario:
    """The scenario of a file whose signature holds.

    Raises:
        BadInputError: it cannot be read or is no shared scenario.
        RefusedError: its key is unknown, or the signature does not hold.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInputError(
            what=f"{path} cannot be read ({error.strerror}).", remedy="Choose another file."
        ) from error
    verified = verify_envelope(data, keys, payload_type=PAYLOAD_TYPE)
    document = load_strict(verified.payload)
    if document.get("format") != FORMAT:
        raise BadInputError(
            what="The file holds no scenario of this program's version.", remedy="Ask for a newer one."
        )
    return SharedScenario(
        what_if=from_plain(document.get("scenario")), keyid=verified.keyids[0], words=_words(document)
    )


def _masked(change: Change, salt: bytes) -> Change:
    if change.kind is not ChangeKind.CUSTOMER_WEIGHED:
        return change
    return replace(change, subject=_token(change.subject, salt))


def _token(customer_id: str, salt: bytes) -> str:
    return MASKED + hashlib.sha256(salt + customer_id.encode()).hexdigest()[:10]


def _masked_name(name: str, customers: Mapping[str, str], salt: bytes) -> str:
    """The scenario's name without any customer's: the longest names first, whatever their case."""
    for customer_id, customer in sorted(customers.items(), key=lambda each: (-len(each[1]), each[0])):
        for told in (customer, customer_id):
            if told:
                name = re.sub(re.escape(told), _token(customer_id, salt), name, flags=re.IGNORECASE)
    return name[:MAX_NAME]


def _way(answer: LineAnswer) -> JsonValue:
    return {
        "nodes": [*answer.nodes],
        "late_days": answer.late_days,
        "short_units": answer.short_units,
    }


def _figures(kpis: Kpis, whole_cents: int) -> JsonValue:
    """Service as it is; money in basis points of the baseline's cost."""

    def share(cents: int) -> int:
        return cents * BASIS_POINTS // max(1, whole_cents)

    return {
        "cost_bp": share(kpis.total_cents),
        "bound_bp": share(kpis.bound_cents),
        "terms_bp": {name.removesuffix("_cents"): share(cents) for name, cents in kpis.terms},
        "orders": kpis.orders,
        "on_time_bp": kpis.on_time_bp,
        "late_lines": kpis.late_lines,
        "backorder_units": kpis.backorder_units,
        "shipments": kpis.shipments,
        "node_units": [{"node": node, "units": units} for node, units in kpis.node_units],
    }


def _words(document: dict[str, JsonValue]) -> tuple[str, ...]:
    before, after = document.get("baseline"), document.get("result")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ()
    costs = (before.get("cost_bp"), after.get("cost_bp"))
    if not all(isinstance(each, int) for each in costs):
        return ()
    difference = (int(str(costs[1])) - int(str(costs[0]))) / 100
    there = f"There it cost {difference:+.1f} % against the baseline of {document.get('as_of')}."
    return (
        there,
        f"{document.get('flips_in_all')} lines flipped. Solve it here to see what it does on today's data.",
    )
