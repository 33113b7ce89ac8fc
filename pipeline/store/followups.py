"""What follows once messages were accepted, refined, tried again, or have ended: dependents are unblocked, turns given,
sessions touched, events published, artifacts dropped, costs settled.

One thread works in rounds. Maintenance and the poller make up for what is lost.
"""

import time
from collections.abc import Collection

from pymongo.errors import PyMongoError

from pipeline import events, transitions
from pipeline.coalescing import Coalescer
from pipeline.message import Message, Stage, Status
from pipeline.store import artifacts, reservations, sessions, stage_times, turns
from pipeline.store.documents import apply_to_all
from pipeline.store.mongo import database

PAUSE_S = 0.1  # between two rounds
EVENTS_PER_ROUND = 20
LOADED_PAUSE_S = 0.4  # after a round with more than that


def _round(waiting: dict[str, Message]) -> None:
    messages = list(waiting.values())
    ended = [message for message in messages if message.has_ended]
    asked = [message for message in messages if not message.has_ended and message.token is None]
    _unblock_and_give_turns(messages, ended, asked)
    cancelled = [message for message in ended if message.status is Status.CANCELLED]
    told = [*cancelled, *asked][:EVENTS_PER_ROUND]  # workers publish their own
    for message in told:
        events.enqueue_change(message)
    for message in ended:
        if message.reservation is not None:
            reservations.settle(message.id)
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
    if unblocked:  # messages only wait for messages of the same person
        turns.give(message.user_id for message in messages)
        return
    left = {message.user_id for message in ended if message.status is Status.CANCELLED}
    turns.give(left | {message.user_id for message in asked if message.turn is None and message.waits_for is None})


def unblock_dependents(waited_for: list[str], *, refined: bool) -> int:
    """Returns how many messages waited for these."""
    return apply_to_all(Message, transitions.unblock_dependents(*waited_for, refined=refined)) if waited_for else 0


def unblock_settled(waited_for: Collection[str]) -> int:
    """Unblocks what waits for those of these messages that are refined or have ended, maybe before the waiting began."""
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
    _followups.add(message.id, message)


def wait(seconds: float) -> None:
    """Until nothing is left to do, but at most so long."""
    _followups.wait(seconds)
