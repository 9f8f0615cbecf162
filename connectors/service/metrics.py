"""Counts and times of a connector service, in the text form that Prometheus reads (version 0.0.4).

A handful of counters and one histogram do not need a library with a registry of its own per process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper bounds of the time classes, in seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    kind: str
    words: str


REQUESTS = _Family("tower_requests_total", "counter", "Requests by connector, route and status.")
SECONDS = _Family("tower_request_seconds", "histogram", "How long requests took, by connector and route.")
RECORDS = _Family("tower_records_total", "counter", "Records given out by stream.")
REJECTED = _Family("tower_rejected_records_total", "counter", "Records given out as not understood.")
COMMANDS = _Family("tower_commands_total", "counter", "Commands by verb and result.")
EVENTS = _Family("tower_pushed_events_total", "counter", "Events pushed in, by outcome.")
REACHABLE = _Family("tower_system_reachable", "gauge", "Whether the system behind answered when last asked.")
_FAMILIES = (REQUESTS, SECONDS, RECORDS, REJECTED, COMMANDS, EVENTS, REACHABLE)


class Metrics:
    """The figures of one process; every method may be called from any thread."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._lock = Lock()
        self._values: dict[str, dict[Labels, float]] = defaultdict(lambda: defaultdict(float))
        self._times: dict[Labels, list[float]] = {}

    def count(self, family: _Family, by: float = 1, **labels: str) -> None:
        """Add to a counter."""
        with self._lock:
            self._values[family.name][_key(labels)] += by

    def set(self, family: _Family, value: float, **labels: str) -> None:
        """Set a gauge."""
        with self._lock:
            self._values[family.name][_key(labels)] = value

    def observe(self, seconds: float, **labels: str) -> None:
        """Note how long a request took."""
        with self._lock:
            # The classes, then how many there were, then their sum.
            cells = self._times.setdefault(_key(labels), [0.0] * (len(BUCKETS) + 2))
            for number, bound in enumerate(BUCKETS):
                cells[number] += seconds <= bound
            cells[-2] += 1
            cells[-1] += seconds

    def text(self) -> str:
        """Everything, one sample a line."""
        with self._lock:
            lines: list[str] = []
            for family in _FAMILIES:
                lines += (f"# HELP {family.name} {family.words}", f"# TYPE {family.name} {family.kind}")
                if family is SECONDS:
                    for labels, cells in sorted(self._times.items()):
                        lines += _histogram(labels, cells)
                else:
                    samples = sorted(self._values[family.name].items())
                    lines += [f"{family.name}{_braces(labels)} {value:g}" for labels, value in samples]
        return "\n".join(lines) + "\n"


def _histogram(labels: Labels, cells: list[float]) -> list[str]:
    name = SECONDS.name
    bounds = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
    lines = [
        f"{name}_bucket{_braces((*labels, ('le', bound)))} {count:.0f}"
        for bound, count in zip(bounds, cells[: len(bounds)], strict=True)
    ]
    return [
        *lines,
        f"{name}_sum{_braces(labels)} {cells[-1]:.6f}",
        f"{name}_count{_braces(labels)} {cells[-2]:.0f}",
    ]


def _key(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _braces(labels: Labels) -> str:
    if not labels:
        return ""
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inside}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
