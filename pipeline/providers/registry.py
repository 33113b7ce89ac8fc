"""Which provider does what, from the settings. An adapter is imported when it is first needed: a web process needs none."""

import atexit
import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from pipeline.providers import table
from pipeline.providers.base import Intent, Language, Provider

if TYPE_CHECKING:
    from pipeline.providers.cloudinary import CloudinaryEffects
    from pipeline.providers.gemini.provider import GeminiProvider
    from pipeline.providers.local.provider import LocalProvider


@functools.cache
def _offline() -> "LocalProvider":
    from pipeline.providers.local.provider import LocalProvider

    return LocalProvider(ai_is_connected=bool(settings.GEMINI_API_KEY))


@functools.cache
def _gemini() -> "GeminiProvider":
    from pipeline.providers.gemini.account import Account
    from pipeline.providers.gemini.provider import GeminiProvider

    provider = GeminiProvider(
        Account(
            key=settings.GEMINI_API_KEY,
            text_model=settings.GEMINI_TEXT_MODEL,
            picture_model=settings.GEMINI_PICTURE_MODEL,
            base_url=settings.GEMINI_BASE_URL,
            timeout_s=settings.GEMINI_TIMEOUT_S,
            calls=settings.GEMINI_CALLS,
        )
    )
    atexit.register(provider.close)
    return provider


def _cloudinary() -> "CloudinaryEffects":
    from gallery.stores import cloudinary_client
    from pipeline.providers.cloudinary import CloudinaryEffects

    return CloudinaryEffects(cloudinary_client())


_PROVIDERS: dict[str, Callable[[], Provider]] = {
    table.OFFLINE: _offline,
    table.GEMINI: _gemini,
    table.CLOUDINARY: _cloudinary,
}
_making = threading.RLock()  # a worker's threads ask at the same time, and one process shall have one of each


def label() -> str:
    """What the page says of who reads and paints."""
    return table.label(settings.PROVIDERS, _reader())


def varying() -> list[str]:
    """The intents whose pictures can be made again as others."""
    return table.varying(settings.PROVIDERS)


def language() -> Language:
    """The one that reads what people write: Gemini as soon as there is a key."""
    with _making:
        return _gemini() if _reader() == table.GEMINI else _offline()


def provider_for(intent: Intent) -> Provider:
    """The one that the settings' table names for pictures of this intent; ask it what it `lacks`."""
    with _making:
        return _PROVIDERS[settings.PROVIDERS[intent.value]]()


def _reader() -> str:
    return table.GEMINI if settings.GEMINI_API_KEY else table.OFFLINE
