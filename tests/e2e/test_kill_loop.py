"""``kill -9`` at twenty random moments of the loop loses no acknowledged approval and doubles no command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tests.support.kill_evidence import Decided, Evidence, Held, Told, evidence_of, findings
from tests.support.kill_plan import Strike, strikes
from tests.support.live_site import PROFILE, LiveSite, live_site
from tests.support.server_process import CHECKOUT, LineReader, ServerProcess, environment

SEED = int(os.environ.get("KILL_SEED", "20261122"))
ROUNDS = 50
#: A moment that does not come (say, no case is left to propose) must not keep the test waiting.
MOST_ROUNDS_WAITED = 3
SILENCE_SECONDS = 60.0
FIRST_GUESS_SECONDS = 0.2
LEAST_APPROVED = 10


class Loop:
    """The driver, started and ended again and again; remembers every line it ever printed."""

    def __init__(self, site: LiveSite) -> None:
        self._site = site
        self._waiting: ServerProcess | None = None
        self._last: tuple[str, float] | None = None
        self._took_seconds: dict[str, float] = {}
        self.lines: list[str] = []
        self.ended_after: list[str] = []

    def strike(self, strike: Strike) -> None:
        """Start the driver and end it, and a server, at the moments that ``strike`` says."""
        self._bring_back(late=strike.late)
        process = _driver(self._site, "work", str(ROUNDS))
        self._last = None
        reader = LineReader(process)
        seen: Counter[str] = Counter()
        try:
            while seen[strike.word] < strike.turn and seen["SETTLED"] < MOST_ROUNDS_WAITED:
                lines = reader.lines(SILENCE_SECONDS)
                assert lines, f"the driver fell silent after {self.lines[-5:]}"
                for line in lines:
                    self._heard(line, seen, strike)
            Event().wait(strike.fraction * self._took_seconds.get(strike.word, FIRST_GUESS_SECONDS))
            process.kill()
            self._rest_of(reader, seen, strike)
        finally:
            process.kill()
            process.wait(SILENCE_SECONDS)
            reader.close()
        assert process.returncode == -9, "the driver ended by itself"
        self.ended_after.append(self.lines[-1].split()[0])

    def finish(self) -> None:
        """Let one run come to its end undisturbed."""
        for server in (self._site.service, self._site.hub):
            if not server.running:
                server.start()
        with _driver(self._site, "finish") as process:
            out, _ = process.communicate(timeout=SILENCE_SECONDS)
        assert out.decode().splitlines()[-1] == "DONE"
        self.lines += out.decode().splitlines()

    def _heard(self, line: str, seen: Counter[str], strike: Strike) -> None:
        word, at = line.partition(" ")[0], monotonic()
        if self._last is not None:
            before, since = self._last
            self._took_seconds[before] = at - since
        self._last = (word, at)
        seen[word] += 1
        self.lines.append(line)
        if word == "SETTLED" and self._waiting is not None and not self._waiting.running:
            self._waiting.start()
            self._waiting = None
        if strike.server and word == strike.server_word and seen[word] == 1:
            self._server(strike).kill()

    def _rest_of(self, reader: LineReader, seen: Counter[str], strike: Strike) -> None:
        """What was printed before the end counts: somebody may have read it."""
        while not reader.ended:
            for line in reader.lines(SILENCE_SECONDS):
                self._heard(line, seen, Strike(word=strike.word, turn=strike.turn, fraction=0))

    def _bring_back(self, *, late: bool) -> None:
        for server in (self._site.service, self._site.hub):
            if server.running:
                continue
            if late and self._waiting is None:
                self._waiting = server
            else:
                server.start()

    def _server(self, strike: Strike) -> ServerProcess:
        return self._site.service if strike.server == "service" else self._site.hub


def _driver(site: LiveSite, *arguments: str) -> subprocess.Popen[bytes]:
    what, *rest = arguments
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.kill_driver", what, PROFILE, *rest],
        cwd=CHECKOUT,
        env=environment(site.home),
        stdout=subprocess.PIPE,
    )


def test_twenty_kills_lose_no_approval_and_double_no_command(tmp_path: Path) -> None:
    sys.stdout.write(f"KILL_SEED={SEED}\n")
    with live_site(tmp_path) as site:
        loop = Loop(site)
        for strike in strikes(SEED):
            loop.strike(strike)
        loop.finish()
        with _driver(site, "tell") as process:
            out, _ = process.communicate(timeout=SILENCE_SECONDS)
        evidence = evidence_of(loop.lines, json.loads(out), site.commands())
    figures = {
        "ended after": Counter(loop.ended_after),
        "approvals": Counter(held.state for held in evidence.held.values()),
        "commands": Counter(line.result for line in evidence.told),
    }
    sys.stdout.writelines(f"{name}: {dict(count)}\n" for name, count in figures.items())
    assert len(loop.ended_after) == 20
    assert findings(evidence) == []
    assert len(evidence.approved) >= LEAST_APPROVED, "too little was approved to prove anything"
    executed = sum(held.state == "executed" for held in evidence.held.values())
    assert executed >= LEAST_APPROVED, "too little was carried out to prove anything"


def test_moments_cover_the_whole_loop_and_repeat_with_their_seed() -> None:
    plan = strikes(7)

    assert len(plan) == 20
    assert plan == strikes(7)
    assert plan != strikes(8)
    assert {"OPENED", "SYNCING", "PROPOSING", "APPROVED", "SETTLING", "SENDING"} <= {
        strike.word for strike in plan
    }
    assert {strike.server for strike in plan} == {"", "hub", "service"}


# ---- the checker itself: each planted fault is found


def _sound() -> Evidence:
    """Two approvals, one carried out and one stale, with nothing wrong."""
    return Evidence(
        proposed=frozenset({"A", "B"}),
        approved=frozenset({"A", "B"}),
        ledger_problems=(),
        held={
            "A": Held(
                state="executed",
                why="done",
                proposal="pa",
                decisions=(Decided(entry="da", verdict="approve"),),
                commands={"A-1": "succeeded"},
            ),
            "B": Held(
                state="stale",
                why="the facts changed",
                proposal="pb",
                decisions=(Decided(entry="db", verdict="approve"),),
                commands={"B-1": "cancelled"},
            ),
        },
        recorded=(("pa", "accepted"), ("da", "accepted"), ("pb", "accepted"), ("db", "accepted")),
        told=(Told(key="A-1", result="succeeded", deed="move 5"),),
    )


def _with(**changes: object) -> list[str]:
    return findings(replace(_sound(), **changes))  # type: ignore[arg-type] # fields by name


def test_sound_evidence_has_no_findings() -> None:
    assert findings(_sound()) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            {"told": (Told(key="A-1", result="succeeded", deed="move 5"),) * 2},
            "command A-1 was taken 2 times",
        ),
        (
            {
                "told": (
                    Told(key="A-1", result="succeeded", deed="move 5"),
                    Told(key="B-1", result="succeeded", deed="move 5"),
                )
            },
            "commands A-1 and B-1 did the same twice: move 5",
        ),
        (
            {"approved": frozenset({"A", "B", "C"})},
            "C: its approval was acknowledged and is not in the ledger",
        ),
        (
            {"proposed": frozenset({"A", "B", "C"})},
            "C: its proposal was acknowledged and is not in the ledger",
        ),
        (
            {"recorded": (("pa", "accepted"), ("pb", "accepted"), ("db", "accepted"))},
            "A: its approval was not recorded at the hub",
        ),
        (
            {"recorded": (("da", "accepted"), ("pb", "accepted"), ("db", "accepted"))},
            "A: its proposal was not recorded at the hub",
        ),
        (
            {"recorded": (*_sound().recorded, ("da", "accepted"))},
            "the hub has da 2 times",
        ),
        (
            {"told": (*_sound().told, Told(key="X-1", result="succeeded", deed="else"))},
            "command X-1 was sent without a recorded approval",
        ),
        (
            {"told": ()},
            "A: command A-1 is succeeded in the ledger, the system did not do it",
        ),
        ({"ledger_problems": ("a chain is broken",)}, "ledger: a chain is broken"),
    ],
)
def test_the_checker_finds_a_planted_fault(changes: dict[str, object], finding: str) -> None:
    assert finding in _with(**changes)


@pytest.mark.parametrize("state", ["submitted", "approved", "executing", "in_doubt"])
def test_the_checker_finds_what_hangs(state: str) -> None:
    held = {"A": Held(state=state, why="", proposal="pa", commands={})}

    assert f"A: it hangs in state {state} (no reason)" in _with(held=held)
