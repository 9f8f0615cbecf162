"""A real OpenSSH server as a plain process on a high port of loopback, with its own keys and one user: us."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

from connectors.sftp import SftpFolder, place_of

PROGRAM = "/usr/sbin/sshd"
START_SECONDS = 20.0
#: Where sshd keeps an empty folder for its unprivileged half; made at boot, which a container never does.
_EMPTY = Path("/run/sshd")


def why_not() -> str:
    """Why there is no SFTP server here; empty when there is one."""
    if not Path(PROGRAM).exists() or shutil.which("ssh-keygen") is None:
        return "sshd is not installed: apt-get install openssh-server"
    if os.geteuid() != 0 and not _EMPTY.is_dir():
        return f"sshd needs {_EMPTY}, which only root can make"
    return ""


@dataclass
class SftpServer:
    """The server over ``folder``; it keeps its port and keys when it is ended and started again."""

    folder: Path
    most_bytes: int = 1024 * 1024

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.drop = self.folder / "drop"
        (self.drop / "in").mkdir(parents=True)
        _EMPTY.mkdir(exist_ok=True, mode=0o755)
        for name in ("host", "ours", "stranger"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.folder / name)],
                check=True,
            )
        shutil.copy(self.folder / "ours.pub", self.folder / "authorized")
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        (self.folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\n"
            f"AuthorizedKeysFile {self.folder}/authorized\nPasswordAuthentication no\nUsePAM no\n"
            "StrictModes no\nPermitRootLogin prohibit-password\nPidFile none\nLoginGraceTime 20\n"
            "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n",
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._made: list[SftpFolder] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        for folder in self._made:
            folder.close()
        self.kill()

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        self._process = subprocess.Popen(
            [PROGRAM, "-D", "-e", "-f", str(self.folder / "config")],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = monotonic() + START_SECONDS
        while monotonic() < until:
            assert self._process.poll() is None, "sshd ended"
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        raise AssertionError("sshd does not answer")

    def kill(self) -> None:
        """End it and its sessions as a power cut does."""
        if self._process is None:
            return
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        for pid in (*children, str(self._process.pid)):
            subprocess.run(["kill", "-KILL", pid], check=False, stderr=subprocess.DEVNULL)
        self._process.wait()
        self._process = None

    @property
    def url(self) -> str:
        """The address as a profile has it."""
        return f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}{self.drop}"

    @property
    def host_key(self) -> str:
        """The server's key as a profile has it."""
        return (self.folder / "host.pub").read_text(encoding="utf-8").rsplit(" ", 1)[0]

    def secret(self, name: str = "ours") -> str:
        """A private key as the secret store holds it."""
        return (self.folder / name).read_text(encoding="utf-8")

    def mailbox(self, *, secret: str = "", host_key: str = "") -> SftpFolder:
        """The drop folder as the program would make it."""
        made = SftpFolder(
            place_of(self.url, host_key or self.host_key),
            secret=secret or self.secret(),
            most_bytes=self.most_bytes,
        )
        self._made.append(made)
        return made
