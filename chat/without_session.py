"""Requests without a session: to refine a prompt, and to make a picture, whose message is in a session that no list
shows."""

import asyncio
import time

from django.conf import settings
from pymongo.errors import DuplicateKeyError

from chat import rate_limits, refinement, services, space, store
from chat.bodies import ImageBody, Options, SendBody
from chat.forms import RefinementForm
from gallery.errors import Conflict
from gallery.places import Places
from pipeline import session
from pipeline.message import Message
from pipeline.session import Session
from pipeline.store.documents import find_async
from pipeline.store.mongo import async_database

_waiting = Places(each=30)  # requests of one person that wait for their picture in this process


async def refine_prompt(user_id: str, prompt: str) -> RefinementForm:
    """Raises `Quota` while too many others wait."""
    await rate_limits.hit("send", user_id)
    read = await refinement.refine(user_id, prompt)
    options = {"width": read.width, "height": read.height, "style": read.style}
    return RefinementForm(
        intent=read.intent.value,
        refined_prompt=read.prompt,
        title=read.title,
        reply=read.reply,
        options={name: value for name, value in options.items() if value is not None},
        provider=read.provider,
    )


async def generate_image(user_id: str, body: ImageBody, *, at_once: bool = False) -> Message:
    """The message once it has ended, as it is after `IMAGE_WAIT_S`, or as it was accepted (`at_once`)."""
    options = Options(
        width=body.width,
        height=body.height,
        style=body.style,
        seed=body.seed,
        intent=body.intent or ("edit" if body.sources else "generate"),
        adjust=body.adjust,
        resolution=body.resolution,
    )
    asked = SendBody(
        content=body.prompt,
        client_id=body.client_id,
        source_image_ids=list(body.sources) or None,
        mask_image_id=body.mask_image_id,
        options=options,
    )
    kept_in = await _find_images_session(user_id) if asked.client_id else None
    if kept_in and (known := await services.known_answer(kept_in.id, asked)):
        return known if at_once else await _wait_until_ended(known)
    await rate_limits.hit("send", user_id)
    await space.check(user_id)
    # Before a session is created.
    await services.check_pictures(user_id, asked)
    message = await services.keep(user_id, await _images_session(user_id), asked)
    return message if at_once else await _wait_until_ended(message)


async def _find_images_session(user_id: str) -> Session | None:
    return await find_async(Session, {"user_id": user_id, "kind": session.IMAGES, "tombstone": None})


async def _images_session(user_id: str) -> str:
    found = await _find_images_session(user_id)
    if found is None:
        try:
            found = Session.new(user_id, "", session.IMAGES)
            await async_database()["sessions"].insert_one(found.stored())
        except DuplicateKeyError:  # another request was faster
            found = await _find_images_session(user_id)
    if found is None:
        raise Conflict
    return found.id


async def _wait_until_ended(message: Message) -> Message:
    give_back = _waiting.take(message.user_id)
    if give_back is None:  # many requests are open already: this one is answered at once
        return message
    try:
        return await _ended(message)
    finally:
        give_back()


async def _ended(message: Message) -> Message:
    deadline, pause = time.monotonic() + settings.IMAGE_WAIT_S, 0.05
    while not message.has_ended and time.monotonic() < deadline:
        await asyncio.sleep(pause)
        pause = min(0.5, pause * 1.3)
        message = await store.find_message(message.user_id, message.session_id, message.id)
    return message
