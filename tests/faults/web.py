"""`daphne tests.faults.web:application`: the web process, with places to break it at."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.faults import everywhere
from tests.faults.breaking import before, is_armed, reach, replace, switched

everywhere.skew_clock()

from project.asgi import application  # noqa: E402

SENT_S = 0.05  # an acknowledgement that was written leaves the process within

Work = Callable[..., Awaitable[Any]]


def install() -> None:
    from chat import aftermath, services
    from chat.watch import Watch
    from pipeline import announcements

    everywhere.install()
    replace(services, "_accept", _accept)
    replace(aftermath._Aftermath, "_ring", _doorbell)
    replace(services, "_ended", _follows("cancel | news"))
    replace(services, "_retried", _follows("retry | doorbell"))
    replace(Watch, "look", _look)
    before(announcements, "announce_picture", lambda *_: "row changed | message")


def _accept(accept: Work) -> Work:
    async def wrapped(*args: Any) -> Any:
        doc = await accept(*args)
        reach("insert | acknowledge")
        return doc

    return wrapped


def _doorbell(ring: Callable[[Any], None]) -> Callable[[Any], None]:
    def wrapped(aftermath: Any) -> None:
        if is_armed("acknowledge | doorbell"):
            asyncio.get_running_loop().call_later(SENT_S, late, aftermath)
        else:
            ring(aftermath)

    def late(aftermath: Any) -> None:
        reach("acknowledge | doorbell")
        ring(aftermath)

    return wrapped


def _follows(place: str) -> Callable[[Work], Work]:
    """What follows an answer: the place is reached when the answer has left."""

    def by(follow: Work) -> Work:
        async def wrapped(doc: Any) -> None:
            if is_armed(place):
                await asyncio.sleep(SENT_S)
                reach(place)
            await follow(doc)

        return wrapped

    return by


def _look(look: Work) -> Work:
    async def wrapped(watch: Any) -> None:
        if not switched("watching off"):
            await look(watch)

    return wrapped


install()
__all__ = ["application"]
