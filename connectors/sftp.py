"""A drop folder on an SFTP server: the same four folders, the same rules, and a host key that is known.

What is cut off is found as it was: a file is taken out of ``in/`` only by one rename after it was kept.
"""

from __future__ import annotations

import io
import logging
import posixpath
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import paramiko
from paramiko.hostkeys import HostKeyEntry

from connectors.drop_folder import BAD, DONE, IN, OUT, draft_of, drafted, is_finished
from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError

_SECONDS = 10.0
_PORT = 22
_KEY_TYPES: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
#: What the library tells of every lost connection; the connectors say it once, in words.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpPlace:
    """Where a drop folder is, who we are there, and the server's key as ``ssh-keyscan`` prints it."""

    host: str
    port: int
    user: str
    path: str
    host_key: str


def place_of(url: str, host_key: str) -> SftpPlace:
    """The place in ``sftp://user@host:port/path``.

    Raises:
        BadInputError: it is none, it holds a password, or the key of the host is missing.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
    except ValueError as error:
        raise _bad(f"{error}") from error
    if parts.scheme != "sftp" or not parts.hostname or not parts.username:
        raise _bad("it is not written as sftp://user@host:port/path")
    if parts.password:
        raise _bad("it holds a password, which belongs to the secret")
    if not host_key.strip():
        raise _bad("host_key is missing: without it nobody knows who answers")
    return SftpPlace(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username),
        path=unquote(parts.path).rstrip("/") or "/",
        host_key=host_key.strip(),
    )


def _bad(why: str) -> BadInputError:
    return BadInputError(
        what=f"The SFTP address of this source cannot be used: {why}.",
        remedy='Give url = "sftp://user@host:22/folder" and host_key = "ssh-ed25519 AAAA…" (ssh-keyscan).',
    )


class SftpFolder:
    """A drop folder that is reached by SFTP; one connection, made when needed and made again when lost."""

    def __init__(self, place: SftpPlace, *, secret: str, most_bytes: int) -> None:
        """Use ``place`` with a password or a private key (PEM) as ``secret``; nothing is sent yet.

        Raises:
            BadInputError: the host key or the private key is none.
        """
        self._place = place
        self._key = _private_key(secret)
        self._password = "" if self._key is not None else secret
        self._host_key = _host_key(place)
        self._most_bytes = most_bytes
        self._read: dict[str, tuple[int | None, int | None]] = {}
        self._client: paramiko.SSHClient | None = None
        self._sftp: paramiko.SFTPClient | None = None

    def check(self) -> None:
        """Make sure that it can be used.

        Raises:
            UnavailableError: the server does not answer, or the folder is not there.
            RefusedError: it is not the server we know, or it does not let us in.
        """
        with self._watched("opened") as sftp:
            there = set(sftp.listdir(self._place.path))
            for name in (IN, OUT, DONE, BAD):
                if name not in there:
                    sftp.mkdir(self._at(name))

    def waiting(self, most: int) -> list[str]:
        """The names of the files that wait, oldest name first; what is still being written does not."""
        with self._watched("listed") as sftp:
            names = [
                entry.filename
                for entry in sftp.listdir_attr(self._at(IN))
                if stat.S_ISREG(entry.st_mode or 0)
                and is_finished(entry.filename)
                and "/" not in entry.filename
            ]
        return sorted(names)[:most]

    def read(self, name: str) -> bytes:
        """A waiting file, whole.

        Raises:
            BadInputError: it is larger than any file may be.
            UnavailableError: it cannot be read, or grew meanwhile.
        """
        with self._watched("read") as sftp, sftp.open(self._at(IN, name), "rb") as file:
            found = file.stat()
            size = found.st_size or 0
            self._read[name] = _identity(found)
            if size > self._most_bytes:
                raise BadInputError(
                    what=f"{name} is larger than {self._most_bytes} bytes.",
                    remedy="Ask for it in smaller parts.",
                )
            file.prefetch(size)
            body = file.read(size)
            if len(body) != size or (file.stat().st_size or 0) != size:
                raise UnavailableError(
                    what=f"{name} is still being written.",
                    remedy="It is read at the next poll. Let the sender rename it when it is whole.",
                )
        return bytes(body)

    def draft(self, name: str, text: str, encoding: str) -> None:
        """Write a file for the partner where it does not see it yet."""
        with self._watched("written") as sftp, sftp.open(self._at(OUT, draft_of(name)), "wb") as file:
            file.write(text.encode(encoding, "replace"))

    def hand_out(self, name: str) -> None:
        """Give a drafted file to the partner; one whose draft is gone was given before."""
        with self._watched("written") as sftp, suppress(FileNotFoundError):
            sftp.posix_rename(self._at(OUT, draft_of(name)), self._at(OUT, name))

    def drop_drafts(self, but: Collection[str]) -> None:
        """Take away the drafts of files that nobody remembers having owed."""
        with self._watched("written") as sftp:
            for name in sftp.listdir(self._at(OUT)):
                if drafted(name) not in {"", *but}:
                    sftp.remove(self._at(OUT, name))

    def finish(self, name: str, *, suffix: str = "") -> None:
        """Move a file that was taken in to ``done/``, unless it is another one since it was read."""
        self._move(name, DONE, suffix)

    def refuse(self, name: str, why: str) -> None:
        """Move a file that cannot be taken in to ``bad/``, with the reason; another one since stays."""
        reason = f"{name}.reason.txt"
        with self._watched("written") as sftp:
            with sftp.open(self._at(BAD, draft_of(reason)), "wb") as file:
                file.write(f"{why}\n".encode())
            sftp.posix_rename(self._at(BAD, draft_of(reason)), self._at(BAD, reason))
        self._move(name, BAD, "")

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
        self._client = self._sftp = None

    def _at(self, *names: str) -> str:
        return posixpath.join(self._place.path, *names)

    def _move(self, name: str, folder: str, suffix: str) -> None:
        with self._watched("moved") as sftp:
            if _identity(sftp.stat(self._at(IN, name))) != self._read.pop(name, None):
                return
            there = set(sftp.listdir(self._at(folder)))
            target, number = f"{name}{suffix}", 1
            while target in there:
                number += 1
                target = f"{name}{suffix}.{number}"
            # This rename never writes over a file: what was put there meanwhile is an error, not lost.
            sftp.rename(self._at(IN, name), self._at(folder, target))

    @contextmanager
    def _watched(self, done: str) -> Iterator[paramiko.SFTPClient]:
        try:
            yield self._connected()
        except TowerError:
            raise
        except paramiko.BadHostKeyException as error:
            self.close()
            raise RefusedError(
                what=f"{self._place.host} has another key than host_key says.",
                remedy="Nothing was sent. Ask its keeper; put the new key into the profile if it is theirs.",
            ) from error
        except paramiko.AuthenticationException as error:
            self.close()
            raise RefusedError(
                what=f"{self._place.host} does not let {self._place.user} in.",
                remedy="Check the user and the stored password or key of this source.",
            ) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            raise UnavailableError(
                what=f"The folder {self._place.path} on {self._place.host} cannot be {done}: {words}.",
                remedy="Check that server, the folder and its rights; it is tried again by itself.",
            ) from error

    def _connected(self) -> paramiko.SFTPClient:
        if self._sftp is not None and self._client is not None:
            transport = self._client.get_transport()
            if transport is not None and transport.is_active():
                return self._sftp
            self.close()
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        name = self._place.host if self._place.port == _PORT else f"[{self._place.host}]:{self._place.port}"
        client.get_host_keys().add(name, self._host_key.get_name(), self._host_key)
        try:
            client.connect(
                self._place.host,
                port=self._place.port,
                username=self._place.user,
                password=self._password or None,
                pkey=self._key,
                timeout=_SECONDS,
                banner_timeout=_SECONDS,
                auth_timeout=_SECONDS,
                allow_agent=False,
                look_for_keys=False,
            )
            sftp = client.open_sftp()
        except (paramiko.SSHException, OSError, EOFError):
            client.close()
            raise
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(_SECONDS)
        self._client, self._sftp = client, sftp
        return sftp


def _identity(found: paramiko.SFTPAttributes) -> tuple[int | None, int | None]:
    return found.st_size, found.st_mtime


def _private_key(secret: str) -> paramiko.PKey | None:
    """The private key that a secret is, ``None`` where it is a password."""
    if "PRIVATE KEY-----" not in secret:
        return None
    for kind in _KEY_TYPES:
        try:
            return kind.from_private_key(io.StringIO(secret))
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise BadInputError(
        what="The stored secret of this source looks like a private key and is none.",
        remedy="Store an Ed25519, ECDSA or RSA key in PEM form, without a passphrase.",
    )


def _host_key(place: SftpPlace) -> paramiko.PKey:
    words = place.host_key.split()
    # ssh-keyscan prints the host before the key, a .pub file has a comment behind it.
    first = next((n for n, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))), 0)
    line = " ".join([place.host, *words[first : first + 2]])
    try:
        entry = HostKeyEntry.from_line(line)
    except (paramiko.SSHException, ValueError) as error:
        raise _bad(f"host_key is no key: {error}") from error
    if entry is None or entry.key is None:
        raise _bad("host_key is no key")
    return entry.key
