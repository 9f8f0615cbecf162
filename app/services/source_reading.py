"""The pages of a source, stream after stream from its cursor to its end, and what went wrong on the way.

Nothing is written here, so it can go on in a thread of its own while earlier pages are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from domain.errors import BadInputError, TowerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connectors.protocol import Connector, Page

T = TypeVar("T")

#: A page with so many unreadable records means that the source changed its form.
DRIFT_RECORDS = 50
DRIFT_LEAST = 10
DRIFT_SHARE_PERCENT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page of a stream; ``moves_cursor`` unless it drifted, ``last`` when nothing is read after it."""

    stream: str
    page: Page
    moves_cursor: bool
    last: bool


@dataclass(slots=True, kw_only=True)
class SourceReading:
    """A source being read: where each stream goes on, and what failed until now.

    ``down`` says that asking on is of no use, because of ``failure``; ``stopped`` is asked before each page.
    """

    connector: Connector
    cursors: Mapping[str, str | None]
    limit: int
    stopped: Callable[[], bool]
    problems: list[str] = field(default_factory=list)
    failure: TowerError | None = None

    def pages(self) -> Iterator[ReadPage]:
        """Every page of every stream; after a failure of the source as a whole, no more."""
        streams = list(self.cursors)
        for stream in streams:
            yield from self._stream(stream, last=stream == streams[-1])
            if self.failure is not None:
                return

    def _stream(self, stream: str, *, last: bool) -> Iterator[ReadPage]:
        cursor = self.cursors[stream]
        while not self.stopped():
            page = self.ask(partial(self.connector.changes, stream, cursor, self.limit))
            if page is None:
                return
            fault = _fault(stream, page, cursor)
            if fault:
                self.problems.append(fault)
            ends = bool(fault) or not page.more
            yield ReadPage(stream=stream, page=page, moves_cursor=not _drifted(page), last=last and ends)
            if ends:
                return
            cursor = page.cursor

    def ask(self, question: Callable[[], T]) -> T | None:
        """The connector's answer; ``None`` after noting why there is none."""
        try:
            return question()
        except BadInputError as error:
            self.problems.append(str(error))
        except TowerError as error:
            self.failure = error
            self.problems.append(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of a connector is shown as the source's health
            self.problems.append(f"The connector failed: {error!r}. Report this to its author.")
        return None


def _fault(stream: str, page: Page, cursor: str | None) -> str:
    """Why a stream cannot be read on after this page; empty when it can."""
    if _drifted(page):
        return (
            f"{len(page.rejected)} of {len(page.records) + len(page.rejected)} records of {stream} "
            "cannot be read: the source has changed its form. Update the connector."
        )
    if page.more and page.cursor == cursor:
        return f"{stream} says there is more but does not go on. Update the connector."
    return ""


def _drifted(page: Page) -> bool:
    bad, size = len(page.rejected), len(page.records) + len(page.rejected)
    return bad > DRIFT_RECORDS or (bad >= DRIFT_LEAST and bad * 100 > size * DRIFT_SHARE_PERCENT)
