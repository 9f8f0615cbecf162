"""The tower's use cases about policies: looking at the profile's folder, following the hub's other desks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services.follow_policies import follow_policies
from app.services.policy_folder import PolicyFolder
from app.services.policy_watch import PolicyWatch
from domain.errors import TowerError

if TYPE_CHECKING:
    from app.tower import TowerParts


class TowerPolicies:
    """The folder of a profile's own policies; ``folder`` is also what approved changes are carried out in."""

    def __init__(self, parts: TowerParts) -> None:
        """Nothing is read yet."""
        self._parts = parts
        self._watch = PolicyWatch(folder=parts.profile.policy_folder, mirror=parts.mirror)
        self._followed = False
        self.folder = PolicyFolder(folder=parts.profile.policy_folder)

    def look(self) -> bool:
        """Bring into force what the folder holds; whether anything is different now."""
        return self._watch.look(self._parts.clock.now())

    def follow(self, *, new: bool) -> str:
        """Write into the folder what the hub's log says was put into force at another desk.

        Looked at where something is ``new``, and until it went well; gives why it could not be done.
        """
        if new or not self._followed:
            try:
                follow_policies(self._parts.ledger, self.folder)
            except TowerError as error:
                return f"What another desk put into force cannot be taken over: {error}"
            self._followed = True
        return ""
