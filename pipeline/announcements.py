import logging
from typing import Any

from pymongo.errors import PyMongoError

from gallery import services as gallery
from gallery.signals import image_changed
from gallery.snapshot import Snapshot
from pipeline import events, transitions
from pipeline.message import Message
from pipeline.store import photos, sessions
from pipeline.store.documents import apply

log = logging.getLogger(__name__)


def announce_picture(image_id: str, owner_id: str, message_id: str | None, form: Snapshot) -> None:
    """Raises `PyMongoError`; then maintenance repeats it."""
    if message_id is None:
        photos.announce(owner_id, form)
    else:
        message = apply(Message, transitions.show_picture(form, message_id))
        if message is not None:
            events.enqueue_change(message)
            sessions.touch(message.session_id)
    gallery.announced(image_id, form["rev"])


def on_image_changed(*, image_id: str, owner_id: str, message_id: str | None, form: Snapshot, **_: Any) -> None:
    try:
        announce_picture(image_id, owner_id, message_id, form)
    except PyMongoError as error:
        log.warning("action=announcement_postponed image=%s error=%r", image_id, error)


def connect() -> None:
    image_changed.connect(on_image_changed, dispatch_uid="pipeline.announcements")
