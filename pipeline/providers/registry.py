"""Which provider does what, from the settings. An adapter is imported when it is first needed: a web process needs none."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from pipeline.providers.base import Intent, Language, Provider
from pipeline.providers.local import LABEL

if TYPE_CHECKING:
    from pipeline.providers.cloudinary import CloudinaryEffects
    from pipeline.providers.local.provider import LocalProvider


@functools.cache
def _offline() -> "LocalProvider":
    from pipeline.providers.local.provider import LocalProvider

    return LocalProvider()


def _cloudinary() -> "CloudinaryEffects":
    from gallery.stores import cloudinary_client
    from pipeline.providers.cloudinary import CloudinaryEffects

    return CloudinaryEffects(cloudinary_client())


_PROVIDERS: dict[str, Callable[[], Provider]] = {"offline": _offline, "cloudinary": _cloudinary}


def label() -> str:
    """What the page says of who reads and paints."""
    return LABEL


def language() -> Language:
    """The one that reads what people write."""
    return _offline()


def provider_for(intent: Intent) -> Provider:
    """The one that the settings' table names for pictures of this intent; ask it what it `lacks`."""
    return _PROVIDERS[settings.PROVIDERS[intent.value]]()
