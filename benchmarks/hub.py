"""Approvals a second at the hub over 32 connections: verified, judged, durably committed, proved to be there.

Against a hub that commits each approval by itself; on PostgreSQL also with two hub processes, half of the
connections at each. Clients and hubs share the machine's processors, so requests are signed and written out
before the clock starts, one thread sends them all, and receipts are verified after it stops. The time that
hubs and client worked for an approval is told too: other load changes it less.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from app.hub.client import enrol_at
from app.hub.wire import ENTRY_TYPE, IDEMPOTENCY_HEADER, from_text
from app.identifiers import UlidSource
from app.services.approval_room import Signer
from app.signing.receipts import open_receipt
from app.signing.statements import sign_value
from connectors.http import HttpClient
from domain.approvals import CHAIN_START, Decision, Proposal, Verdict
from tests.support.approval_desk import START, TurnedClock, signer_of
from tests.support.approval_values import terms
from tests.support.hub_postgresql import postgresql_url, why_not
from tests.support.hub_site import hub_key

CONNECTIONS = 32
LARGEST_BATCH = 256
WORKERS = 2
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
#: What is promised, and what is the baseline of it.
PROMISED = {SQLITE: 300, POSTGRESQL: 500}


@dataclass(kw_only=True)
class Approver:
    """One connection: an approver with a device of their own, and what they are going to sign."""

    name: str
    address: str
    proposals: list[bytes] = field(default_factory=list)
    decisions: list[bytes] = field(default_factory=list)

    def people(self) -> tuple[Signer, Signer]:
        """Who proposes and who approves."""
        return signer_of("a.moreno", self.name), signer_of("j.okafor", self.name)

    def prepare(self, count: int) -> None:
        """Sign that many proposals and approvals of them; nothing is sent."""
        planner, approver = self.people()
        ids = UlidSource(clock=TurnedClock(), random_bits=random.Random(self.name).getrandbits)
        plain, before, deciding = terms(), CHAIN_START, CHAIN_START
        (command,) = plain.commands
        for seq in range(1, count + 1):
            action_id = ids.new_id()
            named = replace(plain, action_id=action_id, commands=(replace(command, key=f"{action_id}-1"),))
            expires = START + timedelta(days=1)
            proposal = sign_value(
                Proposal(
                    terms=named,
                    actor=planner.actor,
                    reason="The line would ship late.",
                    issued_at=START,
                    expires_at=expires,
                    seq=seq,
                    prev=before,
                ),
                planner.key,
            )
            decision = sign_value(
                Decision(
                    terms=named,
                    verdict=Verdict.APPROVE,
                    proposer=planner.actor.user_id,
                    proposal_sha256=proposal.sha256,
                    actor=approver.actor,
                    reason="I compared the code.",
                    issued_at=START,
                    expires_at=expires,
                    offline=False,
                    seq=seq,
                    prev=deciding,
                ),
                approver.key,
            )
            before, deciding = proposal.sha256, decision.sha256
            self.proposals.append(proposal.envelope)
            self.decisions.append(decision.envelope)

    def requests(self, *, timed: bool) -> list[bytes]:
        """The requests as they go over the wire, ready before anything is measured."""
        host = urlsplit(self.address).netloc
        return [
            (
                f"POST /v1/entries HTTP/1.1\r\nHost: {host}\r\nContent-Type: {ENTRY_TYPE}\r\n"
                f"{IDEMPOTENCY_HEADER}: {self.name}/{timed}/{seq}\r\nContent-Length: {len(envelope)}\r\n\r\n"
            ).encode()
            + envelope
            for seq, envelope in enumerate(self.decisions if timed else self.proposals, start=1)
        ]


class Line:
    """One connection that is kept: sends the next request when the answer to the last one is there."""

    def __init__(self, address: str, requests: list[bytes]) -> None:
        place = urlsplit(address)
        self.socket = socket.create_connection((place.hostname or "", place.port or 0), timeout=60)
        self.took_seconds: list[float] = []
        self.bodies: list[bytes] = []
        self._requests = iter(requests)
        self._received = b""
        self._begun = 0.0

    def send_next(self) -> bool:
        """Send the next request; false when there is none."""
        request = next(self._requests, None)
        if request is None:
            return False
        self._begun = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bool:
        """Take what came in; true when the answer is whole."""
        self._received += self.socket.recv(65536)
        head, blank, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not blank or length is None or len(body) < int(length[1]):
            return False
        if not head.startswith(b"HTTP/1.1 201 "):
            raise SystemExit(f"the hub answered {head[:30].decode()}: {body.decode()[:300]}")
        self.took_seconds.append(time.perf_counter() - self._begun)
        self.bodies.append(body)
        self._received = b""
        return True


@contextmanager
def running_hubs(url: str, largest_batch: int, workers: int) -> Iterator[list[tuple[str, int]]]:
    """The addresses of hubs on one database, each in a process of its own, and these processes."""
    with ExitStack() as stack:
        yield [stack.enter_context(running_hub(url, largest_batch)) for _ in range(workers)]


@contextmanager
def running_hub(url: str, largest_batch: int) -> Iterator[tuple[str, int]]:
    """The address of a hub in a process of its own, and that process."""
    command = [sys.executable, "-m", "benchmarks._hub_server", url, str(largest_batch)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline() if process.stdout is not None else ""
        try:
            yield said.strip(), process.pid
        finally:
            process.kill()


def processor_clock(pid: int) -> int:
    """The number of the clock that tells how long a process has worked (Linux)."""
    return (~pid << 3) | 2


def worked(hubs: list[tuple[str, int]]) -> float:
    """How many seconds these processes have worked so far."""
    return sum(time.clock_gettime(processor_clock(pid)) for _, pid in hubs)


def at_once(approvers: list[Approver], *, timed: bool) -> tuple[list[Line], float]:
    """Let all send at the same time, from one thread; gives their lines and the seconds it took."""
    lines = [Line(each.address, each.requests(timed=timed)) for each in approvers]
    with selectors.DefaultSelector() as waiting:
        begun = time.perf_counter()
        for line in lines:
            waiting.register(line.socket, selectors.EVENT_READ, line)
            line.send_next()
        while waiting.get_map():
            for key, _ in waiting.select():
                if key.data.receive() and not key.data.send_next():
                    waiting.unregister(key.fileobj)
        seconds = time.perf_counter() - begun
    for line in lines:
        line.socket.close()
    return lines, seconds


def measure(
    database: str, url: str, largest_batch: int, approvals: int, workers: int = 1
) -> dict[str, float | int | str]:
    """All connections, spread over so many hub processes: approvals a second and how long each took."""
    with running_hubs(url, largest_batch, workers) as hubs:
        places = [address for address, _ in hubs]
        approvers = [
            Approver(name=f"load-{number}", address=places[number % workers]) for number in range(CONNECTIONS)
        ]
        client = HttpClient(places[0])
        for each in approvers:
            for person in each.people():
                enrol_at(client, person.key)
            each.prepare(max(1, approvals // CONNECTIONS))
        client.close()
        at_once(approvers, timed=False)
        hub, own = worked(hubs), time.process_time()
        lines, seconds = at_once(approvers, timed=True)
        hub, own = worked(hubs) - hub, time.process_time() - own
    took = sorted(second for line in lines for second in line.took_seconds)
    if len(took) != sum(len(each.decisions) for each in approvers):
        raise SystemExit("not every approval was answered")
    for each, line in zip(approvers, lines, strict=True):
        for envelope, body in zip(each.decisions, line.bodies, strict=True):
            open_receipt(from_text(json.loads(body)["receipt"]), hub_key().public, envelope)
    return {
        "database": database,
        "workers": workers,
        "commits": "in batches" if largest_batch > 1 else "one by one",
        "connections": CONNECTIONS,
        "approvals": len(took),
        "approvals_per_second": round(len(took) / seconds, 1),
        "hub_worked_ms_each": round(1000 * hub / len(took), 2),
        "client_worked_ms_each": round(1000 * own / len(took), 2),
        "median_ms": round(1000 * statistics.median(took), 1),
        "p99_ms": round(1000 * took[int(0.99 * (len(took) - 1))], 1),
    }


def databases() -> Iterator[tuple[str, str]]:
    """Name and URL of an empty database of each kind that there is."""
    with tempfile.TemporaryDirectory() as folder:
        yield SQLITE, f"sqlite:///{Path(folder) / 'hub.db'}"
    if missing := why_not():
        print(missing)
        return
    with postgresql_url() as url:
        yield POSTGRESQL, url


def main() -> None:
    """Run and print; ``--json`` also writes the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer approvals")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    approvals = 640 if arguments.quick else 6400
    rows = []
    for largest_batch, count in ((LARGEST_BATCH, approvals), (1, approvals // 4)):
        rows += [measure(name, url, largest_batch, count) for name, url in databases()]
    rows += [
        measure(name, url, LARGEST_BATCH, approvals, WORKERS)
        for name, url in databases()
        if name == POSTGRESQL
    ]
    for row in rows:
        print(
            f"{row['database']:<10} {row['workers']} hub {row['commits']:<10} "
            f"{row['approvals']:>5} approvals {row['approvals_per_second']:>8}/s  "
            f"hub {row['hub_worked_ms_each']:>5} ms  "
            f"client {row['client_worked_ms_each']:>4} ms each  "
            f"median {row['median_ms']:>7} ms  p99 {row['p99_ms']:>7} ms"
        )
    print("promised: " + ", ".join(f"{name} {count}/s" for name, count in PROMISED.items()) + ", p99 250 ms")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
