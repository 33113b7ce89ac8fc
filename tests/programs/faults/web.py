"""`daphne tests.programs.faults.web:application`: the web process with fault injection."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.programs.faults import everywhere
from tests.programs.faults.breaking import after, before, is_armed, reach, replace, switched

everywhere.skew_clock()

from project.asgi import application  # noqa: E402

PLACES = 20  # the default of STUDIO_SOCKETS_PER_USER
SENT_S = 0.05  # a written acknowledgement has left the process by then

Work = Callable[..., Awaitable[Any]]


def install() -> None:
    from chat import group_commit, services
    from chat.connections import Connections
    from chat.poller import Poller
    from gallery import drafts
    from pipeline import announcements
    from pipeline.store import ledger

    everywhere.install()
    before(ledger, "_take", lambda owner, *_: "reserved | reserved in both" if owner == ledger.STUDIO else None)
    before(group_commit, "insert", lambda message: "reserve | insert" if message.reservation else None)
    replace(services, "_accept", _accept)
    replace(services, "_follow_up", _follow_up)
    replace(Poller, "poll", _poll)
    replace(Connections, "enter", _enter)
    replace(Connections, "exit", _exit)
    after(drafts, "_delete_files", lambda nothing: "files gone | row gone")
    before(announcements, "announce_picture", lambda *_: "row changed | message")


def _accept(accept: Work) -> Work:
    async def wrapped(*args: Any) -> Any:
        doc = await accept(*args)
        reach("insert | acknowledge")
        return doc

    return wrapped


def _follow_up(follow_up: Callable[[Any], None]) -> Callable[[Any], None]:
    """The place is reached once the answer has left the process."""

    def wrapped(message: Any) -> None:
        place = _place(message)
        if is_armed(place):
            asyncio.get_running_loop().call_later(SENT_S, late, place, message)
        else:
            follow_up(message)

    def late(place: str, message: Any) -> None:
        reach(place)
        follow_up(message)

    return wrapped


def _place(message: Any) -> str:
    if message.has_ended:
        return "cancel | event"
    return "acknowledge | wake-up" if message.version == 1 else "retry | wake-up"


def _poll(poll: Work) -> Work:
    async def wrapped(poller: Any) -> None:
        if not switched("poller off"):
            await poll(poller)

    return wrapped


def _enter(enter: Callable[..., bool]) -> Callable[..., bool]:
    """Limits are off because of the load; scenarios about places have the default number of them."""
    return lambda connections, connection, at_most: enter(
        connections, connection, PLACES if switched("places limited") else at_most
    )


def _exit(exit: Callable[..., None]) -> Callable[..., None]:
    """A negative control: the place is not released."""
    return lambda connections, connection: None if switched("places kept") else exit(connections, connection)


install()
__all__ = ["application"]
