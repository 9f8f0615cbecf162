"""Bringing signed entries to the hub, once each and in order, and taking over what others recorded.

An entry is SENT before its bytes leave; whatever happens then, it is sent again until the hub's
receipt is in the ledger, and the hub answers the same bytes with the same receipt. A refusal is a
receipt too: it is shown and never holds up the next entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.hub.client import HubDevice, HubEntry, HubRefusedError
from app.services.approval_room import ApprovalRoom
from app.services.watch_log import LogPort, accept_notes
from app.signing.receipts import HubOutcome, HubReceipt
from app.signing.statements import open_entry, read_unverified
from app.signing.trust_entries import open_trust, says_trust
from app.store.ledger_machines import Cause
from app.store.ledger_transaction import LedgerTransaction
from app.store.ledger_views import OutboxItem
from domain.approval_states import DeliveryState
from domain.approvals import Decision, Ending, Proposal, Settlement, Signed
from domain.errors import RefusedError, TowerError
from domain.trust import EnforcePolicy

HUB = "hub"

CrashPoint = Callable[[str], None]


def no_crash(_point: str) -> None:
    """The crash point of real runs; tests give one that ends the process there."""


class HubPort(LogPort, Protocol):
    """The hub as delivering needs it; ``app.hub.client.HubClient`` is one."""

    def submit(self, envelope: bytes, idempotency_key: str) -> HubEntry:
        """Have an entry recorded."""
        ...

    def feed(self, after: int, wait_seconds: float = 0.0) -> tuple[HubEntry, ...]:
        """Entries after a record number."""
        ...

    def devices(self) -> tuple[HubDevice, ...]:
        """The devices the hub has enrolled."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """One round: how many entries were recorded or refused, how many wait, and why if the hub is away."""

    recorded: int = 0
    refused: int = 0
    waiting: int = 0
    unreachable: str = ""


def deliver(room: ApprovalRoom, hub: HubPort, crash: CrashPoint = no_crash) -> DeliveryReport:
    """Send every waiting entry to the hub; without a connection they simply go on waiting."""
    recorded = refused = 0
    waiting = room.ledger.outbox(DeliveryState.PENDING, DeliveryState.SENT)
    for number, item in enumerate(waiting):
        _set_out(room, item)
        crash("deliver:sent")
        try:
            answer = hub.submit(item.envelope, _idempotency_key(item))
            accept_notes(room, hub, [answer.receipt.checkpoint])
        except HubRefusedError as error:
            _refused_outright(room, item, error)
            refused += 1
            continue
        except TowerError as error:
            # What the hub did not sign (a login page, a proxy's no, a false receipt) refuses nothing.
            _come_back(room, item, error)
            return DeliveryReport(
                recorded=recorded,
                refused=refused,
                waiting=len(waiting) - number,
                unreachable=error.what,
            )
        crash("deliver:answered")
        accepted = _take_receipt(room, item.entry_sha256, answer)
        crash("deliver:recorded")
        recorded, refused = recorded + accepted, refused + (not accepted)
    return DeliveryReport(recorded=recorded, refused=refused)


def read_to_the_end(room: ApprovalRoom, hub: HubPort) -> None:
    """Take over everything the hub has recorded, page after page.

    Raises:
        UnavailableError: the hub cannot be reached now.
        RefusedError: what it sends does not hold.
        LogRewrittenError: its log is not the continuation of what it was.
    """
    before = None
    while before != (before := room.ledger.feed_position(hub.hub_key.keyid)):
        pull_feed(room, hub)


def pull_feed(room: ApprovalRoom, hub: HubPort, wait_seconds: float = 0.0) -> int:
    """Take over what other desks had recorded; gives how many entries are new here.

    Raises:
        UnavailableError: the hub cannot be reached now.
        RefusedError: what it sends does not hold.
        LogRewrittenError: its log is not the continuation of what it was.
    """
    new = 0
    entries = hub.feed(room.ledger.feed_position(hub.hub_key.keyid), wait_seconds)
    if entries:
        accept_notes(room, hub, [entry.receipt.checkpoint for entry in entries])
        _register_devices(room, hub)
    for entry in entries:
        with room.ledger.transaction() as tx:
            new += _take_over(room, tx, entry)
            tx.feed_read(hub.hub_key.keyid, entry.receipt.index)
    return new


def _set_out(room: ApprovalRoom, item: OutboxItem) -> None:
    if item.state is DeliveryState.SENT:
        return
    with room.ledger.transaction() as tx:
        cause = Cause(actor=HUB, why="sending", at=room.now())
        tx.machines.move_delivery(item.entry_sha256, DeliveryState.SENT, cause)


def _come_back(room: ApprovalRoom, item: OutboxItem, error: TowerError) -> None:
    with room.ledger.transaction() as tx:
        cause = Cause(actor=HUB, why=error.what, at=room.now())
        tx.machines.move_delivery(item.entry_sha256, DeliveryState.PENDING, cause)


def _refused_outright(room: ApprovalRoom, item: OutboxItem, error: TowerError) -> None:
    cause = Cause(actor=HUB, why=error.what, at=room.now(), entry_sha256=item.entry_sha256)
    with room.ledger.transaction() as tx:
        tx.machines.move_delivery(item.entry_sha256, DeliveryState.REFUSED, cause)
        _without_effect(tx, read_unverified(item.envelope).value, item.entry_sha256, cause)


def _take_receipt(room: ApprovalRoom, entry_sha256: str, answer: HubEntry) -> bool:
    receipt = answer.receipt
    accepted = receipt.outcome is HubOutcome.ACCEPTED
    with room.ledger.transaction() as tx:
        cause = _cause_of(receipt)
        wanted = DeliveryState.RECEIPTED if accepted else DeliveryState.REFUSED
        tx.machines.move_delivery(entry_sha256, wanted, cause)
        tx.add_receipt(entry_sha256, receipt.index, receipt.received_at, answer.receipt_envelope)
        value = read_unverified(answer.envelope).value
        if not accepted:
            _without_effect(tx, value, entry_sha256, cause)
        elif isinstance(value, Decision):
            tx.record_decision(entry_sha256, cause)
        elif isinstance(value, Ending):
            tx.settle_elsewhere(value, cause)
        elif isinstance(value, Settlement):
            tx.hear_settled(value, cause)
    return accepted


def _without_effect(tx: LedgerTransaction, value: Signed, entry_sha256: str, cause: Cause) -> None:
    if isinstance(value, Decision):
        tx.refuse_decision(entry_sha256, cause)
    elif isinstance(value, Proposal):
        tx.refuse_proposal(value.terms.action_id, cause)


def _register_devices(room: ApprovalRoom, hub: HubPort) -> None:
    known = {known.key.keyid for known in room.ledger.known_keys()}
    unknown = [
        device
        for device in hub.devices()
        if device.key.keyid not in known and room.counts_device(device.key.keyid)
    ]
    with room.ledger.transaction() as tx:
        for device in unknown:
            tx.register_key(device.key, device.owner, f"hub, by {device.method}", room.now())


def _take_over(room: ApprovalRoom, tx: LedgerTransaction, item: HubEntry) -> bool:
    """Take one entry of the feed over; entries of this desk are here already."""
    sha256 = item.receipt.entry_sha256
    if tx.has_entry(sha256):
        return False
    if says_trust(item.envelope):
        _require_rights_named(room, item.envelope)
        tx.keep_blob(item.envelope, room.now())
        return False
    try:
        entry = open_entry(item.envelope, tx.public_key)
    except RefusedError:
        # A device nobody has vouched for at this desk: its entries do not count here.
        return False
    value = entry.value
    tx.append(entry, room.now())
    tx.add_receipt(sha256, item.receipt.index, item.receipt.received_at, item.receipt_envelope)
    cause = _cause_of(item.receipt)
    if item.receipt.outcome is not HubOutcome.ACCEPTED:
        return True
    if isinstance(value, Proposal):
        ruling = room.policy.ruling_on(value.terms)
        tx.open_approval(entry, value, ruling.min_approvers, room.now())
    elif isinstance(value, Decision):
        tx.add_decision(entry, value, plan_commands=False)
        tx.record_decision(sha256, cause)
        tx.leave_to_others(value.terms.action_id, cause)
    elif isinstance(value, Settlement):
        tx.hear_settled(value, cause)
    else:
        tx.settle_elsewhere(value, cause)
    return True


def _require_rights_named(room: ApprovalRoom, envelope: bytes) -> None:
    """Refuse to follow a hub whose decision rights the administrators of the trust root did not sign."""
    if room.hub_key is None or room.root() is None:
        return
    act = open_trust(envelope, room.hub_key).value.act
    if isinstance(act, EnforcePolicy) and not room.counts_rights(act.policy_sha256):
        raise RefusedError(
            what="The hub puts decision rights in force that the trust root does not name.",
            remedy="Tell the administrators of the root; nothing of this hub counts until they sign them.",
        )


def _cause_of(receipt: HubReceipt) -> Cause:
    why = receipt.why or f"recorded #{receipt.index}"
    return Cause(actor=HUB, why=why, at=receipt.received_at, entry_sha256=receipt.entry_sha256)


def _idempotency_key(item: OutboxItem) -> str:
    return f"{item.action_id}/{read_unverified(item.envelope).value.seq}"
