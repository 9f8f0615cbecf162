"""The decision rights that the hub last put into its log, as this desk has followed it.

The hub judges by them whatever a desk's own file says. So a desk judges by them, too, and says when its file
is another one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from app.signing.canonical import digest_of
from app.signing.receipts import open_receipt
from app.signing.trust_entries import open_trust
from domain.approvals import CHAIN_START
from domain.trust import EnforcePolicy, TrustStatement

if TYPE_CHECKING:
    from app.signing.keys import PublicKey
    from app.store.ledger_reads import LedgerReads
    from domain.rights import RightsPolicy


def rights_of_hub(ledger: LedgerReads, hub_key: PublicKey) -> EnforcePolicy | None:
    """The rights that held for the last recorded entry here; ``None`` while nothing was recorded.

    Raises:
        RefusedError: a receipt or a statement of trust is not this hub's.
    """
    last = ledger.last_receipt()
    if last is None:
        return None
    receipt, envelope = last
    head = open_receipt(receipt, hub_key, envelope).trust_sha256
    while head != CHAIN_START:
        kept = ledger.blob(head)
        if kept is None:
            return None
        said = _said(kept, hub_key)
        if isinstance(said.act, EnforcePolicy):
            return said.act
        head = said.prev
    return None


def why_rights_differ(own: RightsPolicy, hub: EnforcePolicy | None) -> str:
    """What a person is told when the hub holds other rights than this desk's file; empty when it does not."""
    if hub is None or digest_of(own) == hub.policy_sha256:
        return ""
    theirs = f"{hub.policy.policy_id} v{hub.policy.version}"
    if (own.policy_id, own.version) != (hub.policy.policy_id, hub.policy.version):
        mine = f"{own.policy_id} v{own.version}"
        return f"Decisions are judged by the hub's rights {theirs}, not by {mine} of this desk."
    return f"Decisions are judged by the hub's rights {theirs}; this desk has others under the same name."


@lru_cache(maxsize=64)
def _said(envelope: bytes, hub_key: PublicKey) -> TrustStatement:
    return open_trust(envelope, hub_key).value
