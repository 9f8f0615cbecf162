"""What changed lately, asked once a poll for all streams together: a stream with nothing new is not read.

A question gives the rows of a table, and of the tables that hang on it, that changed in the last minutes,
each with its modification time. ``given.py`` knows which of them a stream has given. While the same rows come
with the same times nothing can be new: a row that was committed late under an earlier time, or in the very
second that was read last, is a row more or a time more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from connectors.tryton.client import TrytonClient
from connectors.tryton.cursor import SETTLED_MICROS
from connectors.tryton.streams import STREAMS, StreamReader
from connectors.tryton.tagged import Row
from connectors.tryton.values import instant, link, microseconds, modified
from domain.clock import Clock
from domain.errors import BadValueError

#: A poll goes through the streams in their order; an answer serves those that follow, if it is no older.
ANSWER_AGE = timedelta(seconds=2)
#: More changed rows than this are no glance any more: the streams are read.
MOST_ROWS = 1_000
#: A stream that was not read for longer than this is read without asking.
_OLDEST_MICROS = 2 * SETTLED_MICROS
_KEPT_ROUNDS = 4
_PLACE = {name: place for place, name in enumerate(STREAMS)}

#: A table, and by field name the tables that hang on its rows: what one request tells about.
QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "stock.location": {},
    "carrier": {},
    "party.party": {"addresses": "party.address", "contact_mechanisms": "party.contact_mechanism"},
    "product.product": {"template": "product.template"},
    "sale.sale": {"lines": "sale.line"},
    "stock.move": {},
    "stock.shipment.out": {},
    "stock.shipment.internal": {},
    "purchase.purchase": {},
    "account.invoice": {"lines": "account.invoice.line"},
    "sale.complaint": {},
}
_QUESTION_OF = {
    **{model: model for model in QUESTIONS},
    **{part: model for model, parts in QUESTIONS.items() for part in parts.values()},
}

#: A row as it was seen: its table, its id and when it was changed, in microseconds.
Seen = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows changed at or after ``since`` (microseconds); None when there were too many to tell."""

    since: int
    rows: tuple[Seen, ...] | None


@dataclass(slots=True, kw_only=True)
class Round:
    """The answers of one poll; ``number`` is never used twice, ``began`` is in microseconds.

    ``reached`` is the place of the last stream that asked.
    """

    number: int
    at: datetime
    began: int
    answers: dict[str, Answer] = field(default_factory=dict)
    reached: int = -1

    def rows_of(self, stream: StreamReader, since: int) -> frozenset[Seen] | None:
        """A stream's rows changed at or after ``since`` (microseconds); None where nobody can tell."""
        found: set[Seen] = set()
        for model in questions_of(stream):
            answer = self.answers.get(model)
            if answer is None or answer.rows is None or answer.since > since:
                return None
            found.update(row for row in answer.rows if row[2] >= since)
        return frozenset(found)


def questions_of(stream: StreamReader) -> tuple[str, ...]:
    """The questions that tell about all tables of a stream."""
    return tuple(dict.fromkeys(_QUESTION_OF[driver.model] for driver in stream.drivers))


class RecentChanges:
    """Asks each question at most once a round; safe to use from several threads."""

    def __init__(self, client: TrytonClient, clock: Clock) -> None:
        """Start with nothing asked."""
        self._client = client
        self._clock = clock
        self._rounds: list[Round] = []
        self._since: dict[str, int] = {}
        self._lock = RLock()

    def ask(self, name: str, since: int) -> Round:
        """Answers not used yet, for a stream that would read from ``since`` (microseconds) on."""
        with self._lock:
            latest = self._rounds[-1] if self._rounds else None
            now = self._clock.now()
            if latest is None or _PLACE[name] <= latest.reached or not now - latest.at < ANSWER_AGE:
                latest = self._next_round(latest, now)
            latest.reached = _PLACE[name]
            self._since[name] = since
            for model in questions_of(STREAMS[name]):
                if model not in latest.answers:
                    latest.answers[model] = self._answer(model, latest.began)
            return latest

    def round_of(self, number: int) -> Round | None:
        """A round that is not long ago."""
        return next((each for each in self._rounds if each.number == number), None)

    def forget(self) -> None:
        """Ask anew: something was written."""
        with self._lock:
            if self._rounds:
                self._rounds[-1].reached = len(STREAMS)

    def _next_round(self, before: Round | None, now: datetime) -> Round:
        number = max(microseconds(now), before.number + 1 if before else 0)
        began = microseconds(self._client.server_time or now)
        self._rounds = [*self._rounds[1 - _KEPT_ROUNDS :], Round(number=number, at=now, began=began)]
        return self._rounds[-1]

    def _answer(self, model: str, began: int) -> Answer:
        users = [name for name, stream in STREAMS.items() if model in questions_of(stream)]
        oldest = max(0, began - _OLDEST_MICROS)
        since = max(oldest, min(self._since.get(name, began - SETTLED_MICROS) for name in users))
        rows = self._client.search_read(
            model,
            _changed_since(model, instant(since)),
            ("last_modified_at", *(f"{name}.last_modified_at" for name in QUESTIONS[model])),
            limit=MOST_ROWS,
            # What was put out of use changed, too.
            context={"active_test": False},
        )
        return Answer(since=since, rows=_seen(model, rows) if len(rows) < MOST_ROWS else None)


def _changed_since(model: str, since: datetime) -> list[object]:
    own: list[object] = ["last_modified_at", ">=", since]
    return ["OR", own, *([f"{name}.last_modified_at", ">=", since] for name in QUESTIONS[model])]


def _seen(model: str, rows: Sequence[Row]) -> tuple[Seen, ...] | None:
    """All rows of an answer, those that hang on them beside them; None when one cannot be understood."""
    found: list[Seen] = []
    try:
        for row in rows:
            found.append((model, link(row, "id"), modified(row)))
            for name, part in QUESTIONS[model].items():
                found.extend((part, link(each, "id"), modified(each)) for each in _hanging(row, name))
    except BadValueError:
        return None
    return tuple(found)


def _hanging(row: Row, name: str) -> list[Row]:
    """The rows that a field of many or of one points to."""
    value = row.get(f"{name}.")
    rows = value if isinstance(value, list) else [value]
    return [each if isinstance(each, dict) else {} for each in rows]
