"""The second stage: makes the picture, or answers a question about one."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pymongo.errors import ConnectionFailure, ExecutionTimeout, WTimeoutError

from gallery import services as gallery
from gallery import space
from gallery.errors import NoImage
from gallery.translation import _
from pipeline.message import Message, Stage
from pipeline.message_parts import SuggestionForm
from pipeline.providers import abilities, registry
from pipeline.providers.adjust import Adjust
from pipeline.providers.base import Intent, PictureRequest, Provider, Suggestion
from pipeline.store import artifacts, messages
from pipeline.store.messages import Job
from pipeline.transitions import Details
from pipeline.worker import choices, sources, stages
from pipeline.worker.checkpoints import Checkpoint
from pipeline.worker.lease import Lease, stopping
from pipeline.worker.refining import suggestion_form

log = logging.getLogger(__name__)
T = TypeVar("T")

PAUSE_S = 1.0  # between two attempts at one write


def generate(job: Job, lease: Lease) -> Job | None:
    message, owner = job.message, job.message.user_id
    if message.intent == Intent.REPLY:
        _answer_about_picture(job, lease)
        return None
    space.check(owner, beside=lambda: artifacts.bytes_of(owner))
    request = _request(message)
    provider = registry.by_hand() if request.adjust else choices.provider_for(request.intent)
    found: Details = {}
    if request.intent.needs_source:
        source = _source(job, _("There is no picture to change yet."))
        if source is None:
            return None
        image, data = gallery.open_source(owner, source)
        request = replace(request, source=data)
        found = {"source_id": source, **_size(request, provider, (image.width, image.height))}
        lease.checkpoints.update_details(job, found)
    if message.mask_image_id:
        request = replace(request, mask=gallery.open_source(owner, message.mask_image_id, mask=True)[1])
    request = replace(request, references=_references(message, request.intent, provider))
    made = stages.generate(provider, request, lease)
    lease.made = made.data
    details: Details = {
        **found,
        "provider": made.provider,
        "reply": _reply(message.reply, made.note),
        "suggestions": _with(message.suggestions, made.suggestions),
        "refined_prompt": made.prompt or message.refined_prompt,
        "options.width": made.width,
        "options.height": made.height,
    }
    checkpoint = Checkpoint(Stage.UPLOADING, details, made.data)
    return _retry_while_mongo_is_down(lease, lambda: lease.advance(checkpoint, made.usage, repeatable=made.repeatable))


def _source(job: Job, otherwise: str) -> str | None:
    """The picture's id; None if the message has to wait for it. Raises `NoImage`, with the sentence `otherwise`."""
    source = sources.resolve_source(job.message)
    if source.waits_for is not None:
        messages.wait(job, source.waits_for)
        return None
    if source.image_id is None:
        raise NoImage(otherwise)
    return source.image_id


def _size(request: PictureRequest, provider: Provider, before: tuple[int, int]) -> Details:
    """Of the result, where it is known before the picture is made."""
    adjust = request.adjust
    size = adjust.size_after(before) if adjust else provider.size(request.intent, request.prompt, before, request.plan)
    return {"options.width": size[0], "options.height": size[1]} if size else {}


def _references(message: Message, intent: Intent, provider: Provider) -> tuple[bytes, ...]:
    """For a new picture all attached ones, for a change those beside the one that is changed."""
    if intent.needs_source:
        further = message.attached[1:] if provider.max_pictures > 1 else []
    else:
        further = message.attached if abilities.paints_after_pictures(provider.name) else []
    return tuple(gallery.open_source(message.user_id, image_id)[1] for image_id in further)


def _answer_about_picture(job: Job, lease: Lease) -> None:
    message, reader = job.message, choices.picture_reader()
    nothing = _("There is no picture to look at.")
    if reader is None:
        raise NoImage(nothing)
    image_id = _source(job, nothing)
    if image_id is None:
        return
    pictures = tuple(gallery.open_source(message.user_id, each)[1] for each in message.attached or [image_id])
    question = sources.question(message, pictures, sources.turns_before(message))
    answer = stages.answer(reader, question, lease)
    details: Details = {"reply": answer.text, "provider": answer.provider, "source_id": None}
    _retry_while_mongo_is_down(lease, lambda: lease.checkpoints.finish(job, details, answer.usage))


def _retry_while_mongo_is_down(lease: Lease, write: Callable[[], T]) -> T:
    """`write` has to be safe to repeat."""
    while True:
        try:
            return write()
        except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as error:
            if lease.lost.is_set() or stopping.is_set():
                raise
            log.warning("action=write_repeated message=%s error=%r", lease.job.id, error)
            time.sleep(PAUSE_S)


def _reply(said: str | None, note: str | None) -> str | None:
    """With the note, but only once, however often the picture is made."""
    return said if note is None or note in (said or "") else " ".join(filter(None, (said, note)))


def _with(offered: list[SuggestionForm], also: tuple[Suggestion, ...]) -> list[SuggestionForm]:
    more = [form for form in (suggestion_form(each, None) for each in also) if form not in offered]
    return [*more, *offered][: stages.MAX_SUGGESTIONS]


def _request(message: Message) -> PictureRequest:
    """Without the pictures that it takes."""
    return PictureRequest(
        intent=Intent(message.intent or ""),
        prompt=message.refined_prompt or "",
        content=message.content,
        width=message.options.get("width"),
        height=message.options.get("height"),
        style=message.style,
        seed=message.seed,
        adjust=Adjust.of(message.options),
        plan=message.plan,
        resolution=message.options.get("resolution"),
    )
