"""What follows once messages were accepted, refined, tried again, or have ended: who waited is unblocked and gets a turn, the
sessions get a new version, other tabs hear of it, artifacts go, and how long the stages took is kept.

In rounds, from one thread: whoever works or answers goes on, and what happens during a round is done together in the next one.
If any of it is lost, maintenance and the poller make up for it. So a round publishes for the first 20; the poller, which reads
once for everybody, covers the rest.
"""

import time
from collections.abc import Collection

from pymongo.errors import PyMongoError

from pipeline import events, transitions
from pipeline.coalescing import Coalescer
from pipeline.message import Message, Stage, Status
from pipeline.store import artifacts, sessions, stage_times, turns
from pipeline.store.documents import apply_to_all
from pipeline.store.mongo import database

PAUSE_S = 0.1  # between two rounds
EVENTS_PER_ROUND = 20
LOADED_PAUSE_S = 0.4  # after a round that could not publish for all: what answers people needs the processor


def _round(waiting: dict[str, Message]) -> None:
    messages = list(waiting.values())
    ended = [message for message in messages if message.has_ended]
    asked = [message for message in messages if not message.has_ended and message.token is None]  # just now, or again
    _unblock_and_give_turns(messages, ended, asked)
    cancelled = [message for message in ended if message.status is Status.CANCELLED]
    told = [*cancelled, *asked][:EVENTS_PER_ROUND]  # what a worker does it has published itself
    for message in told:
        events.enqueue_change(message)
    sessions.touch(*{message.session_id: None for message in (*ended, *asked)})
    artifacts.drop(message.id for message in ended if message.status is Status.DONE)
    stage_times.keep()
    if len(asked) > EVENTS_PER_ROUND:
        time.sleep(LOADED_PAUSE_S)


def _unblock_and_give_turns(messages: list[Message], ended: list[Message], asked: list[Message]) -> None:
    refined = [message.id for message in messages if not message.has_ended and not message.is_unrefined]
    unblocked = unblock_dependents(refined, refined=True)
    unblocked += unblock_dependents([message.id for message in ended], refined=False)
    unblocked += unblock_settled({message.waits_for for message in asked if message.waits_for})
    if unblocked:  # a person's messages wait for that person's
        turns.give(message.user_id for message in messages)
        return
    left = {message.user_id for message in ended if message.status is Status.CANCELLED}
    turns.give(left | {message.user_id for message in asked if message.turn is None and message.waits_for is None})


def unblock_dependents(waited_for: list[str], *, refined: bool) -> int:
    """Those who waited for one of these messages wait for their turn now; the value: how many."""
    return apply_to_all(Message, transitions.unblock_dependents(*waited_for, refined=refined)) if waited_for else 0


def unblock_settled(waited_for: Collection[str]) -> int:
    """The same for those of these messages that have been refined, or have ended: they may have been before somebody began to
    wait for them, and nobody else would say so."""
    if not waited_for:
        return 0
    of = {"_id": {"$in": list(waited_for)}}
    found = {doc["_id"]: doc for doc in database()["messages"].find(of, {"status": 1, "stage": 1})}
    running = {id: doc for id, doc in found.items() if doc["status"] == Status.PROCESSING}
    refined = [id for id, doc in running.items() if doc["stage"] in (Stage.GENERATING, Stage.UPLOADING)]
    ended = [id for id in waited_for if id not in running]
    return unblock_dependents(ended, refined=False) + unblock_dependents(refined, refined=True)


_followups = Coalescer("followups", _round, drops=(PyMongoError,), pause_s=PAUSE_S)


def schedule(message: Message) -> None:
    """The message as it is now. Returns at once."""
    _followups.add(message.id, message)


def wait(seconds: float) -> None:
    """Until everything has followed, or so long."""
    _followups.wait(seconds)
