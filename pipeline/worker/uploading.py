"""The last stage: the picture's files, and its row in the gallery."""

import logging

from gallery import services as gallery
from gallery.models import Image
from gallery.pictures import Rendition
from pipeline import costs
from pipeline.message import Message, Stage
from pipeline.providers import abilities
from pipeline.providers.adjust import Adjust
from pipeline.providers.base import Intent
from pipeline.store import artifacts
from pipeline.store.messages import Job
from pipeline.worker import choices, stages
from pipeline.worker.checkpoints import Checkpoint
from pipeline.worker.lease import Lease

log = logging.getLogger(__name__)


def upload(job: Job, lease: Lease) -> Job | None:
    message = job.message
    data = lease.made or (artifacts.read(message.artifact) if message.artifact else None)
    if data is None:
        log.warning("action=artifact_missing message=%s", job.id)
        return lease.advance(Checkpoint(Stage.GENERATING, {"artifact": None}))
    rendition, parents = stages.upload(data), _parents(message)
    lease.progress(0.3)
    image = gallery.draft(
        message_id=job.id,
        session_id=message.session_id,
        owner_id=message.user_id,
        parent_id=parents[0] if parents else None,
        further_ids=parents[1:],
        prompt=message.refined_prompt or "",
        intent=message.intent or "",
        provider=message.provider or "",
        request=message.content,
        rendition=rendition,
        seed=message.seed,
        cost=message.spent if costs.anything() else None,
        by_hand=Adjust.of(message.options) is not None,
    )
    if _stored(lease, image, rendition):
        gallery.publish(image)
    return None


def _parents(message: Message) -> list[str]:
    """Ids of the pictures that it was made from, in the order of their numbers."""
    if message.source_id:
        return [message.source_id, *(message.further_image_ids or ())]
    provider = choices.provider_for(Intent(message.intent or ""))
    return message.attached if abilities.paints_after_pictures(provider.name) else []


def _stored(lease: Lease, image: Image, rendition: Rendition) -> bool:
    """Whether the message ended with this picture. A worker that lost the lease deletes its files, if the picture was
    purged before they were written."""
    ended = False
    try:
        gallery.put(image, rendition)
        lease.progress(0.9)
        ended = lease.checkpoints.finish(lease.job, {"image": gallery.snapshot(image), "artifact": None})
        return ended
    finally:
        if not ended:
            gallery.delete_if_purged(image)
