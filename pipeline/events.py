"""The only sender to channel groups. The poller makes up for events that are lost."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, NotRequired, TypedDict

from channels.layers import get_channel_layer
from django.utils import translation
from redis.exceptions import RedisError

from gallery import links
from pipeline.coalescing import Breaker, Coalescer
from pipeline.message import Message
from pipeline.photo import Photo
from pipeline.session import Session

log = logging.getLogger(__name__)

SEND_TIMEOUT_S = 1.0
QUIET_S = 1.0  # after a failure: senders must not queue for a hung Redis
WAITING_AT_MOST = 1000
HOLD_S = 0.03  # the coalescing window


class Event(TypedDict):
    type: str  # for the channel layer
    group: str
    text: str
    key: str | None  # id of the message, session or picture; None if no event supersedes another
    version: int
    ends: NotRequired[str]  # id of the session whose sockets are closed after this event


def session_group(session_id: str) -> str:
    return f"session.{session_id}"


def user_group(user_id: str) -> str:
    return f"user.{user_id}"


def message_changed(message: Message) -> Event:
    """In the language of the message, because a moderator who hides its picture may use another."""
    hidden = message.image and message.image["state"] == "hidden"
    with translation.override(message.language) if hidden and message.language else nullcontext():
        text = dump({"type": "message.changed", "message": message.public(links.urls)})
    return _event(session_group(message.session_id), text, message.id, message.version)


def progress(session_id: str, message_id: str, stage: str, **what: float | str) -> Event:
    text = dump({"type": "message.progress", "message_id": message_id, "stage": stage, **what})
    return _event(session_group(session_id), text)


def session_changed(session: Session) -> Event:
    text = dump({"type": "session.changed", "session": session.public(links.urls)})
    return _event(user_group(session.user_id), text, session.id, session.version)


def session_deleted(user_id: str, session_id: str, version: int) -> Event:
    """`version`: of its tombstone."""
    text = dump({"type": "session.deleted", "session_id": session_id})
    return {**_event(user_group(user_id), text, session_id, version), "ends": session_id}


def image_changed(photo: Photo) -> Event:
    text = dump({"type": "image.changed", "image": photo.public(links.urls)})
    return _event(user_group(photo.user_id), text, photo.id, photo.version)


def _event(group: str, text: str, key: str | None = None, version: int = 0) -> Event:
    return {"type": "event", "group": group, "text": text, "key": key, "version": version}


dump: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


_breaker = Breaker(QUIET_S)


async def publish(event: Event) -> None:
    """To be called on an event loop. Raises nothing if Redis fails, and takes at most a second."""
    if _breaker.is_open:
        return
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await layer.group_send(event["group"], event)
    except (RedisError, OSError, TimeoutError) as error:
        _breaker.trip()
        log.warning("action=event_dropped group=%s error=%r", event["group"], error)


class _Publisher(Coalescer[object, Event]):
    """One event loop in one thread: a loop for each event would limit a worker to some 70 tasks a second."""

    def __init__(self) -> None:
        super().__init__("events", self._send, drops=(), at_most=WAITING_AT_MOST, hold_s=HOLD_S)

    def _run(self) -> None:
        with asyncio.Runner() as self._runner:
            super()._run()

    def _send(self, waiting: dict[object, Event]) -> None:
        self._runner.run(_send_all(list(waiting.values())))


async def _send_all(events: Sequence[Event]) -> None:
    for event in events:
        await publish(event)


_publisher = _Publisher()


def enqueue_change(message: Message) -> None:
    enqueue(message_changed(message), at_once=message.has_ended)


def enqueue(event: Event, *, at_once: bool = False) -> None:
    """To be called in any thread. Returns at once."""
    _publisher.add((event["group"], event["key"]) if event["key"] else object(), event, at_once=at_once)
