"""What is left after the kills, and what must never be found in it; it believes no single witness.

Witnesses: the lines that the killed program printed (what it acknowledged), its ledger, the hub's feed, and
the log that the systems themselves keep of the commands they were given.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ENDED_WITH_REASON = frozenset({"stale", "failed", "partially_executed"})
ACCEPTED = "accepted"
SUCCEEDED = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A signed decision: the digest of its entry and what it says."""

    entry: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An approval as the ledger holds it; ``commands`` is the state of each by its key."""

    state: str
    why: str
    proposal: str
    decisions: tuple[Decided, ...] = ()
    commands: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line of the systems' own log: the command's key, what was answered, and the deed itself."""

    key: str
    result: str
    deed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is left. ``recorded`` is (entry, outcome) of each record of the hub, in order."""

    proposed: frozenset[str]
    approved: frozenset[str]
    ledger_problems: tuple[str, ...]
    held: Mapping[str, Held]
    recorded: tuple[tuple[str, str], ...]
    told: tuple[Told, ...]


def acknowledged(lines: Iterable[str], word: str) -> frozenset[str]:
    """The actions that the program said it had brought so far."""
    return frozenset(line.split()[1] for line in lines if line.startswith(f"{word} "))


def evidence_of(
    lines: Sequence[str], document: Mapping[str, Any], commands: Sequence[Mapping[str, Any]]
) -> Evidence:
    """Put the witnesses together: printed lines, the document of ``kill_driver tell``, the systems' log."""
    return Evidence(
        proposed=acknowledged(lines, "PROPOSED"),
        approved=acknowledged(lines, "APPROVED"),
        ledger_problems=tuple(document["problems"]),
        held={
            item["action"]: Held(
                state=item["state"],
                why=item["why"],
                proposal=item["proposal"],
                decisions=tuple(Decided(**decision) for decision in item["decisions"]),
                commands=item["commands"],
            )
            for item in document["approvals"]
        },
        recorded=tuple((record["entry"], record["outcome"]) for record in document["hub"]),
        told=tuple(
            Told(
                key=str(line["key"]),
                result=str(line["result"]),
                deed=json.dumps(line["command"]["action"], sort_keys=True),
            )
            for line in commands
        ),
    )


def findings(evidence: Evidence) -> list[str]:
    """Everything that must not be, in words; empty when nothing was lost or doubled."""
    return [
        *(f"ledger: {problem}" for problem in evidence.ledger_problems),
        *_lost_proposals(evidence),
        *_lost_approvals(evidence),
        *_unended(evidence),
        *_doubled(evidence),
        *_unapproved(evidence),
        *_disagreements(evidence),
    ]


def _lost_proposals(evidence: Evidence) -> Iterator[str]:
    times = Counter(entry for entry, _ in evidence.recorded)
    yield from (f"the hub has {entry} {count} times" for entry, count in times.items() if count > 1)
    for action in sorted(evidence.proposed):
        held = evidence.held.get(action)
        if held is None:
            yield f"{action}: its proposal was acknowledged and is not in the ledger"
        elif (held.proposal, ACCEPTED) not in evidence.recorded:
            yield f"{action}: its proposal was not recorded at the hub"


def _lost_approvals(evidence: Evidence) -> Iterator[str]:
    for action in sorted(evidence.approved):
        held = evidence.held.get(action)
        signed = [d for d in held.decisions if d.verdict == "approve"] if held is not None else []
        if not signed:
            yield f"{action}: its approval was acknowledged and is not in the ledger"
        elif not any((d.entry, ACCEPTED) in evidence.recorded for d in signed):
            yield f"{action}: its approval was not recorded at the hub"


def _unended(evidence: Evidence) -> Iterator[str]:
    """Whatever was approved has ended, and where nothing came of it, it says why."""
    for action, held in sorted(evidence.held.items()):
        reasoned = held.state in ENDED_WITH_REASON and held.why
        if held.state != "executed" and not reasoned:
            yield f"{action}: it hangs in state {held.state} ({held.why or 'no reason'})"


def _doubled(evidence: Evidence) -> Iterator[str]:
    done = [line for line in evidence.told if line.result == SUCCEEDED]
    keys = Counter(line.key for line in evidence.told)
    yield from (f"command {key} was taken {count} times" for key, count in keys.items() if count > 1)
    deeds: dict[str, str] = {}
    for line in done:
        first = deeds.setdefault(line.deed, line.key)
        if first != line.key:
            yield f"commands {first} and {line.key} did the same twice: {line.deed}"


def _unapproved(evidence: Evidence) -> Iterator[str]:
    entitled = {
        key
        for held in evidence.held.values()
        if any(d.verdict == "approve" and (d.entry, ACCEPTED) in evidence.recorded for d in held.decisions)
        for key in held.commands
    }
    for line in evidence.told:
        if line.key not in entitled:
            yield f"command {line.key} was sent without a recorded approval"


def _disagreements(evidence: Evidence) -> Iterator[str]:
    """What the ledger calls done was done, and what was done the ledger calls done."""
    done = {line.key for line in evidence.told if line.result == SUCCEEDED}
    for action, held in sorted(evidence.held.items()):
        for key, state in held.commands.items():
            if (state == SUCCEEDED) != (key in done):
                yield f"{action}: command {key} is {state} in the ledger, the system did " + (
                    "it" if key in done else "not do it"
                )
