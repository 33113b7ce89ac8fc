"""A picture was hidden, deleted or brought back: its message says so too, and everybody who looks at it hears it."""

import logging
from typing import Any

from pymongo.errors import PyMongoError

from gallery import services as gallery
from gallery.signals import image_changed
from pipeline import jobs, message, sessions

log = logging.getLogger(__name__)


def announce_picture(image_id: str, message_id: str | None, form: dict[str, Any]) -> None:
    """Rewrite the message's picture and send the news. Raises `PyMongoError`; then the keeper repeats it."""
    if message_id is not None:
        doc = jobs.apply(message.show_picture(form, message_id))
        if doc is not None:
            jobs.announce(doc)
            sessions.bump(doc["session_id"])
    gallery.announced(image_id, form["rev"])


def on_image_changed(*, image_id: str, message_id: str | None, form: dict[str, Any], **_: Any) -> None:
    try:
        announce_picture(image_id, message_id, form)
    except PyMongoError as error:
        log.warning("action=announcement_postponed image=%s error=%r", image_id, error)


def connect() -> None:
    image_changed.connect(on_image_changed, dispatch_uid="pipeline.announcements")
