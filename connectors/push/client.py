"""Events from NATS JetStream: a durable consumer, acknowledged only after what came is on disk.

JetStream sends what was not acknowledged again, so a process killed anywhere loses nothing; what comes twice
is known by source and id. The subscription lives in a thread of its own and mends itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoServersError
from nats.errors import TimeoutError as NothingCameError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.client import JetStreamContext
from nats.js.errors import APIError

from connectors.push.events import PushedEvent, event_of
from domain.errors import BadInputError, RefusedError, TowerError, UnavailableError

BATCH = 200
ACKNOWLEDGE_SECONDS = 30.0
LISTEN_SECONDS = 1.0
STOP_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsSettings:
    """Where events are: server, stream, the durable consumer's name, and the subjects it wants."""

    url: str
    stream: str
    durable: str = "control-tower"
    subject: str = ">"
    token: str = ""
    acknowledge_seconds: float = ACKNOWLEDGE_SECONDS


Take = Callable[[Sequence[PushedEvent]], object]


class NatsIntake:
    """Brings events from JetStream until it is closed."""

    def __init__(self, settings: NatsSettings, take: Take) -> None:
        """Begin to bring; ``take`` keeps events, and raises when they cannot be kept."""
        self._settings = settings
        self._take = take
        self._ended = Event()
        self._problem: TowerError | None = UnavailableError(
            what=f"Events of {settings.url} are not read yet.", remedy="Wait a moment."
        )
        self._settled = Event()
        self._thread = Thread(target=self._run, name="nats-intake", daemon=True)
        self._thread.start()

    def problem(self) -> TowerError | None:
        """Why nothing can come now; ``None`` while it can. The first answer waits for the first attempt."""
        self._settled.wait(STOP_SECONDS)
        return self._problem

    def close(self) -> None:
        """Stop bringing; what was taken and not acknowledged comes again, and is known then."""
        self._ended.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._bring_for_ever())

    async def _bring_for_ever(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._ended.is_set():
            try:
                await self._bring()
                pause = FIRST_PAUSE_SECONDS
            except (TimeoutError, NatsError, OSError, TowerError) as error:
                self._say(_known(error, self._settings))
                await asyncio.to_thread(self._ended.wait, pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _bring(self) -> None:
        """Read until something fails or the end; one connection."""
        connection = Client()
        try:
            await connection.connect(
                self._settings.url,
                token=self._settings.token or None,
                allow_reconnect=False,
                connect_timeout=2,
                error_cb=_quiet,
            )
            subscription = await self._subscribed(connection)
            self._say(None)
            while not self._ended.is_set():
                await self._one_batch(connection, subscription)
        finally:
            await connection.close()

    async def _subscribed(self, connection: Client) -> JetStreamContext.PullSubscription:
        # Made by name rather than found by subject: several streams may carry the same subject.
        stream = connection.jetstream()
        wanted = ConsumerConfig(
            durable_name=self._settings.durable,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._settings.acknowledge_seconds,
            filter_subject=None if self._settings.subject == ">" else self._settings.subject,
            max_ack_pending=5 * BATCH,
        )
        await stream.add_consumer(self._settings.stream, wanted)
        return await stream.pull_subscribe_bind(self._settings.durable, self._settings.stream)

    async def _one_batch(self, connection: Client, subscription: JetStreamContext.PullSubscription) -> None:
        try:
            messages = await subscription.fetch(BATCH, timeout=LISTEN_SECONDS)
        except NothingCameError:
            if not connection.is_connected:
                raise NoServersError from None
            return
        await asyncio.to_thread(self._take, [_event(message) for message in messages])
        for message in messages:
            await message.ack()
        await connection.flush()

    def _say(self, problem: TowerError | None) -> None:
        self._problem = problem
        self._settled.set()


def _event(message: Msg) -> PushedEvent:
    """The event of a message; one that is none is kept aside under the message's own number."""
    headers = {name.lower(): value for name, value in (message.headers or {}).items()}
    try:
        return event_of(headers, message.data)
    except BadInputError:
        place = message.metadata
        return PushedEvent(
            source=f"nats:{place.stream}",
            event_id=str(place.sequence.stream),
            event_type="not a CloudEvent",
            data=message.data,
        )


def _known(error: Exception, settings: NatsSettings) -> TowerError:
    if isinstance(error, TowerError):
        return error
    words = str(error).strip().rstrip(".") or type(error).__name__
    if "authorization" in words.lower():
        return RefusedError(
            what=f"{settings.url} does not let the tower in: {words}.",
            remedy="Check the credentials of this source in the profile.",
        )
    if isinstance(error, APIError):
        return UnavailableError(
            what=f"{settings.url} has no stream {settings.stream} that can be read: {words}.",
            remedy="Make the stream, or correct its name in the profile; it is tried again by itself.",
        )
    return UnavailableError(
        what=f"{settings.url} cannot be reached: {words}.",
        remedy="Check that it runs and that the network reaches it; it is tried again by itself.",
    )


async def _quiet(_error: Exception) -> None:
    """The error comes to the reader as well, where it is said once."""
