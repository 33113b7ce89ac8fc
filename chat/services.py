"""What a person can do with sessions and messages, by socket or REST.

Functions take the user's id, and raise `NotFound` for what is not theirs.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import cast

from pymongo.errors import DuplicateKeyError

from chat import budget, db_pool, group_commit, metrics, queue, rate_limits, space, store
from chat.bodies import SendBody
from chat.store import Excerpt
from gallery import services as gallery
from gallery.errors import Budget, Conflict, NotFound, Quota, RateLimited, StorageFull
from gallery.translation import _
from pipeline import costs, events, session, transitions
from pipeline.coalescing import PerLoop
from pipeline.documents import Filter, Form, evolve, new_id
from pipeline.message import SEEDS, Message, Stage, Status, request_hash
from pipeline.message_parts import Options as StoredOptions
from pipeline.providers.text import answered_in
from pipeline.queue import wake
from pipeline.session import Session
from pipeline.store import followups, turns
from pipeline.store.documents import apply_async, apply_to_all_async, find_async
from pipeline.store.mongo import async_database

ANSWER_S = 0.001


# Sessions


async def create_session(user_id: str, title: str = "") -> Session:
    await rate_limits.hit("session", user_id)
    made = Session.new(user_id, title.strip())
    await async_database()["sessions"].insert_one(made.stored())
    events.enqueue(events.session_changed(made))
    return made


async def list_sessions(user_id: str, cursor: str | None, limit: int) -> Form:
    await rate_limits.hit("list", user_id)
    of = {"user_id": user_id, "tombstone": None, "kind": session.CHAT}
    found, older = await store.page(Session, of, cursor, limit)
    summaries = await store.summarize([each.id for each in found])
    return {"items": [store.public(each) for each in summaries], "next": older}


async def get_session(user_id: str, session_id: str) -> Session:
    return await store.summarize_one(session_id, user_id=user_id)


async def rename_session(user_id: str, session_id: str, title: str) -> Session:
    await rate_limits.hit("rename", user_id)
    if await apply_async(Session, session.rename(user_id, session_id, title.strip())) is None:
        raise store.NoSession
    renamed = await store.summarize_one(session_id)
    events.enqueue(events.session_changed(renamed))
    return renamed


async def delete_session(user_id: str, session_id: str, pictures: str) -> None:
    """`pictures`: "keep" or "trash". Maintenance removes the rest. Raises `NotFound`, `StorageDown`."""
    deleted = await apply_async(Session, session.soft_delete(user_id, session_id, pictures))
    if deleted is None:
        raise store.NoSession
    await apply_to_all_async(Message, transitions.cancel({"session_id": session_id}))
    turns.give_soon(user_id)  # to messages in other sessions
    events.enqueue(events.session_deleted(user_id, session_id, deleted.version), at_once=True)
    if pictures == "trash":
        await db_pool.run_in_db_pool(gallery.trash_session, user_id, session_id)
        await apply_async(Session, session.settle_pictures(session_id))


# Messages


async def list_messages(user_id: str, session_id: str, cursor: str | None, limit: int) -> Form:
    await rate_limits.hit("list", user_id)
    await store.find_session(user_id, session_id)
    excerpt = await store.list_messages(session_id, cursor, limit)
    return {"items": excerpt.forms, "next": excerpt.next}


async def sync(user_id: str, session_id: str, known: Mapping[str, int]) -> tuple[Session, Excerpt]:
    """Raises `NotFound`, `RateLimited`."""
    await rate_limits.hit("sync", user_id)
    found = await get_session(user_id, session_id)
    return found, await store.differing(session_id, known)


async def get_message(user_id: str, session_id: str, message_id: str) -> Message:
    """With its place in the queue, if it is among the first."""
    message = await store.find_message(user_id, session_id, message_id)
    place = (await queue.places()).get(message_id) if message.waits_for_turn else None
    return evolve(message, position=place.position, eta_s=place.eta_s) if place else message


async def send(user_id: str, session_id: str, body: SendBody, *, inside: bool = False) -> Message:
    """The message, once it is in the journal: it will be answered whatever happens. The same request under the same
    `client_id` gives the same message; another one raises `Conflict`.

    `inside`: the caller holds the session, and hears of its deletion. Raises `RateLimited`, `StorageFull`, `Budget` and
    `NotFound`.
    """
    if not inside:
        await store.find_session(user_id, session_id)
        if known := await known_answer(session_id, body):
            return known  # a repeated request counts in no limit
    return await _accept(user_id, session_id, body)


async def _accept(user_id: str, session_id: str, body: SendBody) -> Message:
    # A repeated request gets its message even if a limit is reached, or its picture is gone.
    try:
        await rate_limits.hit("send", user_id)
        await space.check(user_id)
    except (RateLimited, StorageFull):
        if known := await known_answer(session_id, body):
            return known
        raise
    if body.sources or body.mask_image_id or body.variation_of:
        if known := await known_answer(session_id, body):
            return known
        await check_pictures(user_id, body)
    return await keep(user_id, session_id, body)


async def keep(user_id: str, session_id: str, body: SendBody) -> Message:
    """Once all checks have passed but that of its cost. Raises as `send`."""
    original = await _find_original(session_id, body.variation_of)
    options = _asked(body)
    cost = costs.of_request(options, original, len(body.sources) + 1)
    try:
        reservation = await budget.reserve(user_id, cost)
    except (Budget, Quota):
        if known := await known_answer(session_id, body):
            return known
        raise
    message = Message.new(
        session_id=session_id,
        user_id=user_id,
        client_id=body.client_id or new_id(),
        request_hash=_hash(body),
        content=body.content,
        language=answered_in(body.content),
        options=options,
        seed=body.options.seed if body.options.seed is not None else secrets.randbelow(SEEDS),
        source_image_ids=body.sources,
        mask_image_id=body.mask_image_id,
        variation_of=original.id if original else None,
        waits_for=original.id if original and original.is_unrefined else None,
        reservation=reservation,
    )
    try:
        message = await group_commit.insert(message)
    except DuplicateKeyError:
        await budget.give_back(reservation, cost)
        known = await known_answer(session_id, body)
        if known is None:
            raise store.NoSession from None
        return known
    metrics.ACCEPTED.inc()
    _after_answer(message)
    return message


_answered: PerLoop[list[Message]] = PerLoop(list)


def _after_answer(message: Message) -> None:
    """Schedules the follow-ups once the answer is sent: their threads would delay it."""
    answered = _answered()
    if not answered:
        asyncio.get_running_loop().call_later(ANSWER_S, _follow_up_all, answered)
    answered.append(message)


def _follow_up_all(answered: list[Message]) -> None:
    for message in answered:
        _follow_up(message)
    answered.clear()


def _follow_up(message: Message) -> None:
    if message.turn is not None:
        wake(Stage.REFINING)
    followups.schedule(message)


def _asked(body: SendBody) -> StoredOptions:
    return cast("StoredOptions", body.options.model_dump(exclude_none=True))


def _hash(body: SendBody) -> str:
    first, *further = body.sources or (None,)
    asked = {
        "content": body.content,
        "source_image_id": first,
        "mask_image_id": body.mask_image_id,
        "variation_of": body.variation_of,
        "options": _asked(body),
    }
    # Left out where there is none, so that hashes of earlier releases stay the same.
    return request_hash({**asked, "further_image_ids": further} if further else asked)


async def known_answer(session_id: str, body: SendBody) -> Message | None:
    """The message of a repeated request. Raises `Conflict` where another request has this `client_id`."""
    if not body.client_id:
        return None
    known = await find_async(Message, {"session_id": session_id, "client_id": body.client_id})
    if known is not None and known.request_hash != _hash(body):
        raise Conflict(_("This client_id already stands for another request."))
    return known


async def check_pictures(user_id: str, body: SendBody) -> None:
    if body.sources or body.mask_image_id:
        await db_pool.run_in_db_pool(gallery.check_sources, user_id, body.sources, body.mask_image_id)


async def _find_original(session_id: str, named: str | None) -> Message | None:
    """The named message; if that is a variation itself, its original."""
    if named is None:
        return None
    found = await find_async(Message, {"session_id": session_id, "$or": [{"_id": named}, {"client_id": named}]})
    if found is None:
        raise NotFound(_("There is no message of which this could be a variation."))
    return await find_async(Message, {"_id": found.variation_of}) if found.variation_of else found


async def cancel(user_id: str, session_id: str, message_id: str) -> Message:
    """Raises `Conflict` when it has ended otherwise."""
    of: Filter = {"_id": message_id, "session_id": session_id, "user_id": user_id}
    cancelled = await apply_async(Message, transitions.cancel(of))
    if cancelled is not None:
        _after_answer(cancelled)
        return cancelled
    message = await store.find_message(user_id, session_id, message_id)
    if message.status is not Status.CANCELLED:
        raise Conflict(_("This message has already ended."))
    return message


async def retry(user_id: str, session_id: str, message_id: str) -> Message:
    """Raises `Conflict` when it is done or failed for good, `StorageFull`, and `Budget`."""
    await rate_limits.hit("send", user_id)
    await store.find_session(user_id, session_id)
    message = await store.find_message(user_id, session_id, message_id)
    if message.status is Status.PROCESSING:
        return message  # another request was faster
    if message.status is Status.DONE:
        raise Conflict(_("This message is done already."))
    if message.error and not message.error["retryable"]:
        raise Conflict(_("Trying again would not help: change the request instead."))
    if message.resumes_at is not Stage.UPLOADING:
        await space.check(user_id)
    if message.reservation is not None:
        await budget.settle(message.id)
    cost = costs.of_retry(message)
    reservation = await budget.reserve(user_id, cost)
    retried = await apply_async(Message, transitions.retry(message, reservation))
    if retried is None:
        await budget.give_back(reservation, cost)
        return await store.find_message(user_id, session_id, message_id)
    _after_answer(retried)
    return retried
