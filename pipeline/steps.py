"""What a worker does when it hears a doorbell: claim one message, run a stage of it, move it on, and go on with it.

A step gives the job that its stage leads to, or None where there is nothing more to do for this worker.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from pymongo.errors import ConnectionFailure, ExecutionTimeout, WTimeoutError

from gallery import services as gallery
from gallery.errors import Interrupted, NoImage, StudioError
from pipeline import artifacts, context, jobs, sessions, stages
from pipeline.jobs import Job
from pipeline.keeper import Hold, Lost, Stopping, holding, stopping
from pipeline.message import SEEDS, Doc, Stage
from pipeline.providers import registry
from pipeline.providers.base import Intent, PictureRequest, Refinement, Usage
from pipeline.tasks import ring

log = logging.getLogger(__name__)
T = TypeVar("T")

BACKOFF_S = 1.0  # doubled with each attempt, unless the provider says how long


def work(stage: Stage) -> None:
    """Take the next message that is due at this stage as far as it goes: what is nearly done goes first."""
    job = jobs.claim(stage)
    if job is None:
        return
    try:
        with holding(job) as hold:
            if jobs.is_due(stage):
                ring(stage)
            while following := run(hold):
                hold.job = following
    finally:
        close_old_connections()


def run(hold: Hold) -> Job | None:
    """One stage, whatever comes of it."""
    job = hold.job
    try:
        return _STEPS[job.stage](job, hold)
    except Lost as error:
        log.info("action=stopped message=%s stage=%s", job.id, job.stage)
        jobs.charge(job, error.spent)
    except Stopping as error:
        log.info("action=handed_back message=%s stage=%s", job.id, job.stage)
        jobs.hand_back(job, error.spent)
    except (OperationalError, InterfaceError) as error:  # however long it is away, no message fails for it
        log.warning("action=sql_down message=%s stage=%s error=%r", job.id, job.stage, error)
        jobs.release(job, BACKOFF_S, {}, counts=False)
    except StudioError as error:
        log.warning("action=stage_failed message=%s stage=%s code=%s", job.id, job.stage, error.code, exc_info=error)
        _settle(job, error)
    except Exception:
        log.exception("action=stage_crashed message=%s stage=%s", job.id, job.stage)
        _settle(job, Interrupted())
    return None


def _settle(job: Job, error: StudioError) -> None:
    """A passing fault is tried again, as long as attempts are left."""
    attempts = job.doc["attempts"]
    if error.retryable and attempts < settings.ATTEMPTS:
        jobs.release(job, error.retry_after or BACKOFF_S * 2 ** (attempts - 1), error.spent)
    else:
        jobs.fail(job, error)


def _move(job: Job, to: Stage, checkpoint: dict[str, Any], spent: Usage = jobs.FREE) -> Job | None:
    """On to the next stage, unless it has to wait or this worker to stop: then it is for anybody."""
    if checkpoint.get("waits_for") is None and not stopping.is_set():
        return jobs.go_on(job, to, checkpoint, spent)
    jobs.advance(job, to, checkpoint, spent)
    return None


def _refine(job: Job, hold: Hold) -> Job | None:
    original = context.original(job.doc)
    if original is not None and original["intent"] is not None:
        return _take_over(job, original)
    it = context.find_it(job.doc)
    read = stages.refine(registry.language(), registry.provider_for, context.refine_request(job.doc, it))
    if read.title:
        sessions.name(job.doc["session_id"], read.title)
    if read.intent is Intent.REPLY:
        jobs.finish(job, {"intent": Intent.REPLY.value, "reply": read.reply, "provider": read.provider}, read.usage)
        return None
    waits_for = it.waits_for if read.intent.needs_source else None
    source = it.image_id if read.intent.needs_source else None
    checkpoint = {**_checkpoint(read), "source_id": source, "waits_for": waits_for}
    return _move(job, Stage.GENERATING, checkpoint, read.usage)


def _checkpoint(read: Refinement) -> dict[str, Any]:
    values: dict[str, Any] = {
        "intent": read.intent.value,
        "refined_prompt": read.prompt,
        "reply": read.reply,
        "style": read.style,
        "provider": read.provider,
    }
    if read.width and read.height:
        values |= {"options.width": read.width, "options.height": read.height}
    return values


def _take_over(job: Job, original: Doc) -> Job | None:
    """A variation pays for no refinement of its own; its seed is the original's plus its number."""
    if original["intent"] == Intent.REPLY.value:
        jobs.finish(job, {name: original[name] for name in ("intent", "reply", "provider")})
        return None
    taken = {name: original[name] for name in ("intent", "refined_prompt", "style", "provider", "source_id")}
    taken["mask_image_id"] = job.doc["mask_image_id"] or original["mask_image_id"]
    size = {f"options.{side}": original["options"][side] for side in ("width", "height") if side in original["options"]}
    seed = (original["seed"] + context.number(job.doc)) % SEEDS
    checkpoint = {**taken, **size, "seed": seed, "options.seed": seed, "waits_for": original["waits_for"]}
    return _move(job, Stage.GENERATING, checkpoint)


def _generate(job: Job, hold: Hold) -> Job | None:
    intent = Intent(job.doc["intent"])
    provider = registry.provider_for(intent)
    source = mask = None
    if intent.needs_source:
        it = context.find_it(job.doc)
        if it.waits_for is not None:
            jobs.wait(job, it.waits_for)
            return None
        if it.image_id is None:
            raise NoImage("There is no picture to change yet.")
        image, source = gallery.open_source(job.doc["user_id"], it.image_id)
        size = provider.size(intent, job.doc["refined_prompt"], (image.width, image.height))
        box = {"options.width": size[0], "options.height": size[1]} if size else {}
        jobs.learn(job, {"source_id": it.image_id, **box})
    if job.doc["mask_image_id"]:
        _, mask = gallery.open_source(job.doc["user_id"], job.doc["mask_image_id"], mask=True)
    made = stages.generate(provider, _request(job.doc, intent, source, mask), hold)
    artifact = _surely(hold, lambda: artifacts.keep(job.id, job.token, made.data))
    hold.made = made.data
    box = {"options.width": made.width, "options.height": made.height}
    checkpoint = {"artifact": artifact, "provider": made.provider, "reply": _reply(job.doc["reply"], made.note), **box}
    return _surely(hold, lambda: _move(job, Stage.UPLOADING, checkpoint, made.usage))


def _surely(hold: Hold, write: Callable[[], T]) -> T:
    """What may have been paid for is not thrown away because MongoDB is away for a moment. `write` can be repeated."""
    while True:
        try:
            return write()
        except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as error:
            if hold.lost.is_set() or stopping.is_set():
                raise
            log.warning("action=write_repeated message=%s error=%r", hold.job.id, error)
            time.sleep(BACKOFF_S)


def _reply(said: str | None, note: str | None) -> str | None:
    """Once, however often the picture is made."""
    return said if note is None or note in (said or "") else " ".join(filter(None, (said, note)))


def _request(doc: Doc, intent: Intent, source: bytes | None, mask: bytes | None) -> PictureRequest:
    return PictureRequest(
        intent=intent,
        prompt=doc["refined_prompt"],
        content=doc["content"],
        width=doc["options"].get("width"),
        height=doc["options"].get("height"),
        style=doc["style"],
        seed=doc["seed"],
        source=source,
        mask=mask,
    )


def _upload(job: Job, hold: Hold) -> Job | None:
    doc = job.doc
    data = hold.made or artifacts.read(doc["artifact"])
    if data is None:
        log.warning("action=artifact_missing message=%s", job.id)
        return _move(job, Stage.GENERATING, {"artifact": None})
    rendition = stages.upload(data)
    hold.progress(0.3)
    image = gallery.draft(
        message_id=job.id,
        session_id=doc["session_id"],
        owner_id=doc["user_id"],
        parent_id=doc["source_id"],
        prompt=doc["refined_prompt"],
        intent=doc["intent"],
        provider=doc["provider"],
        title=doc["content"],
        rendition=rendition,
    )
    gallery.store(image, rendition)
    hold.progress(0.9)
    if jobs.finish(job, {"image": gallery.form(image), "artifact": None}):
        gallery.publish(image)
    return None


_STEPS: dict[Stage, Callable[[Job, Hold], Job | None]] = {
    Stage.REFINING: _refine,
    Stage.GENERATING: _generate,
    Stage.UPLOADING: _upload,
}
