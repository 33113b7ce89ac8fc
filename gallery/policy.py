"""Whether others may see a picture before a moderator has looked at it."""

from django.conf import settings

from gallery.models import Image


def awaits_approval(image: Image) -> bool:
    """Of a moderator: until then only its owner sees the picture."""
    if image.approved_at is not None:
        return False
    if settings.MODERATION == "before":
        return True
    return bool(settings.SCREENING_HOLDS and image.score is not None and image.score >= settings.SCREENING_THRESHOLD)
