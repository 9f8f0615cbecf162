"""The folder of a profile's own policies as a system that approved commands are carried out in.

What lies in it comes into force at the next look (``app/services/policy_watch.py``). So a policy that was
signed by two people goes the way of every approved command: begun, sent once, probed, ended and recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.detection.policy_file import PolicyRefusedError
from app.detection.policy_overlay import overlaid
from app.detection.policy_set import packaged_texts
from app.services.policy_watch import read_folder
from app.signing.canonical import sha256_hex
from connectors.protocol import ConnectorHealth, IdempotencyLevel, Manifest, Page
from domain.commands import AdoptPolicy, Command, CommandResult, Receipt
from domain.errors import RefusedError, UnavailableError
from domain.ids import SourceName

#: The name under which approved commands call the desk itself.
DESK: Final = SourceName("desk")
_NO_FOLDER: Final = "This profile names no folder for policies of its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFolder:
    """Writes approved policy files; it has nothing to be read by a sync."""

    folder: Path | None

    @property
    def source(self) -> SourceName:
        """The desk itself."""
        return DESK

    @property
    def manifest(self) -> Manifest:
        """One verb; the text itself tells whether it was written."""
        return Manifest(
            system="desk",
            title="Policies of this desk",
            streams=(),
            verbs=(AdoptPolicy.verb,),
            credentials=(),
            idempotency=IdempotencyLevel.C,
            cursor_kind="none",
        )

    def changes(self, stream: str, cursor: str | None, limit: int) -> Page:  # noqa: ARG002 - the protocol's
        """Nothing: policies are looked at where they lie."""
        return Page(records=(), rejected=(), deleted=(), cursor="", more=False)

    def ids(self, stream: str) -> frozenset[str] | None:  # noqa: ARG002 - the protocol's
        """It holds no records."""
        return None

    def submit(self, command: Command) -> Receipt:
        """Write the policy file, if it is good and what it replaces is still in force.

        Raises:
            UnavailableError: the folder cannot be written now.
        """
        action = command.action
        if not isinstance(action, AdoptPolicy):
            return _answer(command, CommandResult.REJECTED, f"The desk does not know {action.verb}.")
        if self.folder is None:
            return _answer(command, CommandResult.REJECTED, _NO_FOLDER)
        before = text_now(self.folder, action.file_name)
        if before == action.text:
            return _answer(command, CommandResult.SUCCEEDED, "It is there already.", repeated=True)
        if sha256_hex(before.encode()) != action.replaces_sha256:
            why = f"{action.file_name} was changed since this was proposed."
            return _answer(command, CommandResult.CONFLICT, why)
        try:
            overlaid({**read_folder(self.folder), action.file_name: action.text})
        except PolicyRefusedError as error:
            return _answer(command, CommandResult.REJECTED, str(error))
        _write(self.folder / action.file_name, action.text)
        return _answer(command, CommandResult.SUCCEEDED, f"{action.file_name} is written.")

    def probe(self, command: Command) -> Receipt | None:
        """The receipt if the file says what was approved; ``None`` where it does not.

        Raises:
            UnavailableError: the file cannot be read now.
        """
        action = command.action
        if self.folder is None or not isinstance(action, AdoptPolicy):
            return None
        if text_now(self.folder, action.file_name) != action.text:
            return None
        return _answer(command, CommandResult.SUCCEEDED, f"{action.file_name} is written.", repeated=True)

    def health(self) -> ConnectorHealth:
        """Whether there is a folder."""
        found = self.folder is not None and self.folder.is_dir()
        return ConnectorHealth(reachable=found, why="" if found else _NO_FOLDER)

    def close(self) -> None:
        """Nothing is held open."""


def required(folder: Path | None) -> Path:
    """The folder.

    Raises:
        RefusedError: the profile names none.
    """
    if folder is None:
        raise RefusedError(
            what=_NO_FOLDER, remedy="Name one in the profile under [policies], then send it again."
        )
    return folder


def text_now(folder: Path, name: str) -> str:
    """A policy file as it lies in the folder, else as it ships; empty where there is neither.

    Raises:
        UnavailableError: it cannot be read.
    """
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return packaged_texts().get(name, "")
    except (OSError, UnicodeDecodeError) as error:
        raise _unavailable(name, error) from error


def _write(file: Path, text: str) -> None:
    """All of it or nothing: a look at the folder never meets half a file."""
    whole = file.with_suffix(".new")
    try:
        whole.write_text(text, encoding="utf-8")
        whole.replace(file)
    except OSError as error:
        raise _unavailable(file.name, error) from error


def _unavailable(name: str, error: Exception) -> UnavailableError:
    return UnavailableError(
        what=f"{name} cannot be read or written: {error}.", remedy="Look at the folder of the policies."
    )


def _answer(command: Command, result: CommandResult, message: str, *, repeated: bool = False) -> Receipt:
    return Receipt(key=command.key, result=result, message=message, repeated=repeated)
