"""The sockets of this process.

One channel joins the groups of all of them: a new socket needs no round trip to Redis, and while Redis is down the
poller serves them.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Protocol

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from pipeline.events import Event

log = logging.getLogger(__name__)

JOIN_TIMEOUT_S = 1.0
REPAIR_EVERY_S = 1.0
DOWN = (RedisError, OSError, TimeoutError)


class Connection(Protocol):
    user_id: str
    session_id: str
    access: object  # what allowed it to be opened: `project.access`

    async def close(self, code: int) -> None:
        """Safe to repeat."""

    async def deliver(self, event: Event) -> None:
        pass

    def is_behind(self, key: str, version: int) -> bool:
        pass


class Connections:
    """Of one event loop."""

    def __init__(self) -> None:
        self.members: defaultdict[str, set[Connection]] = defaultdict(set)
        self._places: defaultdict[str, set[Connection]] = defaultdict(set)  # also of those that are still joining
        self._layer = get_channel_layer()
        self._channel: str | None = None
        self._joined: set[str] = set()
        self._tasks = {asyncio.create_task(self._repair(), name="connections repair")}

    def enter(self, connection: Connection, at_most: float) -> bool:
        """False when all of the person's places are taken. There is no await between check and change: connections that
        are opened at once cannot exceed the limit."""
        mine = self._places[connection.user_id]
        if len(mine) >= at_most:
            return False
        mine.add(connection)
        return True

    def exit(self, connection: Connection) -> None:
        """Safe to repeat, and for a connection that was refused."""
        mine = self._places[connection.user_id]
        mine.discard(connection)
        if not mine:
            del self._places[connection.user_id]

    def entered(self) -> list[Connection]:
        """All that have a place."""
        return [connection for mine in self._places.values() for connection in mine]

    def places(self) -> int:
        return sum(map(len, self._places.values()))

    async def join(self, connection: Connection, groups: list[str]) -> None:
        """If Redis does not answer, the poller delivers its events, some seconds late."""
        for group in groups:
            self.members[group].add(connection)
        try:
            async with asyncio.timeout(JOIN_TIMEOUT_S):
                await self._join_missing(groups)
        except DOWN as error:
            log.warning("action=join_postponed groups=%s error=%r", groups, error)

    def leave(self, connection: Connection, groups: list[str]) -> None:
        """Safe to repeat. Without an await, so that a cancelled connection leaves too; `_repair` tells Redis later."""
        for group in groups:
            self.members[group].discard(connection)
            if not self.members[group]:
                del self.members[group]

    async def deliver(self, event: Event) -> None:
        for connection in list(self.members.get(event["group"], ())):
            try:
                await connection.deliver(event)
            except Exception:
                log.exception("action=delivery_failed session=%s", connection.session_id)  # go on with the others

    def is_behind(self, group: str, key: str, version: int) -> bool:
        return any(connection.is_behind(key, version) for connection in self.members.get(group, ()))

    def connections(self) -> set[Connection]:
        return set().union(*self.members.values())

    async def _join_missing(self, groups: list[str]) -> None:
        if self._channel is None:
            self._channel = await self._layer.new_channel()
            self._tasks.add(asyncio.create_task(self._listen(self._channel), name="connections"))
        for group in groups:
            if group not in self._joined:
                await self._layer.group_add(group, self._channel)
                self._joined.add(group)

    async def _part(self, groups: list[str]) -> None:
        for group in groups:
            if group not in self.members:
                self._joined.discard(group)  # first: a connection that comes meanwhile joins again
                await self._layer.group_discard(group, self._channel)

    async def _listen(self, channel: str) -> None:
        while True:
            try:
                await self.deliver(await self._layer.receive(channel))
            except Exception as error:  # noqa: BLE001  what others send must not end the delivery
                log.warning("action=event_unreadable error=%.200r", error)

    async def _repair(self) -> None:
        while True:
            await asyncio.sleep(REPAIR_EVERY_S)
            missing = [group for group in self.members if group not in self._joined]
            empty = [group for group in self._joined if group not in self.members]
            if not (missing or empty):
                continue
            try:
                async with asyncio.timeout(JOIN_TIMEOUT_S):
                    await self._join_missing(missing)
                    await self._part(empty)
            except DOWN as error:
                log.debug("action=join_postponed count=%d error=%r", len(missing), error)
