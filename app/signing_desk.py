"""One desk's power to sign: whose keys are here, which hub records, and which rights hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.hub.client import HubClient, Transport, enrol_at
from app.profile import Profile
from app.root_files import pinned_root, renew_root
from app.secrets import SecretStore, open_secrets
from app.services.approval_room import ApprovalRoom, Signer
from app.services.rights_of_hub import rights_of_hub, why_rights_differ
from app.signing.keys import Entropy, KeyOwner, PublicKey, SigningKey
from app.signing.sealing import PinCost
from app.signing.trust_root import BadRootError
from app.signing.vault import AskPin, CannotSignError, KeyVault
from domain.errors import BadInputError, CorruptError, UnavailableError
from domain.ids import UserId
from domain.rights import RightsPolicy

if TYPE_CHECKING:
    from app.store.ledger import Ledger
    from domain.clock import Clock
    from domain.trust import EnforcePolicy

EXECUTOR = "executor"
HUB_KEY_FILE = "hub.key"
#: There while the ledger is an older copy whose later entries have not been read from the hub again.
RESTORED_FILE = "ledger.restored"


class HubConnection(Transport, Protocol):
    """A way to the hub that must be let go of; ``connectors.http.HttpClient`` is one."""

    def close(self) -> None:
        """Let go of the connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTools:
    """What signing needs from outside: who is asked for a PIN, randomness, a way to the hub, the device.

    ``transport`` is ``None`` in a profile without a hub; ``enrolment_token`` is the hub's, if it has one.
    """

    ask_pin: AskPin
    entropy: Entropy
    device_id: str
    transport: HubConnection | None = None
    enrolment_token: str = ""
    pin_cost: PinCost | None = None


class SigningDesk:
    """Unlocks keys once, registers and enrols them, and knows the hub's pinned key."""

    def __init__(
        self, *, profile: Profile, ledger: Ledger, policy: RightsPolicy, clock: Clock, tools: DeskTools
    ) -> None:
        """Sign into ``ledger`` under ``policy``; nothing is unlocked or sent yet."""
        self._profile = profile
        self._ledger = ledger
        self._policy = policy
        self._clock = clock
        self._tools = tools
        self._unlocked: dict[str, SigningKey] = {}
        self._enrolled: set[str] = set()
        self._root_is_new = False

    def close(self) -> None:
        """Let go of the connection to the hub."""
        if self._tools.transport is not None:
            self._tools.transport.close()

    @property
    def policy(self) -> RightsPolicy:
        """The rights in force: the hub's, as far as this desk has followed it, else those of its own file."""
        hub = self._rights_of_hub()
        return self._policy if hub is None else hub.policy

    @property
    def rights_differ(self) -> str:
        """What to tell a person when the hub holds other rights than this desk's file; else empty."""
        return why_rights_differ(self._policy, self._rights_of_hub())

    def _rights_of_hub(self) -> EnforcePolicy | None:
        pinned = self._pinned_key_or_none()
        return None if pinned is None else rights_of_hub(self._ledger, pinned)

    @property
    def room(self) -> ApprovalRoom:
        """The room that proposing, deciding and executing share.

        Raises:
            CannotSignError: the profile has a hub that this desk never reached, so its key is unknown.
        """
        return ApprovalRoom(
            ledger=self._ledger,
            policy=self.policy,
            clock=self._clock,
            hub_key=self._pinned_key(),
            root=lambda: pinned_root(self._profile.folder),
        )

    @property
    def is_restored(self) -> bool:
        """Whether the ledger is an older copy whose later entries have not been read from the hub again."""
        return (self._profile.folder / RESTORED_FILE).exists()

    def hub_was_read(self) -> None:
        """Everything the hub recorded is in the ledger: people may sign again after a copy took its place."""
        (self._profile.folder / RESTORED_FILE).unlink(missing_ok=True)

    def secrets_of(self, user: str) -> SecretStore:
        """Where the secrets of a person at this desk are kept."""
        return open_secrets(
            folder=self._profile.folder,
            profile=self._profile.name,
            user_id=user,
            ask_pin=self._tools.ask_pin,
            entropy=self._tools.entropy,
            cost=self._tools.pin_cost,
        )

    def signer(self, user: str) -> Signer:
        """A person with an unlocked key, registered here and enrolled at the hub.

        Raises:
            CannotSignError: there is no key, the PIN is wrong, or the hub does not know the key yet.
            BadInputError: the profile has no such person.
        """
        if self.is_restored and user != EXECUTOR:
            raise CannotSignError(
                what="The ledger is an older copy, and the hub has not been read again yet.",
                remedy="Wait until it has been, or run control-tower execute; everything else works.",
            )
        role = EXECUTOR if user == EXECUTOR else self._profile.identity(user).role
        return Signer(key=self._key(user, make=user == EXECUTOR or bool(self._profile.demo_pin)), role=role)

    def enrol(self, user: str) -> Signer:
        """As :meth:`signer`, making the key first where there is none."""
        self._profile.identity(user)
        self._key(user, make=True)
        return self.signer(user)

    def hub_client(self) -> HubClient | None:
        """The hub as the executor's key reads it; ``None`` in a profile without a hub.

        Raises:
            CannotSignError: the executor's key cannot be unlocked, or the hub was never reached.
        """
        if self._tools.transport is None:
            return None
        reader = self.signer(EXECUTOR).key
        pinned = self._pinned_key()
        if pinned is None:
            return None
        hub = HubClient(transport=self._tools.transport, hub_key=pinned, reader=reader, clock=self._clock)
        self._renew_root(hub)
        return hub

    def root_file(self) -> bytes:
        """The pinned trust root as a file; empty where none is pinned.

        Raises:
            BadRootError: it does not hold.
        """
        root = pinned_root(self._profile.folder)
        return b"" if root is None else root.data

    def _renew_root(self, hub: HubClient) -> None:
        """Ask the hub once a session for newer versions of the pinned root."""
        if self._root_is_new or pinned_root(self._profile.folder) is None:
            return
        with suppress(UnavailableError):
            renew_root(self._profile.folder, hub.root())
            self._root_is_new = True

    def _key(self, user: str, *, make: bool) -> SigningKey:
        key = self._unlocked.get(user)
        if key is None:
            owner = KeyOwner(user_id=UserId(user), device_id=self._tools.device_id)
            vault = KeyVault(
                secrets=self.secrets_of(user),
                ask_pin=self._tools.ask_pin,
                entropy=self._tools.entropy,
                cost=self._tools.pin_cost,
            )
            key = vault.unlock_or_create(owner) if make else vault.unlock(owner)
            self._register(key)
            self._unlocked[user] = key
        self._enrol_once(key)
        return key

    def _register(self, key: SigningKey) -> None:
        if self._ledger.public_key(key.public.keyid) is None:
            with self._ledger.transaction() as transaction:
                transaction.register_key(key.public, key.owner, "this desk", self._clock.now())

    def _enrol_once(self, key: SigningKey) -> None:
        """Tell the hub of a key; offline is fine once the hub's own key is pinned and this one enrolled."""
        transport = self._tools.transport
        marker = self._profile.folder / "enrolled" / key.public.keyid
        if transport is None or key.public.keyid in self._enrolled:
            return
        if marker.exists() and self._pinned_key_or_none() is not None:
            self._enrolled.add(key.public.keyid)
            return
        try:
            hub_key, _ = enrol_at(transport, key, self._tools.enrolment_token)
        except UnavailableError as error:
            raise CannotSignError(
                what=f"The hub does not know the key of {key.owner.user_id} yet and cannot be reached.",
                remedy="Sign again when it can be reached; everything else works.",
            ) from error
        self._pin(hub_key)
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
        self._enrolled.add(key.public.keyid)

    def _pin(self, hub_key: PublicKey) -> None:
        self._require_named(hub_key)
        pinned = self._pinned_key_or_none()
        if pinned is None:
            file = self._hub_key_file()
            fresh = file.with_suffix(".new")
            fresh.write_text(hub_key.to_text(), encoding="utf-8")
            fresh.replace(file)
        elif pinned != hub_key:
            raise CannotSignError(
                what="The hub answers with another key than the one pinned at this desk.",
                remedy=f"Ask its administrator; delete {self._hub_key_file()} only if the change is meant.",
            )

    def _pinned_key(self) -> PublicKey | None:
        if self._tools.transport is None:
            return None
        pinned = self._pinned_key_or_none()
        if pinned is None:
            raise CannotSignError(
                what="This desk has not reached its hub yet, so nothing can be signed.",
                remedy="Start the hub or correct [hub] url in the profile; everything else works.",
            )
        self._require_named(pinned)
        return pinned

    def _require_named(self, hub_key: PublicKey) -> None:
        """Refuse a hub that the pinned trust root does not name, where one is pinned."""
        root = pinned_root(self._profile.folder)
        if root is None:
            return
        try:
            named = root.require_current(self._clock.now()).hub_keyids
        except BadRootError as error:
            raise CannotSignError(what=error.what, remedy=error.remedy) from error
        if hub_key.keyid not in named:
            raise CannotSignError(
                what="The trust root pinned at this desk does not name the hub that answers.",
                remedy="Ask an administrator of the root; everything else works.",
            )

    def _pinned_key_or_none(self) -> PublicKey | None:
        file = self._hub_key_file()
        try:
            return PublicKey.from_text(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (BadInputError, OSError, UnicodeDecodeError) as error:
            raise CorruptError(
                what=f"The pinned key of the hub in {file} cannot be read.",
                remedy="Delete that file if the hub is still the same: its key is pinned anew.",
            ) from error

    def _hub_key_file(self) -> Path:
        return self._profile.folder / HUB_KEY_FILE


def fixed_pin(pin: str) -> AskPin:
    """Answers every question for a PIN with the same one (the demo's, or one asked once at start)."""

    def ask(user_id: str) -> str:
        del user_id
        return pin

    return ask


def device_id_of(folder: Path, new_id: Callable[[], str]) -> str:
    """The name of this installation of a profile: made once, kept in its folder.

    Raises:
        CorruptError: the file that keeps it cannot be read.
    """
    file = folder / "device"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_text(new_id(), encoding="utf-8")
        fresh.replace(file)
    try:
        device_id = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        device_id = ""
    if not device_id:
        raise CorruptError(
            what=f"The name of this device in {file} cannot be read.",
            remedy="Restore that file; or delete it, and enrol everybody here again.",
        )
    return device_id
