"""The only place that sends to a channel group. News may be lost: MongoDB remembers, and the watch finds what was dropped."""

import asyncio
import functools
import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from pipeline.message import Doc

log = logging.getLogger(__name__)

SEND_TIMEOUT_S = 1.0
QUIET_S = 1.0  # after a failure: a hung Redis shall not collect a queue of senders
WAITING_AT_MOST = 1000
HOLD_S = 0.03  # what is overtaken within is not sent: nobody would have seen it

News = dict[str, Any]


def session_group(session_id: str) -> str:
    return f"session.{session_id}"


def user_group(user_id: str) -> str:
    return f"user.{user_id}"


# Each piece of news: what goes to the client as it is, and what the forwarding socket needs to drop an older version.


def message_changed(form: Mapping[str, Any]) -> News:
    text = dump({"type": "message.changed", "message": form})
    return _news(session_group(form["session_id"]), text, form["id"], form["version"])


def progress(session_id: str, message_id: str, stage: str, **what: float) -> News:
    text = dump({"type": "message.progress", "message_id": message_id, "stage": stage, **what})
    return _news(session_group(session_id), text)


def session_changed(user_id: str, form: Mapping[str, Any]) -> News:
    return _news(user_group(user_id), dump({"type": "session.changed", "session": form}), form["id"], form["version"])


def session_deleted(doc: Mapping[str, Any]) -> News:
    """Of a session with its tombstone. `ends`: its sockets are closed after they have passed it on."""
    text = dump({"type": "session.deleted", "session_id": doc["_id"]})
    return {**_news(user_group(doc["user_id"]), text, doc["_id"], doc["version"]), "ends": doc["_id"]}


def _news(group: str, text: str, key: str | None = None, version: int | None = None) -> News:
    return {"type": "news", "group": group, "text": text, "key": key, "version": version}


def dump(value: Doc) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Breaker:
    """Closed for a moment after a failure, so that only the first sender waits for a Redis that hangs."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    @property
    def quiet(self) -> bool:
        return time.monotonic() < self._quiet_until

    def trip(self) -> None:
        self._quiet_until = time.monotonic() + QUIET_S


_breaker = _Breaker()


async def send(news: News) -> None:
    """Publish from an event loop; never raises for a Redis that is down, never takes longer than a second."""
    if _breaker.quiet:
        return
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await layer.group_send(news["group"], news)
    except (RedisError, OSError, TimeoutError) as error:
        _breaker.trip()
        log.warning("action=news_dropped group=%s error=%r", news["group"], error)


class _Outbox:
    """One long-lived event loop in a thread of its own: a loop per event would cap a worker at some 70 tasks a second."""

    def __init__(self) -> None:
        self._waiting: dict[object, News] = {}  # in the order in which they go; one of each message and session
        self._lock = threading.Lock()
        self._some, self._urgent = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name="publisher", daemon=True).start()

    def post(self, news: News, *, at_once: bool) -> None:
        what = (news["group"], news["key"]) if news["key"] else object()
        with self._lock:
            self._waiting.pop(what, None)
            if len(self._waiting) < WAITING_AT_MOST:
                self._waiting[what] = news
        self._some.set()
        if at_once:
            self._urgent.set()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while self._some.wait():
                self._urgent.wait(HOLD_S)
                self._some.clear()
                self._urgent.clear()
                with self._lock:
                    taken, self._waiting = self._waiting, {}
                runner.run(_send_all(list(taken.values())))


async def _send_all(several: Sequence[News]) -> None:
    for news in several:
        await send(news)


@functools.cache
def _outbox() -> _Outbox:
    return _Outbox()


def post(news: News, *, at_once: bool = False) -> None:
    """Publish from a thread (a worker's, a view's), without waiting; a moment later, unless `at_once`."""
    _outbox().post(news, at_once=at_once)
