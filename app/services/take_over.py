"""One look at the hub: what others recorded is taken over, and its log is cosigned."""

from __future__ import annotations

from app.services.approval_room import ApprovalRoom, Signer
from app.services.deliver import HubPort, pull_feed
from app.services.watch_log import LogRewrittenError, stand_witness
from domain.errors import TowerError


def take_over(room: ApprovalRoom, hub: HubPort, signer: Signer) -> tuple[int, str]:
    """How many entries are new here, and what there is to say; nothing when all is well."""
    try:
        new = pull_feed(room, hub)
    except TowerError as error:
        return 0, str(error)
    try:
        stand_witness(room, hub, signer.key)
    except LogRewrittenError as error:
        return new, str(error)
    except TowerError:
        # A cosignature that could not be given now is given at the next look.
        return new, ""
    return new, ""
