"""The tower's use cases about actions approved before: taking back, settling a doubt, handing on, checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.bundle import export_bundle
from app.services.compensate import propose_way_back
from app.services.ending_settled import say_settled
from app.services.recommend.mirror_facts import MirrorFacts
from app.signing.trust_root import open_chain
from app.signing.vault import CannotSignError
from domain.errors import BadInputError

if TYPE_CHECKING:
    from app.signing.statements import SignedEntry
    from app.store.ledger_views import LedgerReport
    from app.tower import TowerParts


@dataclass(frozen=True, slots=True, kw_only=True)
class TowerAfterwards:
    """What people do about an approved action; what they sign takes effect with the next settling."""

    parts: TowerParts

    def propose_way_back(self, action_id: str, user: str, reason: str) -> SignedEntry:
        """Sign a proposal that takes back an executed action, as a planner.

        Raises:
            RefusedError: it is not executed, cannot be taken back any more, or the rights do not permit it.
            BadInputError: there is no such action.
            ConflictError: a record of it is gone.
        """
        label = self.parts.ledger.approval(action_id).proposal.terms.option_label
        return propose_way_back(
            self.parts.desk.room,
            self.parts.signer(user),
            action_id,
            action_id=self.parts.ids.new_id(),
            reason=reason or f"To be taken back: {label}",
            facts=MirrorFacts(self.parts.mirror),
        )

    def say_settled(
        self, action_id: str, command_key: str, user: str, *, happened: bool, reason: str
    ) -> SignedEntry:
        """Sign whether a command in doubt happened, as somebody who may decide on its action.

        Raises:
            RefusedError: it is not in doubt, somebody told already, or the rights do not permit it.
            BadInputError: there is no such action.
        """
        room, signer = self.parts.desk.room, self.parts.signer(user)
        return say_settled(room, signer, action_id, command_key, happened=happened, reason=reason)

    def export_bundle(self, action_ids: tuple[str, ...]) -> tuple[bytes, str]:
        """The trail of actions (none named: of the whole log) as a file's bytes, and the hub's fingerprint.

        Raises:
            BadInputError: the profile has no hub, or an action is not in its log.
            UnavailableError: the hub cannot be reached now.
        """
        hub = self.parts.desk.hub_client()
        if hub is None:
            raise BadInputError(
                what="This profile has no hub, so there is no log.", remedy="Name one in [hub] url."
            )
        root = self.parts.desk.root_file()
        pinned = open_chain(root).fingerprint if root else hub.hub_key.fingerprint
        return export_bundle(self.parts.desk.room, hub, action_ids, root), pinned

    def verify_ledger(self) -> LedgerReport:
        """Check every byte, signature, chain, receipt and reference of the ledger."""
        try:
            hub_key = self.parts.desk.room.hub_key
        except CannotSignError:
            hub_key = None
        return self.parts.ledger.verify(hub_key)
