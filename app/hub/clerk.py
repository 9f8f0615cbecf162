"""The one who writes: takes what requests bring in, and records all that has come in by then as one batch.

While a batch is written and made durable, the next one gathers; so the more comes in, the more share the cost
of a transaction and of its flush to the disk. Requests wait in the event loop and hold no thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

from app.hub.hub_batch import Recorded

if TYPE_CHECKING:
    from app.hub.hub_log import HubLog
    from app.signing.statements import SignedEntry

MAX_BATCH = 256

_Waiting: TypeAlias = "tuple[SignedEntry, str, asyncio.Future[Recorded]]"


class Clerk:
    """Writes into a log, one batch after another, in a thread of its own."""

    def __init__(self, log: HubLog) -> None:
        """Nothing waits yet."""
        self._log = log
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, "hub-clerk")
        self._writing: asyncio.Task[None] | None = None

    async def record(self, entry: SignedEntry, idempotency_key: str) -> Recorded:
        """Record a verified entry with the next batch.

        Raises:
            TowerError: whatever :meth:`HubLog.record` raises.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Recorded] = loop.create_future()
        self._waiting.append((entry, idempotency_key, answer))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        return await answer

    def close(self) -> None:
        """End the thread when its batch is written; who waits then has no answer, and asks again later."""
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
            written = loop.run_in_executor(
                self._thread, self._log.record_all, [(entry, key) for entry, key, _ in batch]
            )
            await asyncio.wait((written,))
            fault = written.exception()
            answers = written.result() if fault is None else [fault] * len(batch)
            for (_, _, asked), answer in zip(batch, answers, strict=True):
                if asked.done():
                    continue
                if isinstance(answer, BaseException):
                    asked.set_exception(answer)
                else:
                    asked.set_result(answer)
        self._writing = None
