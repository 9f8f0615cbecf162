"""The append-only log of commands: what was accepted is on disk before it is acknowledged."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec

from connectors.wire import decode_command, encode_command
from domain.commands import Command, CommandResult, Receipt
from domain.errors import BadInputError, CorruptError, UnavailableError
from domain.ids import SourceName


class LoggedCommand(msgspec.Struct, forbid_unknown_fields=True):
    """One line of the log: when in world time, at which face, what, and what was answered."""

    at: datetime
    source: str
    key: str
    result: CommandResult
    message: str
    command: msgspec.Raw

    def to_command(self) -> Command:
        """The command as it came."""
        return decode_command(bytes(self.command), source=SourceName(self.source))


class CommandLog:
    """A file of JSON lines, each written through to the disk."""

    def __init__(self, path: Path) -> None:
        """Open (and create) the log; a last line cut off by a crash was never acknowledged and is removed.

        Raises:
            CorruptError: a line before the last cannot be read.
            UnavailableError: the file cannot be opened.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise UnavailableError(
                what=f"The command log {path} cannot be opened: {error.strerror}.",
                remedy="Check the folder's rights and free space.",
            ) from error
        self._entries = self._load()

    @property
    def entries(self) -> tuple[LoggedCommand, ...]:
        """What stood in the log when it was opened, oldest first."""
        return self._entries

    def append(self, at: datetime, command: Command, receipt: Receipt) -> LoggedCommand:
        """Write one command with its answer and wait until the disk has it."""
        entry = LoggedCommand(
            at=at,
            source=command.source,
            key=command.key,
            result=receipt.result,
            message=receipt.message,
            command=msgspec.Raw(encode_command(command)),
        )
        line = msgspec.json.encode(entry) + b"\n"
        written = os.write(self._file, line)
        if written != len(line):
            raise UnavailableError(what=f"The disk of {self._path} is full.", remedy="Free some space.")
        os.fsync(self._file)
        return entry

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _load(self) -> tuple[LoggedCommand, ...]:
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.ftruncate(self._file, len(whole))
            os.fsync(self._file)
        entries: list[LoggedCommand] = []
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                entry = msgspec.json.decode(line, type=LoggedCommand)
                entry.to_command()
            except (msgspec.MsgspecError, BadInputError, ValueError) as error:
                raise CorruptError(
                    what=f"Line {number} of {self._path} cannot be read: {error}.",
                    remedy="Restore the file from a copy, or remove it to start the world anew.",
                ) from error
            entries.append(entry)
        return tuple(entries)
