"""The one way in, for the socket and for REST: everything a person can do with sessions and messages.

Every function is told who asks, and raises `NotFound` for what is not theirs. What comes back are public forms.
"""

import asyncio
import secrets
import time
from collections.abc import Coroutine
from typing import Any

from django.conf import settings
from pymongo.errors import DuplicateKeyError

from chat import aftermath, commit, conversations, limits, metrics, people, reading
from chat.protocol import ImageBody, Options, SendBody
from gallery import services as gallery
from gallery.errors import Conflict, NotFound
from pipeline import message, publisher, session
from pipeline.message import Doc, Stage, Status
from pipeline.mongo import async_database
from pipeline.tasks import ring

Form = dict[str, Any]


# Sessions


async def create_session(user_id: str, title: str = "") -> Form:
    await limits.hit("session", user_id)
    doc = session.new(user_id, title.strip())
    await async_database()["sessions"].insert_one(doc)
    form = await conversations.session_form(doc["_id"])
    later(publisher.send(publisher.session_changed(user_id, form)))
    return form


async def list_sessions(user_id: str, cursor: str | None, limit: int) -> Form:
    of = {"user_id": user_id, "tombstone": None, "kind": session.CHAT}
    docs, older = await conversations.page("sessions", of, cursor, limit)
    return {"items": await conversations.session_forms([doc["_id"] for doc in docs]), "next": older}


async def get_session(user_id: str, session_id: str) -> Form:
    return await conversations.session_form(session_id, user_id=user_id)


async def rename_session(user_id: str, session_id: str, title: str) -> Form:
    doc = await conversations.apply(session.rename(user_id, session_id, title.strip()), "sessions")
    if doc is None:
        raise conversations.NoSession
    form = await conversations.session_form(doc["_id"])
    later(publisher.send(publisher.session_changed(user_id, form)))
    return form


async def delete_session(user_id: str, session_id: str, pictures: str) -> None:
    """A tombstone is written, what runs is cancelled, and the pictures go where they shall; the keeper removes the rest
    and does what is left undone here. `pictures`: "keep" or "trash". Raises `NotFound`, `StorageDown`."""
    doc = await conversations.apply(session.bury(user_id, session_id, pictures), "sessions")
    if doc is None:
        raise conversations.NoSession
    change = message.cancel({"session_id": session_id})
    await async_database()["messages"].update_many(change.filter, change.update)
    later(publisher.send(publisher.session_deleted(doc)))
    if pictures == "trash":
        await people.in_pool(gallery.trash_session, user_id, session_id)
        await conversations.apply(session.settle_pictures(session_id), "sessions")


# Messages


async def list_messages(user_id: str, session_id: str, cursor: str | None, limit: int) -> Form:
    await conversations.find_session(user_id, session_id)
    docs, older = await conversations.page("messages", {"session_id": session_id}, cursor, limit)
    return {"items": [conversations.public(doc) for doc in docs], "next": older}


async def get_message(user_id: str, session_id: str, message_id: str) -> Form:
    return conversations.public(await conversations.find_message(user_id, session_id, message_id))


async def send(user_id: str, session_id: str, body: SendBody, *, inside: bool = False) -> Form:
    """Accept a message: when this returns, it is in the journal and will be answered whatever happens next.

    `inside`: the caller has found the session, and hears when it is deleted; what slips in meanwhile the keeper ends.
    Raises `RateLimited`, `NotFound` (session, pictures, the varied message) and `Conflict` (the `client_id` stands for
    another request already). The same request under the same `client_id` gives the same message.
    """
    if not inside:
        await conversations.find_session(user_id, session_id)
    return conversations.public(await _accept(user_id, session_id, body))


async def _accept(user_id: str, session_id: str, body: SendBody) -> Doc:
    await limits.hit("send", user_id)
    # A repeated request is answered by what it has led to, even where its picture has been deleted since.
    if body.source_image_id or body.mask_image_id or body.variation_of:
        if body.client_id and (known := await _known(session_id, body.client_id, _hash(body))):
            return known
        await _check_pictures(user_id, body)
    return await _keep(user_id, session_id, body)


async def _keep(user_id: str, session_id: str, body: SendBody) -> Doc:
    """The limits and the pictures have been looked at."""
    client_id, hash = body.client_id or message.new_id(), _hash(body)
    original = await _find_original(session_id, body.variation_of)
    doc = message.new(
        session_id=session_id,
        user_id=user_id,
        client_id=client_id,
        hash=hash,
        content=body.content,
        options=_asked(body),
        seed=body.options.seed if body.options.seed is not None else secrets.randbelow(message.SEEDS),
        source_image_id=body.source_image_id,
        mask_image_id=body.mask_image_id,
        variation_of=original["_id"] if original else None,
        waits_for=original["_id"] if original and _still_unread(original) else None,
    )
    try:
        await commit.insert(doc)
    except DuplicateKeyError:
        known = await _known(session_id, client_id, hash)
        if known is None:
            raise conversations.NoSession from None
        return known
    metrics.ACCEPTED.inc()
    aftermath.follows(doc)
    if doc["waits_for"] is not None:
        later(_free_if_refined(doc["waits_for"]))
    return doc


async def _free_if_refined(waited_for: str) -> None:
    """The original may have been refined between our look at it and our insert; until the keeper's next round, nobody else
    would say so to those who wait for it."""
    messages = async_database()["messages"]
    original = await messages.find_one({"_id": waited_for})
    if original is None or not _still_unread(original):
        freed = message.stop_waiting(waited_for, refined=True)
        await messages.update_many(freed.filter, freed.update)
        ring(Stage.REFINING)


def _asked(body: SendBody) -> Doc:
    return body.options.model_dump(exclude_none=True)


def _hash(body: SendBody) -> str:
    return message.request_hash({**body.model_dump(include=_REQUEST), "options": _asked(body)})


_REQUEST = {"content", "source_image_id", "mask_image_id", "variation_of"}


async def _known(session_id: str, client_id: str, hash: str) -> Doc | None:
    doc = await async_database()["messages"].find_one({"session_id": session_id, "client_id": client_id})
    if doc is not None and doc["request_hash"] != hash:
        raise Conflict("This client_id already stands for another request.")
    return doc


async def _check_pictures(user_id: str, body: SendBody) -> None:
    for image_id, mask in ((body.source_image_id, False), (body.mask_image_id, True)):
        if image_id is not None:
            await people.in_pool(gallery.source, user_id, image_id, mask=mask)


async def _find_original(session_id: str, named: str | None) -> Doc | None:
    """The message that is varied, by its id or by the `client_id` it was sent with; a variation's own original."""
    if named is None:
        return None
    messages = async_database()["messages"]
    doc = await messages.find_one({"session_id": session_id, "$or": [{"_id": named}, {"client_id": named}]})
    if doc is None:
        raise NotFound("There is no message of which this could be a variation.")
    return await messages.find_one({"_id": doc["variation_of"]}) if doc["variation_of"] else doc


def _still_unread(original: Doc) -> bool:
    """Will its refinement come, so that a variation can take it over?"""
    return original["status"] == Status.PROCESSING and original["stage"] in (Stage.QUEUED, Stage.REFINING)


async def cancel(user_id: str, session_id: str, message_id: str) -> Form:
    """Raises `Conflict` when it has ended otherwise already."""
    of = {"_id": message_id, "session_id": session_id, "user_id": user_id}
    doc = await conversations.apply(message.cancel(of))
    if doc is None:
        doc = await conversations.find_message(user_id, session_id, message_id)
        if doc["status"] != Status.CANCELLED:
            raise Conflict("This message has already ended.")
        return conversations.public(doc)
    later(_ended(doc))
    return conversations.public(doc)


async def _ended(doc: Doc) -> None:
    freed = message.stop_waiting(doc["_id"], refined=False)
    result = await async_database()["messages"].update_many(freed.filter, freed.update)
    if result.modified_count:  # at which stage they waited does not matter: a doorbell too many is harmless
        ring(Stage.REFINING, result.modified_count)
        ring(Stage.GENERATING, result.modified_count)
    await publisher.send(publisher.message_changed(conversations.public(doc)))
    await aftermath.refresh_sessions({doc["session_id"]: doc["user_id"]})


async def retry(user_id: str, session_id: str, message_id: str) -> Form:
    """Raises `Conflict` when it runs, is done, or failed in a way that trying again cannot help."""
    await limits.hit("send", user_id)
    await conversations.find_session(user_id, session_id)
    doc = await conversations.find_message(user_id, session_id, message_id)
    if doc["status"] == Status.PROCESSING:
        return conversations.public(doc)  # somebody was faster: another tab, or the same request again
    if doc["status"] == Status.DONE:
        raise Conflict("This message is done already.")
    if doc["error"] and not doc["error"]["retryable"]:
        raise Conflict("Trying again would not help: change the request instead.")
    changed = await conversations.apply(message.retry(doc))
    if changed is None:
        return conversations.public(await conversations.find_message(user_id, session_id, message_id))
    later(_retried(changed))
    return conversations.public(changed)


async def _retried(doc: Doc) -> None:
    stage = Stage(doc["stage"])
    ring(Stage.REFINING if stage is Stage.QUEUED else stage)
    await publisher.send(publisher.message_changed(conversations.public(doc)))
    await aftermath.refresh_sessions({doc["session_id"]: doc["user_id"]})


# Without a session of one's own


async def refine_prompt(user_id: str, prompt: str) -> Form:
    """The provider's reading of a prompt, without making anything. Raises `Quota` while too many others wait for theirs."""
    await limits.hit("send", user_id)
    read = await reading.read(prompt)
    options = {"width": read.width, "height": read.height, "style": read.style}
    return {
        "intent": read.intent.value,
        "refined_prompt": read.prompt,
        "title": read.title,
        "reply": read.reply,
        "options": {name: value for name, value in options.items() if value is not None},
        "provider": read.provider,
    }


async def generate_image(user_id: str, body: ImageBody) -> Form:
    """A message in the user's session for such requests: ended, or still running after `IMAGE_WAIT_S`."""
    options = Options(
        width=body.width,
        height=body.height,
        style=body.style,
        seed=body.seed,
        intent="edit" if body.source_image_id else "generate",
    )
    asked = SendBody(content=body.prompt, source_image_id=body.source_image_id, options=options)
    await limits.hit("send", user_id)
    await _check_pictures(
        user_id, asked
    )  # before there is a session: a request that is refused shall leave none behind
    doc = await _keep(user_id, await _images_session(user_id), asked)
    return conversations.public(await _wait_until_ended(doc))


async def _images_session(user_id: str) -> str:
    sessions = async_database()["sessions"]
    of = {"user_id": user_id, "kind": session.IMAGES, "tombstone": None}
    found = await sessions.find_one(of)
    if found is None:
        try:
            found = session.new(user_id, "", session.IMAGES)
            await sessions.insert_one(found)
        except DuplicateKeyError:  # the same user's other request was faster
            found = await sessions.find_one(of)
    if found is None:
        raise Conflict
    return str(found["_id"])


async def _wait_until_ended(doc: Doc) -> Doc:
    deadline, pause = time.monotonic() + settings.IMAGE_WAIT_S, 0.05
    while doc["status"] == Status.PROCESSING and time.monotonic() < deadline:
        await asyncio.sleep(pause)
        pause = min(0.5, pause * 1.3)
        doc = await conversations.find_message(doc["user_id"], doc["session_id"], doc["_id"])
    return doc


_background: set[asyncio.Task[None]] = set()


def later(work: Coroutine[Any, Any, None]) -> None:
    """After the answer, on the same event loop; nobody waits for it, and what it drops is made up for."""
    task = asyncio.get_running_loop().create_task(work)
    _background.add(task)
    task.add_done_callback(_background.discard)
